// SPDX-License-Identifier: AGPL-3.0-or-later
//! `rules`.

use super::run::{assert_transcripts, run};

#[test]
fn rules_are_listed_and_shown() {
    let with = |line: &str| format!("{line} --rules tests/cli/good");
    let lines = [
        with("rules list"),
        with("rules list --json --quiet"),
        with("rules show demo.shadow"),
        with("rules show demo.agent"),
        with("rules show demo.intel"),
        with("rules show demo.intel --json"),
    ];
    let runs: Vec<(&str, &str)> = lines.iter().map(|line| ("", line.as_str())).collect();
    assert_transcripts("rules", &runs);
}

#[test]
fn rules_that_do_not_compile_end_with_78_and_their_errors() {
    assert_transcripts(
        "rules_refused",
        &[
            ("", "rules list --rules tests/cli/bad"),
            ("", "test tests/cli/bad"),
            ("{}", "explain --kind command --rules tests/cli/bad"),
            ("", "rules list --rules tests/cli/good/corpus"),
        ],
    );
}

#[test]
fn the_built_in_pack_is_listed_by_default() {
    let ran = run(&["rules", "list", "--json"]);
    let rules: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout).unwrap();
    let shadow = rules.iter().find(|rule| rule["rule_id"] == "R0014").unwrap();
    assert_eq!(shadow["emits"][0]["sub_technique_id"], "T1003.008");
    assert_eq!(shadow["file"], "builtin/ttp/R0014.yaml");
}
