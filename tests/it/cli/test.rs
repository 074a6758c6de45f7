// SPDX-License-Identifier: AGPL-3.0-or-later
//! `test`.

use std::path::PathBuf;

use super::run::{assert_inert, assert_printed, assert_transcripts, run};

/// A file of this process in the system's folder for such.
fn scratch(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("decnet-ttp-{}-{name}", std::process::id()))
}

#[test]
fn examples_and_corpora_are_judged() {
    assert_transcripts(
        "test",
        &[
            ("", "test tests/cli/good"),
            ("", "test tests/cli/good -q"),
            ("", "test tests/cli/wrong"),
            ("", "test tests/cli/wrong --json"),
            ("", "test tests/cli/wrong/ttp/second.yaml"),
        ],
    );
}

#[test]
fn junit_has_a_case_per_example_and_per_scored_rule() {
    let path = scratch("junit.xml");
    let ran = run(&["test", "tests/cli/wrong", "--quiet", "--junit", path.to_str().unwrap()]);
    assert_eq!(ran.code, 1);
    let report = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert_printed("test_junit", &report);
}

#[test]
fn every_unusable_line_of_a_corpus_is_named() {
    let path = scratch("broken.jsonl");
    let lines = [
        r#"{"source_kind": "command", "payload": {"command_text": "ls"}, "expect": []}"#,
        "",
        "not json",
        r#"{"payload": {}, "expect": []}"#,
        r#"{"source_kind": "comand", "payload": {}, "expect": []}"#,
        r#"{"source_kind": "command", "payload": [], "expect": []}"#,
        r#"{"source_kind": "command", "payload": {}}"#,
        r#"{"source_kind": "command", "payload": {}, "expect": [1]}"#,
        r#"{"source_kind": "command", "payload": {}, "expect": ["demo.shado\u001b"]}"#,
    ];
    std::fs::write(&path, lines.join("\n")).unwrap();
    let ran = run(&["test", "tests/cli/good", "--corpus", path.to_str().unwrap()]);
    std::fs::remove_file(&path).unwrap();
    assert_inert(&ran);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    let stderr = ran.stderr.replace(path.to_str().unwrap(), "FILE");
    assert_printed("test_corpus_lines", &stderr);
}
