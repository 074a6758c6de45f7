// SPDX-License-Identifier: AGPL-3.0-or-later
//! The shipped samples: which commands get which tags, as snapshots that were reviewed line by line, and
//! that every source kind and every file gives some.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Write as _;
use std::process::Command;

use decnet_ttp::event::formats::CowrieDecoder;
use decnet_ttp::vocab::{Limits, SourceKind};
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

/// What a command line that starts with `decnet-ttp` prints, one object a line; nothing on standard error.
fn printed(line: &str) -> Vec<Value> {
    let args = line.split_whitespace().skip(1);
    let output = Command::new(env!("CARGO_BIN_EXE_decnet-ttp"))
        .args(args)
        .args(["--summary", "none"])
        .env_remove("DECNET_ARTIFACTS_ROOT")
        .env_remove("DECNET_ATTACK_BUNDLE")
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("the binary runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!((output.status.code(), &*error), (Some(0), ""), "{line}");
    String::from_utf8(output.stdout).expect("tags are UTF-8").lines().map(json).collect()
}

#[test]
fn every_source_kind_has_events_that_give_tags_and_some_that_give_none() {
    for kind in SourceKind::ALL {
        let events = printed(&format!("decnet-ttp tag --per-event samples/kinds/{kind}.ndjson"));
        assert!(events.iter().all(|event| event["source_kind"] == kind.as_str()), "{kind}");
        assert!(events.iter().all(|event| event["error"].is_null()), "{kind}");
        let tagged = events.iter().filter(|event| event["tags"] != Value::Array(Vec::new())).count();
        assert!(tagged > 0, "{kind} gives no tag");
        // A token that is touched and a port that is probed are never innocent.
        let always = matches!(kind, SourceKind::Canary | SourceKind::Scan);
        assert_eq!(tagged == events.len(), always, "{kind}: {tagged} of {} give tags", events.len());
    }
}

#[test]
fn every_file_of_samples_is_described_and_gives_tags() {
    let readme = std::fs::read_to_string("samples/README.md").unwrap();
    let commands: BTreeSet<&str> =
        readme.lines().map(str::trim).filter(|line| line.starts_with("decnet-ttp ")).collect();
    let mut kinds = BTreeSet::new();
    let mut files = 0;
    for folder in ["samples", "samples/kinds"] {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            assert!(readme.contains(&format!("`{name}")) || name == "README.md", "{name} is not described");
            let extension = path.extension().and_then(|extension| extension.to_str());
            if !matches!(extension, Some("json" | "ndjson" | "log" | "eml")) {
                continue;
            }
            let command = format!("decnet-ttp tag {}", path.display());
            let tags = printed(&command);
            assert!(!tags.is_empty(), "{name} gives no tag");
            kinds.extend(tags.iter().map(|tag| text(tag, "/source_kind").to_owned()));
            files += 1;
            assert!(
                folder != "samples" || commands.contains(command.as_str()),
                "{command} is not in the README"
            );
        }
    }
    assert!(files >= SourceKind::COUNT + 4, "{files} files");
    let all: BTreeSet<String> = SourceKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    assert_eq!(kinds, all);
    // The commands that the README shows besides.
    for command in commands.iter().filter(|command| !command.contains('*')) {
        assert!(!printed(command).is_empty(), "{command}");
    }
}

#[test]
fn the_messages_are_told_apart_by_what_makes_them_dangerous() {
    let techniques = |file: &str| -> BTreeSet<String> {
        let tags = printed(&format!("decnet-ttp tag samples/{file}"));
        tags.iter().map(|tag| text(tag, "/sub_technique_id").to_owned()).collect()
    };
    let (office, link) = (techniques("phish-macro.eml"), techniques("punycode.eml"));
    assert!(office.contains("T1566.001") && !office.contains("T1566.002"), "{office:?}");
    assert!(link.contains("T1566.002") && !link.contains("T1566.001"), "{link:?}");
}
