// SPDX-License-Identifier: AGPL-3.0-or-later
//! Loads the rules that a command works with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::compile::parse::PackFiles;
use crate::compile::program::Program;
use crate::compile::{Compilation, Options, compile};
use crate::diag::{Diagnostics, Severity, render};
use crate::vocab::Limits;

use super::text::counted;
use super::{Exit, Ui};

/// `--rules DIR`.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct RulesArg {
    /// Reads the rules of this folder, or of one rule file, instead of the built-in ones
    #[arg(long = "rules", value_name = "DIR")]
    pub(super) dir: Option<PathBuf>,
}

/// A pack without errors.
#[derive(Debug)]
pub(super) struct Pack {
    /// All that compiling gave but the program.
    pub(super) compilation: Compilation,
    /// The program.
    pub(super) program: Arc<Program>,
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
/// The folder cannot be read ([`Exit::Usage`]), holds no rule or its rules have errors, which are
/// then on standard error ([`Exit::Config`]).
pub(super) fn load(dir: Option<&Path>, ui: &Ui) -> anyhow::Result<Pack> {
    let options = Options::default();
    let mut compilation = compile(&files(dir, &options.limits)?, &options, None);
    let errors = errors_of(&compilation.diagnostics);
    match compilation.program.take() {
        Some(program) if errors.is_empty() => {
            if compilation.ast.rules.is_empty() {
                return Err(Exit::Config.because(no_rules(dir)));
            }
            Ok(Pack { compilation, program: Arc::new(program) })
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
