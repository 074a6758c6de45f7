// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the compiler made of the rules, for `--ir` and `--plan`.

use crate::compile::{ir, lower, optimize, program};
use crate::diag::Diagnostics;

use super::super::text::escape_lines;
use super::{Exit, Pack};

/// The dumps that were asked for.
#[derive(Default)]
pub(super) struct Stages {
    /// Before and after optimizing.
    pub(super) ir: Option<(String, String)>,
    pub(super) plan: Option<String>,
}

impl Stages {
    /// Dumps the whole pack, or one rule compiled on its own.
    pub(super) fn new(
        pack: &Pack,
        rule: Option<&str>,
        with_ir: bool,
        with_plan: bool,
    ) -> anyhow::Result<Self> {
        let dumps = |lowered: &ir::Pack, optimized: &ir::Pack| (ir::dump(lowered), ir::dump(optimized));
        if !with_ir && !with_plan {
            return Ok(Self::default());
        }
        let compilation = &pack.compilation;
        let Some(rule) = rule else {
            return Ok(Self {
                ir: with_ir.then(|| dumps(&compilation.lowered, &compilation.optimized)),
                plan: with_plan.then(|| program::dump(&pack.program)),
            });
        };
        let mut ast = compilation.ast.clone();
        ast.rules.retain(|one| one.id.value == rule);
        let (schema, name) = (ast.schema.clone(), (ast.manifest.name.clone(), ast.manifest.version.clone()));
        let limits = pack.program.limits();
        let catalogue = &*pack.attack;
        let context = lower::Context { catalogue, limits, sources: &compilation.sources };
        let lowered = lower::lower(&ast, context, &mut Diagnostics::new());
        let optimized = optimize::optimize(&lowered, optimize::Passes::ALL);
        let ir = with_ir.then(|| dumps(&lowered, &optimized));
        let plan = program::Plan::default();
        let program = program::build(&optimized, schema, catalogue.release(), name, plan, limits, None);
        let program = program.map_err(|error| Exit::Config.wrap(error))?;
        Ok(Self { ir, plan: with_plan.then(|| program::dump(&program)) })
    }

    /// The dumps, each under a heading.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        let mut section = |heading: &str, dump: &str| {
            out.push_str(&format!("# {heading}\n\n{}\n", escape_lines(dump)));
        };
        if let Some((lowered, optimized)) = &self.ir {
            section("As written", lowered);
            section("Optimized", optimized);
        }
        if let Some(plan) = &self.plan {
            section("Plan", plan);
        }
        out
    }
}
