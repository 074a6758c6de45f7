// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules with the records that they must and must not match: `tests/data/sigma/matching/*.yml`.

use std::fs;

use decnet_ttp::compile::logs::Logs;
use decnet_ttp::compile::program::Plan;
use decnet_ttp::engine::LogEngine;
use decnet_ttp::event::RawObject;
use decnet_ttp::vocab::Limits;
use serde_json::Value as Json;

use super::compile;

/// What stands in a rule's document besides the rule.
#[derive(serde::Deserialize)]
struct Case {
    title: String,
    hit: Vec<Json>,
    miss: Vec<Json>,
}

#[test]
fn rules_match_what_they_say() {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in fs::read_dir("tests/data/sigma/matching").unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|ext| ext != "yml") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let cases: Vec<Case> = serde_saphyr::from_multiple(&text).unwrap();
        let compiled = compile(&[(path.display().to_string(), text)]);
        assert!(compiled.diagnostics.is_empty(), "{}", compiled.text());
        assert_eq!(compiled.rules.len(), cases.len(), "{}", path.display());
        // All in one, so that no test of a field stands in the way of another.
        for plan in [Plan::default(), Plan { scan: false, ..Plan::default() }] {
            let engine = LogEngine::new(Logs::new(compiled.rules.clone(), plan, Limits::default()));
            let mut scratch = engine.scratch();
            for (place, case) in (0_u32..).zip(&cases) {
                let records =
                    case.hit.iter().map(|it| (it, true)).chain(case.miss.iter().map(|it| (it, false)));
                for (record, expected) in records {
                    seen += 1;
                    let line = record.to_string();
                    let record = RawObject::parse(&line, &Limits::default()).unwrap();
                    if engine.evaluate_with(record, &mut scratch).contains(&place) != expected {
                        let verb = if expected { "misses" } else { "matches" };
                        wrong.push(format!("{}: `{}` {verb} {line}", path.display(), case.title));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 600, "only {seen} records");
}
