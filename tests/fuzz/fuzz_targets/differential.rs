// SPDX-License-Identifier: AGPL-3.0-or-later
//! The engine under any plan agrees with the reference evaluator on a rule and a payload of one's choice.
//!
//! Input: one byte for the plan, an expression, `\n---\n`, a payload.
#![no_main]

use decnet_ttp::Event;
use decnet_ttp::compile::optimize::Passes;
use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::program::Plan;
use decnet_ttp::compile::{Options, compile};
use decnet_ttp::vocab::Limits;
use decnet_ttp_fuzz::Pair;
use libfuzzer_sys::fuzz_target;

const FIELDS: &str = "
command:
  default: a
  context: []
  fields:
    a: {type: text, from: payload, evidence: true, meaning: text}
    b: {type: text, from: payload, evidence: true, meaning: text}
    n: {type: number, from: payload, evidence: true, meaning: number}
    m: {type: number, from: payload, evidence: true, meaning: number}
    f: {type: bool, from: payload, evidence: true, meaning: boolean}
    t: {type: time, from: payload, evidence: true, meaning: time}
    i: {type: ip, from: payload, evidence: true, meaning: address}
    l: {type: text_list, from: payload, evidence: true, meaning: list}
    q: {type: number_list, from: payload, evidence: true, meaning: list}
    h: {type: map, from: payload, evidence: true, meaning: map}
";

fn options(plan: u8) -> Options {
    Options {
        // Short, so that texts of a fuzzer's size are cut.
        limits: Limits {
            text_bytes: 48,
            lazy_bytes: if plan.is_multiple_of(3) { 0 } else { Limits::LAZY_BYTES },
            ..Limits::default()
        },
        passes: Passes::from_bits(plan % 32),
        plan: Plan { merge: plan & 32 != 0, scan: plan & 64 != 0, ..Plan::default() },
        ..Options::default()
    }
}

fuzz_target!(|input: (u8, &str)| {
    let (plan, text) = input;
    let Some((expression, payload)) = text.split_once("\n---\n") else { return };
    let line = format!(r#"{{"source_kind":"command","source_id":"f","payload":{payload}}}"#);
    let options = options(plan);
    let Ok(event) = Event::parse(&line, &Limits::default()) else { return };
    let quoted = serde_json::to_string(expression).expect("text is JSON");
    let mut files = PackFiles::new("fuzz");
    files.insert("fields.yaml", FIELDS);
    files.insert("pack.yaml", "name: fuzz\nversion: '1'\n");
    files.insert(
        "ttp/F1.yaml",
        format!(
            "rule_id: F1\nrule_version: 1\nname: fuzz\napplies_to: [command]\nmatch: {quoted}\nemits:\n  - \
             {{tactic: TA0002, technique_id: T1059, confidence: 0.9}}\n"
        ),
    );
    let compiled = compile(&files, &options, None);
    if let Some(mut pair) = Pair::new(compiled, options.limits) {
        pair.agree(&event);
    }
});
