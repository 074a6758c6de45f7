// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack migrate`.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use super::run::{Ran, assert_inert, assert_printed, binary};
use crate::attack::bundle::Folder;

fn rule(id: &str, emits: &str) -> String {
    format!(
        "# Kept: {id}.\nrule_id: {id}\nrule_version: 9 # kept\nname: kept\napplies_to: [command]\n\
         match: command_text contains \"T1562\"\n{emits}\nevidence_fields: [command_text]\ntests:\n  \
         - hit: {{command_text: \"echo T1562\"}}\n  - miss: {{command_text: \"echo\"}}\n"
    )
}

/// Rules that the built-in release strands, each in another way of writing them.
fn stranded() -> Vec<(&'static str, String)> {
    let crlf = rule("R0004", "emits:\n  - technique_id: T1117\n    tactic: TA0005\n    confidence: 0.5");
    vec![
        (
            "R0001",
            rule(
                "R0001",
                "emits:\n  - {tactic: TA0005, technique_id: T1562, sub_technique_id: T1562.003, confidence: 0.9}",
            ),
        ),
        (
            "R0002",
            rule(
                "R0002",
                "emits:\n  - tactic: 'TA0005'\n    technique_id: \"T1070\" # kept\n    sub_technique_id: 'T1070.002'\n    \
                 confidence: 0.9\n  - tactic: TA0002\n    technique_id: T1086   # kept\n    confidence: 0.5",
            ),
        ),
        (
            "R0003",
            rule(
                "R0003",
                "emits: [{confidence: 0.9, technique_id: T1086, tactic: TA0002}, {tactic: TA0005, technique_id: T1117, \
                 sub_technique_id: null, confidence: 0.9}]",
            ),
        ),
        ("R0004", crlf.replace('\n', "\r\n")),
        ("R0005", rule("R0005", "emits:\n  - {tactic: TA0005, technique_id: T1222, confidence: 0.9}")),
        ("R0006", rule("R0006", "emits:\n  - {tactic: TA0002, technique_id: T1059, confidence: 0.9}")),
    ]
}

/// Rules that only a person can migrate.
fn undecided() -> Vec<(&'static str, String)> {
    vec![
        (
            "R0011",
            rule(
                "R0011",
                "emits:\n  - {tactic: TA0002, technique_id: T1064, confidence: 0.9}\n  \
                 - {tactic: TA0112, technique_id: T1562, confidence: 0.5}",
            ),
        ),
        ("R0012", rule("R0012", "emits:\n  - {tactic: TA0040, technique_id: T1050, confidence: 0.9}")),
        (
            "R0013",
            rule(
                "R0013",
                "emits:\n  - {tactic: TA0112, technique_id: T1562, confidence: 0.9}\n  \
                 - {tactic: TA0112, technique_id: T1685, confidence: 0.9}",
            ),
        ),
        ("R0014", rule("R0014", "emits: 1")),
    ]
}

fn write(folder: &Folder, rules: &[(&str, String)]) {
    for (id, text) in rules {
        folder.write(&format!("rules/ttp/{id}.yaml"), text);
    }
}

fn migrate(folder: &Folder, more: &[&str]) -> Ran {
    let args = ["attack", "migrate", "rules"].iter().chain(more);
    let output = binary().current_dir(folder.path("")).args(args).output().unwrap();
    Ran::from(output)
}

#[test]
fn stranded_rules_are_shown_as_a_diff_and_left_alone() {
    let folder = Folder::new("migrate-diff");
    write(&folder, &stranded());
    let ran = migrate(&folder, &[]);
    assert_eq!(
        (ran.code, ran.stderr.as_str()),
        (0, "5 rules to be rewritten for ATT&CK enterprise-v19.0, no problems left to you\n")
    );
    assert_printed("attack_migrate", &ran.stdout.replace('\r', "<CR>"));
    for (id, text) in stranded() {
        assert_eq!(fs::read_to_string(folder.path(&format!("rules/ttp/{id}.yaml"))).unwrap(), text);
    }

    // What is printed is what `--write` does, to tools as well as to people.
    let patched = Folder::new("migrate-patched");
    write(&patched, &stranded());
    let git =
        Command::new("git").args(["apply", "-"]).current_dir(patched.path("")).stdin(Stdio::piped()).spawn();
    let Ok(mut git) = git else {
        eprintln!("skipped: there is no git to apply the diff with");
        return;
    };
    git.stdin.take().unwrap().write_all(ran.stdout.as_bytes()).unwrap();
    assert!(git.wait().unwrap().success());
    assert_eq!(migrate(&folder, &["--write"]).code, 0);
    for (id, _) in stranded() {
        let file = format!("rules/ttp/{id}.yaml");
        let (a, b) = (folder.path(&file), patched.path(&file));
        assert_eq!(fs::read_to_string(a).unwrap(), fs::read_to_string(b).unwrap());
    }
}

#[test]
fn written_rules_pass_check_and_need_no_second_run() {
    let folder = Folder::new("migrate-write");
    write(&folder, &stranded());
    let check = || binary().current_dir(folder.path("")).args(["check", "rules"]).output().unwrap();
    assert_eq!(check().status.code(), Some(1));
    let ran = migrate(&folder, &["--write"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""));
    let checked = check();
    assert_eq!(checked.status.code(), Some(0), "{}", String::from_utf8_lossy(&checked.stderr));
    let again = migrate(&folder, &["--write"]);
    assert!(again.stderr.starts_with("0 rules rewritten"), "{}", again.stderr);
    for (id, before) in stranded() {
        let after = fs::read_to_string(folder.path(&format!("rules/ttp/{id}.yaml"))).unwrap();
        let kept = |text: &str| -> Vec<String> {
            text.split_inclusive('\n')
                .filter(|line| line.contains("ept") || line.contains("echo"))
                .map(str::to_owned)
                .collect()
        };
        assert_eq!(after == before, id == "R0006", "{id}");
        if id == "R0004" {
            assert_eq!(after.matches('\n').count(), after.matches("\r\n").count());
        }
        assert_eq!(kept(&before).len(), kept(&after).len());
    }
    let names = fs::read_dir(folder.path("rules/ttp")).unwrap().count();
    assert_eq!(names, stranded().len(), "nothing half done lies about");
}

#[test]
fn what_needs_a_person_is_named_and_left_as_it_is() {
    let folder = Folder::new("migrate-open");
    write(&folder, &undecided());
    write(&folder, &stranded()[..1]);
    let ran = migrate(&folder, &["--write"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (1, ""));
    assert_inert(&ran);
    assert_printed("attack_migrate_open", &ran.stderr);
    for (id, text) in undecided() {
        assert_eq!(fs::read_to_string(folder.path(&format!("rules/ttp/{id}.yaml"))).unwrap(), text, "{id}");
    }
}

#[test]
fn a_path_without_rules_is_refused() {
    let folder = Folder::new("migrate-none");
    assert_eq!(migrate(&folder, &[]).code, 2);
    fs::create_dir(folder.path("rules")).unwrap();
    assert_eq!(migrate(&folder, &[]).code, 78);
}
