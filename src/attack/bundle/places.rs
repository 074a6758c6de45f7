// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where a bundle and its licence may lie.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// Names the bundle.
pub const BUNDLE_VARIABLE: &str = "DECNET_ATTACK_BUNDLE";
/// Names MITRE's licence.
pub const LICENSE_VARIABLE: &str = "DECNET_ATTACK_LICENSE";

/// The licence beside a bundle and in the cache.
const LICENSE_NAME: &str = "LICENSE.txt";
/// What a bundle in the cache is called, before and after its release.
const BUNDLE_NAME: (&str, &str) = ("enterprise-attack-", ".json");
/// Entries of the cache folder that are looked at.
const CACHE_ENTRIES_MAX: usize = 10_000;

/// What the environment says about bundles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// A bundle.
    pub bundle: Option<PathBuf>,
    /// A licence, for bundles that have none beside them.
    pub license: Option<PathBuf>,
    /// The cache folder, which need not exist.
    pub cache: Option<PathBuf>,
}

impl Places {
    /// Reads `DECNET_ATTACK_BUNDLE`, `DECNET_ATTACK_LICENSE`, and for the cache folder
    /// `XDG_CACHE_HOME` or `HOME`. An empty variable counts as unset.
    pub fn from_env() -> Self {
        Self::from_variables(|name| std::env::var_os(name))
    }

    /// As [`Places::from_env`], with the variables that `variable` gives.
    pub fn from_variables(variable: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = |name| variable(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        // The XDG specification has relative paths ignored.
        let folder = path("XDG_CACHE_HOME").filter(|folder| folder.is_absolute());
        let folder = folder.or_else(|| path("HOME").map(|home| home.join(".cache")));
        Self {
            bundle: path(BUNDLE_VARIABLE),
            license: path(LICENSE_VARIABLE),
            cache: folder.map(|folder| folder.join("decnet").join("attack")),
        }
    }

    /// The bundle to load: the one named, else the environment's, else the newest in the cache.
    ///
    /// # Cost
    /// Lists the cache folder where the first two are not there.
    pub fn find(&self, named: Option<&Path>) -> Option<PathBuf> {
        named.map(Path::to_owned).or_else(|| self.bundle.clone()).or_else(|| self.cached())
    }

    /// The bundle of the newest release in the cache folder, by its name.
    pub fn cached(&self) -> Option<PathBuf> {
        let entries = std::fs::read_dir(self.cache.as_ref()?).ok()?.take(CACHE_ENTRIES_MAX).flatten();
        let releases = entries.filter_map(|entry| Some((release_of(&entry.file_name())?, entry.path())));
        releases.max_by_key(|(release, _)| *release).map(|(_, path)| path)
    }

    /// The licence of a bundle: beside it, else the environment's, else the cache's. A variable that
    /// names no file counts too, so that the mistake is noticed.
    pub(super) fn license_of(&self, bundle: &Path) -> Option<PathBuf> {
        let there = |path: PathBuf| path.exists().then_some(path);
        there(bundle.with_file_name(LICENSE_NAME))
            .or_else(|| self.license.clone())
            .or_else(|| self.cached_license().and_then(there))
    }

    /// Where the cache has the licence.
    pub(super) fn cached_license(&self) -> Option<PathBuf> {
        self.cache.as_ref().map(|cache| cache.join(LICENSE_NAME))
    }

    /// Where the cache has the bundle of that release.
    pub(super) fn cached_bundle(&self, release: &str) -> Option<PathBuf> {
        let (before, after) = BUNDLE_NAME;
        self.cache.as_ref().map(|cache| cache.join([before, release, after].concat()))
    }
}

/// The release in the name of a cached bundle, as numbers that compare.
fn release_of(name: &std::ffi::OsStr) -> Option<(u32, u32)> {
    let (before, after) = BUNDLE_NAME;
    let release = name.to_str()?.strip_prefix(before)?.strip_suffix(after)?;
    let (major, minor) = release.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}
