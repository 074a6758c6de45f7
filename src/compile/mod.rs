// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules go down this folder: parse → lower → optimize → program.
//!
//! ```text
//! files ─ parse ─▶ ast ─ lower ─▶ ir ─ optimize ─▶ ir ─ build ─▶ program
//! ```

pub mod automaton;
pub mod ir;
pub mod logs;
pub mod lower;
pub mod optimize;
mod options;
pub mod parse;
pub mod program;
pub mod sigma;
mod validate;

use crate::diag::{Code, Diagnostic, Diagnostics, Sources};

use parse::PackFiles;
use program::{Plan, Program};

pub use options::Options;
pub use validate::validate;

/// The release that DECNET writes into every tag, whatever its catalogue is.
const DECNET_RELEASE: &str = "v15.1";

/// Everything that compiling a pack gives.
#[derive(Debug)]
pub struct Compilation {
    /// The texts that diagnostics point into.
    pub sources: Sources,
    /// Every problem, in order of place.
    pub diagnostics: Diagnostics,
    /// The rules as their files say them.
    pub ast: parse::ast::Pack,
    /// The rules as lowering made them: what the reference evaluator walks.
    pub lowered: ir::Pack,
    /// The rules after the optimizer.
    pub optimized: ir::Pack,
    /// The program of the rules without errors; `None` where its automata pass the budget.
    pub program: Option<Program>,
}

/// Compiles a pack and reports every problem in it; rules with errors are left out.
///
/// Whether to use a program that lacks rules is the caller's choice: see
/// [`Diagnostics::has_errors`]. Source kinds that are as in `previous` are taken from it.
///
/// # Cost
/// A few milliseconds for a hundred rules.
pub fn compile(files: &PackFiles, options: &Options, previous: Option<&Program>) -> Compilation {
    let mut sources = Sources::default();
    let mut diagnostics = Diagnostics::new();
    let mut ast = parse::pack(files, &mut sources, &options.limits, &mut diagnostics);
    ast.compat = options.compat;
    if ast.rules.len() > options.limits.rules {
        let message = format!("{} rules, at most {} are taken", ast.rules.len(), options.limits.rules);
        diagnostics.push(Diagnostic::global(Code::PackLimit, message));
        ast.rules.truncate(options.limits.rules);
    }
    let catalogue = options.catalogue();
    let context = lower::Context { catalogue, limits: &options.limits, sources: &sources };
    let lowered = lower::lower(&ast, context, &mut diagnostics);
    lower::overdue(&ast, context, options.today, &mut diagnostics);
    if !options.compat {
        optimize::report_constants(&lowered, &mut diagnostics);
    }
    let optimized = optimize::optimize(&lowered, options.passes);
    let built = program::build(
        &optimized,
        ast.schema.clone(),
        if options.compat { DECNET_RELEASE } else { catalogue.release() },
        (ast.manifest.name.clone(), ast.manifest.version.clone()),
        Plan { views: options.plan.views && !options.compat, ..options.plan },
        &options.limits,
        previous,
    );
    let program =
        built.map_err(|error| diagnostics.push(Diagnostic::global(Code::PackLimit, error.to_string()))).ok();
    diagnostics.sort();
    Compilation { sources, diagnostics, ast, lowered, optimized, program }
}

/// Why a pack was not compiled: every diagnostic, rendered.
#[derive(Debug)]
pub struct CompileError {
    text: String,
}

impl std::fmt::Display for CompileError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for CompileError {}

/// Compiles a pack that must have no errors.
///
/// # Errors
/// The pack has errors; the error's text is the diagnostics.
pub fn program(files: &PackFiles) -> Result<Program, CompileError> {
    let compiled = compile(files, &Options::default(), None);
    match compiled.program {
        Some(program) if !compiled.diagnostics.has_errors() => Ok(program),
        _ => Err(CompileError {
            text: crate::diag::render::text(&compiled.sources, &compiled.diagnostics, false),
        }),
    }
}

/// Compiles the pack that ships inside the library.
///
/// # Errors
/// None in a release: the shipped pack is tested to compile.
pub fn builtin() -> Result<Program, CompileError> {
    program(&PackFiles::builtin())
}
