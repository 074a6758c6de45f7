// SPDX-License-Identifier: AGPL-3.0-or-later
//! Named predicates: `tests/data/predicates.jsonl` says what each holds for and what not.

use std::collections::BTreeSet;

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{Compilation, Options, compile};
use decnet_ttp::{Engine, Event, vocab::Limits};
use serde_json::Value;

/// A rule with a match, and nothing wrong with it.
fn compiled(kind: &str, matches: &str) -> Compilation {
    // The providers' rules emit what their tables lead to.
    let emits = match matches.contains("intel_abuse") {
        true => "{tactic: TA0006, technique_id: T1110, confidence: 1}",
        false => "{tactic: TA0011, technique_id: T1071, confidence: 1}",
    };
    let mut files = PackFiles::new("predicates");
    files.insert(
        "ttp/P.yaml",
        format!(
            "rule_id: P\nrule_version: 1\nname: p\napplies_to: [{kind}]\nmatch: {matches}\nemits: [{emits}]\n"
        ),
    );
    compile(&files, &Options::default(), None)
}

#[test]
fn every_predicate_holds_for_what_it_is_for_and_for_nothing_else() {
    let mut tried = BTreeSet::new();
    for line in std::fs::read_to_string("tests/data/predicates.jsonl").unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (kind, matches) = (case["kind"].as_str().unwrap(), case["match"].as_str().unwrap());
        let compiled = compiled(kind, matches);
        let text = decnet_ttp::diag::render::text(&compiled.sources, &compiled.diagnostics, false);
        let warnings: Vec<_> =
            compiled.diagnostics.iter().filter(|item| item.code.as_str() != "W002").collect();
        assert!(warnings.is_empty(), "{matches}\n{text}");
        let name = matches.split('\'').nth(1).unwrap();
        tried.insert(name.to_owned());
        let engine = Engine::new(compiled.program.unwrap());
        for (key, wanted) in [("hit", true), ("miss", false)] {
            let payloads = case[key].as_array().unwrap();
            assert!(!payloads.is_empty(), "{matches} has no {key}");
            for payload in payloads {
                let line = format!(r#"{{"source_kind":"{kind}","source_id":"p","payload":{payload}}}"#);
                let hits = engine.evaluate(&Event::parse(&line, &Limits::default()).unwrap());
                assert_eq!(!hits.is_empty(), wanted, "{matches} {payload}");
            }
        }
    }
    let shipped = compile(&PackFiles::builtin(), &Options::default(), None).ast.predicates;
    let missing: Vec<_> = shipped
        .iter()
        .filter(|known| !tried.contains(&known.name.value))
        .map(|known| &known.name.value)
        .collect();
    assert!(missing.is_empty(), "not tried: {missing:?}");
}

#[test]
fn a_parameter_that_is_missing_or_of_another_type_is_an_error() {
    for (kind, matches) in [
        ("session", "{kind: 'lifter:behavioral_beaconing'}"),
        ("session", "{kind: 'lifter:behavioral_beaconing', min_interval_s: ten}"),
        ("session", "{kind: 'lifter:behavioral_exfil_over_web', min_payload_bytes: 1}"),
        ("session", "{kind: 'lifter:behavioral_db_mass_read', min_rows: true, min_bytes: 1}"),
        ("session", "{kind: 'lifter:behavioral_data_destruction', patterns: DROP}"),
        ("session", "{kind: 'lifter:behavioral_tftp_router_config'}"),
        ("auth_attempt", "{kind: 'lifter:credential_default_credentials'}"),
        ("auth_attempt", "{kind: 'lifter:credential_default_credentials', pairs: [[admin, 1234]]}"),
        ("auth_attempt", "{kind: 'lifter:credential_default_credentials', pairs: [[admin]]}"),
        ("auth_attempt", "{kind: 'lifter:credential_auth_brute_generic', fail_threshold: '5'}"),
        ("email", "{kind: 'lifter:email_bec', subject_keywords: [a]}"),
        ("email", "{kind: 'lifter:email_malicious_attachment'}"),
        ("email", "{kind: 'lifter:email_encoded_payload', min_bytes: null}"),
        ("email", "{kind: 'lifter:email_mass_phish', window_minutes: 5}"),
    ] {
        let compiled = compiled(kind, matches);
        let codes: Vec<_> = compiled.diagnostics.iter().map(|item| item.code.as_str()).collect();
        assert!(codes.contains(&"E020"), "{matches}: {codes:?}");
    }
}
