// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Sigma front end: what rules compile to, what is said of those that do not.

mod broken;
mod corpus;
mod golden;
mod hostile;
mod matching;

use decnet_ttp::compile::sigma::{self, Rule};
use decnet_ttp::diag::{Diagnostics, Sources, render};
use decnet_ttp::vocab::Limits;

/// What compiling gives.
struct Compiled {
    rules: Vec<Rule>,
    sources: Sources,
    diagnostics: Diagnostics,
}

impl Compiled {
    fn text(&self) -> String {
        render::text(&self.sources, &self.diagnostics, false)
    }
}

fn compile(files: &[(String, String)]) -> Compiled {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::new());
    let rules = sigma::rules(files, &Limits::default(), &mut sources, &mut diagnostics);
    Compiled { rules, sources, diagnostics }
}
