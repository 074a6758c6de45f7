// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules with the records that they must and must not match: `tests/data/sigma/matching/*.yml`.

use std::fs;

use decnet_ttp::compile::logs::Logs;
use decnet_ttp::compile::program::Plan;
use decnet_ttp::engine::LogEngine;
use decnet_ttp::engine::reference::Reference;
use decnet_ttp::event::{MemberList, RawObject};
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

/// Every plan, and a scratch that has seen much, agrees with the reference evaluator on every record of the data.
#[test]
fn plans_and_memory_of_earlier_texts_agree_with_the_reference() {
    let files: Vec<(String, String)> = fs::read_dir("tests/data/sigma/matching")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "yml"))
        .map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap()))
        .collect();
    let compiled = compile(&files);
    let lines: Vec<String> = files
        .iter()
        .flat_map(|(_, text)| serde_saphyr::from_multiple::<Case>(text).unwrap())
        .flat_map(|case| case.hit.into_iter().chain(case.miss))
        .map(|record| record.to_string())
        .collect();
    let limits = Limits::default();
    let logs = |plan| Logs::new(compiled.rules.clone(), plan, limits.clone());
    let reference = Reference::new(logs(Plan::default()).pack(), limits.clone());
    let expected: Vec<Vec<u32>> = lines.iter().map(|line| reference.evaluate_record(line).unwrap()).collect();
    assert!(expected.iter().flatten().count() > 300, "the records match hardly anything");
    for bits in 0..16_u8 {
        let on = |bit: u8| bits >> bit & 1 != 0;
        let plan = Plan { merge: on(0), scan: on(1), lean: on(2), runs: on(3), ..Plan::default() };
        let engine = LogEngine::new(logs(plan)).without_routing();
        let (mut scratch, mut list) = (engine.scratch(), MemberList::new());
        // Often enough that texts are remembered, and fields are left alone for a while.
        for round in 0..12_usize {
            for step in 0..lines.len() {
                let place = (step * (2 * round + 1)) % lines.len();
                let record = match round % 2 {
                    0 => RawObject::parse(&lines[place], &limits).unwrap(),
                    _ => RawObject::parse_with(&lines[place], &limits, &mut list).unwrap(),
                };
                let found = engine.evaluate_with(record, &mut scratch);
                let names = |found: &[u32]| -> Vec<&str> {
                    found.iter().map(|rule| compiled.rules[*rule as usize].head.title.as_str()).collect()
                };
                assert_eq!(names(found), names(&expected[place]), "{plan:?} on {}", lines[place]);
            }
        }
    }
}
