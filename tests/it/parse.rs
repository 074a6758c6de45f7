// SPDX-License-Identifier: AGPL-3.0-or-later
//! The front of the compile lane: broken files, bombs, expressions, packs on disk.

mod bombs;
mod broken;
mod expressions;
mod files;
mod rules;

use decnet_ttp::compile::parse::{self, PackFiles, ast};
use decnet_ttp::diag::{Diagnostics, Sources, render};
use decnet_ttp::vocab::Limits;

/// What parsing alone gives.
struct Parsed {
    pack: ast::Pack,
    sources: Sources,
    diagnostics: Diagnostics,
}

impl Parsed {
    fn text(&self) -> String {
        render::text(&self.sources, &self.diagnostics, false)
    }

    fn codes(&self) -> Vec<&'static str> {
        self.diagnostics.iter().map(|item| item.code.as_str()).collect()
    }
}

fn parse_pack(files: &PackFiles) -> Parsed {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::new());
    let pack = parse::pack(files, &mut sources, &Limits::default(), &mut diagnostics);
    diagnostics.sort();
    Parsed { pack, sources, diagnostics }
}

/// Parses one rule file.
fn parse_rule(text: impl Into<Vec<u8>>) -> Parsed {
    let mut files = PackFiles::default();
    files.insert("rule.yaml", text);
    parse_pack(&files)
}

/// A rule file with that `match`, as it would stand after the key.
fn rule_with(matches: &str) -> String {
    format!(
        "rule_id: R1\nrule_version: 1\nname: a\napplies_to: [command]\nmatch: {matches}\n\
         emits: [{{tactic: TA0006, technique_id: T1003, confidence: 1}}]\n"
    )
}
