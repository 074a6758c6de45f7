// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where a command looks for stored messages.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::compile::ir;
use crate::compile::program::Program;
use crate::engine::Engine;
use crate::engine::reference::Reference;
#[cfg(all(feature = "mail", target_os = "linux"))]
use crate::event::mail::Artifacts;
#[cfg(all(feature = "mail", target_os = "linux"))]
use crate::lift::Messages;

use super::{Exit, Pack};

/// The environment's name for the folder.
const VARIABLE: &str = "DECNET_ARTIFACTS_ROOT";
/// The folder where nobody names one.
const DEFAULT: &str = "/var/lib/decnet/artifacts";

/// `--artifacts DIR`.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct ArtifactsArg {
    /// Opens the bodies of e-mails under this folder, where decoys store them (DIR/DECOY/smtp/NAME), when
    /// a rule asks; without, DECNET_ARTIFACTS_ROOT, else /var/lib/decnet/artifacts where there is one
    #[arg(id = "artifacts", long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

impl ArtifactsArg {
    /// The folder: the flag's, else the environment's, else the usual one if it is there.
    ///
    /// # Errors
    /// The folder that was named is no absolute path, not there, or no folder.
    pub(super) fn open(&self) -> anyhow::Result<Stored> {
        let environment = || env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
        let named = match &self.dir {
            Some(dir) => Some(("`--artifacts`", dir.clone())),
            None => environment().map(|dir| (VARIABLE, dir)),
        };
        let Some((who, dir)) = named else {
            return Ok(Stored { root: Some(PathBuf::from(DEFAULT)).filter(|dir| dir.is_dir()) });
        };
        check(who, &dir)?;
        Ok(Stored { root: Some(dir) })
    }
}

/// The folder of stored messages, if there is one, and who evaluates with it.
#[derive(Clone, Debug)]
pub(super) struct Stored {
    #[cfg_attr(
        not(all(feature = "mail", target_os = "linux")),
        expect(dead_code, reason = "no message can be opened without the feature `mail`")
    )]
    root: Option<PathBuf>,
}

impl Stored {
    /// An engine that opens stored messages.
    pub(super) fn engine(&self, program: &Arc<Program>) -> Engine {
        let engine = Engine::new(Arc::clone(program));
        #[cfg(all(feature = "mail", target_os = "linux"))]
        if let Some(messages) = self.messages(program) {
            return engine.with_messages(messages);
        }
        engine
    }

    /// A reference evaluator of the pack's rules as `rules` has them, with the same messages.
    pub(super) fn reference(&self, pack: &Pack, rules: ir::Pack) -> Reference {
        let reference = Reference::new(rules, pack.program.limits().clone());
        #[cfg(all(feature = "mail", target_os = "linux"))]
        if let Some(messages) = self.messages(&pack.program) {
            return reference.with_messages(messages);
        }
        reference
    }

    #[cfg(all(feature = "mail", target_os = "linux"))]
    fn messages(&self, program: &Program) -> Option<Messages> {
        let (root, limits) = (self.root.as_deref()?, program.limits());
        Some(Messages { artifacts: Artifacts::open(root, limits), limits: limits.clone() })
    }
}

/// Refuses a folder in which nothing would ever be found: a mistyped one must not look like one
/// without messages.
fn check(who: &str, dir: &Path) -> anyhow::Result<()> {
    let shown = dir.display();
    if !dir.is_absolute() {
        let message = format!("{who} is `{shown}`, which is relative: an absolute path is expected");
        return Err(Exit::Config.because(message));
    }
    let metadata = std::fs::metadata(dir).map_err(|error| {
        Exit::Config.caused_by(format!("{who} is `{shown}`, which cannot be read"), error)
    })?;
    if !metadata.is_dir() {
        return Err(Exit::Config.because(format!("{who} is `{shown}`, which is no folder")));
    }
    if cfg!(not(all(feature = "mail", target_os = "linux"))) {
        return Err(Exit::Config.because(format!("{who}: stored messages cannot be opened by this build")));
    }
    Ok(())
}
