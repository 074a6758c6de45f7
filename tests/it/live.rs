// SPDX-License-Identifier: AGPL-3.0-or-later
//! Live swap and rule state.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::program::Program;
use decnet_ttp::compile::{Options, compile};
use decnet_ttp::engine::{Mode, RuleState};
use decnet_ttp::vocab::{Limits, SourceKind};
use decnet_ttp::{Engine, Event};
use jiff::Timestamp;

const CAT: &str = r#"{"source_kind":"command","source_id":"s","payload":{"command_text":"cat a"}}"#;
const LOGIN: &str = r#"{"source_kind":"auth_attempt","source_id":"s","payload":{"username":"root"}}"#;

fn rule(id: &str, version: u32, kind: &str, expr: &str) -> String {
    format!(
        "rule_id: {id}\nrule_version: {version}\nname: {}\napplies_to: [{kind}]\nmatch: {expr}\nemits:\n  - {{tactic: \
         TA0002, technique_id: T1059, confidence: 0.9}}\n",
        id.to_lowercase()
    )
}

fn program(rules: &[String], previous: Option<&Program>) -> Program {
    let mut files = PackFiles::new("live");
    for (index, rule) in rules.iter().enumerate() {
        files.insert(format!("ttp/r{index}.yaml"), rule.as_str());
    }
    let compiled = compile(&files, &Options::default(), previous);
    assert!(
        !compiled.diagnostics.has_errors(),
        "{}",
        decnet_ttp::diag::render::text(&compiled.sources, &compiled.diagnostics, false)
    );
    compiled.program.unwrap()
}

fn confidences(engine: &Engine, line: &str) -> Vec<f64> {
    let event = Event::parse(line, &Limits::default()).unwrap();
    engine.evaluate(&event).iter().map(|hit| hit.confidence).collect()
}

#[test]
fn a_disabled_rule_is_silent_and_a_clipped_one_is_capped() {
    let engine = Engine::new(program(&[rule("A", 1, "command", "command_text contains 'cat'")], None));
    assert_eq!(confidences(&engine, CAT), [0.9]);
    engine.live().set_state("A", Some(RuleState::new(Mode::Disabled, None, None).unwrap()));
    assert!(confidences(&engine, CAT).is_empty());
    engine.live().set_state("A", Some(RuleState::new(Mode::Clipped, Some(0.4), None).unwrap()));
    assert_eq!(confidences(&engine, CAT), [0.4]);
    engine.live().set_state("A", Some(RuleState::new(Mode::Clipped, Some(0.95), None).unwrap()));
    assert_eq!(confidences(&engine, CAT), [0.9], "clipping is downward only");
    engine.live().set_state("A", None);
    assert_eq!(confidences(&engine, CAT), [0.9]);
}

#[test]
fn an_expired_state_is_no_state() {
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    let state = RuleState::new(Mode::Disabled, None, Some(at("2026-05-02T12:00:00Z"))).unwrap();
    assert_eq!(state.apply(0.9, at("2026-05-02T11:59:59Z")), None);
    assert_eq!(state.apply(0.9, at("2026-05-02T12:00:00Z")), Some(0.9));

    let engine = Engine::new(program(&[rule("A", 1, "command", "command_text contains 'cat'")], None));
    engine.live().set_state("A", Some(state));
    // The real clock is past the expiry, and nobody has cleared the state.
    assert_eq!(confidences(&engine, CAT), [0.9]);
}

#[test]
fn a_ceiling_must_be_a_confidence() {
    for max in [f64::NAN, -0.1, 1.1, f64::INFINITY] {
        assert!(RuleState::new(Mode::Clipped, Some(max), None).is_err(), "{max}");
    }
    assert!(RuleState::new(Mode::Clipped, None, None).is_err());
    assert!(RuleState::new(Mode::Clipped, Some(0.0), None).is_ok());
}

#[test]
fn a_swap_takes_effect_with_the_next_event_and_keeps_states() {
    let engine = Engine::new(program(&[rule("A", 1, "command", "command_text contains 'cat'")], None));
    engine.live().set_state("A", Some(RuleState::new(Mode::Clipped, Some(0.5), None).unwrap()));
    let mut scratch = engine.scratch();
    let event = Event::parse(CAT, &Limits::default()).unwrap();
    assert_eq!(engine.evaluate_with(&event, &mut scratch).len(), 1);
    engine.live().swap(program(
        &[
            rule("A", 2, "command", "command_text contains 'cat'"),
            rule("B", 1, "command", "command_text ends_with 'a' and command_text matches 'c.t'"),
        ],
        None,
    ));
    let hits = engine.evaluate_with(&event, &mut scratch);
    let found: Vec<_> = hits.iter().map(|hit| (hits.rule(hit).unwrap().id.clone(), hit.confidence)).collect();
    assert_eq!(found, [("A".to_owned(), 0.5), ("B".to_owned(), 0.9)]);
}

#[test]
fn a_reload_rebuilds_only_the_kinds_whose_rules_changed() {
    let login = || rule("L", 1, "auth_attempt", "username == 'root'");
    let old = program(&[rule("A", 1, "command", "command_text contains 'cat'"), login()], None);
    let new = program(&[rule("A", 2, "command", "command_text contains 'dog'"), login()], Some(&old));
    let address = |program: &Program, kind| std::ptr::from_ref(program.kind(kind).unwrap()).addr();
    assert_eq!(address(&old, SourceKind::AuthAttempt), address(&new, SourceKind::AuthAttempt));
    assert_ne!(address(&old, SourceKind::Command), address(&new, SourceKind::Command));
    let engine = Engine::new(new);
    assert!(confidences(&engine, CAT).is_empty());
    assert_eq!(confidences(&engine, LOGIN), [0.9]);
}

/// Two rules always change together; an evaluation that saw one of each would be torn.
#[test]
fn no_evaluation_sees_a_torn_program() {
    let pair = |version| {
        Arc::new(program(
            &[
                rule("A", version, "command", "command_text contains 'cat'"),
                rule("B", version, "command", "command_text contains 'cat'"),
            ],
            None,
        ))
    };
    let programs = [pair(1), pair(2)];
    let engine = Engine::new(Arc::clone(&programs[0]));
    let done = AtomicBool::new(false);
    let event = Event::parse(CAT, &Limits::default()).unwrap();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut scratch = engine.scratch();
                let mut seen = [0_u32; 3];
                while !done.load(Ordering::Relaxed) || seen[1] == 0 || seen[2] == 0 {
                    let hits = engine.evaluate_with(&event, &mut scratch);
                    let versions: Vec<u32> = hits.iter().map(|hit| hits.rule(hit).unwrap().version).collect();
                    assert!(versions == [1, 1] || versions == [2, 2], "torn: {versions:?}");
                    seen[versions[0] as usize] += 1;
                }
            });
        }
        for round in 0..300 {
            engine.live().swap(Arc::clone(&programs[(round + 1) % 2]));
            thread::yield_now();
        }
        done.store(true, Ordering::Relaxed);
        // Leaves each program in force long enough to be seen by a thread that was not yet.
        for round in 0..50 {
            engine.live().swap(Arc::clone(&programs[round % 2]));
            thread::sleep(std::time::Duration::from_millis(1));
        }
    });
}
