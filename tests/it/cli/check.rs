// SPDX-License-Identifier: AGPL-3.0-or-later
//! `check`.

use serde_json::Value as Json;

use super::run::{assert_printed, assert_transcripts, run};

#[test]
fn problems_are_shown_with_their_place_and_counted() {
    assert_transcripts(
        "check",
        &[
            ("", "check tests/cli/good"),
            ("", "check tests/cli/bad"),
            ("", "check tests/cli/bad --quiet"),
            ("", "check tests/cli/good -q"),
            ("", "check tests/cli/bad --format json"),
            ("", "check tests/cli/good --format json"),
            ("", "check tests/cli/good/ttp/shadow.yaml"),
            ("", "check tests/cli/good/corpus"),
        ],
    );
}

#[test]
fn sarif_has_a_rule_and_a_region_for_each_result() {
    let ran = run(&["check", "tests/cli/bad", "--format", "sarif"]);
    assert_eq!(ran.code, 1);
    let log: Json = serde_json::from_str(&ran.stdout).unwrap();
    assert_eq!(log["version"], "2.1.0");
    let only = &log["runs"][0];
    let rules = only["tool"]["driver"]["rules"].as_array().unwrap();
    let results = only["results"].as_array().unwrap();
    assert_eq!(results.len(), 3);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(rule["defaultConfiguration"]["level"], result["level"]);
        assert!(!result["message"]["text"].as_str().unwrap().is_empty());
        let place = &result["locations"][0]["physicalLocation"];
        assert!(place["artifactLocation"]["uri"].as_str().unwrap().starts_with("tests/cli/bad/ttp/"));
        assert!(place["region"]["startLine"].as_u64().unwrap() >= 1);
        assert!(place["region"]["endColumn"].as_u64() > place["region"]["startColumn"].as_u64());
    }
    assert_printed("check_sarif", &ran.stdout);
}

#[test]
fn the_built_in_rules_have_no_errors_and_pass_their_tests() {
    let check = run(&["check"]);
    assert_eq!(check.code, 0, "{}{}", check.stdout, check.stderr);
    let test = run(&["test"]);
    assert_eq!(test.code, 0, "{}{}", test.stdout, test.stderr);
}

/// By the machine's clock; the tables' days are far from today, whenever that is.
#[test]
fn an_intel_table_whose_review_is_past_is_a_warning() {
    let dir =
        std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("overdue-{}", std::process::id()));
    for folder in ["ttp", "intel"] {
        std::fs::create_dir_all(dir.join(folder)).unwrap();
    }
    std::fs::copy("rules/ttp/R0056.yaml", dir.join("ttp/R0056.yaml")).unwrap();
    let table = std::fs::read_to_string("rules/intel/feodo.yaml").unwrap();
    let checked = |review: &str| {
        let lines = table.lines().map(|line| match line.starts_with("next_review:") {
            true => format!("next_review: {review}\n"),
            false => format!("{line}\n"),
        });
        std::fs::write(dir.join("intel/feodo.yaml"), lines.collect::<String>()).unwrap();
        run(&["check", dir.to_str().unwrap()])
    };
    let past = checked("2020-01-31");
    assert_eq!(past.code, 0, "a warning fails nothing: {past:?}");
    assert!(past.stdout.contains("warning[W010]: this table was to be reviewed by 2020-01-31"), "{past:?}");
    assert!(past.stdout.contains("1 warning"), "{past:?}");
    let due = checked("9999-12-31");
    assert_eq!((due.code, due.stdout.contains("W010")), (0, false), "{due:?}");
    std::fs::remove_dir_all(dir).unwrap();
}

#[test]
fn a_tactic_that_the_technique_lacks_is_a_no() {
    let ran = run(&["check", "tests/broken/tactic_of_other_technique.yaml"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("warning[W001]") && ran.stdout.contains("no errors"), "{ran:?}");
    // Another warning is fine.
    let ran = run(&["check", "tests/broken/field_absent_in_kind.yaml"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}
