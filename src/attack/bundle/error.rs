// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why a bundle was refused.

use std::fmt;
use std::io;
use std::path::Path;

use super::Sha256Digest;
use crate::attack::TableError;
use crate::attack::pack::PackError;

/// Why a bundle was not loaded or not imported.
#[derive(Debug)]
pub struct BundleError(Box<Kind>);

#[derive(Debug)]
enum Kind {
    Read { path: Box<Path>, source: io::Error },
    NotAFile { path: Box<Path> },
    TooLarge { path: Box<Path>, most: u64 },
    Write { path: Box<Path>, source: io::Error },
    NoCache,
    Mismatch { path: Box<Path>, expected: Sha256Digest, found: Sha256Digest },
    Unpinned { path: Box<Path>, found: Sha256Digest },
    Changed { release: Box<str>, before: Sha256Digest, found: Sha256Digest, memory: Box<Path> },
    OtherRelease { path: Box<Path>, expected: Box<str>, found: Box<str> },
    NoLicense { bundle: Box<Path> },
    NotALicense { path: Box<Path> },
    Memory { path: Box<Path> },
    Encoding { path: Box<Path> },
    Bundle { path: Box<Path>, source: PackError },
    Table { path: Box<Path>, source: TableError },
}

impl BundleError {
    pub(super) fn read(path: &Path, source: io::Error) -> Self {
        Self::of(Kind::Read { path: path.into(), source })
    }

    pub(super) fn not_a_file(path: &Path) -> Self {
        Self::of(Kind::NotAFile { path: path.into() })
    }

    pub(super) fn too_large(path: &Path, most: u64) -> Self {
        Self::of(Kind::TooLarge { path: path.into(), most })
    }

    pub(super) fn write(path: &Path, source: io::Error) -> Self {
        Self::of(Kind::Write { path: path.into(), source })
    }

    pub(super) fn no_cache() -> Self {
        Self::of(Kind::NoCache)
    }

    pub(super) fn mismatch(path: &Path, expected: Sha256Digest, found: Sha256Digest) -> Self {
        Self::of(Kind::Mismatch { path: path.into(), expected, found })
    }

    pub(super) fn unpinned(path: &Path, found: Sha256Digest) -> Self {
        Self::of(Kind::Unpinned { path: path.into(), found })
    }

    pub(super) fn changed(release: &str, before: Sha256Digest, found: Sha256Digest, memory: &Path) -> Self {
        Self::of(Kind::Changed { release: release.into(), before, found, memory: memory.into() })
    }

    pub(super) fn other_release(path: &Path, expected: &str, found: &str) -> Self {
        Self::of(Kind::OtherRelease { path: path.into(), expected: expected.into(), found: found.into() })
    }

    pub(super) fn no_license(bundle: &Path) -> Self {
        Self::of(Kind::NoLicense { bundle: bundle.into() })
    }

    pub(super) fn not_a_license(path: &Path) -> Self {
        Self::of(Kind::NotALicense { path: path.into() })
    }

    pub(super) fn memory(path: &Path) -> Self {
        Self::of(Kind::Memory { path: path.into() })
    }

    pub(super) fn encoding(path: &Path) -> Self {
        Self::of(Kind::Encoding { path: path.into() })
    }

    pub(super) fn bundle(path: &Path, source: PackError) -> Self {
        Self::of(Kind::Bundle { path: path.into(), source })
    }

    pub(super) fn table(path: &Path, source: TableError) -> Self {
        Self::of(Kind::Table { path: path.into(), source })
    }

    fn of(kind: Kind) -> Self {
        Self(Box::new(kind))
    }

    /// Whether a file could not be read at all.
    pub fn is_unreadable(&self) -> bool {
        matches!(*self.0, Kind::Read { .. } | Kind::NotAFile { .. } | Kind::TooLarge { .. })
    }

    /// Whether the cache folder could not be written to.
    pub fn is_write(&self) -> bool {
        matches!(*self.0, Kind::Write { .. } | Kind::NoCache)
    }

    /// Whether the bundle is not, or no longer, the one that is trusted.
    pub fn is_untrusted(&self) -> bool {
        matches!(
            *self.0,
            Kind::Mismatch { .. } | Kind::Unpinned { .. } | Kind::Changed { .. } | Kind::OtherRelease { .. }
        )
    }

    /// Whether MITRE's licence is missing.
    pub fn is_license(&self) -> bool {
        matches!(*self.0, Kind::NoLicense { .. } | Kind::NotALicense { .. })
    }
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Read { path, .. } => write!(f, "cannot read `{}`", path.display()),
            Kind::NotAFile { path } => write!(f, "`{}` is not a regular file", path.display()),
            Kind::TooLarge { path, most } => write!(f, "`{}` has more than {most} bytes", path.display()),
            Kind::Write { path, .. } => write!(f, "cannot write `{}`", path.display()),
            Kind::NoCache => f.write_str("no cache folder: neither `XDG_CACHE_HOME` nor `HOME` is set"),
            Kind::Mismatch { path, expected, found } => write!(
                f,
                "`{}` is not the bundle that was asked for: its SHA-256 is {found}, not {expected}",
                path.display()
            ),
            Kind::Unpinned { path, found } => write!(
                f,
                "`{}` is none of the bundles known here; if it is what you want, import it with its SHA-256, \
                 {found}",
                path.display()
            ),
            Kind::Changed { release, before, found, memory } => write!(
                f,
                "the bundle of release {release} has changed: its SHA-256 is {found} and was {before}; if both \
                 are official, take release {release} out of `{}`",
                memory.display()
            ),
            Kind::OtherRelease { path, expected, found } => {
                write!(f, "`{}` is of release {found}, not {expected}", path.display())
            }
            Kind::NoLicense { bundle } => write!(
                f,
                "no licence for `{}`: MITRE's LICENSE.txt must lie beside it or in the cache folder, or \
                 `DECNET_ATTACK_LICENSE` name it",
                bundle.display()
            ),
            Kind::NotALicense { path } => write!(f, "`{}` is not MITRE's licence", path.display()),
            Kind::Memory { path } => write!(
                f,
                "`{}` does not hold the digests that were written to it; take it away if that is in order",
                path.display()
            ),
            Kind::Encoding { path } => write!(f, "`{}` is not UTF-8", path.display()),
            Kind::Bundle { path, .. } | Kind::Table { path, .. } => {
                write!(f, "`{}` is not an ATT&CK enterprise bundle", path.display())
            }
        }
    }
}

impl std::error::Error for BundleError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            Kind::Read { source, .. } | Kind::Write { source, .. } => Some(source),
            Kind::Bundle { source, .. } => Some(source),
            Kind::Table { source, .. } => Some(source),
            _ => None,
        }
    }
}
