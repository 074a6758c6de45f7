// SPDX-License-Identifier: AGPL-3.0-or-later
//! The digests seen so far, in the cache folder.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{BundleError, Places, Sha256Digest, file};

const FILE_NAME: &str = "digests.json";
const FILE_BYTES_MAX: u64 = 1 << 20;

/// What was seen, and the file that says so.
#[derive(Debug, Default)]
pub(super) struct Memory {
    path: Option<PathBuf>,
    digests: Digests,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Digests {
    license: Option<String>,
    /// By release, `20.0`.
    #[serde(default)]
    bundles: BTreeMap<String, String>,
}

impl Memory {
    /// Reads the file of the cache folder; without the one or the other, nothing is remembered.
    ///
    /// # Errors
    /// The file cannot be read or is not what was written: a damaged memory may not pass for an
    /// empty one.
    pub(super) fn read(places: &Places) -> Result<Self, BundleError> {
        let Some(path) = places.cache.as_ref().map(|cache| cache.join(FILE_NAME)) else {
            return Ok(Self::default());
        };
        if let Err(error) = std::fs::metadata(&path)
            && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
        {
            return Ok(Self { path: Some(path), digests: Digests::default() });
        }
        let bytes = file::read(&path, FILE_BYTES_MAX)?;
        let digests: Digests = serde_json::from_slice(&bytes).map_err(|_| BundleError::memory(&path))?;
        let mut all = digests.bundles.values().chain(&digests.license);
        if all.any(|digest| Sha256Digest::from_hex(digest).is_none()) {
            return Err(BundleError::memory(&path));
        }
        Ok(Self { path: Some(path), digests })
    }

    /// The release whose bundle had that digest.
    pub(super) fn release_of(&self, sha256: Sha256Digest) -> Option<&str> {
        let hex = sha256.to_string();
        self.digests
            .bundles
            .iter()
            .find(|(_, seen)| seen.eq_ignore_ascii_case(&hex))
            .map(|(release, _)| &**release)
    }

    /// Notes the bundle of a release.
    ///
    /// # Errors
    /// Another bundle of that release was seen.
    pub(super) fn bundle(&mut self, release: &str, sha256: Sha256Digest) -> Result<(), BundleError> {
        let seen = self.digests.bundles.get(release).and_then(|seen| Sha256Digest::from_hex(seen));
        match seen {
            Some(seen) if seen != sha256 => {
                let path = self.path.as_deref().unwrap_or(Path::new(FILE_NAME));
                Err(BundleError::changed(release, seen, sha256, path))
            }
            Some(_) => Ok(()),
            None => {
                self.digests.bundles.insert(release.to_owned(), sha256.to_string());
                Ok(())
            }
        }
    }

    /// Notes the licence; returns the digest of the one seen before, where that was another.
    pub(super) fn license(&mut self, sha256: Sha256Digest) -> Option<Sha256Digest> {
        let before = self.digests.license.replace(sha256.to_string());
        before.and_then(|before| Sha256Digest::from_hex(&before)).filter(|before| *before != sha256)
    }

    /// Writes what is new, if anything is.
    ///
    /// # Errors
    /// There is no cache folder, or it cannot be written to.
    pub(super) fn write(&self, before: &Self) -> Result<(), BundleError> {
        let path = self.path.as_deref().ok_or_else(BundleError::no_cache)?;
        if self.digests == before.digests {
            return Ok(());
        }
        let mut text = serde_json::to_vec_pretty(&self.digests)
            .map_err(|error| BundleError::write(path, error.into()))?;
        text.push(b'\n');
        file::write(path, &text)
    }

    /// As it is now, to compare with later.
    pub(super) fn snapshot(&self) -> Self {
        Self { path: self.path.clone(), digests: self.digests.clone() }
    }
}
