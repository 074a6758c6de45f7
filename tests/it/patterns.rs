// SPDX-License-Identifier: AGPL-3.0-or-later
//! Patterns on texts that are mostly passed over: each says what the reference evaluator says.

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{Options, compile};
use decnet_ttp::engine::reference::Reference;
use decnet_ttp::vocab::Limits;
use decnet_ttp::{Engine, Event};

/// Each asks something of the character before, at, or behind the place where it begins.
const PATTERNS: [&str; 12] = [
    r"\bc", r"\Bc", r"\bcat\b", r"^c", r"(?m)^c", r"c$", r"(?m)c$", r"(?i)C\d", r"\b\d", r"[^x.]c", r"é",
    r"c|\by",
];

#[test]
fn what_is_passed_over_counts_as_what_stands_before() {
    let mut files = PackFiles::new("patterns");
    for (id, pattern) in PATTERNS.iter().enumerate() {
        let text = format!(
            "rule_id: P{id:04}\nrule_version: 1\nname: p{id}\ndescription: p\nattack_release: enterprise-v19.0\n\
             applies_to: [command]\nmatch: |\n  command_text matches '{pattern}'\nemits:\n  \
             - {{tactic: TA0002, technique_id: T1059, confidence: 0.5}}\nevidence_fields: [command_text]\n"
        );
        files.insert(format!("ttp/P{id:04}.yaml"), text);
    }
    let compiled = compile(&files, &Options::default(), None);
    assert!(
        !compiled.diagnostics.has_errors(),
        "{}",
        decnet_ttp::diag::render::text(&compiled.sources, &compiled.diagnostics, false)
    );
    let reference = Reference::new(compiled.lowered, Limits::default());
    let engine = Engine::new(compiled.program.unwrap());
    let mut scratch = engine.scratch();
    let (befores, behinds) =
        (["", "x", " ", "\n", "_", "é", "4", "."], ["", "c", "cat", "c4", "C4x", "y", "7", "éc"]);
    let mut matched = 0;
    for filler in
        ["", "x", "........................", "xxxxxxxxxxxxxxxxxxxxxxxx", "x x x x x x x x x x x x "]
    {
        for text in befores
            .iter()
            .flat_map(|before| behinds.map(|behind| format!("{filler}{before}{behind}{filler}")))
        {
            let payload = serde_json::json!({ "command_text": text });
            let line = format!(r#"{{"source_kind":"command","source_id":"s#0","payload":{payload}}}"#);
            let event = Event::parse(&line, &Limits::default()).unwrap();
            let hits = engine.evaluate_with(&event, &mut scratch);
            let found: Vec<String> = hits.iter().map(|hit| hits.rule(hit).unwrap().id.clone()).collect();
            let expected: Vec<String> =
                reference.evaluate(&event).unwrap().into_iter().map(|emission| emission.rule_id).collect();
            assert_eq!(found, expected, "{text:?}");
            matched += found.len();
        }
    }
    assert!(matched > 500, "only {matched} matches");
}
