// SPDX-License-Identifier: AGPL-3.0-or-later
//! Cowrie's log to native events.

use std::collections::{BTreeMap, BTreeSet};

use decnet_ttp::event::formats::CowrieDecoder;
use decnet_ttp::event::{Event, RawValue};
use decnet_ttp::vocab::{Limits, SourceKind};
use serde_json::{Value, json};

const EVERY_KIND: &str = include_str!("../../data/cowrie/every_kind.json");

struct Decoded {
    decoder: CowrieDecoder,
    /// The events, a line each.
    lines: String,
}

fn decode_with(log: &str, limits: &Limits) -> Decoded {
    let mut decoder = CowrieDecoder::new(limits);
    let mut out = Vec::new();
    for line in log.lines() {
        decoder.line(line, &mut out).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    decoder.finish(&mut out);
    Decoded { decoder, lines: String::from_utf8(out).unwrap() }
}

fn decode(log: &str) -> Decoded {
    decode_with(log, &Limits::default())
}

impl Decoded {
    fn events(&self) -> impl Iterator<Item = Event<'_>> {
        let parse = |line| Event::parse(line, &Limits::default());
        self.lines.lines().map(move |line| parse(line).unwrap_or_else(|error| panic!("{line}: {error}")))
    }

    fn ids(&self) -> Vec<String> {
        self.events().map(|event| event.source_id.into_owned()).collect()
    }

    fn unmapped(&self) -> BTreeMap<&str, u64> {
        self.decoder.unmapped().collect()
    }
}

fn record(eventid: &str, session: &str, more: Value) -> String {
    let mut record = json!({
        "eventid": format!("cowrie.{eventid}"), "session": session, "src_ip": "203.0.113.7",
        "protocol": "ssh", "sensor": "web-01", "timestamp": "2026-05-02T06:00:00.000000Z",
    });
    record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    format!("{record}\n")
}

/// A payload's text field.
fn field(event: &Event<'_>, name: &str) -> Option<String> {
    match event.payload.get(name)? {
        RawValue::String(text) => Some(text.to_text().into_owned()),
        RawValue::Number(number) => Some(number.as_str().to_owned()),
        RawValue::Bool(value) => Some(value.to_string()),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_kind_of_record_becomes_what_the_table_says() {
    let decoded = decode(EVERY_KIND);
    let unmapped = decoded.unmapped();
    insta::assert_snapshot!(format!("{}\nunmapped: {unmapped:#?}\n", decoded.lines));
}

#[test]
fn source_ids_are_unique_and_the_same_on_a_replay() {
    let first = decode(EVERY_KIND);
    let ids = first.ids();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:#?}");
    assert_eq!(decode(EVERY_KIND).lines, first.lines);
}

#[test]
fn a_log_that_begins_inside_a_session_does_not_reuse_its_ids() {
    let whole: String = [
        record("session.connect", "s", json!({"timestamp": "2026-05-01T23:59:58Z"})),
        record("command.input", "s", json!({"input": "id", "timestamp": "2026-05-01T23:59:59Z"})),
    ]
    .concat();
    let rest: String = [
        record("command.input", "s", json!({"input": "w", "timestamp": "2026-05-02T00:00:01Z"})),
        record("session.closed", "s", json!({"duration": 4.5, "timestamp": "2026-05-02T00:00:02Z"})),
    ]
    .concat();
    assert_eq!(decode(&whole).ids(), ["s#0", "s"]);
    assert_eq!(decode(&rest).ids(), ["s@2026-05-02T00:00:01Z#0", "s@2026-05-02T00:00:01Z"]);
    assert_eq!(decode(&(whole + &rest)).ids(), ["s#0", "s#1", "s"]);
}

#[test]
fn an_unclosed_session_lasts_from_its_first_record_to_its_last() {
    let log = record("session.connect", "s", json!({"timestamp": "2026-05-02T06:00:00.5Z"}))
        + &record("command.input", "s", json!({"input": "w", "timestamp": "2026-05-02T08:01:40.75+0200"}));
    let decoded = decode(&log);
    let session = decoded.events().last().unwrap();
    assert_eq!(session.source_kind, SourceKind::Session);
    assert_eq!(field(&session, "duration_s").as_deref(), Some("100.25"));
    assert_eq!(field(&session, "end").as_deref(), Some("end_of_input"));
}

#[test]
fn failures_are_counted_by_address_across_sessions_and_forgotten_after_an_hour() {
    let attempt = |session: &str, minute: u32, eventid: &str, password: &str| {
        let (hour, minute) = (minute / 60, minute % 60);
        let ts = format!("2026-05-02T{hour:02}:{minute:02}:00Z");
        record(eventid, session, json!({"username": "root", "password": password, "timestamp": ts}))
    };
    let mut log = String::new();
    for (n, password) in ["a", "b", "a", "c", "d", "e"].into_iter().enumerate() {
        log += &attempt(&format!("s{n}"), n as u32, "login.failed", password);
    }
    log += &attempt("t", 10, "login.success", "f");
    log += &attempt("u", 71, "login.failed", "g");
    log += &attempt("u", 72, "login.success", "g");
    let decoded = decode(&log);
    let counts: Vec<_> = decoded
        .events()
        .filter(|event| event.source_kind == SourceKind::AuthAttempt)
        .map(|event| {
            ["fail_count", "password_count", "prior_brute"].map(|name| field(&event, name).unwrap()).join(" ")
        })
        .collect();
    let expected = [
        "1 1 false",
        "2 2 false",
        "3 2 false",
        "4 3 false",
        "5 4 false",
        "6 5 false",
        "6 6 true",
        "1 1 false",
        "1 1 false",
    ];
    assert_eq!(counts, expected);
}

#[test]
fn too_many_sessions_give_up_the_one_that_was_quiet_for_longest() {
    let limits = Limits { sessions: 3, ..Limits::default() };
    let mut log = String::new();
    for session in ["a", "b", "c"] {
        log += &record("session.connect", session, json!({}));
    }
    log += &record("command.input", "a", json!({"input": "id"}));
    log += &record("session.connect", "d", json!({}));
    log += &record("command.input", "b", json!({"input": "w"}));
    log += &record("session.closed", "b", json!({"duration_ms": 1}));
    log += &record("session.closed", "b", json!({"duration_ms": 1}));
    let decoded = decode_with(&log, &limits);
    // `b` goes when `d` comes, and still counts on, closes once more and then no more.
    assert_eq!(decoded.ids(), ["a#0", "b", "b#0", "b", "c", "a", "d"]);
    assert_eq!(decoded.decoder.evicted(), 1);
}

#[test]
fn memory_stays_bounded_under_endless_sessions_addresses_and_kinds() {
    let limits = Limits { sessions: 10, ..Limits::default() };
    let mut decoder = CowrieDecoder::new(&limits);
    let mut out = Vec::new();
    let mut sessions = 0;
    for n in 0..5_000 {
        let id = format!("s{n}{}", "x".repeat(10_000 * usize::from(n % 100 == 0)));
        let address = format!("203.0.{}.{}", n / 256, n % 256);
        for line in [
            record("session.connect", &id, json!({"src_ip": address, "sensor": "y".repeat(3_000)})),
            record("login.failed", &id, json!({"username": "u".repeat(3_000), "password": n.to_string()})),
            record(&format!("kind{n}"), &id, json!({})),
        ] {
            decoder.line(line.trim(), &mut out).unwrap();
        }
        let text = std::str::from_utf8(&out).unwrap();
        sessions += text.lines().filter(|line| line.contains(r#""source_kind":"session""#)).count();
        assert!(text.lines().all(|line| line.len() < 8_000));
        out.clear();
    }
    assert_eq!(sessions, 4_990);
    assert_eq!(decoder.evicted(), 4_990);
    assert_eq!(decoder.unmapped().count(), 65);
    assert_eq!(decoder.unmapped().find(|(name, _)| *name == "(other)"), Some(("(other)", 4_936)));
    assert_eq!(decoder.unmapped().map(|(_, count)| count).sum::<u64>(), 5_000);
    decoder.finish(&mut out);
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 10);
    // Each session keeps a few KiB at most, whatever its records held.
    assert!(format!("{decoder:?}").len() < 10 * 8 * 1024 + 64 * 1024);
}

#[test]
fn an_attempt_counts_for_its_address_however_it_is_written() {
    let log = record("login.failed", "s", json!({"src_ip": "203.0.113.8", "username": "u", "password": "p"}))
        + &record(
            "login.failed",
            "t",
            json!({"src_ip": "::ffff:203.0.113.8", "username": "u", "password": "q"}),
        );
    let decoded = decode(&log);
    let second = decoded.events().nth(1).unwrap();
    assert_eq!(field(&second, "fail_count").as_deref(), Some("2"));
    assert_eq!(field(&second, "src_ip").as_deref(), Some("203.0.113.8"));
}

#[test]
fn a_bad_record_is_reported_and_harms_no_other() {
    let mut decoder = CowrieDecoder::new(&Limits::default());
    let mut out = Vec::new();
    for (line, reason) in [
        ("{\"eventid\":", "truncated"),
        ("null", "syntax"),
        ("{}", "no_eventid"),
        ("{\"eventid\":7}", "no_eventid"),
        (r#"{"eventid":"cowrie.command.input","session":"s","input":"a","inp\u0075t":"b"}"#, "duplicate_key"),
    ] {
        assert_eq!(decoder.line(line, &mut out).unwrap_err().reason(), reason, "{line}");
        assert!(out.is_empty());
    }
    decoder.line(record("command.input", "s", json!({"input": "id"})).trim(), &mut out).unwrap();
    assert!(!out.is_empty());
}

#[test]
fn values_of_the_wrong_type_are_as_absent() {
    let log =
        record("command.input", "s", json!({"input": 7, "timestamp": [], "sensor": {}, "src_ip": "proxy"}))
            + &record(
                "session.closed",
                "s",
                json!({"duration_ms": "soon", "timestamp": null, "sensor": [7]}),
            );
    let decoded = decode(&log);
    let events: Vec<_> = decoded.events().collect();
    assert_eq!(decoded.ids(), ["s#0", "s"]);
    assert_eq!(field(&events[0], "command_text").as_deref(), Some(""));
    for event in events {
        assert_eq!((event.attacker_uuid, event.decky_id, event.ts), (None, None, None));
    }
}

#[test]
fn python_literals_are_decoded_only_where_they_must_be_literals() {
    for (input, expected) in [
        (r"b'caf\xc3\xa9'", "café"),
        (r#"b"it's \xff""#, "it's \u{fffd}"),
        (r"b'\x00\\\'\n\r\t'", "\0\\'\n\r\t"),
        ("b'ls'", "b'ls'"),
        (r"b'\xff", r"b'\xff"),
        (r"b'\xff'; id", r"b'\xff'; id"),
        (r"b'\xff' 'x'", r"b'\xff' 'x'"),
        (r"b'\xfg'", r"b'\xfg'"),
        (r"b'\xff\'", r"b'\xff\'"),
        (r"b'\xffé'", r"b'\xffé'"),
        (r#"printf "\x41""#, r#"printf "\x41""#),
        ("b'", "b'"),
    ] {
        let decoded = decode(&record("command.input", "s", json!({ "input": input })));
        let event = decoded.events().next().unwrap();
        assert_eq!(field(&event, "command_text").as_deref(), Some(expected), "{input}");
    }
}
