// SPDX-License-Identifier: AGPL-3.0-or-later
//! The format `eml`: raw messages and mailboxes through `tag`.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use decnet_ttp::event::formats::{EmlDecoder, Format};
use decnet_ttp::event::{Block, Event};
use decnet_ttp::vocab::Limits;
use serde_json::{Value, json};

use super::mail::{bombs, build};

/// Of the whole process, in bytes.
const MEMORY_MAX: u64 = 64 << 20;

const RULE: &str = "rule_id: M1\nrule_version: 1\nname: macro\napplies_to: [email]\n\
    match: attachment_macros == true and subject contains \"Rechnung\" and any(urls, it contains \"&u=\") and spf_pass == false and body_text contains \"wire transfer\"\n\
    emits: [{tactic: TA0002, technique_id: T1204, sub_technique_id: T1204.002, confidence: 0.9}]\nevidence_fields: [attachment_sha256s, rcpt_count, body_sha256]\n";

/// A folder that goes with its value.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("eml-{}-{name}", std::process::id()));
        fs::create_dir_all(path.join("ttp")).unwrap();
        fs::write(path.join("ttp/M1.yaml"), RULE).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.0.join(name);
        fs::write(&path, bytes).unwrap();
        path.display().to_string()
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_decnet-ttp"));
        command.current_dir(env!("CARGO_MANIFEST_DIR")).arg("tag").args(args).arg("--rules").arg(&self.0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Standard output's objects, and standard error.
    fn tag(&self, args: &[&str]) -> (Vec<Value>, String) {
        let output = self.command(args).stdin(Stdio::null()).output().unwrap();
        let objects = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        let objects = objects.map(|line| serde_json::from_slice(line).unwrap()).collect();
        (objects, String::from_utf8(output.stderr).unwrap())
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The events of an input that comes in pieces, and how its messages ended.
fn decode(pieces: &[&[u8]], limits: &Limits) -> (Vec<Value>, Vec<(u64, String)>) {
    let mut decoder = EmlDecoder::new(limits);
    let (mut out, mut ended, mut line) = (Vec::new(), Vec::new(), 1);
    for piece in pieces {
        ended.extend(decoder.take(piece, line, &mut out));
        line += piece.iter().filter(|byte| **byte == b'\n').count() as u64;
    }
    ended.extend(decoder.finish(&mut out));
    assert!(decoder.finish(&mut out).is_none(), "a message ends once");
    let text = String::from_utf8(out).unwrap();
    for line in text.lines() {
        Event::parse(line, limits).expect("a native line");
    }
    let events = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ended = ended.into_iter().map(|it| {
        let result = it.result.map(|partial| if partial { "partial" } else { "whole" }.to_owned());
        (it.line, result.unwrap_or_else(|error| format!("{}: {error}", error.reason())))
    });
    (events, ended.collect())
}

#[test]
fn a_message_becomes_one_event() {
    let raw = build::sample("phish-macro.eml");
    let (events, ended) = decode(&[&raw[..700], &raw[700..]], &Limits::default());
    assert_eq!(ended, [(1, "whole".to_owned())]);
    insta::assert_json_snapshot!(events);
    assert_eq!(decode(&[&raw], &Limits::default()).0, events, "the same id, however it comes");
}

#[test]
fn a_message_is_tagged_by_what_it_carries() {
    let folder = Folder::new("tagged");
    let sample = "samples/phish-macro.eml";
    let (tags, errors) = folder.tag(&[sample]);
    assert_eq!(tags.len(), 1, "{errors}");
    assert_eq!(tags[0]["source_id"], json!("eml:092aa77bd265afbced0bd7be0a92f556"));
    assert_eq!(tags[0]["attacker_uuid"], Value::Null);
    let evidence = tags[0]["evidence"].as_object().unwrap();
    assert_eq!(evidence.keys().collect::<Vec<_>>(), ["attachment_sha256s", "rcpt_count", "body_sha256"]);
    assert_eq!(folder.tag(&["--format", "eml", sample]).0, tags);
    assert_eq!(folder.tag(&["--threads", "3", sample]).0, tags);
    let (both, errors) = folder.tag(&["--per-event", "--summary", "json", sample, "samples/punycode.eml"]);
    assert_eq!((both.len(), &both[1]["tags"]), (2, &json!([])));
    let summary: Value = serde_json::from_str(errors.lines().last().unwrap()).unwrap();
    assert_eq!((&summary["lines"], &summary["unreadable"]), (&json!(2), &json!(0)));
}

#[test]
fn a_mailbox_is_many_messages() {
    let mailbox = "From a@b.example Sat May  2 06:22:48 2026\nSubject: one\n\nFrom here on it goes\n\
        From x Sat May  2 06:22:48 2026\n\n>From y Sat May  2 06:22:48 2026\n\n\
        From c Sat May  2 06:22:49 2026\nSubject: two\n\n\nFrom d 06:22\nno field\n\nFrom e 06:22:50\nTo: x@y\n\nlast";
    let expected = [
        (1, "whole".to_owned()),
        (9, "whole".to_owned()),
        (13, "syntax: not a message: it has no header".to_owned()),
        (16, "whole".to_owned()),
    ];
    let whole = decode(&[mailbox.as_bytes()], &Limits::default());
    assert_eq!(whole.1, expected);
    let lines: Vec<&[u8]> = mailbox.as_bytes().split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(decode(&lines, &Limits::default()), whole, "however it comes");

    let folder = Folder::new("mailbox");
    let path = folder.file("box", mailbox.as_bytes());
    let (events, errors) = folder.tag(&["--per-event", &path]);
    assert_eq!(events.len(), 3, "{errors}");
    assert!(errors.contains(&format!("{path}:13: not a message: it has no header\n")), "{errors}");
}

#[test]
fn only_what_begins_like_a_message_is_taken_for_one() {
    for (text, expected) in [
        ("Return-Path: <a@b>\r\nReceived: x\r\n", true),
        ("\r\nsubject: x\nTO: y\n", true),
        ("Received: from a\n\tby b\n", true),
        ("X-Spam: no\nTo: x\n", true),
        ("From a@b Sat May  2\nReturn-Path: <>\n", true),
        ("From: me\n{\"a\":1}\n", false),
        ("Subject: x\n", false),
        ("From the start\nof this text\n", false),
        ("Date: x\nUser-Agent: curl\n", false),
        ("{\"source_kind\":\"email\"}\n{}\n", false),
        ("<134>1 2026-05-02T06:22:48Z a b - c\nTo: x\n", false),
        ("", false),
    ] {
        let block = Block::from_bytes(text.as_bytes().to_vec(), 1);
        assert_eq!(Format::is_mail(block.lines()), expected, "{text}");
        assert_eq!(Format::detect(block.lines(), &Limits::default()) == Format::Eml, expected, "{text}");
    }
}

#[test]
fn past_a_bound_a_message_is_tagged_from_its_header_and_told() {
    let limits = Limits { mail_bytes: 100, ..Limits::default() };
    let raw = format!("Subject: s\r\n\r\n{}", "x".repeat(86));
    assert_eq!(decode(&[raw.as_bytes()], &limits).1, [(1, "whole".to_owned())]);
    let (events, ended) = decode(&[raw.as_bytes(), b"y", b"z"], &limits);
    assert_eq!(ended, [(1, "partial".to_owned())]);
    assert_eq!(
        (&events[0]["payload"]["partial"], &events[0]["payload"]["subject"]),
        (&json!(true), &json!("s"))
    );
    let (other, _) = decode(&[raw.as_bytes(), b"y", b"!"], &limits);
    assert_ne!(events[0]["source_id"], other[0]["source_id"], "the id is of all bytes");

    let folder = Folder::new("partial");
    let path = folder.file("deep.eml", &bombs::bombs()[0]().raw);
    let (events, errors) = folder.tag(&["--format", "eml", "--per-event", &path]);
    assert_eq!(events.len(), 1);
    let says = format!("{path}:1: message past a bound of size or structure: tagged from its header\n");
    assert!(errors.contains(&says), "{errors}");
    let path = folder.file("none.eml", b"no message\n");
    let output = folder.command(&["--format", "eml", &path]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn an_attachment_in_one_long_line_is_read_whole() {
    let mut document = build::zip(&["word/document.xml"], 0);
    document.resize(3 << 20, 7);
    document.extend(build::zip(&["word/vbaProject.bin"], 0));
    let text = build::base64(&document, usize::MAX);
    let raw = format!(
        "Subject: Rechnung\r\nReceived-SPF: fail\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\n\
        wire transfer http://a.example/?x&u=1\r\n--b\r\nContent-Type: application/zip; name=a.docm\r\nContent-Transfer-Encoding: base64\r\n\r\n{text}\r\n--b--\r\n"
    );
    let folder = Folder::new("long");
    let path = folder.file("long.eml", raw.as_bytes());
    let (tags, errors) = folder.tag(&["--format", "eml", &path]);
    assert_eq!(tags.len(), 1, "{errors}");
    // Where the format shows only by the first lines, the line is cut by then, which is told.
    let (_, errors) = folder.tag(&[&path]);
    assert!(errors.contains(":9: line of ") || errors.contains("longer than 1048576"), "{errors}");
}

#[test]
fn bombs_take_little_memory() {
    let folder = Folder::new("memory");
    for make in bombs::bombs() {
        let bomb = make();
        // Those that are decoded to the largest, or end at a bound.
        let wanted = [
            "quoted-printable",
            "base64 in one line",
            "tags",
            "a multi-byte charset",
            "one field of 24 MiB",
            "a zip with 370,000 members",
            "a compound file with a FAT of gigabytes",
            "empty parts",
            "links",
        ];
        if !wanted.contains(&bomb.name) {
            continue;
        }
        let path = folder.file("bomb.eml", &bomb.raw);
        drop(bomb.raw);
        // The second input keeps the process from ending.
        let mut child = folder.command(&["--format", "eml", "--per-event", &path, "-"]).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        assert!(first.contains("\"source_id\":\"eml:"), "{}: {first}", bomb.name);
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|text| text.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
        child.stdin.take().unwrap().write_all(b"Subject: end\n\n").unwrap();
        child.wait().unwrap();
        println!("{:>6} KiB  {}", peak.unwrap_or(0), bomb.name);
        assert!(peak.is_none_or(|kib| kib << 10 < MEMORY_MAX), "{}: {peak:?} KiB", bomb.name);
    }
}
