// SPDX-License-Identifier: AGPL-3.0-or-later
//! `explain`.

use serde_json::Value as Json;

use super::run::{assert_inert, assert_transcripts, run_with};

const GOOD: &str = "--rules tests/cli/good";

fn assert_explained(name: &str, runs: &[(&str, &str)]) {
    let lines: Vec<(&str, String)> =
        runs.iter().map(|(input, line)| (*input, format!("explain {GOOD} {line}"))).collect();
    let runs: Vec<(&str, &str)> = lines.iter().map(|(input, line)| (*input, line.trim())).collect();
    assert_transcripts(name, &runs);
}

#[test]
fn each_part_of_a_condition_is_true_or_false() {
    assert_explained(
        "explain",
        &[
            (r#"{"source_kind":"command","payload":{"command_text":"cat /etc/shadow","user":"root"}}"#, ""),
            (r#"{"command_text":"cat /etc/shadow","user":"backup","src":7}"#, "--kind command"),
            (r#"{"abuseipdb_score": 90, "abuseipdb_categories": [1]}"#, "--kind intel"),
            (r#"{"abuseipdb_score": "90", "greynoise_tags": ["tor_exit_node"]}"#, "--kind intel"),
            ("{\"urls\": [\n\"http://xn--80ak6aa92e.com/\", \"b\\u202e\\u001b\"]}", "--kind email"),
            (r#"{"command_text":"ls","user":"root"}"#, "--kind command"),
            (r#"{"command_text":"ls"}"#, "--kind command --rule demo.shadow"),
            (r#"{"command_text":"ls"}"#, "--kind command --rule demo.mail"),
            ("{}", "--kind scan"),
            (r#"{"command_text":"cat /etc/shadow"}"#, "--kind command --rule demo.shadow --json"),
        ],
    );
}

#[test]
fn what_the_compiler_made_is_printed_without_an_event() {
    let args = ["explain", "--rules", "tests/cli/good", "--ir", "--plan"];
    let whole = run_with("", &args);
    let one = run_with("", &[&args[..], &["--rule", "demo.agent"]].concat());
    for ran in [&whole, &one] {
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
        for heading in ["# As written", "# Optimized", "# Plan", "kind http_request", "rule demo.agent"] {
            assert!(ran.stdout.contains(heading), "{heading} in {}", ran.stdout);
        }
    }
    assert!(whole.stdout.contains("demo.shadow") && !one.stdout.contains("demo.shadow"));
    let json = run_with("", &[&args[..], &["--json"]].concat());
    let report: Json = serde_json::from_str(&json.stdout).unwrap();
    assert!(report["ir"]["lowered"].as_str().unwrap().contains("rule demo.shadow"));
    assert!(report["plan"].as_str().unwrap().contains("rule demo.shadow"));
    assert_eq!(report["event"], Json::Null);
}

#[test]
fn input_that_is_no_event_is_refused() {
    assert_explained(
        "explain_refused",
        &[
            ("", ""),
            (r#"{"command_text":"ls"}"#, ""),
            (r#"{"source_kind":"comand","payload":{}}"#, ""),
            (r#"{"source_kind":"command","payload":{}}"#, "--kind command"),
            (r#"{"source_kind":"command","payload":[]}"#, ""),
            ("{\"source_kind\":\"scan\"}\n{\"source_kind\":\"scan\"}\n", ""),
            (r#"{"a":"#, "--kind command"),
            ("{}", "--kind command --rule demo.shado"),
        ],
    );
}

#[test]
fn long_values_are_cut() {
    let text = format!("cat /etc/shadow {}", "x\u{202e}".repeat(50_000));
    let payload = serde_json::json!({"command_text": text}).to_string();
    let ran = run_with(&payload, &["explain", "--kind", "command", "--rules", "tests/cli/good"]);
    assert_inert(&ran);
    assert!(ran.stdout.len() < 8_000, "{} bytes", ran.stdout.len());
    let args = ["explain", "--kind", "command", "--rules", "tests/cli/good", "--json"];
    let json = run_with(&payload, &args);
    assert_inert(&json);
    assert!(json.stdout.len() < 40_000, "{} bytes", json.stdout.len());
    assert!(serde_json::from_str::<Json>(&json.stdout).is_ok());
}

#[test]
fn the_built_in_rules_explain_themselves() {
    let ran =
        run_with(r#"{"command_text":"sudo cat /etc/shadow"}"#, &["explain", "--kind", "command", "--json"]);
    let report: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(report["event"]["agreed"], true);
    let rules = report["event"]["rules"].as_array().unwrap();
    let shadow = rules.iter().find(|rule| rule["rule_id"] == "R0014").unwrap();
    assert_eq!(shadow["outcome"], "holds");
    assert_eq!(shadow["emits"][0]["confidence"], 0.95);
}

/// What rules compute for their tags is shown as it stands in the tags.
#[test]
fn computed_evidence_is_that_of_the_tags() {
    let mut shown = 0;
    for kind in ["email", "intel", "session", "canary_fingerprint", "ipv6_leak", "identity"] {
        let events = std::fs::read_to_string(format!("samples/kinds/{kind}.ndjson")).unwrap();
        for event in events.lines() {
            let tags = run_with(event, &["tag", "--summary", "none", "--floor", "0"]).stdout;
            let tags: Vec<Json> = tags.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            let text = run_with(event, &["explain"]).stdout;
            let story: Json = serde_json::from_str(&run_with(event, &["explain", "--json"]).stdout).unwrap();
            for rule in story["event"]["rules"].as_array().unwrap() {
                for emit in rule["emits"].as_array().unwrap() {
                    let Some(computed) = emit["computed_evidence"].as_object() else { continue };
                    let same = |tag: &&Json| {
                        ["technique_id", "sub_technique_id", "tactic"].iter().all(|key| tag[key] == emit[key])
                            && tag["rule_id"] == rule["rule_id"]
                    };
                    let tag = tags.iter().find(same).expect("what is explained is tagged");
                    for (name, value) in computed {
                        assert_eq!(tag["evidence"][name], *value, "{name} in {tag}");
                        assert!(text.contains(&format!("         with {name} = ")), "{name} in {text}");
                        shown += 1;
                    }
                }
            }
        }
    }
    assert!(shown > 30, "{shown}");
}
