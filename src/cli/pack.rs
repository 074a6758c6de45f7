// SPDX-License-Identifier: AGPL-3.0-or-later
//! Loads the rules that a command works with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::attack::bundle::Given;
use crate::compile::parse::PackFiles;
use crate::compile::program::Program;
use crate::compile::{Compilation, Options, compile};
use crate::diag::{Diagnostics, Severity, render};
use crate::vocab::Limits;

use super::attack::Source;
use super::text::counted;
use super::{Exit, Ui};

/// `--rules DIR` and the ATT&CK release that they are held against.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct RulesArg {
    /// Reads the rules of this folder, or of one rule file, instead of the built-in ones
    #[arg(long = "rules", value_name = "DIR")]
    dir: Option<PathBuf>,

    #[command(flatten)]
    attack: AttackArg,

    #[command(flatten)]
    compat: CompatArg,
}

/// `--compat decnet`.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
pub(super) struct CompatArg {
    /// Reads rules as this program reads them, and gives the tags that it gives
    #[arg(long = "compat", value_enum, value_name = "PROGRAM")]
    program: Option<Original>,
}

impl CompatArg {
    /// Whether rules are read as DECNET reads them.
    pub(super) const fn is_decnet(self) -> bool {
        matches!(self.program, Some(Original::Decnet))
    }
}

/// A program whose rules are taken as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Original {
    /// What it passes over is a warning, patterns mean what they mean to Python, no views of commands
    Decnet,
}

/// `--attack-bundle FILE|cache`.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct AttackArg {
    /// Holds rules against the ATT&CK release of this bundle, or of the newest in the cache folder
    /// (`cache`), instead of the built-in one; DECNET_ATTACK_BUNDLE does the same
    #[arg(long = "attack-bundle", value_name = "FILE|cache")]
    bundle: Option<PathBuf>,
}

/// A pack without errors.
#[derive(Debug)]
pub(super) struct Pack {
    /// All that compiling gave but the program.
    pub(super) compilation: Compilation,
    /// The program.
    pub(super) program: Arc<Program>,
    /// The ATT&CK release that its tags are of.
    pub(super) attack: Source,
}

impl AttackArg {
    /// The release to hold rules against.
    ///
    /// # Errors
    /// The bundle is not there, or refused.
    pub(super) fn open(&self, ui: &Ui) -> anyhow::Result<Source> {
        Source::open(self.bundle.as_deref(), Given::default(), ui)
    }
}

impl RulesArg {
    /// As [`load`].
    ///
    /// # Errors
    /// As [`load`].
    pub(super) fn load(&self, ui: &Ui) -> anyhow::Result<Pack> {
        load(self.dir.as_deref(), &self.attack, self.compat, ui)
    }
}

/// Reads the files of a folder, or those that are built in.
///
/// # Errors
/// The folder cannot be read, or holds no rule.
pub(super) fn files(dir: Option<&Path>, limits: &Limits) -> anyhow::Result<PackFiles> {
    let Some(dir) = dir else { return Ok(PackFiles::builtin()) };
    PackFiles::read_dir(dir, limits).map_err(|error| Exit::Usage.wrap(error))
}

/// Compiles the rules of a folder, or those that are built in; warnings are not shown.
///
/// # Errors
/// The folder or the bundle cannot be read ([`Exit::Usage`]), the folder holds no rule or its rules have errors, which are
/// then on standard error ([`Exit::Config`]).
pub(super) fn load(
    dir: Option<&Path>,
    attack: &AttackArg,
    compat: CompatArg,
    ui: &Ui,
) -> anyhow::Result<Pack> {
    let attack = attack.open(ui)?;
    let options = Options { catalogue: attack.bundle(), compat: compat.is_decnet(), ..Options::default() };
    let mut compilation = compile(&files(dir, &options.limits)?, &options, None);
    let errors = errors_of(&compilation.diagnostics);
    match compilation.program.take() {
        Some(program) if errors.is_empty() => {
            if compilation.ast.rules.is_empty() {
                return Err(Exit::Config.because(no_rules(dir)));
            }
            Ok(Pack { compilation, program: Arc::new(program), attack })
        }
        _ => {
            ui.complain(&render::text(&compilation.sources, &errors, ui.stderr_color()));
            let which = match dir {
                Some(dir) => format!("the rules in `{}`", dir.display()),
                None => "the built-in rules".to_owned(),
            };
            Err(Exit::Config.because(format!("{which} do not load: {}", counted(errors.len(), "error"))))
        }
    }
}

/// What to say of a pack that is empty.
pub(super) fn no_rules(dir: Option<&Path>) -> String {
    match dir {
        Some(dir) => format!(
            "no rules in `{}`: they are the files `ttp/*.yaml`, or `*.yaml` where there is no folder `ttp`",
            dir.display()
        ),
        None => "no rules are built in".to_owned(),
    }
}

/// The errors among the diagnostics.
fn errors_of(diagnostics: &Diagnostics) -> Diagnostics {
    let mut errors = Diagnostics::new();
    for diagnostic in diagnostics.iter().filter(|item| item.code.severity() == Severity::Error) {
        errors.push(diagnostic.clone());
    }
    errors
}
