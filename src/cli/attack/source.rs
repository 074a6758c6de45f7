// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which catalogue a command looks at: the embedded one or a bundle's.

use std::error::Error as _;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::attack::Catalogue;
use crate::attack::bundle::{self, BundleError, Given, Loaded, Places, Sha256Digest};
use crate::attack::pack::PackError;

use super::{Exit, Ui};

/// The word that stands for the newest bundle in the cache folder.
const CACHE: &str = "cache";

/// What the user says about a bundle.
#[derive(Debug, clap::Args)]
pub(super) struct GivenArgs {
    /// MITRE's licence, where no LICENSE.txt lies beside the bundle
    #[arg(long, value_name = "FILE")]
    license: Option<PathBuf>,

    /// The bundle's SHA-256, for one that is not known here; it is remembered in the cache folder
    #[arg(long, value_name = "HEX", value_parser = digest)]
    sha256: Option<Sha256Digest>,

    /// The bundle's release (18.1), for one that does not say its own, as STIX 2.0 ones don't
    #[arg(long, value_name = "V")]
    release: Option<String>,
}

/// `--bundle FILE|cache`.
#[derive(Debug, clap::Args)]
pub(super) struct SourceArgs {
    /// Looks at this bundle, or at the newest imported one (`cache`), instead of the built-in
    /// catalogue; DECNET_ATTACK_BUNDLE does the same
    #[arg(long, value_name = "FILE|cache")]
    bundle: Option<PathBuf>,

    #[command(flatten)]
    given: GivenArgs,
}

/// A catalogue, wherever it came from: a bundle, or without one the embedded one.
#[derive(Clone, Debug, Default)]
pub(in crate::cli) struct Source(Option<Arc<Catalogue>>);

impl Deref for Source {
    type Target = Catalogue;

    fn deref(&self) -> &Catalogue {
        self.0.as_deref().unwrap_or_else(|| Catalogue::embedded())
    }
}

impl Source {
    /// The bundle's catalogue.
    pub(in crate::cli) fn bundle(&self) -> Option<Arc<Catalogue>> {
        self.0.clone()
    }

    /// Opens the bundle that was named, else the environment's; `cache` is the newest in the cache.
    ///
    /// # Errors
    /// The bundle is not there, or refused.
    pub(in crate::cli) fn open(named: Option<&Path>, given: Given<'_>, ui: &Ui) -> anyhow::Result<Self> {
        let places = Places::from_env();
        let path = match named.or(places.bundle.as_deref()) {
            None => return Ok(Self::default()),
            Some(path) if path == Path::new(CACHE) => {
                places.cached().ok_or_else(|| Exit::Usage.because(no_cached(&places)))?
            }
            Some(path) => path.to_owned(),
        };
        let loaded = bundle::load(&path, given, &places).map_err(refused)?;
        report(&loaded, ui);
        Ok(Self(Some(Arc::new(loaded.catalogue))))
    }
}

impl SourceArgs {
    /// The catalogue that the user wants.
    ///
    /// # Errors
    /// The bundle is not there, or refused.
    pub(super) fn open(&self, ui: &Ui) -> anyhow::Result<Source> {
        Source::open(self.bundle.as_deref(), self.given.given(), ui)
    }
}

impl GivenArgs {
    pub(super) fn given(&self) -> Given<'_> {
        Given { sha256: self.sha256, release: self.release.as_deref(), license: self.license.as_deref() }
    }
}

/// Says what the user should know of a bundle.
pub(super) fn report(loaded: &Loaded, ui: &Ui) {
    for notice in &loaded.notices {
        ui.note(&super::super::text::escape(&format!("warning: {notice}")));
    }
}

/// The exit code that a bundle's error ends in.
pub(super) fn refused(error: BundleError) -> anyhow::Error {
    let exit = match &error {
        error if error.is_unreadable() => Exit::Usage,
        error if error.is_write() => Exit::Io,
        _ => Exit::Config,
    };
    let cause = error.source().and_then(|source| source.downcast_ref::<PackError>());
    match cause.filter(|cause| cause.is_without_version()) {
        Some(cause) => exit.caused_by(error.to_string(), format!("{cause} (`--release 18.1`)")),
        None => exit.wrap(error),
    }
}

pub(super) fn digest(text: &str) -> Result<Sha256Digest, &'static str> {
    Sha256Digest::from_hex(text).ok_or("a SHA-256 has 64 hexadecimal digits")
}

fn no_cached(places: &Places) -> String {
    match &places.cache {
        Some(cache) => {
            format!(
                "no bundle in `{}`: `attack fetch` or `attack import FILE` puts one there",
                cache.display()
            )
        }
        None => "no cache folder: neither `XDG_CACHE_HOME` nor `HOME` is set".to_owned(),
    }
}
