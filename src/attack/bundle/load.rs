// SPDX-License-Identifier: AGPL-3.0-or-later
//! One bundle to a catalogue.

use std::path::{Path, PathBuf};

use super::memory::Memory;
use super::{BUNDLE_BYTES_MAX, BundleError, LICENSE_BYTES_MAX, Places, Sha256Digest, file, pins};
use crate::attack::{Catalogue, pack};

/// Who must be named in a licence for it to be MITRE's.
const LICENSOR: &str = "The MITRE Corporation";

/// What the operator says about a bundle.
#[derive(Clone, Copy, Debug, Default)]
pub struct Given<'a> {
    /// Its digest; a bundle that has another is refused, one that has it is trusted.
    pub sha256: Option<Sha256Digest>,
    /// Its release (`18.1`), for one that neither says it nor is known here.
    pub release: Option<&'a str>,
    /// Its licence, wherever that lies.
    pub license: Option<&'a Path>,
}

/// A bundle that was verified and read.
#[derive(Debug)]
pub struct Loaded {
    /// What it says.
    pub catalogue: Catalogue,
    /// Where it lies.
    pub path: PathBuf,
    /// Its digest.
    pub sha256: Sha256Digest,
    /// MITRE's licence, word for word, which goes wherever the data goes.
    pub license: Box<str>,
    /// What the operator should know.
    pub notices: Vec<Notice>,
}

/// Something about a loaded bundle that is no reason to refuse it.
#[derive(Debug)]
pub enum Notice {
    /// The licence is not the one that was seen last; this one is remembered from now on.
    LicenseChanged {
        /// Digest of the one seen last.
        before: Sha256Digest,
        /// Digest of this one.
        now: Sha256Digest,
    },
    /// The digests could not be written down, so a change will not be noticed.
    NotRemembered(BundleError),
}

impl std::fmt::Display for Notice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::LicenseChanged { before, now } => {
                write!(f, "MITRE's licence has changed: its SHA-256 is {now} and was {before}")
            }
            Self::NotRemembered(error) => {
                write!(f, "the digests are not remembered: {error}")?;
                let cause = std::error::Error::source(error);
                cause.map_or(Ok(()), |cause| write!(f, ": {cause}"))
            }
        }
    }
}

/// Loads a bundle, STIX 2.0 or 2.1, and remembers its digest and that of its licence.
///
/// The digest is verified before anything is parsed. It must be `given`, pinned, or remembered from
/// an earlier load or import of the same bundle.
///
/// # Cost
/// Linear in the bundle; memory is the bundle's size and a fraction of it.
///
/// # Errors
/// The bundle or its licence cannot be read, is not the one that is trusted, changed since it was
/// seen last (the bundle only), or holds no catalogue.
pub fn load(path: &Path, given: Given<'_>, places: &Places) -> Result<Loaded, BundleError> {
    let mut verified = verify(path, given, places)?;
    let catalogue = verified.catalogue(given)?;
    let mut notices: Vec<Notice> = verified.remember().into_iter().collect();
    notices.extend(verified.write_memory().err().map(Notice::NotRemembered));
    Ok(verified.loaded(catalogue, notices))
}

/// A bundle whose bytes are trusted.
pub(super) struct Verified {
    path: PathBuf,
    pub(super) text: String,
    sha256: Sha256Digest,
    pub(super) license: String,
    memory: Memory,
    memory_before: Memory,
}

/// Reads a bundle and its licence, and parses neither.
pub(super) fn verify(path: &Path, given: Given<'_>, places: &Places) -> Result<Verified, BundleError> {
    let bytes = file::read(path, BUNDLE_BYTES_MAX)?;
    let license = license(path, given, places)?;
    verify_bytes(path, bytes, license, given, places)
}

/// As [`verify`], of bytes that are in memory; `origin` is where they came from.
pub(super) fn verify_bytes(
    origin: &Path,
    bytes: Vec<u8>,
    license: String,
    given: Given<'_>,
    places: &Places,
) -> Result<Verified, BundleError> {
    let memory = Memory::read(places)?;
    let sha256 = Sha256Digest::of(&bytes);
    match given.sha256 {
        Some(expected) if expected != sha256 => return Err(BundleError::mismatch(origin, expected, sha256)),
        Some(_) => {}
        None if pins::of_digest(sha256).is_some() || memory.release_of(sha256).is_some() => {}
        None => return Err(BundleError::unpinned(origin, sha256)),
    }
    let text = String::from_utf8(bytes).map_err(|_| BundleError::encoding(origin))?;
    let memory_before = memory.snapshot();
    Ok(Verified { path: origin.to_owned(), text, sha256, license, memory, memory_before })
}

impl Verified {
    /// Parses the bundle and holds its release against what is known of it.
    pub(super) fn catalogue(&mut self, given: Given<'_>) -> Result<Catalogue, BundleError> {
        let pinned = pins::of_digest(self.sha256).map(|pin| &*pin.release);
        let known = pinned.or_else(|| self.memory.release_of(self.sha256));
        let table = pack::from_stix_bundle(&self.text, known.or(given.release))
            .map_err(|error| BundleError::bundle(&self.path, error))?;
        let catalogue =
            Catalogue::from_table(&table).map_err(|error| BundleError::table(&self.path, error))?;
        let release = version(&catalogue);
        for expected in [known, given.release].into_iter().flatten() {
            if expected != release {
                return Err(BundleError::other_release(&self.path, expected, release));
            }
        }
        self.memory.bundle(release, self.sha256)?;
        Ok(catalogue)
    }

    /// Notes the licence; says so if it changed.
    pub(super) fn remember(&mut self) -> Option<Notice> {
        let now = Sha256Digest::of(self.license.as_bytes());
        self.memory.license(now).map(|before| Notice::LicenseChanged { before, now })
    }

    /// Writes the digests down.
    pub(super) fn write_memory(&self) -> Result<(), BundleError> {
        self.memory.write(&self.memory_before)
    }

    pub(super) fn loaded(self, catalogue: Catalogue, notices: Vec<Notice>) -> Loaded {
        let (path, sha256, license) = (self.path, self.sha256, self.license.into());
        Loaded { catalogue, path, sha256, license, notices }
    }
}

/// The release without the name of the matrix: `20.0`.
pub(super) fn version(catalogue: &Catalogue) -> &str {
    let release = catalogue.release();
    release.strip_prefix("enterprise-v").unwrap_or(release)
}

/// The text of the licence, which must be MITRE's.
fn license(bundle: &Path, given: Given<'_>, places: &Places) -> Result<String, BundleError> {
    let found = given.license.map(Path::to_owned).or_else(|| places.license_of(bundle));
    let path = found.ok_or_else(|| BundleError::no_license(bundle))?;
    license_text(&path, file::read(&path, LICENSE_BYTES_MAX)?)
}

/// A licence that is MITRE's.
pub(super) fn license_text(origin: &Path, bytes: Vec<u8>) -> Result<String, BundleError> {
    let text = String::from_utf8(bytes).map_err(|_| BundleError::not_a_license(origin))?;
    if text.contains(LICENSOR) { Ok(text) } else { Err(BundleError::not_a_license(origin)) }
}
