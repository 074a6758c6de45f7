// SPDX-License-Identifier: AGPL-3.0-or-later
//! The bound on a pack's automata: what fits works whole, what does not is refused, nothing is dropped.

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{Compilation, Options, compile};
use decnet_ttp::engine::Engine;
use decnet_ttp::event::Event;
use decnet_ttp::vocab::Limits;

fn compiled(expr: &str, limits: Limits) -> Compilation {
    let mut files = PackFiles::new("bounds");
    files.insert(
        "ttp/B.yaml",
        format!(
            "rule_id: B\nrule_version: 1\nname: b\napplies_to: [command]\nmatch: |\n  {expr}\nemits: [{{tactic: \
             TA0002, technique_id: T1059, confidence: 1}}]\n"
        ),
    );
    compile(&files, &Options { limits, ..Options::default() }, None)
}

fn hits(expr: &str, command: &str) -> usize {
    let compiled = compiled(expr, Limits::default());
    let text = decnet_ttp::diag::render::text(&compiled.sources, &compiled.diagnostics, false);
    assert!(!compiled.diagnostics.has_errors(), "{text}");
    let payload = serde_json::json!({ "command_text": command });
    let line = format!(r#"{{"source_kind":"command","source_id":"b","payload":{payload}}}"#);
    Engine::new(compiled.program.unwrap()).evaluate(&Event::parse(&line, &Limits::default()).unwrap()).len()
}

/// Each pattern is within the bound on one; joined into one automaton they are beyond it.
#[test]
fn patterns_that_are_large_together_still_match() {
    let expr = "command_text matches 'start_a{15000}b' or command_text matches 'start_c{15000}d' or command_text \
                matches 'start_e{15000}f'";
    assert_eq!(hits(expr, &format!("start_{}d", "c".repeat(15000))), 1);
    assert_eq!(hits(expr, &format!("start_{}f", "e".repeat(15000))), 1);
    assert_eq!(hits(expr, &format!("start_{}b", "c".repeat(15000))), 0);
}

/// Case-insensitive membership of an item runs on an automaton, however long the list.
#[test]
fn a_long_nocase_list_is_looked_into_whole() {
    let words: Vec<_> = (0..4000).map(|n| format!("'{n:010}x'")).collect();
    let expr = format!("lower(command_text) in [{}] nocase", words.join(", "));
    assert!(expr.len() < Limits::EXPRESSION_BYTES);
    assert_eq!(hits(&expr, "0000003999X"), 1);
    assert_eq!(hits(&expr, "0000004000X"), 0);
}

#[test]
fn a_pack_beyond_the_bound_is_refused_and_says_so() {
    let expr: Vec<_> = (0..500).map(|n| format!("command_text matches '{n}a{{20000}}b'")).collect();
    let limits = Limits { automata_bytes: 8 << 20, ..Limits::default() };
    let compiled = compiled(&expr.join(" or "), limits);
    assert!(compiled.program.is_none());
    let codes: Vec<_> = compiled.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect();
    assert!(codes.contains(&"E035"), "{codes:?}");
}
