// SPDX-License-Identifier: AGPL-3.0-or-later
//! Intel tables: which emits a provider's signals make, how each is scaled, what it then says.

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{Options, compile};
use decnet_ttp::{Engine, Event, vocab::Limits};
use serde_json::{Value, json};

/// The engine of the shipped pack with some of its files replaced.
fn engine(files: &[(&str, &str)], options: &Options) -> Engine {
    let mut pack = PackFiles::builtin();
    for (path, text) in files {
        pack.insert(*path, *text);
    }
    let compiled = compile(&pack, options, None);
    let text = decnet_ttp::diag::render::text(&compiled.sources, &compiled.diagnostics, false);
    assert!(!compiled.diagnostics.has_errors(), "{text}");
    Engine::new(compiled.program.unwrap())
}

/// What the rule emits for a payload: technique or sub-technique, and confidence.
fn emitted(engine: &Engine, rule: &str, payload: &Value) -> Vec<(String, f64)> {
    let line = json!({ "source_kind": "intel", "source_id": "i", "payload": payload }).to_string();
    emitted_of_line(engine, rule, &line)
}

fn emitted_of_line(engine: &Engine, rule: &str, line: &str) -> Vec<(String, f64)> {
    let event = Event::parse(line, &Limits::default()).unwrap();
    let mut scratch = engine.scratch();
    let hits = engine.evaluate_with(&event, &mut scratch);
    let of_rule = hits.iter().filter(|hit| hits.rule(hit).unwrap().id == rule);
    let emit = |hit: &decnet_ttp::engine::Hit| {
        let (_, emit) = hits.emit(hit).unwrap();
        let id = emit.sub_technique.as_ref().unwrap_or(&emit.technique);
        (id.clone(), (hit.confidence * 1e6).round() / 1e6)
    };
    of_rule.map(emit).collect()
}

/// A rule, a payload, and what the rule emits for it.
type Case = (&'static str, Value, &'static [(&'static str, f64)]);

#[test]
fn each_provider_emits_what_its_signals_lead_to_scaled_by_its_score() {
    let engine = engine(&[], &Options::default());
    let cases: Vec<Case> = vec![
        ("R0054", json!({"abuseipdb_score": 50, "abuseipdb_categories": [18, 22]}), &[("T1110", 0.35)]),
        ("R0054", json!({"abuseipdb_score": 79, "abuseipdb_categories": [11]}), &[("T1496", 0.474)]),
        (
            "R0054",
            json!({"abuseipdb_score": 80, "abuseipdb_categories": [11]}),
            &[("T1566", 0.56), ("T1496", 0.48)],
        ),
        ("R0054", json!({"abuseipdb_score": 150, "abuseipdb_categories": [5]}), &[("T1110", 0.7)]),
        ("R0054", json!({"abuseipdb_score": -5, "abuseipdb_categories": [5]}), &[]),
        ("R0054", json!({"abuseipdb_score": true, "abuseipdb_categories": [5]}), &[]),
        ("R0054", json!({"abuseipdb_score": 100, "abuseipdb_categories": "5"}), &[]),
        ("R0055", json!({"greynoise_classification": "malicious"}), &[("T1071", 0.35)]),
        (
            "R0055",
            json!({"greynoise_classification": "malicious", "greynoise_tags": ["havoc"]}),
            &[("T1071", 0.7), ("T1588", 0.7)],
        ),
        (
            "R0055",
            json!({"greynoise_classification": "malicious", "greynoise_tags": ["ssh_bruteforcer"]}),
            &[("T1071", 0.35), ("T1110", 0.7)],
        ),
        (
            "R0055",
            json!({"greynoise_classification": "unknown", "greynoise_tags": ["tor_exit_node"]}),
            &[("T1090", 0.35)],
        ),
        ("R0055", json!({"greynoise_classification": "scanner"}), &[("T1595.002", 0.7)]),
        ("R0056", json!({"feodo_listed": true}), &[("T1071.001", 0.85), ("T1588.001", 0.85)]),
        ("R0057", json!({"threatfox_threat_types": ["cc_skimming"]}), &[("T1056", 0.7)]),
        (
            "R0057",
            json!({"threatfox_threat_types": ["payload", "cc_skimming"], "threatfox_confidence": 50}),
            &[("T1588.001", 0.4), ("T1056", 0.35)],
        ),
    ];
    for (rule, payload, expected) in cases {
        let expected: Vec<_> =
            expected.iter().map(|(id, confidence)| ((*id).to_owned(), *confidence)).collect();
        assert_eq!(emitted(&engine, rule, &payload), expected, "{rule} {payload}");
    }
}

#[test]
fn a_score_out_of_range_is_harmless_and_leaves_other_providers_alone() {
    let engine = engine(&[], &Options::default());
    for score in ["1e400", "-1e400", "99999999999999999999999999", "null", "\"NaN\"", "{}"] {
        let line = format!(
            r#"{{"source_kind":"intel","source_id":"i","payload":{{"abuseipdb_score":{score},"abuseipdb_categories":[5],"feodo_listed":true}}}}"#
        );
        for (_, confidence) in emitted_of_line(&engine, "R0054", &line) {
            assert!((0.0..=0.7).contains(&confidence), "{score}: {confidence}");
        }
        assert_eq!(emitted_of_line(&engine, "R0056", &line).len(), 2, "{score}");
    }
}

#[test]
fn the_strongest_signal_scales_and_a_table_of_the_pack_replaces_the_shipped_one() {
    let table = "
provider: greynoise
mapping_version: '9'
signals:
  - {id: weak, techniques: [{technique_id: T1071}], confidence_multiplier: 0.2}
  - {id: strong, techniques: [{technique_id: T1071}], confidence_multiplier: 0.8}
  - {id: nothing, techniques: []}
";
    let engine = engine(&[("intel/greynoise.yaml", table)], &Options::default());
    let tags = |tags: &[&str]| emitted(&engine, "R0055", &json!({ "greynoise_tags": tags }));
    let one = |confidence: f64| vec![("T1071".to_owned(), confidence)];
    assert_eq!(tags(&["weak"]), one(0.14));
    assert_eq!(tags(&["weak", "strong"]), one(0.56));
    assert_eq!(tags(&["nothing", "web_crawler"]), []);
    // What the table does not name, the predicate's own signals still mean.
    let bare = json!({"greynoise_classification": "malicious", "greynoise_tags": ["weak"]});
    assert_eq!(emitted(&engine, "R0055", &bare), one(0.14));
}

#[test]
fn a_tag_says_which_signals_led_to_it_and_where_they_are_described() {
    let engine = engine(&[], &Options::default());
    let line = json!({
        "source_kind": "intel", "source_id": "i", "attacker_uuid": "a",
        "payload": {
            "abuseipdb_score": 90, "abuseipdb_categories": [22, 4, 11, 18, 22],
            "greynoise_classification": "malicious", "greynoise_tags": ["havoc", "sliver", "tor_exit_node"],
        },
    })
    .to_string();
    let event = Event::parse(&line, &Limits::default()).unwrap();
    let mut scratch = engine.scratch();
    let tags = decnet_ttp::tag::tags(&event, &engine.evaluate_with(&event, &mut scratch)).unwrap();
    let evidence = |rule: &str, technique: &str| {
        let tag = tags.iter().find(|tag| tag.rule_id == rule && tag.technique_id == technique).unwrap();
        json!(tag.evidence)
    };
    let categories = "https://www.abuseipdb.com/categories";
    assert_eq!(
        evidence("R0054", "T1110"),
        json!({
            "abuseipdb_score": 90, "abuse_confidence_score": 90, "abuseipdb_categories": [18, 22],
            "external_references": [categories],
        })
    );
    assert_eq!(evidence("R0054", "T1566")["abuseipdb_categories"], json!([11]));
    assert_eq!(evidence("R0055", "T1071")["greynoise_tags"], json!(["sliver", "havoc"]));
    assert_eq!(evidence("R0055", "T1090")["greynoise_tags"], json!(["tor_exit_node"]));
}

#[test]
fn a_table_is_overdue_on_the_day_after_its_review() {
    let overdue = |today: Option<&str>| -> Vec<String> {
        let options = Options { today: today.map(|day| day.parse().unwrap()), ..Options::default() };
        let compiled = compile(&PackFiles::builtin(), &options, None);
        let found = compiled.diagnostics.iter().filter(|item| item.code.as_str() == "W010");
        found.map(|item| item.message.clone()).collect()
    };
    let mut reviews = Vec::new();
    for table in &compile(&PackFiles::builtin(), &Options::default(), None).ast.intel {
        reviews.push(table.next_review.as_ref().expect("every shipped table has a next review").value);
    }
    let (first, last) = (*reviews.iter().min().unwrap(), *reviews.iter().max().unwrap());
    assert_eq!(overdue(None), [""; 0], "without a day nothing is held to one");
    assert_eq!(overdue(Some(&first.to_string())), [""; 0], "on the day it is due, not overdue");
    let all = overdue(Some(&last.tomorrow().unwrap().to_string()));
    assert_eq!(all.len(), reviews.len(), "{all:?}");
    assert_eq!(all[0], format!("this table was to be reviewed by {}", reviews[0]));
}
