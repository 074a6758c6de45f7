// SPDX-License-Identifier: AGPL-3.0-or-later
//! The shipped pack over rewritten commands (`tests/evasion`): how a command is written must not hide
//! what it is, and what only looks like one must stay silent.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::thread;

use serde::Deserialize;
use serde_json::{Value, json};

/// Of the variants of a layer, those whose every technique must be tagged.
const LEXICAL_MIN: f64 = 0.95;
const STATE_MIN: f64 = 0.85;
const COMPUTED_MIN: f64 = 0.80;
/// Of the negatives, those that are tagged with what they are not.
const FALSE_HITS_MAX: f64 = 0.03;
/// Misses printed for each rewriting.
const SHOWN: usize = 5;

#[derive(Deserialize)]
struct Base {
    line: String,
    base: String,
    expect: Vec<String>,
}

#[derive(Deserialize)]
struct Variant {
    line: String,
    base: String,
    layer: String,
    rewritings: Vec<String>,
    expect: Vec<String>,
    held_out: bool,
}

#[derive(Deserialize)]
struct Negative {
    line: String,
    silent: Vec<String>,
    why: String,
}

fn read<T: for<'de> Deserialize<'de>>(name: &str) -> Vec<T> {
    let path = format!("{}/tests/evasion/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).expect(&path);
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

/// The techniques and sub-techniques that the binary tags each line with.
fn techniques<'l>(lines: impl Iterator<Item = &'l str>) -> Vec<HashSet<String>> {
    let mut input = String::new();
    let mut found = Vec::new();
    for (number, line) in lines.enumerate() {
        let event = json!({
            "source_kind": "command",
            "source_id": number.to_string(),
            "payload": {"command_text": line},
        });
        writeln!(input, "{event}").unwrap();
        found.push(HashSet::new());
    }
    let mut child = Command::new(env!("CARGO_BIN_EXE_decnet-ttp"))
        .args(["tag", "--summary", "none"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let writer = thread::spawn(move || stdin.write_all(input.as_bytes()).expect("all is read"));
    let output = child.wait_with_output().expect("it ends");
    writer.join().expect("all is written");
    assert!(output.status.success());
    for tag in String::from_utf8(output.stdout).expect("tags are UTF-8").lines() {
        let tag: Value = serde_json::from_str(tag).expect(tag);
        let number: usize = tag["source_id"].as_str().and_then(|id| id.parse().ok()).expect("its number");
        let ids = ["technique_id", "sub_technique_id"];
        found[number].extend(ids.iter().filter_map(|id| tag[id].as_str()).map(str::to_owned));
    }
    found
}

/// Hits and all.
#[derive(Default)]
struct Share {
    hit: usize,
    all: usize,
}

impl Share {
    fn count(&mut self, hit: bool) {
        self.hit += usize::from(hit);
        self.all += 1;
    }

    fn of_all(&self) -> f64 {
        self.hit as f64 / self.all.max(1) as f64
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {} ({:.1} %)", self.hit, self.all, 100.0 * self.of_all())
    }
}

/// The misses of each rewriting, most first.
fn by_rewriting(variants: &[Variant], missed: &[usize]) -> String {
    let mut all: HashMap<&str, usize> = HashMap::new();
    for name in variants.iter().flat_map(|variant| &variant.rewritings) {
        *all.entry(name).or_default() += 1;
    }
    let mut groups: BTreeMap<&str, Vec<&Variant>> = BTreeMap::new();
    for variant in missed.iter().map(|at| &variants[*at]) {
        for name in &variant.rewritings {
            groups.entry(name).or_default().push(variant);
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, misses)| std::cmp::Reverse(misses.len()));
    let mut text = String::new();
    for (name, misses) in groups {
        writeln!(text, "{name}: {} of {} missed", misses.len(), all[name]).unwrap();
        // Those that are held out are counted, never shown: nothing is to be tuned against them.
        for variant in misses.iter().filter(|variant| !variant.held_out).take(SHOWN) {
            writeln!(text, "    {} {:?}: {:?}", variant.base, variant.expect, variant.line).unwrap();
        }
    }
    text
}

/// The bases that lack a technique as they stand.
fn untagged() -> Vec<String> {
    let bases: Vec<Base> = read("bases.jsonl");
    let found = techniques(bases.iter().map(|base| base.line.as_str()));
    let lacks = |(base, found): (&Base, &HashSet<String>)| {
        let missing: Vec<_> = base.expect.iter().filter(|technique| !found.contains(*technique)).collect();
        (!missing.is_empty()).then(|| format!("{} {missing:?}: {}", base.base, base.line))
    };
    bases.iter().zip(&found).filter_map(lacks).collect()
}

#[test]
fn every_command_is_tagged_as_it_is_usually_written() {
    let untagged = untagged();
    assert!(untagged.is_empty(), "{untagged:#?}");
}

/// Holds the variants of one layer to their techniques.
fn check(layer: &str, least: f64) {
    let mut variants: Vec<Variant> = read("variants.jsonl");
    variants.retain(|variant| variant.layer == layer);
    let found = techniques(variants.iter().map(|variant| variant.line.as_str()));
    let mut missed = Vec::new();
    let (mut all, mut held_out) = (Share::default(), Share::default());
    for (at, (variant, found)) in variants.iter().zip(&found).enumerate() {
        let hit = variant.expect.iter().all(|technique| found.contains(technique));
        all.count(hit);
        if variant.held_out {
            held_out.count(hit);
        }
        if !hit {
            missed.push(at);
        }
    }
    let report = format!("{layer}: {all}, held out {held_out}, at least {least}");
    println!("{report}");
    assert!(all.of_all() >= least, "{report}\n{}", by_rewriting(&variants, &missed));
}

#[test]
fn quotes_paths_and_wrappers_do_not_hide_a_command() {
    check("lexical", LEXICAL_MIN);
}

#[test]
fn variables_folders_and_globs_do_not_hide_a_command() {
    check("state", STATE_MIN);
}

#[test]
fn decoders_and_inner_shells_do_not_hide_a_command() {
    check("computed", COMPUTED_MIN);
}

#[test]
fn what_only_looks_like_a_command_is_silent() {
    let negatives: Vec<Negative> = read("negatives.jsonl");
    let found = techniques(negatives.iter().map(|negative| negative.line.as_str()));
    let mut report = String::new();
    let mut hits = Share::default();
    for (negative, found) in negatives.iter().zip(&found) {
        let wrong: Vec<_> = negative.silent.iter().filter(|technique| found.contains(*technique)).collect();
        hits.count(!wrong.is_empty());
        if !wrong.is_empty() {
            writeln!(report, "    {wrong:?} for {:?}: {}", negative.line, negative.why).unwrap();
        }
    }
    println!("false hits: {hits}, at most {FALSE_HITS_MAX}\n{report}");
    assert!(hits.of_all() <= FALSE_HITS_MAX, "{hits} hit falsely\n{report}");
}
