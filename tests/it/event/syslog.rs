// SPDX-License-Identifier: AGPL-3.0-or-later
//! DECNET's RFC 5424 stream to native events.

use std::collections::{BTreeMap, BTreeSet};

use decnet_ttp::event::formats::{Format, SyslogDecoder, SyslogElement, SyslogMessage};
use decnet_ttp::event::{Event, RawValue, attacker_uuid};
use decnet_ttp::vocab::{Limits, SourceKind};
use proptest::prelude::*;

const EVERY_KIND: &str = include_str!("../../data/syslog/every_kind.log");
const SAMPLE: &str = include_str!("../../../samples/decoy.log");

struct Decoded {
    decoder: SyslogDecoder,
    /// The events, a line each.
    lines: String,
}

fn decode_with(log: &str, limits: &Limits) -> Decoded {
    let mut decoder = SyslogDecoder::new(limits);
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

    fn of(&self, kind: SourceKind) -> impl Iterator<Item = Event<'_>> {
        self.events().filter(move |event| event.source_kind == kind)
    }

    fn ids(&self) -> Vec<String> {
        self.events().map(|event| event.source_id.into_owned()).collect()
    }
}

/// A payload's field as text.
fn field(event: &Event<'_>, name: &str) -> Option<String> {
    match event.payload.get(name)? {
        RawValue::String(text) => Some(text.to_text().into_owned()),
        RawValue::Number(number) => Some(number.as_str().to_owned()),
        RawValue::Bool(value) => Some(value.to_string()),
        other => panic!("{name}: {other:?}"),
    }
}

/// A line of the decoy's shell, at that minute of a day.
fn command(minute: u32, src: &str, command: &str) -> String {
    let (hour, minute) = (minute / 60, minute % 60);
    format!(
        "<14>1 2026-05-02T{hour:02}:{minute:02}:00Z web-01 bash - command - CMD uid=0 user=root src={src} \
         pwd=/root cmd={command}\n"
    )
}

fn record(minute: u32, app: &str, kind: &str, params: &str) -> String {
    let (hour, minute) = (minute / 60, minute % 60);
    format!("<134>1 2026-05-02T{hour:02}:{minute:02}:00Z web-01 {app} - {kind} [relay@55555 {params}]\n")
}

#[test]
fn every_kind_of_record_becomes_what_the_table_says() {
    let decoded = decode(EVERY_KIND);
    let unmapped: BTreeMap<_, _> = decoded.decoder.unmapped().collect();
    insta::assert_snapshot!(format!("{}\nunmapped: {unmapped:#?}\n", decoded.lines));
}

#[test]
fn source_ids_are_unique_and_the_same_on_a_replay() {
    for log in [EVERY_KIND, SAMPLE] {
        let first = decode(log);
        let ids = first.ids();
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:#?}");
        assert_eq!(decode(log).lines, first.lines);
    }
}

#[test]
fn a_command_keeps_its_own_spaces_and_equals_signs() {
    let decoded = decode(&command(0, "203.0.113.7", "FOO=bar baz  qux=1"));
    let event = decoded.events().next().unwrap();
    assert_eq!(field(&event, "command_text").as_deref(), Some("FOO=bar baz  qux=1"));
    for (name, value) in [("uid", "0"), ("user", "root"), ("src", "203.0.113.7"), ("pwd", "/root")] {
        assert_eq!(field(&event, name).as_deref(), Some(value), "{name}");
    }
    let anchor = attacker_uuid("203.0.113.7".parse().unwrap()).to_string();
    assert_eq!(event.attacker_uuid.as_deref(), Some(anchor.as_str()));
    assert_eq!(event.decky_id.as_deref(), Some("web-01"));
}

#[test]
fn missing_values_are_absent() {
    let log = "<14>1 - - bash - command - CMD uid=0 pwd= cmd=id\n\
               <14>1 2026-05-02T06:00:00Z web-01 bash - command - CMD uid=0 pwd= cmd=id\n";
    let decoded = decode(log);
    assert_eq!(decoded.decoder.unmapped().collect::<Vec<_>>(), [("bash:command", 1)]);
    let event = decoded.events().next().unwrap();
    assert_eq!((&event.attacker_uuid, &event.session_id), (&None, &None));
    assert_eq!(event.payload.get("user"), None);
    assert_eq!(event.payload.get("src"), None);
    assert_eq!(event.payload.get("pwd"), None);
}

#[test]
fn a_wrapped_message_gives_the_same_event_as_a_plain_one() {
    let inside = "2026-05-02T06:00:00.5+00:00 web-01 bash - command [timeQuality tzKnown=\"1\"] CMD uid=0 \
                  user=root src=192.0.2.1 pwd=/ cmd=id";
    let plain = decode(&format!("<14>1 {inside}\n"));
    assert_eq!(plain.of(SourceKind::Command).count(), 1);
    for outside in ["<14>1 2026-05-02T06:00:01Z host 1 - - - ", "<14>1 2026-05-02T06:00:01Z host 1 - - -  "] {
        assert_eq!(decode(&format!("{outside}{inside}\n")).lines, plain.lines);
    }
}

#[test]
fn commands_are_gathered_until_an_hour_is_quiet() {
    let log = command(0, "192.0.2.1", "a")
        + &command(59, "192.0.2.1", "b")
        + &command(60, "192.0.2.2", "c")
        + &command(119, "192.0.2.1", "d")
        + &command(180, "192.0.2.1", "e");
    let one = "web-01/shell/192.0.2.1@2026-05-02T00:00:00Z";
    let two = "web-01/shell/192.0.2.2@2026-05-02T01:00:00Z";
    let three = "web-01/shell/192.0.2.1@2026-05-02T03:00:00Z";
    let decoded = decode(&log);
    let expected = [
        format!("{one}#0"),
        format!("{one}#1"),
        format!("{two}#0"),
        format!("{one}#2"),
        two.to_owned(),
        one.to_owned(),
        format!("{three}#0"),
        three.to_owned(),
    ];
    assert_eq!(decoded.ids(), expected);
    let ends: Vec<_> = decoded.of(SourceKind::Session).map(|it| field(&it, "end").unwrap()).collect();
    assert_eq!(ends, ["quiet", "quiet", "end_of_input"]);
}

#[test]
fn a_named_session_numbers_its_commands_by_its_name() {
    let params = |command: &str| format!("session_id=\"s1\" src_ip=\"192.0.2.1\" command=\"{command}\"");
    let log = record(0, "ssh", "command", &params("id"))
        + &record(1, "ssh", "command", &params("w"))
        + &record(2, "sessrec", "session_recorded", "sid=\"s1\" src_ip=\"192.0.2.1\" duration_s=\"120.000\"");
    let decoded = decode(&log);
    assert_eq!(decoded.ids(), ["s1#0", "s1#1", "s1"]);
    let session = decoded.events().last().unwrap();
    assert_eq!(field(&session, "duration_s").as_deref(), Some("120"));
    assert_eq!(field(&session, "commands").as_deref(), Some("2"));
}

#[test]
fn sessions_that_begin_at_the_same_time_have_different_ids() {
    let end = record(0, "sessrec", "session_recorded", "sid=\"x\" src_ip=\"192.0.2.1\"");
    let one = command(0, "192.0.2.1", "a") + &end;
    let ids = decode(&one.repeat(3)).ids();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 6, "{ids:#?}");
}

#[test]
fn guesses_are_counted_by_address() {
    let attempt = |minute, password: &str| {
        let params = format!("username=\"root\" secret_printable=\"{password}\" src_ip=\"192.0.2.9\"");
        record(minute, "auth-helper", "auth_attempt", &params)
    };
    let log: String = (0..6).map(|n| attempt(n, &n.to_string())).collect();
    let decoded = decode(&log);
    let counts: Vec<_> =
        decoded.of(SourceKind::AuthAttempt).map(|event| field(&event, "fail_count").unwrap()).collect();
    assert_eq!(counts, ["1", "2", "3", "4", "5", "6"]);
    let session = decoded.of(SourceKind::Session).next().unwrap();
    assert_eq!(field(&session, "login_failures").as_deref(), Some("6"));
}

#[test]
fn a_line_that_a_value_broke_still_gives_its_event() {
    let log = "<134>1 2026-05-02T06:00:00Z web-01 http - request [relay@55555 method=\"POST\" \
               path=\"/a.php?x=1\" remote_addr=\"192.0.2.1\" body=\"first\n";
    let decoded = decode(log);
    let event = decoded.of(SourceKind::HttpRequest).next().unwrap();
    assert_eq!(field(&event, "raw_url").as_deref(), Some("/a.php?x=1"));
    assert_eq!(field(&event, "query").as_deref(), Some("x=1"));
    assert_eq!(field(&event, "body_text").as_deref(), Some("first"));
    assert_eq!(decoded.decoder.unmapped().collect::<Vec<_>>(), [("(cut inside a value)", 1)]);
}

#[test]
fn a_bad_line_is_reported_with_its_place_and_harms_no_other() {
    let mut decoder = SyslogDecoder::new(&Limits::default());
    let mut out = Vec::new();
    for (line, offset) in [
        ("", 0),
        ("{}", 0),
        ("<>1 - - - - - -", 1),
        ("<192>1 - - - - - -", 1),
        ("<007>1 - - - - - -", 1),
        ("<134>2 - - - - - -", 5),
        ("<134>1  - - - - -", 7),
        ("<134>1 yesterday h a - m -", 7),
        ("<134>1 - h\u{e9} a - m -", 9),
        ("<134>1 - - - -", 14),
        ("<134>1 - - - - - x", 17),
        ("<134>1 - - - - - -x", 18),
        ("<134>1 - - - - - []", 18),
        ("<134>1 - - - - - [a b]", 21),
        ("<134>1 - - - - - [a b=\"\"c=\"\"]", 24),
        ("<134>1 - - - - - [a]x", 20),
    ] {
        let error = decoder.line(line, &mut out).unwrap_err();
        assert_eq!((error.reason(), error.offset()), ("syntax", Some(offset)), "{line}: {error}");
        assert!(out.is_empty());
    }
    let many = format!("<134>1 - - - - - [a{}]", " b=\"\"".repeat(Limits::JSON_KEYS + 1));
    assert_eq!(decoder.line(&many, &mut out).unwrap_err().reason(), "too_many_keys");
    decoder.line(command(0, "192.0.2.1", "id").trim(), &mut out).unwrap();
    assert!(!out.is_empty());
}

#[test]
fn memory_stays_bounded_under_endless_sessions_addresses_and_kinds() {
    let limits = Limits { sessions: 10, ..Limits::default() };
    let mut decoder = SyslogDecoder::new(&limits);
    let mut out = Vec::new();
    let mut sessions = 0;
    for n in 0..3_000 {
        let address = format!("203.0.{}.{}", n / 256, n % 256);
        let long = "x".repeat(3_000);
        for line in [
            command(0, &address, "id").replace("web-01", &long),
            record(0, "ftp", "auth", &format!("src=\"{address}\" username=\"{long}\" password=\"{n}\"")),
            record(0, &format!("app{n}"), "startup", ""),
        ] {
            decoder.line(line.trim(), &mut out).unwrap();
        }
        let text = std::str::from_utf8(&out).unwrap();
        sessions += text.lines().filter(|line| line.contains(r#""source_kind":"session""#)).count();
        out.clear();
    }
    assert_eq!((sessions, decoder.evicted()), (5_990, 5_990));
    assert_eq!(decoder.unmapped().count(), 65);
    assert_eq!(decoder.unmapped().map(|(_, count)| count).sum::<u64>(), 3_000);
    assert!(format!("{decoder:?}").len() < 10 * 8 * 1024 + 64 * 1024);
}

#[test]
fn the_sample_tags_from_the_command_line() {
    let run = |format: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_decnet-ttp"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).args(["tag", "samples/decoy.log"]).args(format);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let tags = run(&[]);
    assert_eq!(tags, run(&["--format", "syslog"]));
    for technique in ["T1003.008", "T1105", "T1053.003", "T1098.004", "T1548.003", "T1190"] {
        assert!(tags.contains(&format!("\"{technique}\"")), "{technique} in {tags}");
    }
}

#[test]
fn the_format_shows_in_its_first_record() {
    let limits = Limits::default();
    for line in EVERY_KIND.lines().chain(SAMPLE.lines()) {
        assert_eq!(Format::of_record(line, &limits), Some(Format::Syslog), "{line}");
    }
    for line in ["<134> May  2 06:22:48 web-01 su: x", "<x>1 -", "<1345>1 -", "<>1 -"] {
        assert_eq!(Format::of_record(line, &limits), None, "{line}");
    }
}

fn name() -> impl Strategy<Value = String> {
    "[!#-<>-\\\\^-~]{1,12}"
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![r#"[\\"\] =a\[]{0,12}"#, "\\PC{0,12}"]
}

proptest! {
    #[test]
    fn a_printed_message_reads_as_the_same(
        priority in 0_u16..192,
        host in name(),
        elements in prop::collection::vec((name(), prop::collection::vec((name(), value()), 0..4)), 0..4),
        text in "(a[ -~]{0,20})?",
    ) {
        let elements = elements.iter().map(|(id, params)| SyslogElement {
            id,
            params: params.iter().map(|(name, value)| (name.as_str(), value.as_str().into())).collect(),
        });
        let message = SyslogMessage {
            priority,
            timestamp: Some("2026-05-02T06:22:48.125+02:00"),
            hostname: Some(host.as_str()).filter(|host| *host != "-"),
            app_name: None,
            proc_id: Some("7"),
            msg_id: None,
            elements: elements.collect(),
            message: &text,
            cut: false,
        };
        let printed = message.to_string();
        prop_assert_eq!(SyslogMessage::parse(&printed, &Limits::default()).unwrap(), message);
    }

    #[test]
    fn mutated_lines_never_panic_and_give_readable_events(
        picks in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), any::<prop::sample::Index>(), value()), 1..12),
    ) {
        let lines: Vec<&str> = EVERY_KIND.lines().collect();
        let limits = Limits { sessions: 2, ..Limits::default() };
        let mut decoder = SyslogDecoder::new(&limits);
        let mut out = Vec::new();
        for (line, from, to, put) in picks {
            let mut chars: Vec<char> = line.get(&lines).chars().collect();
            let (from, to) = (from.index(chars.len()), to.index(chars.len()));
            chars.splice(from.min(to)..from.max(to).min(from.min(to) + 8), put.chars());
            let _ = decoder.line(&chars.iter().collect::<String>(), &mut out);
        }
        decoder.finish(&mut out);
        let text = String::from_utf8(out).unwrap();
        for line in text.lines() {
            prop_assert!(Event::parse(line, &limits).is_ok(), "{}", line);
        }
    }
}
