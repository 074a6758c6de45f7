// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the rules of `tests/data/sigma/matching` are lowered to: `NAME.ir` beside each file.

use std::fmt::Write as _;
use std::fs;

use decnet_ttp::compile::ir;

use super::compile;

#[test]
fn what_rules_are_lowered_to() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../data/sigma/matching");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for name in ["conditions", "keywords", "modifiers", "selections", "values"] {
        let path = format!("tests/data/sigma/matching/{name}.yml");
        let text = fs::read_to_string(&path).unwrap();
        let compiled = compile(&[(path, text)]);
        assert!(compiled.diagnostics.is_empty(), "{}", compiled.text());
        let mut dump = String::new();
        for rule in compiled.rules {
            let mut kind = rule.part;
            let (emits, evidence) = (Vec::new(), Vec::new());
            kind.entries.push(ir::Entry { rule: 0, cond: rule.cond, emits, evidence, witness: None });
            let text = ir::dump(&ir::Pack { rules: Vec::new(), kinds: vec![kind] });
            let lines = text.lines().filter(|line| {
                !line.starts_with("kind ") && !line.starts_with("  rule ") && !line.contains("witness none")
            });
            let lines: Vec<&str> = lines.collect();
            let _ = writeln!(dump, "{}\n{}\n", rule.head.title, lines.join("\n"));
        }
        settings.bind(|| insta::assert_snapshot!(format!("{name}.ir"), dump));
    }
}
