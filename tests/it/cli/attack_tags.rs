// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack migrate --tags`: stored tags as another release has them.

use std::fs;
use std::process::{Command, Stdio};

use decnet_ttp::tag::Tag;

use super::run::{Ran, assert_inert, assert_printed, binary};
use crate::attack::bundle::Folder;

/// A tag as `tag` prints it.
fn tag(tactic: &str, technique: &str, sub: &str, name: &str, release: &str) -> String {
    let id = if sub == "null" { technique } else { sub.trim_matches('"') };
    format!(
        r#"{{"uuid":"4fdc2862-da8a-58bc-aea1-31cabf1f2b79","source_kind":"command","source_id":"s#7","attacker_uuid":"a","identity_uuid":null,"session_id":null,"decky_id":"d","tactic":"{tactic}","technique_id":"{technique}","sub_technique_id":{sub},"technique_name":"{name}","confidence":0.30000000000000004,"rule_id":"R1","rule_version":2,"evidence":{{"x": "kept \u00e9","n":1e2}},"attack_release":"{release}","mitre_url":"https://attack.mitre.org/techniques/{}","ts":null}}"#,
        id.replace('.', "/")
    )
}

/// Tags of release 18.1, of which 19.0 replaced three, and lines that are none.
fn stored() -> Vec<String> {
    let old = "enterprise-v18.1";
    vec![
        tag("TA0006", "T1003", "\"T1003.008\"", "OS Credential Dumping: /etc/passwd and /etc/shadow", old),
        tag("TA0005", "T1562", "\"T1562.004\"", "Impair Defenses: Disable or Modify System Firewall", old),
        tag("TA0005", "T1070", "\"T1070.002\"", "Indicator Removal: Clear Linux or Mac System Logs", old),
        tag("TA0005", "T1222", "null", "File and Directory Permissions Modification", old),
        String::new(),
        tag("TA0005", "T1222", "null", "From the future", "enterprise-v20.0"),
        tag("TA0106", "T1562", "null", "For ICS", "v15.1"),
    ]
}

fn broken() -> Vec<String> {
    let good = tag("TA0006", "T1003", "null", "OS Credential Dumping", "enterprise-v19.0");
    vec![
        "{".to_owned(),
        "[]".to_owned(),
        good.replacen("\"TA0006\"", "6", 1),
        good.replacen("\"technique_id\"", "\"technique\"", 1),
        good.replacen("\"ts\"", "\"tactic\":\"TA0007\",\"ts\"", 1),
        good.replacen("\"ts\"", "\"migrated_from\":[],\"ts\"", 1),
        tag("TA0006", "T9999", "null", "Unknown", "v18.1"),
        tag("TA0002", "T1064", "null", "Deprecated", "v18.1"),
        tag("TA0040", "T1050", "null", "A choice", "v18.1"),
        tag("TA9999", "T1222", "null", "No tactic", "v18.1"),
        "\u{1b}[31m".to_owned(),
        "x".repeat((1 << 20) + 7),
        good,
    ]
}

fn migrate(folder: &Folder, args: &[&str]) -> Ran {
    let args = ["attack", "migrate"].iter().chain(args);
    let output = binary().current_dir(folder.path("")).args(args).output().unwrap();
    Ran::from(output)
}

#[test]
fn replaced_tags_are_shown_as_a_diff_that_applies_and_files_stay() {
    let folder = Folder::new("tags-diff");
    // The last line has no end, and one has another.
    let text = stored().join("\n").replacen("null}\n", "null}\r\n", 2);
    folder.write("tags.ndjson", &text);
    let ran = migrate(&folder, &["--tags", "tags.ndjson"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    assert_eq!(fs::read_to_string(folder.path("tags.ndjson")).unwrap(), text);
    assert_printed("attack_migrate_tags", &format!("{}\n{}", ran.stdout.replace('\r', "<CR>"), ran.stderr));

    let view = migrate(&folder, &["--json", "--tags", "tags.ndjson"]);
    assert_eq!((view.code, view.stderr), (0, ran.stderr));
    let apply = ["apply", "--unidiff-zero", "-"];
    let git = Command::new("git").args(apply).current_dir(folder.path("")).stdin(Stdio::piped()).spawn();
    let Ok(mut git) = git else {
        eprintln!("skipped: there is no git to apply the diff with");
        return;
    };
    std::io::Write::write_all(&mut git.stdin.take().unwrap(), ran.stdout.as_bytes()).unwrap();
    assert!(git.wait().unwrap().success());
    assert_eq!(fs::read_to_string(folder.path("tags.ndjson")).unwrap(), view.stdout);
}

#[test]
fn a_mapped_tag_keeps_all_but_what_is_attacks_and_says_what_it_was() {
    let folder = Folder::new("tags-view");
    folder.write("tags.ndjson", stored().join("\n"));
    let view = migrate(&folder, &["--json", "--tags", "tags.ndjson"]).stdout;
    for (before, after) in stored().iter().zip(view.lines()) {
        if !after.contains("migrated_from") {
            assert_eq!(before, after);
            continue;
        }
        let (old, new): (Tag, Tag) =
            (serde_json::from_str(before).unwrap(), serde_json::from_str(after).unwrap());
        let ids = |tag: &Tag| (tag.technique_id.clone(), tag.sub_technique_id.clone());
        assert_ne!((ids(&old), &old.tactic), (ids(&new), &new.tactic));
        assert_eq!(new.attack_release, "enterprise-v19.0");
        // Put back what `migrated_from` has, and it is the tag that was stored.
        let mut json: serde_json::Value = serde_json::from_str(after).unwrap();
        let from = json.as_object_mut().unwrap().remove("migrated_from").unwrap();
        for (key, value) in from.as_object().unwrap() {
            json[key] = value.clone();
        }
        assert_eq!(json, serde_json::from_str::<serde_json::Value>(before).unwrap());
        for kept in [r#""confidence":0.30000000000000004,"#, r#"{"x": "kept \u00e9","n":1e2}"#] {
            assert!(after.contains(kept), "{after}");
        }
    }

    // The view needs no mapping, and a later one keeps what the first tag said.
    folder.write("view.ndjson", &view);
    let again = migrate(&folder, &["--json", "--tags", "view.ndjson"]);
    assert_eq!((again.code, &again.stdout), (0, &view));
    let twice = view.replacen("\"T1685.006\"", "\"T1070.002\"", 1);
    folder.write("twice.ndjson", &twice);
    let third = migrate(&folder, &["--json", "--tags", "twice.ndjson"]).stdout;
    assert_eq!(third, view);

    // A tag without the column gets it.
    let short = r#"{"tactic":"TA0002","technique_id":"T1086"}"#;
    folder.write("short.ndjson", short);
    let mapped = migrate(&folder, &["--json", "--tags", "short.ndjson"]).stdout;
    let expected = r#"{"tactic":"TA0002","technique_id":"T1059","sub_technique_id":"T1059.001","migrated_from":{"technique_id":"T1086","sub_technique_id":null}}"#;
    assert_eq!(mapped, expected);
}

#[test]
fn what_cannot_be_mapped_is_named_with_its_line_and_nothing_is_lost() {
    let folder = Folder::new("tags-broken");
    let mut bytes = broken().join("\n").into_bytes();
    bytes.extend_from_slice(b"\n\xff\xfe\n\n{}");
    folder.write("b\u{202e}.ndjson", &bytes);
    let diff = migrate(&folder, &["--tags", "b\u{202e}.ndjson"]);
    assert_eq!((diff.code, diff.stdout.as_str()), (1, ""));
    assert_inert(&diff);
    assert_printed("attack_migrate_tags_open", &diff.stderr);
    let output = binary()
        .current_dir(folder.path(""))
        .args(["attack", "migrate", "--json", "-q", "--tags", "b\u{202e}.ndjson"])
        .output()
        .unwrap();
    assert_eq!(output.stdout, bytes);

    folder.write("none.ndjson", "{\n{\n");
    assert_eq!(migrate(&folder, &["--tags", "none.ndjson"]).code, 2);
    assert_eq!(migrate(&folder, &["--tags", "absent.ndjson"]).code, 2);
    folder.write("many.ndjson", "{\n".repeat(500));
    let many = migrate(&folder, &["--tags", "many.ndjson"]).stderr;
    assert!(many.lines().count() < 110 && many.contains("no tags mapped") || many.contains("500 problems"));
    for wrong in [&["--tags", "a", "--write"][..], &["rules", "--json"], &["rules", "--tags", "a"], &[]] {
        assert_eq!(migrate(&folder, wrong).code, 2, "{wrong:?}");
    }
}
