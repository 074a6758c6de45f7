// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tag`: the main job, from its flags to its exit codes.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use super::run::{Ran, assert_inert, assert_printed, binary, run, run_with};

const SAMPLE: &str = "samples/cowrie.json";
/// Under load a tag may come late; without, it comes within half a second.
const PATIENCE: Duration = Duration::from_secs(20);

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn event(id: &str, command: &str) -> String {
    let event = json!({"source_kind": "command", "source_id": id, "payload": {"command_text": command}});
    format!("{event}\n")
}

fn sources(ran: &Ran) -> Vec<String> {
    lines(&ran.stdout).iter().map(|tag| tag["source_id"].as_str().unwrap().to_owned()).collect()
}

/// A file of this test alone.
fn file(name: &str, text: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("tag-{}-{name}", std::process::id()));
    fs::write(&path, text).unwrap();
    path
}

#[test]
fn the_summary_tells_people_what_happened() {
    let ran = run(&["tag", SAMPLE]);
    assert_eq!(ran.code, 0);
    assert_inert(&ran);
    assert_printed("tag_summary", &ran.stderr);
    let bad = event("a", "id") + "{\n\n" + &event("b", "cat /etc/shadow") + "[1]\n{}\n";
    let ran = run_with(&bad, &["tag", "--floor", "0.9"]);
    assert_printed("tag_summary_of_problems", &ran.stderr);
    assert_eq!(run(&["tag", "--quiet", SAMPLE]).stderr, "");
    assert_eq!(run(&["tag", "--summary", "none", SAMPLE]).stderr, "");
}

#[test]
fn the_json_summary_agrees_with_the_tags() {
    let ran = run(&["tag", "--summary", "json", SAMPLE]);
    let tags = lines(&ran.stdout);
    let [summary] = &lines(&ran.stderr)[..] else { panic!("{}", ran.stderr) };
    let mut techniques: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut sources: Vec<&Value> = Vec::new();
    let mut attackers: Vec<&str> = Vec::new();
    for tag in &tags {
        let id = tag["sub_technique_id"].as_str().or(tag["technique_id"].as_str()).unwrap();
        let tactic = tag["tactic"].as_str().unwrap();
        *techniques.entry((tactic.to_owned(), id.to_owned())).or_default() += 1;
        sources.push(&tag["source_id"]);
        attackers.push(tag["attacker_uuid"].as_str().unwrap());
    }
    sources.dedup();
    attackers.sort_unstable();
    attackers.dedup();
    assert_eq!(summary["tags"], json!(tags.len()));
    assert_eq!(summary["tagged"], json!(sources.len()));
    assert_eq!(summary["attackers"], json!(attackers.len()));
    assert_eq!(summary["lines"], json!(fs::read_to_string(SAMPLE).unwrap().lines().count()));
    let told: BTreeMap<(String, String), u64> = summary["techniques"]
        .as_array()
        .unwrap()
        .iter()
        .map(|technique| {
            let text = |key: &str| technique[key].as_str().unwrap().to_owned();
            ((text("tactic"), text("technique_id")), technique["tags"].as_u64().unwrap())
        })
        .collect();
    assert_eq!(told, techniques);
    let kinds = summary["events_by_kind"].as_object().unwrap();
    let events: u64 = kinds.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(summary["events"], json!(events));
    // The summary is asked for, so quiet does not take it away.
    assert_eq!(run(&["tag", "--quiet", "--summary", "json", SAMPLE]).stderr, ran.stderr);
}

#[test]
fn per_event_gives_one_line_an_event() {
    let ran = run(&["tag", "--per-event", "--summary", "json", SAMPLE]);
    let events = lines(&ran.stdout);
    assert_eq!(lines(&ran.stderr)[0]["events"], json!(events.len()));
    for (n, event) in events.iter().enumerate() {
        assert_eq!(event["n"], json!(n));
        assert_eq!(event["error"], Value::Null);
    }
    let flat: Vec<&Value> = events.iter().flat_map(|event| event["tags"].as_array().unwrap()).collect();
    let tags = lines(&run(&["tag", SAMPLE]).stdout);
    assert_eq!(flat, tags.iter().collect::<Vec<_>>());

    let input = event("a", "id") + "\n{\"source_kind\":\"command\"\n" + &event("b", "ls");
    let ran = run_with(&input, &["tag", "--per-event"]);
    let [first, second, third] = &lines(&ran.stdout)[..] else { panic!("{}", ran.stdout) };
    assert_eq!((&first["source_id"], first["tags"].as_array().unwrap().len()), (&json!("a"), 1));
    let error = json!({"type": "truncated", "message": "the text ends too early at byte 24"});
    let expected = json!({"n": 1, "source_kind": null, "source_id": null, "tags": [], "error": error});
    assert_eq!(*second, expected);
    let expected = json!({"n": 2, "source_kind": "command", "source_id": "b", "tags": [], "error": null});
    assert_eq!(*third, expected);
    assert_eq!(ran.stdout, run_with(&input, &["tag", "--per-event", "--threads", "3"]).stdout);
}

#[test]
fn the_floor_leaves_out_what_is_less_sure() {
    let input = r#"{"source_kind":"command","source_id":"a","payload":{"src":"192.0.2.7"}}"#;
    let tag = |floor: &str| run_with(input, &["tag", "--rules", "tests/cli/good", "--floor", floor]);
    let all = tag("0");
    assert_eq!(lines(&all.stdout)[0]["confidence"], json!(0.2));
    for floor in ["0.3", "1"] {
        let ran = tag(floor);
        assert_eq!((ran.code, &*ran.stdout), (0, ""));
        assert!(ran.stderr.contains(&format!("1 tag under confidence {floor} left out")), "{}", ran.stderr);
    }
    let sure = run(&["tag", "--floor", "1", "--summary", "json", SAMPLE]);
    assert_eq!(sure.stdout, "");
    assert_eq!(lines(&sure.stderr)[0]["below_floor"], json!(run(&["tag", SAMPLE]).stdout.lines().count()));
    for floor in ["1.1", "-0.1", "NaN", "high"] {
        let ran = tag(floor);
        assert_eq!((ran.code, ran.stdout.is_empty()), (2, true), "{floor}");
    }
}

#[test]
fn the_wrong_format_is_unreadable_input() {
    let ran = run(&["tag", "--format", "decnet", SAMPLE]);
    assert_eq!((ran.code, &*ran.stdout), (2, ""));
    let first: Vec<&str> = ran.stderr.lines().take(2).collect();
    assert_eq!(first, ["samples/cowrie.json:1: no `source_kind`", "samples/cowrie.json:2: no `source_kind`"]);
    assert!(ran.stderr.contains("samples/cowrie.json: further problems are counted in the summary\n"));
    assert!(ran.stderr.contains("537 lines with a problem, 537 of them not tagged: no_source_kind 537\n"));
    assert_eq!(run_with(&event("a", "id"), &["tag", "--format", "cowrie"]).code, 2);
    // A part that is unreadable does not make the job fail, and nothing at all is no failure.
    assert_eq!(run_with(&(event("a", "id") + "{"), &["tag"]).code, 0);
    assert_eq!(run_with("\n \n", &["tag"]).code, 0);
}

#[test]
fn the_first_record_that_shows_a_format_decides() {
    let input = "{\"eventid\":\"cowr\nnonsense\n".to_owned() + &"x".repeat(3 << 20) + "\n";
    let sample = fs::read_to_string(SAMPLE).unwrap();
    let ran = run_with(&(input + &sample), &["tag"]);
    assert_eq!(ran.stdout, run(&["tag", SAMPLE]).stdout);
    assert!(ran.stderr.contains("3 lines with a problem, 3 of them not tagged: "), "{}", ran.stderr);
}

#[test]
fn inputs_that_are_not_there_are_told_before_any_work() {
    let missing = "error: cannot read `no/such.json`: No such file or directory\n";
    for args in
        [&["tag", "no/such.json"][..], &["tag", SAMPLE, "no/such.json"], &["tag", "--follow", "no/such.json"]]
    {
        let ran = run(args);
        assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (2, "", missing), "{args:?}");
    }
    let folder = "error: `samples` is a folder, a file of events is expected\n";
    for args in [&["tag", "samples"][..], &["tag", SAMPLE, "samples"], &["tag", "--follow", "samples"]] {
        let ran = run(args);
        assert_eq!((ran.code, &*ran.stdout, &*ran.stderr), (2, "", folder), "{args:?}");
    }
}

#[test]
fn files_and_standard_input_are_read_in_turn() {
    let (a, b) = (file("a", &event("a", "id")), file("b", &(event("b", "id") + "{\n")));
    let (a, b) = (a.to_str().unwrap(), b.to_str().unwrap());
    let ran = run_with(&event("c", "id"), &["tag", b, "-", a]);
    assert_eq!((ran.code, sources(&ran)), (0, ["b", "c", "a"].map(str::to_owned).to_vec()));
    assert!(ran.stderr.starts_with(&format!("{b}:2: the text ends too early")), "{}", ran.stderr);
    assert!(ran.stderr.contains("3 of 3 events tagged") || ran.stderr.contains("3 of 3"), "{}", ran.stderr);
    assert_eq!(sources(&run_with(&event("c", "id"), &["tag"])), ["c"]);
    assert_eq!(run_with(&fs::read_to_string(SAMPLE).unwrap(), &["tag"]).stdout, run(&["tag", SAMPLE]).stdout);
}

#[test]
fn follow_takes_one_file() {
    for args in [&["tag", "--follow"][..], &["tag", "--follow", "-"], &["tag", "--follow", SAMPLE, SAMPLE]] {
        let ran = run(args);
        assert_eq!((ran.code, &*ran.stdout), (2, ""), "{args:?}");
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    }
}

/// A command that goes on until it is dropped.
struct Running {
    child: Child,
    lines: Receiver<String>,
}

impl Running {
    fn start(args: &[&str]) -> Self {
        let mut child = binary().args(args).stderr(Stdio::null()).spawn().expect("the binary starts");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let (send, lines) = channel();
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| send.send(line)));
        Self { child, lines }
    }

    /// The source of the next tag.
    fn next(&self) -> String {
        let line = self.lines.recv_timeout(PATIENCE).expect("a tag comes in time");
        let tag: Value = serde_json::from_str(&line).expect(&line);
        tag["source_id"].as_str().unwrap().to_owned()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn follow_tags_a_log_as_it_grows_and_after_it_is_replaced() {
    let log = file("log", &event("at-once", "id"));
    let append =
        |text: &str| OpenOptions::new().append(true).open(&log).unwrap().write_all(text.as_bytes()).unwrap();
    for threads in ["1", "2"] {
        fs::write(&log, event("at-once", "id")).unwrap();
        let running = Running::start(&["tag", "--follow", "--threads", threads, log.to_str().unwrap()]);
        assert_eq!(running.next(), "at-once");
        append(&event("grown", "id"));
        assert_eq!(running.next(), "grown");
        let in_parts = event("in-parts", "id");
        let (head, tail) = in_parts.split_at(30);
        append(head);
        thread::sleep(Duration::from_millis(300));
        append(tail);
        assert_eq!(running.next(), "in-parts");
        // Replaced while its last line is unfinished, as a crash leaves it.
        append(head);
        let new = file("new", &event("replaced", "id"));
        fs::rename(&new, &log).unwrap();
        assert_eq!(running.next(), "replaced");
        append(&event("grown-again", "id"));
        assert_eq!(running.next(), "grown-again");
        // Cut, as `copytruncate` does.
        fs::write(&log, event("cut", "id")).unwrap();
        assert_eq!(running.next(), "cut");
        fs::remove_file(&log).unwrap();
        thread::sleep(Duration::from_millis(300));
        fs::write(&log, event("back", "id")).unwrap();
        assert_eq!(running.next(), "back");
    }
}

#[test]
fn a_reader_that_leaves_ends_tagging_quietly() {
    for threads in ["1", "3"] {
        let mut args = vec!["tag", "--threads", threads];
        args.extend([SAMPLE; 20]);
        let mut child = binary().args(&args).spawn().unwrap();
        let mut first = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(
            (output.status.code(), String::from_utf8(output.stderr).unwrap()),
            (Some(0), String::new())
        );
    }
}

#[test]
fn a_full_disk_is_told() {
    if !Path::new("/dev/full").exists() {
        eprintln!("skipped: there is no /dev/full");
        return;
    }
    for threads in ["1", "3"] {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = binary().args(["tag", "--threads", threads, SAMPLE]).stdout(full).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(74));
        assert_eq!(stderr, "error: cannot write to standard output: No space left on device\n");
    }
}

#[test]
fn rules_that_do_not_compile_are_told_before_any_work() {
    let ran = run(&["tag", "--rules", "tests/cli/bad", SAMPLE]);
    assert_eq!((ran.code, &*ran.stdout), (78, ""));
    assert!(ran.stderr.contains("error[E"), "{}", ran.stderr);
    assert!(ran.stderr.lines().last().unwrap().starts_with("error: "), "{}", ran.stderr);
    assert_inert(&ran);
    assert_eq!(run(&["tag", "--rules", "no/such/dir", SAMPLE]).code, 2);
}
