// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tags: ids, evidence, bounds, order.

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{self, Options};
use decnet_ttp::tag::{self, Tagger};
use decnet_ttp::vocab::{Limits, SourceKind};
use decnet_ttp::{Engine, Event, Tag};
use serde_json::json;

fn id(kind: SourceKind, source_id: &str, rule: (&str, u32), technique: &str, sub: Option<&str>) -> String {
    tag::tag_id(kind, source_id, rule, technique, sub, &mut Vec::new()).to_string()
}

#[test]
fn ids_are_those_that_decnet_gives() {
    assert_eq!(tag::namespace().to_string(), "1ca31f08-5522-5aae-8371-fe81f0e39de3");
    let command = |sub| id(SourceKind::Command, "cmd-1", ("R0014", 1), "T1003", sub);
    assert_eq!(command(Some("T1003.008")), "a6e28fa4-5ad4-584d-be8c-e94766c64537");
    assert_eq!(command(None), "297a43c3-6ee2-5afa-bbf4-a1377ff7038f");
    assert_eq!(command(Some("")), command(None));
    assert_eq!(
        id(SourceKind::Intel, "intel-catchup:sess-1", ("R0054", 2), "T1110", None),
        "a7e4cacc-5e7a-537d-8c2c-873109f9f0c5"
    );
    assert_eq!(
        id(SourceKind::Email, "sess-é😀|x", ("R0046", 1), "T1566", Some("T1566.001")),
        "4009949d-8035-5359-b2dd-731b3248bf91"
    );
}

/// A schema that lets more stand in evidence than the shipped one.
const FIELDS: &str = "
command:
  context: [uid, user]
  fields:
    command_text: {type: text, from: payload, evidence: true, meaning: the line}
    service: {type: text, from: payload, evidence: false, meaning: the service}
    stdin: {type: bool, from: payload, evidence: true, meaning: standard input}
    uid: {type: text, from: payload, evidence: true, meaning: the user id}
    user: {type: text, from: payload, evidence: true, meaning: the user}
http_request:
  fields:
    raw_url: {type: text, from: payload, evidence: true, meaning: the URL}
    headers: {type: map, from: payload, evidence: true, meaning: the headers}
";

fn engine(evidence: &str) -> Engine {
    let mut files = PackFiles::new("tags");
    files.insert("fields.yaml", FIELDS);
    files.insert(
        "ttp/A.yaml",
        format!(
            "rule_id: A\nrule_version: 3\nname: a\napplies_to: [command, http_request]\nmatch: exists(service) or \
             exists(raw_url)\nemits:\n  - {{tactic: TA0006, technique_id: T1003, sub_technique_id: T1003.008, \
             confidence: 0.95}}\n  - {{tactic: TA0002, technique_id: T1059, confidence: 0.25}}\n  - {{tactic: \
             TA0002, technique_id: T1059, sub_technique_id: T1059.004, confidence: 0.3}}\nevidence_fields: \
             [{evidence}]\n"
        ),
    );
    let compiled = compile::compile(&files, &Options::default(), None);
    let text = decnet_ttp::diag::render::text(&compiled.sources, &compiled.diagnostics, false);
    assert!(!compiled.diagnostics.has_errors(), "{text}");
    Engine::new(compiled.program.unwrap())
}

fn tags(engine: &Engine, line: &str) -> Vec<Tag> {
    let event = Event::parse(line, &Limits::default()).unwrap();
    let mut scratch = engine.scratch();
    let hits = engine.evaluate_with(&event, &mut scratch);
    tag::tags(&event, &hits).unwrap()
}

fn command(payload: &serde_json::Value) -> String {
    json!({"source_kind": "command", "source_id": "s1#0", "attacker_uuid": "a", "payload": payload})
        .to_string()
}

#[test]
fn a_tag_carries_its_source_its_technique_and_the_declared_fields() {
    let line = r#"{"source_kind":"command","source_id":"s1#0","attacker_uuid":"a1","session_id":"s1","decky_id":"web",
        "ts":"2026-05-02T06:22:48Z","payload":{"command_text":"x","service":"ssh","uid":0,"user":"root","secret":"no"}}"#;
    insta::assert_json_snapshot!(tags(&engine("command_text"), &line.replace('\n', "")));
}

#[test]
fn tags_under_the_floor_are_left_out_and_the_floor_itself_is_kept() {
    let found: Vec<f64> =
        tags(&engine(""), &command(&json!({"service": "x"}))).iter().map(|tag| tag.confidence).collect();
    assert_eq!(found, [0.95, 0.3]);
}

#[test]
fn tags_come_in_order_of_technique_and_sub_technique() {
    let engine = engine("");
    let line = command(&json!({"service": "x"}));
    let event = Event::parse(&line, &Limits::default()).unwrap();
    let mut scratch = engine.scratch();
    let hits = engine.evaluate_with(&event, &mut scratch);
    let mut out = Vec::new();
    Tagger::new(0.0).write(&event, &hits, &mut out);
    let order: Vec<_> = String::from_utf8(out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Tag>(line).unwrap())
        .map(|tag| (tag.technique_id, tag.sub_technique_id))
        .collect();
    let pair = |id: &str, sub: Option<&str>| (id.to_owned(), sub.map(str::to_owned));
    assert_eq!(
        order,
        [pair("T1003", Some("T1003.008")), pair("T1059", None), pair("T1059", Some("T1059.004"))]
    );
}

#[test]
fn a_long_string_keeps_its_head_and_tail_and_says_so() {
    let text = format!("{}; cat /etc/shadow", "é".repeat(5000));
    let tags = tags(&engine("command_text"), &command(&json!({"service": "x", "command_text": text})));
    let kept = tags[0].evidence["command_text"].as_str().unwrap();
    assert!(kept.len() <= Limits::EVIDENCE_STRING_BYTES && kept.len() > Limits::EVIDENCE_STRING_BYTES - 8);
    let (head, tail) = kept.split_once(" … ").unwrap();
    assert!(text.starts_with(head) && text.ends_with(tail) && tail.ends_with("cat /etc/shadow"));
    assert_eq!(tags[0].evidence["truncated"], json!(true));
}

#[test]
fn evidence_as_a_whole_is_bounded() {
    let headers: serde_json::Map<_, _> =
        (0..400).map(|n| (format!("x-{n}"), json!("\u{1}".repeat(700)))).collect();
    let line = json!({
        "source_kind": "http_request", "source_id": "s", "attacker_uuid": "a",
        "payload": {"raw_url": "/", "headers": headers},
    });
    let tags = tags(&engine("raw_url, headers"), &line.to_string());
    let evidence = serde_json::to_string(&tags[0].evidence).unwrap();
    assert!(evidence.len() <= Limits::EVIDENCE_BYTES, "{}", evidence.len());
    assert_eq!(tags[0].evidence["truncated"], json!(true));
    assert_eq!(tags[0].evidence["raw_url"], json!("/"));
}

#[test]
fn what_steers_a_terminal_is_escaped() {
    let engine = engine("command_text");
    let hostile = "\u{1b}[2J\u{9b}31m\u{7f}\u{202e}abc\u{2066}\u{2028}\u{feff}\"\\\n";
    let line = command(&json!({"service": "x", "command_text": hostile}));
    let event = Event::parse(&line, &Limits::default()).unwrap();
    let mut scratch = engine.scratch();
    let hits = engine.evaluate_with(&event, &mut scratch);
    let mut out = Vec::new();
    Tagger::new(0.3).write(&event, &hits, &mut out);
    let text = String::from_utf8(out).unwrap();
    let raw = |c: char| c != '\n' && (c.is_control() || "\u{202e}\u{2066}\u{2028}\u{feff}".contains(c));
    assert!(!text.contains(raw), "{text:?}");
    let tag: Tag = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(tag.evidence["command_text"], json!(hostile));
}

#[test]
fn a_null_field_is_kept_and_a_missing_one_is_not() {
    let tags = tags(&engine("command_text, stdin"), &command(&json!({"service": "x", "command_text": null})));
    assert_eq!(serde_json::to_value(&tags[0].evidence).unwrap(), json!({"command_text": null, "via": "raw"}));
}
