// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rule files that are read as they should be.

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::parse::ast::{self, Match, ParamValue};
use serde_json::json;

use super::{parse_pack, parse_rule, rule_with};

/// A rule file as DECNET deployments have it.
const EXISTING: &str = r#"
rule_id: R0014
rule_version: 1
name: etc_shadow_read
description: >-
  Somebody reads the shadow file.
applies_to: [command]
match:
  pattern: '(?i)\bcat\s+/etc/shadow\b'
  field: command_text
emits:
  - tactic: TA0006
    technique_id: T1003
    sub_technique_id: T1003.008
    confidence: 0.95
  - {tactic: TA0007, technique_id: T1083, sub_technique_id: null, confidence: 1}
evidence_fields:
- command_text
last_reviewed: 2026-05-02
next_review: 2026-11-02
"#;

#[test]
fn existing_files_load_unmodified() {
    let parsed = parse_rule(EXISTING);
    assert!(parsed.diagnostics.is_empty(), "{}", parsed.text());
    insta::assert_snapshot!(ast::dump(&parsed.pack.rules[0]), @r#"
    rule R0014 version 1
      name etc_shadow_read
      applies_to command
      match pattern "(?i)\\bcat\\s+/etc/shadow\\b" in command_text
      emit TA0006 T1003.008 confidence 0.95
      emit TA0007 T1083 confidence 1
      evidence command_text
    "#);

    let named =
        r#"{kind: "lifter:email_mass_phish", rcpt_threshold: 25, words: [a, "b"], strict: yes, window: 1.5}"#;
    let parsed = parse_rule(rule_with(named));
    let Match::Named { name, arguments } = &parsed.pack.rules[0].matches else { panic!("{}", parsed.text()) };
    assert_eq!(name.value, "lifter:email_mass_phish");
    assert_eq!(arguments[0].1.value, ParamValue::Number(25.0));
    assert!(matches!(&arguments[1].1.value, ParamValue::TextList(items) if items.len() == 2));
    assert_eq!(arguments[2].1.value, ParamValue::Bool(true));
}

#[test]
fn payloads_are_read_as_yaml_reads_them() {
    let payload = "{a: 1, b: -2.5, c: yes, d: ~, e: \"1\", f: 0x1f, g: 1_000, h: [x, {y: .5}], i: 2026-05-02, \
                   j: 010, k: 1e3, l: 12:30, m: 99999999999999999999, n: '', o: 1.2.3, p: +7, q: 0b11, r: 08}";
    let parsed = parse_rule(format!("{}tests: [{{miss: {payload}}}]\n", rule_with("a")));
    assert!(parsed.diagnostics.is_empty(), "{}", parsed.text());
    let expected = json!({
        "a": 1, "b": -2.5, "c": true, "d": null, "e": "1", "f": 31, "g": 1000, "h": ["x", {"y": 0.5}],
        "i": "2026-05-02", "j": 8, "k": 1000.0, "l": "12:30", "m": 1e20, "n": "", "o": "1.2.3", "p": 7, "q": 3, "r": "08",
    });
    let test = &parsed.pack.rules[0].tests[0];
    assert_eq!(serde_json::Value::Object(test.payload.clone()), expected);
    assert!(!test.hit);
}

#[test]
fn a_byte_order_mark_and_other_line_ends_are_accepted() {
    for text in [
        format!("\u{feff}{EXISTING}"),
        EXISTING.replace('\n', "\r\n"),
        format!("%YAML 1.1\n---{EXISTING}...\n"),
    ] {
        let parsed = parse_rule(text.clone());
        assert!(parsed.diagnostics.is_empty(), "{}", parsed.text());
        let id = &parsed.pack.rules[0].id;
        assert_eq!(&text[id.span.start as usize..id.span.end as usize], "R0014");
    }
}

#[test]
fn one_broken_rule_does_not_hide_the_others() {
    let mut files = PackFiles::new("rules");
    for n in 0..500 {
        files.insert(
            format!("ttp/R{n:04}.yaml"),
            rule_with("user == \"root\"").replace("R1", &format!("R{n:04}")),
        );
    }
    files.insert("ttp/R0250.yaml", "rule_id: [\n");
    files.insert("ttp/R0251.yaml", rule_with("user is root").replace("R1", "R0251"));
    let parsed = parse_pack(&files);
    assert_eq!(parsed.codes(), ["E001", "E009"]);
    assert_eq!(parsed.pack.rules.iter().filter(|rule| !rule.refused).count(), 498);
}

#[test]
fn ids_of_refused_rules_count_too() {
    let mut files = PackFiles::default();
    files.insert("a.yaml", rule_with("user is root"));
    files.insert("b.yaml", rule_with("user"));
    let parsed = parse_pack(&files);
    assert_eq!(parsed.codes(), ["E009", "E008"]);
    assert!(parsed.pack.rules.iter().all(|rule| rule.refused));
}

#[test]
fn tables_and_lists_of_a_pack_are_read() {
    let files: PackFiles = [
        ("pack.yaml", "{name: mine, version: 1.0.0, attack_release: enterprise-v19.0}"),
        ("fields.yaml", "{command: {default: a, context: [b], fields: {a: {type: text, meaning: m}, b.c-d: {type: number, unit: s, from: lifter, evidence: no, meaning: n}, b: {type: map, meaning: o}}}}"),
        ("predicates.yaml", "lifter:p:\n  params: {n: {type: number, default: 5}, t: {type: text_list}}\n  expr: a in $t and len(a) > $n\n"),
        ("lists/agents.txt", "\u{feff}# scanners\r\nsqlmap\r\n\r\n  nikto \nsqlmap\n#x\n"),
        ("notes.txt", "no part of a pack"),
        ("ttp/R1.yaml", &rule_with("a")),
        ("R2.yaml", "not read, because there is a folder ttp"),
    ]
    .into_iter()
    .collect();
    let parsed = parse_pack(&files);
    assert!(parsed.diagnostics.is_empty(), "{}", parsed.text());
    let pack = &parsed.pack;
    assert_eq!((pack.manifest.name.as_str(), pack.rules.len()), ("mine", 1));
    let list = pack.lists.iter().find(|list| list.name == "agents").unwrap();
    assert_eq!(list.entries, ["sqlmap", "nikto"]);
    let predicate = pack.predicates.iter().find(|predicate| predicate.name.value == "lifter:p").unwrap();
    assert_eq!(predicate.expr.to_string(), "a in $t and len(a) > $n");
    let kind = &pack.schema.kinds[0];
    assert_eq!(
        (kind.default_field.as_deref(), kind.context_fields.as_slice()),
        (Some("a"), &["b".to_owned()][..])
    );
    let fields: Vec<String> = kind.fields.iter().map(|field| format!("{field:?}")).collect();
    insta::assert_snapshot!(fields.join("\n"), @r#"
    Field { name: "a", ty: Text, unit: None, meaning: "m", evidence: true, origin: Payload }
    Field { name: "b.c-d", ty: Number, unit: Some("s"), meaning: "n", evidence: false, origin: Lifter }
    Field { name: "b", ty: Map, unit: None, meaning: "o", evidence: true, origin: Payload }
    "#);
}
