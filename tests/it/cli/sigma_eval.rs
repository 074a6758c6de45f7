// SPDX-License-Identifier: AGPL-3.0-or-later
//! `sigma eval`.

use std::fs;

use super::run::{assert_inert, run};

const RULE: &str = "title: Shadow file\nid: 11111111-2222-4333-8444-555555555555\nlogsource: {product: linux}\n\
                    detection: {sel: {CommandLine|contains: /etc/shadow}, condition: sel}\n";
const HIT: &str = r#"{"product":"Linux","CommandLine":"cat /etc/shadow"}"#;
const OTHER: &str = r#"{"product":"windows","CommandLine":"type /etc/shadow"}"#;

/// A folder with a rule and inputs.
fn folder(name: &str, inputs: &[(&str, &str)]) -> std::path::PathBuf {
    let folder = std::env::temp_dir().join(format!("decnet-ttp-eval-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("shadow.yml"), RULE).unwrap();
    for (input, text) in inputs {
        fs::write(folder.join(input), text).unwrap();
    }
    folder
}

#[test]
fn matches_are_numbered_over_all_inputs_whether_or_not_they_end_in_a_line_feed() {
    let (one, two) = (format!("{OTHER}\n\n{HIT}"), format!("{HIT}\n{OTHER}\n{HIT}\n"));
    let folder = folder("lines", &[("one.ndjson", &one), ("two.ndjson", &two)]);
    let [rules, one, two] = ["shadow.yml", "one.ndjson", "two.ndjson"].map(|name| folder.join(name));
    let [rules, one, two] = [&rules, &one, &two].map(|path| path.to_str().unwrap());
    let found = |threads: &str| {
        run(&["sigma", "eval", "-r", rules, "--routing", "--threads", threads, one, two]).stdout
    };
    let events: Vec<u64> = found("1")
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].as_u64().unwrap())
        .collect();
    assert_eq!(events, [2, 3, 5], "product names differ in case only, and windows contradicts linux");
    assert_eq!(found("1"), found("2"));
    let all = run(&["sigma", "eval", "-r", rules, one]).stdout;
    assert_eq!(all.lines().count(), 2, "without routing every rule is tried: {all}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_broken_line_and_a_broken_rule_are_told_with_their_place() {
    let folder = folder("broken", &[("in.ndjson", &format!("{HIT}\nno json\n"))]);
    fs::write(
        folder.join("bad.yml"),
        RULE.replace("condition: sel", "condition: nothing").replace("1111-", "2-"),
    )
    .unwrap();
    let (rules, input) = (folder.to_str().unwrap(), folder.join("in.ndjson"));
    let ran = run(&["sigma", "eval", "-r", rules, input.to_str().unwrap()]);
    assert_inert(&ran);
    assert_eq!((ran.code, ran.stdout.lines().count()), (0, 1), "{}", ran.stderr);
    for said in ["bad.yml:4: ", "`nothing`", "in.ndjson:2: ", "1 rule, 1 problem"] {
        assert!(ran.stderr.contains(said), "{said}: {}", ran.stderr);
    }
    fs::remove_file(folder.join("shadow.yml")).unwrap();
    assert_eq!(run(&["sigma", "eval", "-r", rules, input.to_str().unwrap()]).code, 78);
    fs::remove_dir_all(folder).unwrap();
}
