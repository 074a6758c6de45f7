// SPDX-License-Identifier: AGPL-3.0-or-later
//! What may not stand in evidence stands in no tag: a word nobody else writes is put into every such
//! field of events that fire rules, and looked for in all that comes out.
//!
//! The fields are those of `rules/fields.yaml`, so that a new one is tried without a word here.

use std::collections::{BTreeMap, BTreeSet};

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{Compilation, Options, compile};
use decnet_ttp::event::{Block, LineReader};
use decnet_ttp::tag::{Ingest, Report};
use decnet_ttp::vocab::{Field, FieldType, Limits, Origin, SourceKind};
use decnet_ttp::{Engine, vocab::Schema};
use serde_json::{Map, Value, json};

/// The word, in lower case: some of what comes out is.
const WORD: &str = "zqwithheldzq";
/// Events of a kind that are tried with each field: enough for every rule to fire.
const BASES_MAX: usize = 60;

/// Fields whose values come out by another name, because that is what the other name is for. In
/// them the word stands where it may not come out.
const DERIVED: &[(SourceKind, &str, &str)] = &[
    (SourceKind::Email, "rcpt_domains", "rcpt_domain_set has the domains, not what stands before them"),
    (SourceKind::Email, "urls", "matched_url_host has the host, not user info, path or query"),
];

type Payload = Map<String, Value>;

fn builtin() -> Compilation {
    compile(&PackFiles::builtin(), &Options::default(), None)
}

fn objects(path: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Payloads of a kind that fire rules: the rules' own examples, the labelled corpus, the samples.
fn bases(kind: SourceKind, pack: &Compilation) -> Vec<Payload> {
    let mut bases = Vec::new();
    for rule in &pack.ast.rules {
        let kind_of = |test: &decnet_ttp::compile::parse::ast::InlineTest| {
            test.kind.as_ref().or(rule.applies_to.first()).map(|kind| kind.value)
        };
        let hit = rule.tests.iter().find(|test| test.hit && kind_of(test) == Some(kind));
        bases.extend(hit.map(|test| test.payload.clone()));
    }
    let samples = objects(&format!("samples/kinds/{kind}.ndjson"));
    let corpus = objects(&format!("rules/corpus/{kind}.jsonl"));
    let corpus =
        corpus.into_iter().filter(|case| case["expect"].as_array().is_some_and(|ids| !ids.is_empty()));
    bases
        .extend(samples.into_iter().chain(corpus).map(|event| event["payload"].as_object().unwrap().clone()));
    bases.truncate(BASES_MAX);
    bases
}

/// A text with the word in it, as a word, in an address and in a URL.
fn texts(kind: SourceKind, field: &str) -> Vec<String> {
    let url = format!("https://{WORD}:{WORD}@xn--pypal-4ve.example:8443/{WORD}?{WORD}#{WORD}");
    let address = format!("{WORD}@victim.example");
    if DERIVED.iter().any(|(known, name, _)| (*known, *name) == (kind, field)) {
        return match field {
            "urls" => vec![url, format!("mailto:{address}")],
            _ => vec![
                address.clone(),
                format!("<{address}>"),
                format!("{WORD} <{address}>"),
                format!("{address} ({WORD})"),
            ],
        };
    }
    vec![WORD.to_uppercase(), address, url, format!("a {WORD} b")]
}

/// The payload with the word in the field: beside what is there, instead of it, and nested.
fn variants(kind: SourceKind, field: &Field, base: &Payload) -> Vec<Payload> {
    let texts = texts(kind, &field.name);
    let there = base.get(&field.name);
    let mut values = Vec::new();
    match (field.ty, there) {
        (FieldType::Text | FieldType::Time | FieldType::Ip | FieldType::Any | FieldType::All, there) => {
            let before = there.and_then(Value::as_str).unwrap_or_default();
            values.push(json!(format!("{before} {}", texts.join(" "))));
            values.extend(texts.iter().map(|text| json!(text)));
        }
        (FieldType::TextList, there) => {
            let mut items = there.and_then(Value::as_array).cloned().unwrap_or_default();
            items.extend(texts.iter().map(|text| json!(text)));
            values.push(json!(items));
        }
        (FieldType::Map, there) => {
            let mut members = there.and_then(Value::as_object).cloned().unwrap_or_default();
            for (name, value) in members.iter_mut().filter(|(name, _)| !name.eq_ignore_ascii_case("host")) {
                *value = json!(format!("{} {name} {WORD}", value.as_str().unwrap_or_default()));
            }
            members.insert("cookie".to_owned(), json!(WORD));
            members.insert(WORD.to_owned(), json!("x"));
            members.insert("nested".to_owned(), json!({"deep": [WORD, {WORD: WORD}]}));
            values.push(json!(members));
        }
        (FieldType::Number | FieldType::Bool | FieldType::NumberList, _) => {}
    }
    // Of another type than declared; a sensor may send anything.
    values.push(json!([texts[0], [texts[0]], {"a": texts[0]}]));
    values.push(json!({"a": {"b": [texts[0]]}, WORD: 1}));
    if field.ty != FieldType::TextList {
        values.push(json!(texts[0]));
    }
    let with = |value: Value| {
        let mut payload = base.clone();
        payload.insert(field.name.clone(), value);
        payload
    };
    values.into_iter().map(with).collect()
}

/// The fields that no tag may show: those that are kept back, what only a rule may say, and one that
/// nobody declared.
fn withheld(kind: SourceKind, schema: &Schema) -> Vec<Field> {
    let kept = |field: &&Field| !field.evidence || matches!(field.origin, Origin::Rule | Origin::Lifter);
    let mut fields: Vec<Field> = schema.kind(kind).fields.iter().filter(kept).cloned().collect();
    fields.push(Field {
        name: "undeclared".to_owned(),
        ty: FieldType::Map,
        unit: None,
        meaning: String::new(),
        evidence: false,
        origin: Origin::Payload,
    });
    // A dotted name is no key of a payload.
    fields.retain(|field| !field.name.contains('.'));
    fields
}

/// One event a line, and what each tries.
#[derive(Default)]
struct Lines {
    text: String,
    tries: Vec<(SourceKind, String)>,
}

impl Lines {
    fn add(&mut self, kind: SourceKind, field: &str, payload: &Payload) {
        let event = json!({
            "source_kind": kind.as_str(), "source_id": format!("w{}", self.tries.len()), "attacker_uuid": "a",
            "decky_id": "mx-01", "payload": payload,
        });
        self.text.push_str(&format!("{event}\n"));
        self.tries.push((kind, field.to_owned()));
    }

    /// Every field of every kind in every event of the kind.
    fn all(pack: &Compilation) -> Self {
        let mut lines = Self::default();
        for kind in SourceKind::ALL {
            let bases = bases(kind, pack);
            assert!(!bases.is_empty(), "no event of kind {kind}");
            for field in withheld(kind, &pack.ast.schema) {
                for base in &bases {
                    for payload in variants(kind, &field, base) {
                        lines.add(kind, &field.name, &payload);
                    }
                }
            }
        }
        lines
    }

    /// What an engine prints for them in this process.
    fn tag(&self, engine: &Engine, per_event: bool) -> (String, Report) {
        let limits = Limits::default();
        let mut ingest = Ingest::new(engine, 0.0, per_event, &limits);
        let (mut out, mut report) = (Vec::new(), Report::default());
        let mut reader = LineReader::new(self.text.as_bytes(), &limits);
        let (mut block, mut first) = (Block::default(), 0);
        while reader.read(&mut block).unwrap() {
            ingest.block(&block, first, &mut out, &mut report);
            first += block.lines().count() as u64;
        }
        (String::from_utf8(out).unwrap(), report)
    }
}

/// No line has the word.
fn assert_unseen(text: &str, tries: &[(SourceKind, String)]) {
    let seen = text.lines().find(|line| line.to_lowercase().contains(WORD));
    let id = |line: &str| line.split("\"source_id\":\"w").nth(1)?.split('"').next()?.parse::<usize>().ok();
    let whose = seen.and_then(id).and_then(|id| tries.get(id));
    assert_eq!(seen, None, "{whose:?}");
}

#[test]
fn no_tag_shows_a_field_that_is_kept_back() {
    let pack = builtin();
    let lines = Lines::all(&pack);
    let engine = Engine::new(pack.program.unwrap());
    let mut tried: BTreeMap<&(SourceKind, String), u64> = lines.tries.iter().map(|each| (each, 0)).collect();
    for per_event in [false, true] {
        let (out, report) = lines.tag(&engine, per_event);
        assert_unseen(&out, &lines.tries);
        assert_unseen(&format!("{:?} {:?}", report.problems, report.reasons), &lines.tries);
        if !per_event {
            for line in out.lines() {
                let tag: Value = serde_json::from_str(line).unwrap();
                let id: usize =
                    tag["source_id"].as_str().unwrap().strip_prefix('w').unwrap().parse().unwrap();
                *tried.get_mut(&lines.tries[id]).unwrap() += 1;
            }
        }
    }
    // A field that no tagged event had proves nothing.
    let idle: Vec<_> = tried.iter().filter(|(_, tags)| **tags == 0).map(|(each, _)| each).collect();
    assert!(idle.is_empty(), "tried by no tag: {idle:?}");
}

#[test]
fn the_word_is_seen_where_it_may_stand() {
    let pack = builtin();
    let mut lines = Lines::default();
    for kind in SourceKind::ALL {
        let shown = |field: &&Field| {
            field.evidence
                && field.origin == Origin::Payload
                && matches!(field.ty, FieldType::Text | FieldType::TextList)
        };
        for field in pack.ast.schema.kind(kind).fields.iter().filter(shown) {
            for base in bases(kind, &pack) {
                variants(kind, field, &base).iter().for_each(|payload| lines.add(kind, &field.name, payload));
            }
        }
    }
    let (out, _) = lines.tag(&Engine::new(pack.program.unwrap()), false);
    let shown = out.lines().filter(|line| line.to_lowercase().contains(WORD));
    let kinds: BTreeSet<String> = shown
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["source_kind"].as_str().unwrap().to_owned())
        .collect();
    assert!(kinds.len() >= 10, "{kinds:?}");
}

#[test]
fn a_rule_cannot_ask_for_a_field_that_is_kept_back() {
    let schema = builtin().ast.schema;
    let mut asked = 0;
    for kind in SourceKind::ALL {
        for field in schema.kind(kind).fields.iter().filter(|field| !field.evidence) {
            let member = format!("{}.cookie", field.name);
            let names = [field.name.as_str(), &member];
            for name in names.into_iter().take(1 + usize::from(field.ty == FieldType::Map)) {
                assert_eq!(codes(&rule(kind, name, "exists(x)")), ["E031"], "{kind} {name}");
                asked += 1;
            }
        }
    }
    assert!(asked > 50, "{asked}");
}

/// For mail and canaries a predicate cannot name it either, nor one that nobody declared.
#[test]
fn a_predicate_cannot_compute_a_field_that_is_kept_back() {
    let schema = builtin().ast.schema;
    for kind in [SourceKind::Email, SourceKind::Canary, SourceKind::CanaryFingerprint] {
        let kept = schema.kind(kind).fields.iter().filter(|field| !field.evidence);
        let names = kept.map(|field| field.name.as_str()).chain(["anything"]);
        for name in names {
            let text = std::fs::read_to_string("rules/predicates.yaml").unwrap();
            let text = format!(
                "{text}\nlifter:ours:\n  description: ours\n  expr: 'true'\n  evidence: {{{name}: '\"x\"'}}\n"
            );
            let mut files = PackFiles::new("withheld");
            files.insert("predicates.yaml", text);
            files.insert("ttp/A.yaml", rule(kind, "", "{kind: 'lifter:ours'}"));
            assert!(codes_of(&files).contains(&"E031"), "{kind} {name}: {:?}", codes_of(&files));
        }
    }
}

fn rule(kind: SourceKind, field: &str, matches: &str) -> String {
    let default = match kind {
        SourceKind::Email => "rcpt_count > 1",
        SourceKind::HttpRequest => "status > 1",
        SourceKind::AuthAttempt => "fail_count > 1",
        SourceKind::Session => "commands > 1",
        SourceKind::CanaryFingerprint => "tz_mismatch_zones > 1",
        _ => "true",
    };
    let matches = if matches.starts_with('{') { matches } else { default };
    format!(
        "rule_id: A\nrule_version: 1\nname: a\napplies_to: [{kind}]\nmatch: {matches}\nemits: [{{tactic: TA0001, \
         technique_id: T1566, confidence: 0.9}}]\nevidence_fields: [{field}]\n"
    )
}

fn codes(rule: &str) -> Vec<&'static str> {
    let mut files = PackFiles::new("withheld");
    files.insert("ttp/A.yaml", rule);
    codes_of(&files)
}

fn codes_of(files: &PackFiles) -> Vec<&'static str> {
    let compiled = compile(files, &Options::default(), None);
    let errors =
        compiled.diagnostics.iter().map(|item| item.code.as_str()).filter(|code| code.starts_with('E'));
    errors.collect()
}

/// By the binary: tags, lines per event, the summary, problems, logs if there were any.
#[cfg(feature = "cli")]
mod printed {
    use std::path::{Path, PathBuf};
    use std::process::{Command, Stdio};

    use super::*;

    fn file(name: &str, text: &str) -> PathBuf {
        let path =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("withheld-{}-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path
    }

    /// Tags a file and looks through all that is printed; returns how many lines were.
    fn assert_silent(name: &str, text: &str, tries: &[(SourceKind, String)]) -> usize {
        let path = file(name, text);
        let mut printed = 0;
        for args in [&["--floor", "0"][..], &["--per-event"], &["--summary", "json", "--threads", "2"]] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_decnet-ttp"));
            command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full").stdin(Stdio::null());
            let output = command.arg("tag").args(args).arg(&path).output().unwrap();
            let out = String::from_utf8(output.stdout).unwrap();
            // Its own name is no part of what was read.
            let error = String::from_utf8(output.stderr).unwrap().replace(path.to_str().unwrap(), "");
            assert_unseen(&out, tries);
            assert_unseen(&error, tries);
            printed += out.lines().count();
        }
        std::fs::remove_file(path).unwrap();
        printed
    }

    #[test]
    fn nothing_printed_shows_a_field_that_is_kept_back() {
        let lines = Lines::all(&builtin());
        assert!(assert_silent("events.ndjson", &lines.text, &lines.tries) > lines.tries.len());
    }

    #[test]
    fn a_broken_line_is_told_without_what_stands_in_it() {
        let event = json!({"source_kind": "email", "source_id": "w0", "payload": {"subject": WORD, "body_text": WORD}});
        let event = event.to_string();
        let mut text = String::new();
        for cut in 1..event.len() {
            text.push_str(&event[..cut]);
            text.push('\n');
        }
        // A key twice, a wrong type, a number that is none, an escape that is none.
        for payload in [
            format!(r#"{{"subject":"{WORD}","subject":"{WORD}"}}"#),
            format!(r#"{{"{WORD}":1,"{WORD}":2}}"#),
            format!(r#"["{WORD}"]"#),
            format!(r#"{{"subject":"{WORD}\q"}}"#),
            format!(r#"{{"rcpt_count":1{WORD}}}"#),
        ] {
            text.push_str(&format!(r#"{{"source_kind":"email","source_id":"w0","payload":{payload}}}"#));
            text.push('\n');
        }
        assert_silent("broken.ndjson", &text, &[]);
    }

    /// The word in whatever of a raw message is personal: addresses, names, subject, texts, file names.
    #[cfg(feature = "mail")]
    #[test]
    fn a_raw_message_leaves_nothing_personal() {
        for name in ["phish-macro", "punycode"] {
            let message = std::fs::read_to_string(format!("samples/{name}.eml")).unwrap();
            let (head, body) = message.split_once("\n\n").or_else(|| message.split_once("\r\n\r\n")).unwrap();
            let head: Vec<String> = head
                .lines()
                .map(|line| match line.split_once(": ") {
                    Some((name @ ("From" | "To" | "Cc" | "Return-Path"), _)) => {
                        format!("{name}: \"{WORD}\" <{WORD}@{}.example>", name.to_lowercase())
                    }
                    Some(("Subject", text)) => format!("Subject: {text} {WORD}"),
                    _ => line.to_owned(),
                })
                .collect();
            let body = body
                .replace("https://", &format!("https://{WORD}:{WORD}@"))
                .replace("filename=\"", &format!("filename=\"{WORD}"))
                .replacen("\n\n", &format!("\n\n{WORD}\n"), 1);
            let text = format!("{}\nX-Mailer: {WORD}\nX-{WORD}: {WORD}\n\n{body}", head.join("\n"));
            assert!(assert_silent(&format!("{name}.eml"), &text, &[]) > 2, "{name} makes tags\n{text}");
        }
    }

    #[test]
    fn a_password_that_a_log_holds_is_in_no_tag() {
        let text = std::fs::read_to_string("samples/cowrie.json").unwrap();
        let mut lines = String::new();
        let mut replaced = 0;
        for line in text.lines() {
            let mut record: Payload = serde_json::from_str(line).unwrap();
            if let Some(password) = record.get_mut("password") {
                *password = json!(WORD);
                replaced += 1;
                // Cowrie writes it into its own message, too.
                record.insert("message".to_owned(), json!(format!("login attempt [root/{WORD}] succeeded")));
            }
            lines.push_str(&format!("{}\n", json!(record)));
        }
        assert!(replaced > 20, "{replaced}");
        assert!(assert_silent("cowrie.json", &lines, &[]) > 100);
    }
}
