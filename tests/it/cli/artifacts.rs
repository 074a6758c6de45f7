// SPDX-License-Identifier: AGPL-3.0-or-later
//! Stored messages: a body that is nowhere in the event makes its tags only where the folder is known.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::run::{Ran, assert_inert, binary, run_with};

const NAME: &str = "2026-05-02T06:22:48Z_0123456789ab_mail.eml";
const MESSAGE: &str = "From: ceo@example.com\r\nTo: pay@example.com\r\nSubject: Urgent: payment today\r\n\r\n\
                       Please process a wire transfer of EUR 18,400 before noon and keep this confidential.\r\n";

/// A root with one stored message.
fn root(name: &str) -> PathBuf {
    let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("stored-{}-{name}", std::process::id()));
    let folder = root.join("mx-01/smtp");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(NAME), MESSAGE).unwrap();
    root
}

/// The payload of `email.received`, as the bus carries it: no body.
fn event() -> Value {
    json!({
        "source_kind": "email", "source_id": NAME, "attacker_uuid": "a", "decky_id": "mx-01",
        "payload": {
            "subject": "Urgent: payment today", "from_domain": "example.com", "rcpt_count": 1,
            "rcpt_domains": ["example.com"], "stored_as": NAME,
        },
    })
}

/// Runs it with the environment's folder.
fn with_variable(root: &Path, args: &[&str], input: &str) -> Ran {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!(
        "stored-{}-{}.ndjson",
        std::process::id(),
        root.display().to_string().len()
    ));
    fs::write(&file, input).unwrap();
    let mut command = binary();
    command.env("DECNET_ARTIFACTS_ROOT", root).args(args).stdin(fs::File::open(&file).unwrap());
    Ran::from(command.output().unwrap())
}

fn rules(ran: &Ran) -> Vec<String> {
    assert_inert(ran);
    assert_eq!(ran.code, 0, "{ran:?}");
    let rule =
        |line: &str| serde_json::from_str::<Value>(line).unwrap()["rule_id"].as_str().unwrap().to_owned();
    ran.stdout.lines().map(rule).collect()
}

#[test]
fn a_stored_body_makes_tags_where_the_folder_is_known() {
    let root = root("tag");
    let line = event().to_string();
    assert_eq!(rules(&run_with(&line, &["tag"])), [""; 0], "without a folder");
    assert_eq!(rules(&run_with(&line, &["tag", "--artifacts", root.to_str().unwrap()])), ["R0047"]);
    assert_eq!(rules(&with_variable(&root, &["tag"], &line)), ["R0047"], "by the environment");
    // The flag wins: here it names a folder without that message.
    let other = root.join("mx-01");
    let ran = with_variable(&root, &["tag", "--artifacts", other.to_str().unwrap()], &line);
    assert_eq!(rules(&ran), [""; 0]);
    // An event of another decoy does not reach it.
    let mut elsewhere = event();
    elsewhere["decky_id"] = json!("mx-02");
    let ran = run_with(&elsewhere.to_string(), &["tag", "--artifacts", root.to_str().unwrap()]);
    assert_eq!(rules(&ran), [""; 0]);
}

#[test]
fn a_stored_body_is_in_no_output() {
    let root = root("secret");
    for args in [&["tag"][..], &["tag", "--per-event"]] {
        let args = [args, &["--artifacts", root.to_str().unwrap()]].concat();
        let ran = run_with(&event().to_string(), &args);
        assert!(ran.stdout.contains("R0047"), "{ran:?}");
        assert!(!format!("{ran:?}").contains("18,400"), "{ran:?}");
    }
}

#[test]
fn explain_and_test_see_a_stored_body() {
    let root = root("explain");
    let root = root.to_str().unwrap();
    let line = event().to_string();
    let ran = run_with(&line, &["explain", "--rule", "R0047", "--json", "--artifacts", root]);
    let held = |ran: &Ran| -> Value {
        assert_eq!(ran.code, 0, "engine and reference agree: {ran:?}");
        serde_json::from_str::<Value>(&ran.stdout).unwrap()["event"]["counts"]["held"].clone()
    };
    assert_eq!(held(&ran), 1, "{}", ran.stdout);
    assert_eq!(held(&run_with(&line, &["explain", "--rule", "R0047", "--json"])), 0);

    let mut labelled = event();
    labelled["expect"] = json!(["R0047"]);
    let corpus = Path::new(root).join("corpus.jsonl");
    fs::write(&corpus, labelled.to_string()).unwrap();
    let corpus = corpus.to_str().unwrap();
    let false_negatives = |args: &[&str]| {
        let ran = run_with("", &[&["test", "--corpus", corpus][..], args].concat());
        ran.stdout.matches("FALSE NEGATIVE").count()
    };
    assert_eq!(false_negatives(&["--artifacts", root]), 0);
    assert_eq!(false_negatives(&[]), 1);
}

#[test]
fn a_folder_that_cannot_be_the_one_is_refused() {
    let root = root("refused");
    let file = root.join("mx-01/smtp").join(NAME);
    let missing = root.join("none");
    let cases = [
        ("artifacts", "which is relative: an absolute path is expected"),
        (missing.to_str().unwrap(), "which cannot be read: No such file or directory"),
        (file.to_str().unwrap(), "which is no folder"),
    ];
    for (path, why) in cases {
        for command in ["tag", "explain", "test"] {
            let said = |ran: Ran, who: &str| {
                assert_eq!((ran.code, ran.stdout.as_str()), (78, ""), "{ran:?}");
                assert_eq!(ran.stderr, format!("error: {who} is `{path}`, {why}\n"));
            };
            said(run_with("{}", &[command, "--artifacts", path]), "`--artifacts`");
            said(with_variable(Path::new(path), &[command], "{}"), "DECNET_ARTIFACTS_ROOT");
        }
    }
    // An empty variable is as none.
    assert_eq!(with_variable(Path::new(""), &["tag"], "").code, 0);
}
