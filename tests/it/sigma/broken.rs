// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every file of `tests/data/sigma/broken` and what is said about it: `NAME.diag` beside it.

use std::collections::BTreeSet;
use std::fs;

use decnet_ttp::diag::Diagnostic;

use super::compile;

/// How many rules of each file are sound.
const SOUND: [(&str, usize); 6] =
    [("conditions", 0), ("documents", 1), ("empty", 0), ("modifiers", 0), ("selections", 0), ("syntax", 1)];

#[test]
fn every_broken_rule_is_named_and_explained() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../data/sigma/broken");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut codes = BTreeSet::new();
    for (name, sound) in SOUND {
        let path = format!("tests/data/sigma/broken/{name}.yml");
        let text = fs::read_to_string(&path).unwrap();
        let mut compiled = compile(&[(path, text)]);
        compiled.diagnostics.sort();
        codes.extend(compiled.diagnostics.iter().map(|item| item.code.as_str()));
        let helped = |item: &&Diagnostic| !item.help.is_empty() || !item.code.as_str().starts_with("E03");
        assert!(compiled.diagnostics.iter().all(|item| helped(&item)), "{}", compiled.text());
        settings.bind(|| insta::assert_snapshot!(format!("{name}.diag"), compiled.text()));
        assert_eq!(compiled.rules.len(), sound, "{name}");
    }
    for code in ["E037", "E038", "E039", "E040"] {
        assert!(codes.contains(code), "{code} is never reported");
    }
}
