// SPDX-License-Identifier: AGPL-3.0-or-later
//! Puts a bundle into the cache folder.

use std::path::Path;

use super::load::{Verified, license_text, verify, verify_bytes, version};
use super::{BundleError, Given, Loaded, Notice, Places, file};

/// Loads a bundle as [`load`](super::load) does and copies it and its licence into the cache folder;
/// the result's path is the copy's.
///
/// # Cost
/// As [`load`](super::load), and the bundle is written once.
///
/// # Errors
/// As [`load`](super::load), or there is no cache folder or it cannot be written to. Nothing is
/// copied unless all of it was verified and read.
pub fn import(path: &Path, given: Given<'_>, places: &Places) -> Result<Loaded, BundleError> {
    keep(verify(path, given, places)?, given, places)
}

/// Bytes from elsewhere than a file.
#[derive(Debug)]
pub struct Fetched<'a> {
    /// Where they came from, for messages.
    pub origin: &'a str,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// As [`import`], of a bundle and a licence that were fetched; `given`'s licence does not count.
///
/// # Cost
/// As [`import`].
///
/// # Errors
/// As [`import`]. Nothing is written unless all of it was verified and read.
pub fn store(
    bundle: Fetched<'_>,
    license: Fetched<'_>,
    given: Given<'_>,
    places: &Places,
) -> Result<Loaded, BundleError> {
    let license = license_text(Path::new(license.origin), license.bytes)?;
    let verified = verify_bytes(Path::new(bundle.origin), bundle.bytes, license, given, places)?;
    keep(verified, given, places)
}

/// Reads a bundle that was verified and writes it, its licence and the digests.
fn keep(mut verified: Verified, given: Given<'_>, places: &Places) -> Result<Loaded, BundleError> {
    let catalogue = verified.catalogue(given)?;
    let bundle = places.cached_bundle(version(&catalogue)).ok_or_else(BundleError::no_cache)?;
    let license = places.cached_license().ok_or_else(BundleError::no_cache)?;
    let notices: Vec<Notice> = verified.remember().into_iter().collect();
    file::write(&license, verified.license.as_bytes())?;
    file::write(&bundle, verified.text.as_bytes())?;
    verified.write_memory()?;
    Ok(Loaded { path: bundle, ..verified.loaded(catalogue, notices) })
}
