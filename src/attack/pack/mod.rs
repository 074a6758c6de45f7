// SPDX-License-Identifier: AGPL-3.0-or-later
//! Makes the catalogue's table from what MITRE publishes: text in, text out, nothing else read.
//!
//! The same input gives the same bytes, so a release is reviewed as the diff of one file. The
//! embedded table is [`from_tables`] of the three JSON files beside it; `data/SOURCE` says how each
//! of those is made.

mod changes;
mod draft;
mod error;
mod stix;
mod tables;

pub use error::PackError;

/// The table of `source`, a STIX bundle or a compact table, with `changes` applied in order.
///
/// A bundle is an official ATT&CK enterprise bundle, STIX 2.0 or 2.1. A compact table is a JSON
/// object with `version`, `licence`, `tactics`, `techniques` and `groups`. `changes` say how a later
/// release differs. `version` (`18.1`) is for a bundle that does not say its own, as STIX 2.0 ones
/// don't; where the source has one, that one counts.
///
/// Groups that are revoked or deprecated are left out, and so are uses of techniques that the
/// source does not have (those of other domains). A use of a revoked technique counts for its
/// successor.
///
/// # Cost
/// Linear in the text; memory is a fraction of a bundle's, as descriptions are skipped.
///
/// # Errors
/// Malformed JSON, changes that do not fit the source, or a result that would not load.
pub fn pack(source: &str, changes: &[&str], version: Option<&str>) -> Result<String, PackError> {
    let draft = if stix::is_bundle(source)? { stix::read(source, version)? } else { tables::read(source)? };
    complete(draft, changes)
}

/// [`pack`] of a compact table.
///
/// # Errors
/// As [`pack`].
pub fn from_tables(base: &str, changes: &[&str]) -> Result<String, PackError> {
    complete(tables::read(base)?, changes)
}

/// [`pack`] of a STIX bundle without changes.
///
/// # Errors
/// As [`pack`].
pub fn from_stix_bundle(bundle: &str, version: Option<&str>) -> Result<String, PackError> {
    complete(stix::read(bundle, version)?, &[])
}

fn complete(mut draft: draft::Draft, changes: &[&str]) -> Result<String, PackError> {
    changes::apply(&mut draft, changes)?;
    draft.finish()
}
