// SPDX-License-Identifier: AGPL-3.0-or-later
//! Hostile lines between good ones: each is reported by its number, none hides its neighbours, and
//! memory stays bounded.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

const LONG: usize = 16 << 20;
/// Of the whole process, in bytes; 200 MiB are promised. The pack takes 33 MiB, the views of a line of 32,000
/// words most of the rest.
const MEMORY_MAX: u64 = 128 << 20;
/// Until a tag comes, on a machine that has much else to do.
const PATIENCE: Duration = Duration::from_secs(60);
const TRUNCATED: &str = "\"truncated\":true";

/// A line, what is said of it (nothing: not reported) and whether it is tagged.
struct Case {
    line: Vec<u8>,
    says: &'static str,
    tagged: bool,
    /// What its tag has.
    has: &'static str,
}

fn refused(line: impl Into<Vec<u8>>, says: &'static str) -> Case {
    Case { line: line.into(), says, tagged: false, has: "" }
}

fn tagged(line: impl Into<Vec<u8>>, says: &'static str, has: &'static str) -> Case {
    Case { line: line.into(), says, tagged: true, has }
}

/// What the binary printed, and its peak memory before its input ended.
struct Ran {
    tags: Vec<String>,
    problems: Vec<String>,
    summary: Value,
    peak: Option<u64>,
}

/// Runs `tag` over a pipe; the last line must give a tag, which shows that all was read.
fn run(input: Vec<u8>, args: &[&str]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_decnet-ttp"))
        .args(["tag", "--summary", "json"])
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut stderr = child.stderr.take().expect("a pipe");
    let stdout = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let (send, printed) = channel();
    thread::spawn(move || stdout.map_while(Result::ok).try_for_each(|line| send.send(line)));
    let writer = thread::spawn(move || {
        stdin.write_all(&input).expect("all is read");
        stdin
    });
    let errors = thread::spawn(move || {
        let mut text = String::new();
        stderr.read_to_string(&mut text).expect("standard error is UTF-8");
        text
    });
    let mut tags = Vec::new();
    while tags.last().is_none_or(|tag: &String| !tag.contains("\"source_id\":\"last")) {
        tags.push(
            printed.recv_timeout(PATIENCE).expect("the last line gives a tag, though the input goes on"),
        );
    }
    let peak = peak_memory(child.id());
    drop(writer.join().expect("all is written"));
    tags.extend(printed);
    let errors = errors.join().expect("all is read");
    let mut problems: Vec<String> = errors.lines().map(str::to_owned).collect();
    let summary = problems.pop().expect("a summary");
    assert_eq!(child.wait().expect("it ends").code(), Some(0), "{errors}");
    Ran { tags, problems, summary: serde_json::from_str(&summary).expect(&summary), peak }
}

/// `None` where the system does not tell.
fn peak_memory(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

/// The cases with a good line after each, and what must come of them.
fn check(good: impl Fn(&str) -> String, cases: &[Case], args: &[&str]) {
    // A byte-order mark, line ends of both kinds, blank lines.
    let mut input = format!("\u{feff}{}\r\n", good("first")).into_bytes();
    let mut ids = vec!["first".to_owned()];
    let mut expected = Vec::new();
    let mut number = 1;
    for (index, case) in cases.iter().enumerate() {
        number += 1;
        input.extend_from_slice(&case.line);
        input.extend_from_slice(b"\n\r\n");
        if !case.says.is_empty() {
            expected.push((number, case.says));
        }
        if case.tagged {
            ids.push("bad".to_owned());
        }
        number += 2;
        let id = format!("good-{index}");
        input.extend_from_slice(format!("{}\r\n", good(&id)).as_bytes());
        ids.push(id);
    }
    input.extend_from_slice(format!("{}\n", good("last")).as_bytes());
    ids.push("last".to_owned());

    let ran = run(input, args);
    let found: Vec<String> = ran.tags.iter().map(|tag| source(tag)).collect();
    assert_eq!(found, ids);
    assert_eq!(ran.problems.len(), expected.len(), "{:#?}", ran.problems);
    for (problem, (number, says)) in ran.problems.iter().zip(&expected) {
        let place = format!("standard input:{number}: ");
        assert!(problem.starts_with(&place) && problem.contains(says), "{place}{says}, not {problem}");
    }
    let bad = ran.tags.iter().filter(|tag| source(tag) == "bad");
    for (tag, case) in bad.zip(cases.iter().filter(|case| case.tagged)) {
        assert!(tag.contains(case.has), "{} is not in {tag}", case.has);
        assert_eq!(tag.contains(TRUNCATED), case.has == TRUNCATED, "{tag}");
    }
    for text in ran.tags.iter().chain(&ran.problems) {
        assert_eq!(text.chars().find(|c| c.is_control()), None, "{text:?}");
    }
    let unreadable = cases.iter().filter(|case| !case.tagged && !case.says.is_empty()).count();
    assert_eq!(ran.summary["unreadable"], json!(unreadable));
    assert_eq!(ran.summary["lines"], json!(2 + 2 * cases.len()));
    if let Some(peak) = ran.peak {
        assert!(peak < MEMORY_MAX, "{} KiB at the peak", peak >> 10);
    }
}

/// The source id up to what Cowrie's decoder adds.
fn source(tag: &str) -> String {
    let tag: Value = serde_json::from_str(tag).expect(tag);
    let id = tag["source_id"].as_str().expect("a source id");
    id.split(['#', '@']).next().unwrap_or(id).to_owned()
}

fn native(id: &str) -> String {
    format!(
        r#"{{"source_kind":"command","source_id":"{id}","payload":{{"command_text":"cat /etc/shadow"}}}}"#
    )
}

/// A native line whose payload is the text between braces.
fn payload(members: &str) -> String {
    format!(r#"{{"source_kind":"command","source_id":"bad","payload":{{{members}}}}}"#)
}

fn padded(before: &str, after: &str) -> String {
    format!("{before}{}{after}", "x ".repeat((LONG - before.len() - after.len()) / 2))
}

fn broken_lines() -> Vec<Case> {
    let depth = 100_000;
    let keys: String = (0..5000).map(|key| format!("\"k{key}\":1,")).collect();
    vec![
        refused(
            r#"{"source_kind":"command","source_id":"bad","payload":{"command_text":"cat /etc/sha"#,
            "ends too early at byte 82",
        ),
        refused("no JSON at all", "expected `{` at byte 0"),
        refused((0..=255).filter(|byte| *byte != b'\n').collect::<Vec<u8>>(), "expected `{` at byte 0"),
        refused(vec![0; 100_000], "expected `{` at byte 0"),
        refused(b"\x7fELF\x02\x01\x01\xff\xfe\x1b[2J".to_vec(), "expected `{` at byte 0"),
        refused("[".repeat(depth), "expected `{` at byte 0"),
        refused("{\"a\":".repeat(depth), "ends too early"),
        refused(payload(&format!("{keys}\"command_text\":\"cat /etc/shadow\"")), "too many keys"),
        refused(
            r#"{"source_kind":"command","source_id":"bad","source_id":"worse","payload":{}}"#,
            "duplicate key at byte 44",
        ),
        refused(
            "{\"source_kind\":\"\\u001b]0;owned\\u0007\\u202e\",\"source_id\":\"bad\"}",
            r"unknown source kind `\u{1b}]0;owned\u{7}\u{202e}`",
        ),
        refused("{\"source_kind\":\"command\",\"source_id\":7}", "`source_id` must be a string"),
        refused(
            payload("\"command_text\":\"\u{1b}[2Jcat /etc/shadow\""),
            "raw control character in a string",
        ),
        refused("x".repeat(LONG), "line of 16777216 bytes, of which head and tail were kept: expected `{`"),
    ]
}

fn evasions() -> Vec<Case> {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let digits = "7".repeat(30);
    vec![
        tagged(
            [&b"{\"source_kind\":\"command\",\"source_id\":\"bad\",\"payload\":{\"command_text\":\"cat /etc/shadow; echo \xff\xfe\xc3\"}}"[..]].concat(),
            "not UTF-8: tagged with the bad bytes replaced",
            "; echo \u{fffd}\u{fffd}\u{fffd}\"",
        ),
        tagged(
            padded(r#"{"source_kind":"command","source_id":"bad","payload":{"command_text":"cat /etc/shadow; echo "#, "\"}}"),
            "bytes, longer than 1048576: tagged from its head and tail",
            TRUNCATED,
        ),
        tagged(
            padded(r#"{"source_kind":"command","source_id":"bad","payload":{"command_text":"echo "#, "; cat /etc/shadow\"}}"),
            "bytes, longer than 1048576: tagged from its head and tail",
            TRUNCATED,
        ),
        tagged(
            payload(&format!("\"deep\":{deep},\"command_text\":\"cat /etc/shadow\"")),
            "nested too deep: tagged from its upper levels",
            TRUNCATED,
        ),
        tagged(
            payload(r#""command_text":"ls","command_text":"cat /etc/shadow""#),
            "a payload key stands twice: tagged by the last one",
            "cat /etc/shadow",
        ),
        tagged(
            payload(&format!(r#""a":1e999,"b":-1e999,"uid":{digits},"c":{digits}.{digits}e{digits},"command_text":"cat /etc/shadow""#)),
            "",
            "cat /etc/shadow",
        ),
        tagged(payload(r#""command_text":"cat /etc/shadow; echo \ud800 \udfff\ud800""#), "", "echo \u{fffd} \u{fffd}\u{fffd}\""),
        tagged(payload(r#""command_text":"cat /etc/shadow; echo \u0000""#), "", r"echo \u0000"),
        tagged(payload("\"command_text\":\"cat /etc/shadow; echo \u{7f}\\u001b[2J\u{9b}\u{202e}\""), "", r"\u007f\u001b[2J\u009b\u202e"),
        tagged(payload(r#""\u0063ommand_text":"\u0063at /etc/shadow""#), "", "cat /etc/shadow"),
    ]
}

#[test]
fn broken_lines_are_reported_and_their_neighbours_tagged() {
    check(native, &broken_lines(), &[]);
    check(native, &broken_lines(), &["--threads", "3"]);
}

#[test]
fn lines_that_try_to_hide_are_tagged_and_reported() {
    check(native, &evasions(), &[]);
    check(native, &evasions(), &["--threads", "3"]);
}

fn cowrie(id: &str) -> String {
    format!(
        r#"{{"eventid":"cowrie.command.input","session":"{id}","timestamp":"2026-01-02T03:04:05Z","src_ip":"192.0.2.1","input":"cat /etc/shadow"}}"#
    )
}

#[test]
fn a_cowrie_log_is_as_robust() {
    let input = |input: &str| cowrie("bad").replace("cat /etc/shadow", input);
    let mut not_utf8 = input("cat /etc/shadow; echo ?").into_bytes();
    not_utf8.iter_mut().filter(|byte| **byte == b'?').for_each(|byte| *byte = 0xff);
    let head = "{\"eventid\":\"cowrie.command.input\",\"session\":\"bad\",\"input\":\"";
    let cases = [
        refused("{\"eventid\":\"cowrie.command.input\",\"session\":\"bad\",\"inp", "ends too early"),
        refused((0..=255).filter(|byte| *byte != b'\n').collect::<Vec<u8>>(), "expected `{` at byte 0"),
        refused("x".repeat(LONG), "of which head and tail were kept: expected `{`"),
        refused("[".repeat(100_000), "expected `{` at byte 0"),
        refused("{\"session\":\"bad\",\"input\":\"cat /etc/shadow\"}", "no `eventid`"),
        refused(input("ls\",\"input\":\"cat /etc/shadow"), "duplicate key"),
        tagged(not_utf8, "not UTF-8: tagged with the bad bytes replaced", "; echo \u{fffd}\""),
        tagged(
            padded(&format!("{head}cat /etc/shadow; echo "), "\"}"),
            "tagged from its head and tail",
            TRUNCATED,
        ),
        tagged(
            padded(&format!("{head}echo "), "; cat /etc/shadow\"}"),
            "tagged from its head and tail",
            TRUNCATED,
        ),
        tagged(input(r"cat /etc/shadow; \u001b[2J\ud800\u0000"), "", r"; \u001b[2J"),
    ];
    check(cowrie, &cases, &[]);
    check(cowrie, &cases, &["--threads", "3"]);
}
