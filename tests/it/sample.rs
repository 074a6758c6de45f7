// SPDX-License-Identifier: AGPL-3.0-or-later
//! The shipped sample: which commands get which tags, as snapshots that were reviewed line by line.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::process::Command;

use decnet_ttp::event::formats::CowrieDecoder;
use decnet_ttp::vocab::Limits;
use serde_json::Value;

const SAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/cowrie.json");
/// Characters of a command that a snapshot shows.
const SHOWN: usize = 100;

/// The tags that the binary prints for the sample.
fn tag(threads: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_decnet-ttp"))
        .args(["tag", "--summary", "none", "--threads", threads, SAMPLE])
        .output()
        .expect("the binary runs");
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    String::from_utf8(output.stdout).expect("tags are UTF-8")
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).expect(line)
}

fn text<'v>(value: &'v Value, pointer: &str) -> &'v str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or("-")
}

/// The command on one line, cut.
fn shown(command: &str) -> String {
    let head: String = command.chars().take(SHOWN).collect();
    let more = if head.len() < command.len() { "…" } else { "" };
    format!("{}{more}", head.replace('\\', r"\\").replace('\n', r"\n"))
}

#[test]
fn the_sample_gets_these_tags() {
    let mut lines = String::new();
    for tag in tag("1").lines().map(json) {
        let id = tag["sub_technique_id"].as_str().unwrap_or(text(&tag, "/technique_id"));
        let (name, tactic) = (text(&tag, "/technique_name"), text(&tag, "/tactic"));
        let (rule, confidence) = (text(&tag, "/rule_id"), &tag["confidence"]);
        let source = text(&tag, "/source_id");
        let command = shown(text(&tag, "/evidence/command_text"));
        writeln!(lines, "{source} {id} {name} | {tactic} {confidence} {rule} | {command}").unwrap();
    }
    insta::assert_snapshot!(lines);
}

#[test]
fn the_other_commands_of_the_sample_get_none() {
    let tags = tag("1");
    let tagged: HashSet<String> =
        tags.lines().map(|line| text(&json(line), "/source_id").to_owned()).collect();
    let mut decoder = CowrieDecoder::new(&Limits::default());
    let mut events = Vec::new();
    for line in std::fs::read_to_string(SAMPLE).unwrap().lines() {
        decoder.line(line, &mut events).unwrap();
    }
    let mut lines = String::new();
    for event in String::from_utf8(events).unwrap().lines().map(json) {
        let source = text(&event, "/source_id");
        if event["source_kind"] == "command" && !tagged.contains(source) {
            writeln!(lines, "{source} | {}", shown(text(&event, "/payload/command_text"))).unwrap();
        }
    }
    insta::assert_snapshot!(lines);
}

#[test]
fn the_sample_gives_the_same_bytes_for_any_number_of_threads() {
    let once = tag("1");
    assert!(once.lines().count() > 50);
    for threads in ["1", "2", "5"] {
        assert!(tag(threads) == once, "{threads} threads");
    }
}
