// SPDX-License-Identifier: AGPL-3.0-or-later
//! What decoders keep, within bounds.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::event::source_id::hex;
use crate::event::text::head;

/// Bytes of a session id; a longer one is replaced by its hash.
const ID_BYTES: usize = 128;
/// Different names of records that are counted by name.
const UNMAPPED_MAX: usize = 64;
/// Bytes of such a name.
const NAME_BYTES: usize = 64;
/// What further ones are counted under.
const OTHER: &str = "(other)";

/// Records that gave no event, counted by name.
#[derive(Debug, Default)]
pub(super) struct Unmapped {
    counts: BTreeMap<Box<str>, u64>,
}

impl Unmapped {
    pub(super) fn count(&mut self, name: &str) {
        let name = head(name, NAME_BYTES);
        if let Some(count) = self.counts.get_mut(name) {
            *count += 1;
            return;
        }
        let name = if self.counts.len() < UNMAPPED_MAX { name } else { OTHER };
        *self.counts.entry(name.into()).or_default() += 1;
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.counts.iter().map(|(name, count)| (&**name, *count))
    }
}

/// A session's id as it is kept.
pub(super) fn bounded_id(id: &str) -> Box<str> {
    if id.len() <= ID_BYTES { id.into() } else { hex(&Sha256::digest(id.as_bytes())).into() }
}

/// Milliseconds since 1970 of an ISO 8601 time.
pub(super) fn millisecond(ts: &str) -> Option<i64> {
    let timestamp: jiff::Timestamp = ts.parse().ok()?;
    Some(timestamp.as_millisecond())
}
