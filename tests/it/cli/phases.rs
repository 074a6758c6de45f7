// SPDX-License-Identifier: AGPL-3.0-or-later
//! `phases`.

use super::run::{assert_inert, assert_printed, run_with};

fn tag(who: (&str, &str), decky: &str, tactic: &str, ts: &str) -> String {
    let text = |text: &str| if text.is_empty() { "null".to_owned() } else { format!("\"{text}\"") };
    format!(
        r#"{{"uuid":"u","attacker_uuid":{},"identity_uuid":{},"decky_id":{},"tactic":"{tactic}","technique_id":"T1","ts":{}}}"#,
        text(who.1),
        text(who.0),
        text(decky),
        text(ts)
    ) + "\n"
}

/// Tags of two actors on three decoys, and lines that are on no trail.
fn tags() -> String {
    let (known, unknown) = (("identity-1", "attacker-1"), ("", "attacker-2"));
    [
        tag(known, "web-01", "TA0006", "2026-11-24T09:00:00Z"),
        tag(("identity-1", "attacker-9"), "web-01", "TA0002", "2026-11-24T09:30:00+01:00"),
        tag(known, "web-01", "TA0043", ""),
        tag(known, "web-01", "TA0002", "2026-11-24 08:45:00"),
        tag(known, "db-01", "TA0040", "2026-11-25T00:00:00Z"),
        tag(known, "db-01", "TA0102", "2026-11-25T00:00:00Z"),
        tag(unknown, "", "TA0007", "soon"),
        tag(unknown, "web-01", "TA9999", "2026-11-25T00:00:00Z"),
        tag(("", ""), "web-01", "TA0007", "2026-11-25T00:00:00Z"),
        tag(unknown, &"d".repeat(257), "TA0007", "2026-11-25T00:00:00Z"),
        "\n{\n".to_owned(),
        r#"{"tactic": 7}"#.to_owned(),
    ]
    .concat()
}

#[test]
fn first_and_last_phases_are_shown_for_each_actor_and_decoy() {
    let table = run_with(&tags(), &["phases"]);
    let json = run_with(&tags(), &["phases", "--json"]);
    assert_eq!((table.code, json.code), (0, 0));
    assert_inert(&table);
    assert_eq!(table.stderr, json.stderr);
    assert_printed("phases", &format!("{}\n{}\n{}", table.stdout, json.stdout, table.stderr));
}

#[test]
fn the_order_of_tags_does_not_matter() {
    let text = tags();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.reverse();
    let reversed = run_with(&lines.join("\n"), &["phases", "--json"]);
    assert_eq!(reversed.stdout, run_with(&text, &["phases", "--json"]).stdout);
}

#[test]
fn what_the_main_command_prints_is_read() {
    let tags = super::run::run(&["tag", "samples/cowrie.json"]).stdout;
    let ran = run_with(&tags, &["phases", "--json"]);
    let rows: Vec<serde_json::Value> = serde_json::from_str(&ran.stdout).unwrap();
    assert!(rows.len() > 3 && rows.iter().all(|row| row["first"]["at"].is_string()), "{}", ran.stdout);
    let counted: u64 = rows
        .iter()
        .flat_map(|row| row["phases"].as_array().unwrap())
        .map(|phase| phase["tags"].as_u64().unwrap())
        .sum();
    assert_eq!(counted, tags.lines().count() as u64);
}

#[test]
fn no_tags_are_no_error_and_unreadable_input_is() {
    let none = run_with("", &["phases"]);
    assert_eq!((none.code, none.stdout.as_str(), none.stderr.as_str()), (0, "", "0 tags on 0 trails\n"));
    assert_eq!(run_with("", &["phases", "--json"]).stdout, "[]\n");
    assert_eq!(run_with("x\ny\n", &["phases"]).code, 2);
    assert_eq!(run_with("", &["phases", "absent.ndjson"]).code, 2);
    assert_eq!(run_with("", &["phases", "src"]).code, 2);
}
