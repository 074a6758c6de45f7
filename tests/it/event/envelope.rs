// SPDX-License-Identifier: AGPL-3.0-or-later
//! Native event lines: what is read, what is derived, what is refused.

use std::borrow::Cow;

use decnet_ttp::event::formats::Format;
use decnet_ttp::event::{Event, RawObject, attacker_uuid, text};
use decnet_ttp::vocab::{Limits, SourceKind};

fn parse(line: &str) -> Event<'_> {
    Event::parse(line, &Limits::default()).unwrap_or_else(|error| panic!("{line}: {error}"))
}

fn reason(line: &str) -> (&'static str, String) {
    let error = Event::parse(line, &Limits::default()).map_err(|error| (error.reason(), error.to_string()));
    error.expect_err(line)
}

const FULL: &str = r#"{"source_kind":"command","source_id":"s1#0","attacker_uuid":"a","identity_uuid":"i","session_id":"s1","decky_id":"web-01","ts":"2026-05-02T06:22:48Z","payload":{"command_text":"id","n":[1]}}"#;

#[test]
fn every_field_is_borrowed_from_its_line() {
    let event = parse(FULL);
    assert_eq!(event.source_kind, SourceKind::Command);
    for (field, expected) in [
        (Some(&event.source_id), "s1#0"),
        (event.attacker_uuid.as_ref(), "a"),
        (event.identity_uuid.as_ref(), "i"),
        (event.session_id.as_ref(), "s1"),
        (event.decky_id.as_ref(), "web-01"),
        (event.ts.as_ref(), "2026-05-02T06:22:48Z"),
    ] {
        assert!(matches!(field, Some(Cow::Borrowed(text)) if *text == expected), "{field:?}");
    }
    assert_eq!(event.payload.as_str(), r#"{"command_text":"id","n":[1]}"#);
    assert_eq!(event.anchor(), Some("a"));
    assert!(!event.truncated);
}

#[test]
fn keys_come_in_any_order_among_unknown_ones_and_escaped() {
    let event = parse(
        r#" {"x":{"payload":1},"payload":{"a":"b"},"ts":null,"identity_uuid":"","sess\u0069on_id":"s\u0031",
            "source_id":"i\n","zzz":[true,{}],"source\u005fkind":"s\u0063an"} "#,
    );
    assert_eq!(event.source_kind, SourceKind::Scan);
    assert_eq!(event.source_id, "i\n");
    assert_eq!(event.session_id.as_deref(), Some("s1"));
    assert_eq!((event.ts, event.identity_uuid), (None, None));
    assert_eq!(event.payload.as_str(), r#"{"a":"b"}"#);
}

#[test]
fn every_source_kind_is_known_by_its_name() {
    for kind in SourceKind::ALL {
        let line = format!(r#"{{"source_kind":"{kind}","source_id":"1"}}"#);
        let event = parse(&line);
        assert_eq!(event.source_kind, kind);
        assert_eq!(event.payload, RawObject::EMPTY);
        assert_eq!(event.payload.members().count(), 0);
    }
}

#[test]
fn what_is_wrong_is_named() {
    for (line, expected_reason, message) in [
        ("", "truncated", "the text ends too early at byte 0"),
        ("\0\u{1}binary", "syntax", "expected `{` at byte 0"),
        (r#"{"source_id":"1"}"#, "no_source_kind", "no `source_kind`"),
        (r#"{"source_kind":null,"source_id":"1"}"#, "no_source_kind", "no `source_kind`"),
        (r#"{"source_kind":"Command"}"#, "unknown_source_kind", "unknown source kind `Command`"),
        (r#"{"source_kind":7}"#, "wrong_type", "`source_kind` must be a string"),
        (r#"{"source_kind":"scan","source_id":7}"#, "wrong_type", "`source_id` must be a string"),
        (r#"{"source_kind":"scan","ts":{}}"#, "wrong_type", "`ts` must be a string"),
        (r#"{"source_kind":"scan","payload":[]}"#, "wrong_type", "`payload` must be an object"),
        (r#"{"source_kind":"scan","payload":"{}"}"#, "wrong_type", "`payload` must be an object"),
        (r#"{"source_kind":"scan","source_kind":"scan"}"#, "duplicate_key", "duplicate key at byte 23"),
        (r#"{"payload":{},"p\u0061yload":{}}"#, "duplicate_key", "duplicate key at byte 15"),
        (
            r#"{"source_kind":"scan","source_id":"1"}}"#,
            "syntax",
            "expected nothing after the object at byte 38",
        ),
        (r#"{"source_kind":"scan","payload":{"a":1"#, "truncated", "the text ends too early at byte 38"),
        (r#"{"source_kind":"sc"#, "truncated", "the text ends too early at byte 18"),
        (
            r#"{"source_kind":"scan","payload":{"a":1}}"#,
            "no_source_id",
            "no `source_id`, and nothing to derive one from",
        ),
    ] {
        assert_eq!(reason(line), (expected_reason, message.to_owned()), "{line}");
    }
}

#[test]
fn an_unknown_kind_is_named_within_bounds() {
    let line = format!(r#"{{"source_kind":"{}","source_id":"1"}}"#, "é".repeat(1000));
    let error = Event::parse(&line, &Limits::default()).unwrap_err();
    assert_eq!(error.source_kind(), Some("é".repeat(32).as_str()));
    let error = Event::parse(r#"{"source_kind":"\u001b[31m"}"#, &Limits::default()).unwrap_err();
    assert_eq!(error.to_string(), "unknown source kind `\\u{1b}[31m`");
}

#[test]
fn a_source_id_is_derived_where_it_is_unique() {
    for (line, expected) in [
        (r#"{"source_kind":"command","session_id":"s","index":3}"#, "s#3"),
        (r#"{"source_kind":"command","source_id":"","session_id":"s","payload":{"index":4}}"#, "s#4"),
        (r#"{"source_kind":"session","source_id":null,"session_id":"s"}"#, "s"),
        (r#"{"source_kind":"intel","payload":{"intel_uuid":"u"}}"#, "u"),
        (
            r#"{"source_kind":"ipv6_leak","attacker_uuid":"a","payload":{"addr":"FE80:0:0::1%eth0"}}"#,
            "a:fe80::1",
        ),
        (r#"{"source_kind":"canary","payload":{"token_id":"t","trigger_id":"9"}}"#, "t:9"),
    ] {
        assert_eq!(parse(line).source_id, expected, "{line}");
    }
}

#[test]
fn a_derived_hash_depends_on_everything_that_tells_events_apart() {
    let lines = [
        r#"{"source_kind":"command","attacker_uuid":"a","ts":"t","payload":{"command_text":"id"}}"#,
        r#"{"source_kind":"command","attacker_uuid":"b","ts":"t","payload":{"command_text":"id"}}"#,
        r#"{"source_kind":"command","attacker_uuid":"a","ts":"u","payload":{"command_text":"id"}}"#,
        r#"{"source_kind":"command","attacker_uuid":"a","ts":"t","payload":{"command_text":"ps"}}"#,
        r#"{"source_kind":"command","attacker_uuid":"a","ts":"t","index":1,"payload":{"command_text":"id"}}"#,
        r#"{"source_kind":"command","attacker_uuid":"at","payload":{"command_text":"id"}}"#,
        r#"{"source_kind":"payload","attacker_uuid":"a","ts":"t","payload":{"command_text":"id"}}"#,
        r#"{"source_kind":"command","session_id":"s","ts":"t","payload":{"command_text":"id"}}"#,
    ];
    let mut ids: Vec<_> = lines.iter().map(|line| parse(line).source_id.into_owned()).collect();
    assert!(
        ids.iter().all(|id| id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit())),
        "{ids:?}"
    );
    assert_eq!(parse(lines[0]).source_id, ids[0]);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), lines.len());
}

#[test]
fn a_payload_that_is_too_deep_is_kept_as_a_shallow_view() {
    let line = r#"{"source_kind":"scan","source_id":"1","payload":{"a":{"b":1}}}"#;
    let at = |json_depth| Event::parse(line, &Limits { json_depth, ..Limits::default() }).unwrap().payload;
    assert_eq!((at(1).as_str(), at(1).is_deep()), ("{}", true));
    assert_eq!((at(2).as_str(), at(2).is_deep()), (r#"{"a":{"b":1}}"#, true));
    assert_eq!((at(3).as_str(), at(3).is_deep()), (r#"{"a":{"b":1}}"#, false));
}

#[test]
fn too_many_keys_are_refused_in_envelope_and_payload() {
    let limits = Limits { json_keys: 3, ..Limits::default() };
    for line in [
        r#"{"source_kind":"scan","source_id":"1","a":1,"b":2}"#,
        r#"{"source_kind":"scan","source_id":"1","payload":{"a":1,"b":2,"c":3,"d":4}}"#,
    ] {
        assert_eq!(Event::parse(line, &limits).unwrap_err().reason(), "too_many_keys", "{line}");
    }
}

#[test]
fn anchors_are_the_canonical_address() {
    let uuid = |address: &str| attacker_uuid(address.parse().unwrap()).to_string();
    assert_eq!(uuid("192.0.2.1"), "eba7b879-6504-5688-8b55-aab33dd222ba");
    assert_eq!(uuid("::ffff:192.0.2.1"), uuid("192.0.2.1"));
    assert_eq!(uuid("2001:db8::1"), "8b93dc54-50f0-5b96-b580-413ec4f58e5d");
    assert_eq!(uuid("2001:0DB8:0:0:0:0:0:1"), uuid("2001:db8::1"));
}

#[test]
fn invalid_utf_8_hides_nothing() {
    assert_eq!(text("é".as_bytes()), (Cow::Borrowed("é"), false));
    let mut line = FULL.as_bytes().to_vec();
    let at = FULL.find("id\",\"n").unwrap();
    line[at] = 0xff;
    let (text, lossy) = text(&line);
    assert!(lossy);
    assert!(parse(&text).payload.as_str().contains("\u{fffd}d"));
}

#[test]
fn a_format_shows_in_its_first_records() {
    let limits = Limits::default();
    for (record, expected) in [
        (FULL, Some(Format::Decnet)),
        (r#"{"session":"s","eventid":"cowrie.login.failed"}"#, Some(Format::Cowrie)),
        (r#"{"eventid":"other"}"#, None),
        (r#"{"eventid":4}"#, None),
        ("[]", None),
        ("not JSON", None),
    ] {
        assert_eq!(Format::of_record(record, &limits), expected, "{record}");
    }
    for format in Format::ALL {
        assert_eq!(Format::from_name(format.as_str()), Some(format));
    }
    let mut block = decnet_ttp::event::Block::default();
    let log = b"rotated\"}\n\n{\"eventid\":\"cowrie.session.closed\"}\n".as_slice();
    decnet_ttp::event::LineReader::new(log, &limits).read(&mut block).unwrap();
    assert_eq!(Format::detect(block.lines(), &limits), Format::Cowrie);
}
