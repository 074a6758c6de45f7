// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rule files and intel tables in DECNET's form, as they are: `tests/compat`.

use std::path::Path;

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{Compilation, Options, compile};
use decnet_ttp::tag;
use decnet_ttp::vocab::Limits;
use decnet_ttp::{Engine, Event};
use serde_json::{Value, json};

fn compiled(compat: bool) -> Compilation {
    let files = PackFiles::read_dir(Path::new("tests/compat"), &Limits::default()).unwrap();
    compile(&files, &Options { compat, ..Options::default() }, None)
}

#[test]
fn files_that_decnet_loads_load() {
    let compiled = compiled(true);
    let text = decnet_ttp::diag::render::text(&compiled.sources, &compiled.diagnostics, false);
    assert!(!compiled.diagnostics.has_errors(), "{text}");
    let rules = compiled.program.unwrap().rules().len();
    let files = std::fs::read_dir("tests/compat").unwrap();
    let files =
        files.filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|it| it == "yaml"));
    assert_eq!(rules, files.count());
}

#[test]
fn what_decnet_passes_over_is_an_error_otherwise() {
    let codes: Vec<_> = compiled(false).diagnostics.iter().map(|item| item.code.as_str()).collect();
    for code in ["E019", "E020", "E021", "E022", "E031"] {
        assert!(codes.contains(&code), "{code}");
    }
    assert!(!compiled(true).diagnostics.iter().any(|item| item.code.as_str() == "W002"));
}

#[test]
fn events_get_the_tags_that_decnet_gives() {
    let engine = Engine::new(compiled(true).program.unwrap());
    let mut scratch = engine.scratch();
    for line in std::fs::read_to_string("tests/compat/events.jsonl").unwrap().lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let event = json!({
            "source_kind": case["kind"], "source_id": "s", "attacker_uuid": "a", "payload": case["payload"],
        });
        let text = event.to_string();
        let event = Event::parse(&text, &Limits::default()).unwrap();
        let hits = engine.evaluate_with(&event, &mut scratch);
        let tags = tag::tags(&event, &hits).unwrap();
        let given: Vec<Value> = tags
            .iter()
            .map(|tag| {
                let technique = tag.sub_technique_id.as_ref().unwrap_or(&tag.technique_id);
                json!([tag.rule_id, technique, (tag.confidence * 1e6).round() / 1e6])
            })
            .collect();
        assert_eq!(json!(given), case["tags"], "{line}");
        assert!(tags.iter().all(|tag| tag.attack_release == "v15.1"), "{line}");
        if let Some(evidence) = case.get("evidence") {
            assert_eq!(json!(tags[0].evidence), *evidence, "{line}");
        }
    }
}
