// SPDX-License-Identifier: AGPL-3.0-or-later
//! Explanations say what the evaluators say, and show what the rules saw.

use std::path::Path;

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{Compilation, Options, compile};
use decnet_ttp::engine::explain::{Explanation, Node, Seen, Tested};
use decnet_ttp::engine::reference::Reference;
use decnet_ttp::vocab::{Limits, SourceKind};
use decnet_ttp::{Engine, Event};
use serde_json::{Value as Json, json};

fn compiled(dir: &str) -> Compilation {
    let files = PackFiles::read_dir(Path::new(dir), &Limits::default()).unwrap();
    let compilation = compile(&files, &Options::default(), None);
    assert!(!compilation.diagnostics.has_errors());
    compilation
}

fn line(kind: SourceKind, payload: &Json) -> String {
    json!({"source_kind": kind.as_str(), "source_id": "x", "payload": payload}).to_string()
}

/// The explanation of one rule of a pack of one rule.
fn explain(match_: &str, payload: &Json) -> (Explanation, Reference) {
    let mut files = PackFiles::new("explain");
    files.insert(
        "ttp/A.yaml",
        format!(
            "rule_id: A\nrule_version: 1\nname: a\napplies_to: [email]\nmatch: |\n  {match_}\nemits:\n  - {{tactic: \
             TA0001, technique_id: T1566, confidence: 0.9}}\n"
        ),
    );
    let compilation = compile(&files, &Options::default(), None);
    let errors = decnet_ttp::diag::render::text(&compilation.sources, &compilation.diagnostics, false);
    assert!(!compilation.diagnostics.has_errors(), "{errors}");
    let reference = Reference::new(compilation.lowered, Limits::default());
    let line = line(SourceKind::Email, payload);
    let event = Event::parse(&line, &Limits::default()).unwrap();
    let mut explanations = reference.explain(&event).unwrap();
    assert_eq!(explanations.len(), 1);
    (explanations.remove(0), reference)
}

/// What a predicate saw, by the name of each value.
fn seen(tested: &Tested, reference: &Reference) -> Vec<(String, Seen)> {
    let kind = &reference.pack().kinds[0];
    let name = |(value, seen): &(_, Seen)| (decnet_ttp::compile::ir::value_text(kind, *value), seen.clone());
    tested.seen.iter().map(name).collect()
}

fn only(node: &Node) -> &Tested {
    match node {
        Node::Pred(tested) => tested,
        other => panic!("one predicate is expected, not {other:?}"),
    }
}

#[test]
fn a_condition_holds_where_the_engine_says_so_and_only_where_a_witness_is_true() {
    let mut held = 0;
    for dir in ["tests/golden", "tests/cli/good"] {
        let compilation = compiled(dir);
        let lowered = Reference::new(compilation.lowered.clone(), Limits::default());
        let optimized = Reference::new(compilation.optimized.clone(), Limits::default());
        let engine = Engine::new(compilation.program.unwrap());
        let mut scratch = engine.scratch();
        for test in compilation.ast.rules.iter().flat_map(|rule| &rule.tests) {
            for kind in SourceKind::ALL {
                let line = line(kind, &Json::from(test.payload.clone()));
                let event = Event::parse(&line, &Limits::default()).unwrap();
                let hits = engine.evaluate_with(&event, &mut scratch);
                let plans = optimized.explain(&event).unwrap();
                for (explanation, plan) in lowered.explain(&event).unwrap().into_iter().zip(plans) {
                    let rule = &lowered.pack().rules[explanation.rule as usize];
                    let gates =
                        explanation.emits.iter().map(|gate| gate.when.as_ref().is_none_or(Node::holds));
                    let emits = gates.filter(|open| *open && explanation.condition.holds()).count();
                    let hit = hits.iter().filter(|hit| hits.rule(hit).is_some_and(|one| one.id == rule.id));
                    assert_eq!(emits, hit.count(), "{} on {line}", rule.id);
                    assert_eq!(
                        explanation.condition.holds(),
                        plan.condition.holds(),
                        "{} on {line}",
                        rule.id
                    );
                    assert_eq!(explanation.witness, None, "rules as lowered have none");
                    let woken = plan.witness.is_none_or(|witness| witness.iter().any(|tested| tested.holds));
                    assert!(woken || emits == 0, "{} on {line}", rule.id);
                    held += emits;
                }
            }
        }
    }
    assert!(held > 20, "{held}");
}

#[test]
fn a_predicate_shows_its_values_and_the_fields_in_them() {
    let payload = json!({"urls": ["http://a.example/", 7], "rcpt_count": "many", "subject": "re: x"});
    let value = |json: Json| Seen::Value(json);

    let (explanation, reference) = explain("len(urls) * 2 >= 2", &payload);
    let tested = only(&explanation.condition);
    assert!(tested.holds);
    let expected = [
        ("urls", value(json!(["http://a.example/"]))),
        ("len(urls)", value(json!(1))),
        ("(len(urls) * 2)", value(json!(2))),
    ];
    assert_eq!(seen(tested, &reference), expected.map(|(name, seen)| (name.to_owned(), seen)));

    let (explanation, reference) = explain("any(urls, host(it) == subject)", &payload);
    let names: Vec<String> =
        seen(only(&explanation.condition), &reference).into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["urls", "subject"], "items are not shown one by one");

    let (explanation, reference) = explain("rcpt_count > 3", &payload);
    let wrong = Seen::WrongType(Some(json!("many")));
    assert_eq!(seen(only(&explanation.condition), &reference), [("rcpt_count".to_owned(), wrong)]);

    let (explanation, _) = explain("subject matches 'r.:'", &payload);
    assert_eq!(only(&explanation.condition).found.as_deref(), Some("re:"));
    let (explanation, _) = explain("body_text contains 'x'", &payload);
    assert_eq!(only(&explanation.condition).seen[0].1, Seen::Absent);
}
