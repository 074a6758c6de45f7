// SPDX-License-Identifier: AGPL-3.0-or-later
//! `sigma import`.

use std::fs;
use std::path::PathBuf;

use super::run::{assert_inert, assert_printed, run};

/// A folder that is gone when the test is over.
struct Out(PathBuf);

impl Out {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("decnet-ttp-import-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn sigma_rules_become_rules_that_compile() {
    let out = Out::new("whole");
    let folder = out.0.to_str().unwrap();
    let ran = run(&["sigma", "import", "tests/data/sigma/import", folder]);
    assert_inert(&ran);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let mut text = format!("{}! {}", ran.stdout, ran.stderr.replace(folder, "OUT"));
    let mut files: Vec<PathBuf> = fs::read_dir(&out.0).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in &files {
        let name = file.file_name().unwrap().to_str().unwrap();
        text.push_str(&format!("\n== {name}\n{}", fs::read_to_string(file).unwrap()));
    }
    assert_printed("sigma_import", &text);
    let check = run(&["check", folder]);
    assert_eq!(check.code, 0, "{}{}", check.stdout, check.stderr);
    let again = run(&["sigma", "import", "tests/data/sigma/import", folder]);
    assert_eq!(again.code, 2, "{}", again.stderr);
    assert!(again.stderr.contains("is not empty"), "{}", again.stderr);
}

#[test]
fn imported_rules_tag_what_the_sigma_rules_are_about() {
    let out = Out::new("tag");
    let folder = out.0.to_str().unwrap();
    assert_eq!(run(&["sigma", "import", "tests/data/sigma/import", folder]).code, 0);
    let tags = |events: &str| {
        let ran = super::run::run_with(events, &["tag", "--quiet", "--rules", folder]);
        let tags: Vec<serde_json::Value> =
            ran.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let ids: Vec<String> = tags.iter().map(|tag| tag["rule_id"].as_str().unwrap().to_owned()).collect();
        ids
    };
    let event = |kind: &str, payload: &str| {
        format!("{{\"source_kind\":\"{kind}\",\"source_id\":\"a\",\"payload\":{payload}}}\n")
    };
    let shadow = ["5b1ac6a4-0000-4000-8000-000000000001"];
    assert_eq!(tags(&event("command", r#"{"command_text":"sudo /bin/CAT /etc/shadow"}"#)), shadow);
    let quoted = r#"{"command_text":"less 'C:\\quoted ''word''","user":"backup"}"#;
    assert!(tags(&event("command", quoted)).is_empty());
    let probe = ["probe_of_the_manager"];
    let request = r#"{"method":"get","raw_url":"/manager/html","status":401}"#;
    assert_eq!(tags(&event("http_request", request)), probe);
    assert!(tags(&event("http_request", r#"{"raw_url":"/?q=union+select","status":200}"#)).is_empty());
    assert_eq!(tags(&event("http_request", r#"{"raw_url":"/?q=UNION select","status":200}"#)), probe);
    assert!(tags(&event("http_request", r#"{"raw_url":"/?q=UNION select","status":503}"#)).is_empty());
}
