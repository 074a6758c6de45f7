// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files that mean harm: bounded work, bounded memory, never a panic.

use decnet_ttp::vocab::Limits;
use proptest::prelude::*;

use super::{Compiled, compile};

fn one(text: impl Into<String>) -> Compiled {
    compile(&[("hostile.yml".to_owned(), text.into())])
}

fn rule(selections: &str, condition: &str) -> String {
    format!("title: T\ndetection:\n{selections}\n  condition: {condition}\n")
}

fn codes(compiled: &Compiled) -> Vec<&'static str> {
    compiled.diagnostics.iter().map(|item| item.code.as_str()).collect()
}

#[test]
fn a_file_at_the_bound_is_read_and_one_past_it_refused() {
    let padded = |bytes: usize| {
        let rule = rule("  s: {a: b}", "s");
        format!("{rule}#{}\n", "x".repeat(bytes - rule.len() - 2))
    };
    assert_eq!(one(padded(Limits::SIGMA_FILE_BYTES)).rules.len(), 1);
    assert_eq!(codes(&one(padded(Limits::SIGMA_FILE_BYTES + 1))), ["E002"]);
}

#[test]
fn a_condition_at_the_bounds_is_read_and_one_past_them_refused() {
    let nested = |depth: usize| rule("  s: {a: b}", &format!("{}s{}", "(".repeat(depth), ")".repeat(depth)));
    assert_eq!(one(nested(Limits::EXPRESSION_DEPTH)).rules.len(), 1);
    assert_eq!(codes(&one(nested(Limits::EXPRESSION_DEPTH + 1))), ["E040"]);
    let long = |bytes: usize| rule("  s: {a: b}", &format!("s{}", " and s".repeat((bytes - 1) / 6)));
    assert_eq!(one(long(Limits::EXPRESSION_BYTES)).rules.len(), 1);
    assert_eq!(codes(&one(long(Limits::EXPRESSION_BYTES + 6))), ["E040"]);
    let nots = rule("  s: {a: b}", &format!("{}s", "not ".repeat(10_000)));
    assert_eq!(one(nots).rules.len(), 1);
}

#[test]
fn what_modifiers_expand_to_is_bounded() {
    let values: Vec<String> = (0..20_000).map(|n| format!("'{n} -a -b'")).collect();
    let selection = format!("  s:\n    a|windash|wide|base64offset|contains: [{}]", values.join(", "));
    let start = std::time::Instant::now();
    let compiled = one(rule(&selection, "s"));
    assert!(compiled.rules.is_empty() && codes(&compiled).contains(&"E040"), "{:?}", codes(&compiled));
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
    let patterns: Vec<String> = (0..2_000).map(|n| format!(r"'{n}{}'", r"\w".repeat(20))).collect();
    let compiled = one(rule(&format!("  s:\n    a|re: [{}]", patterns.join(", ")), "s"));
    assert_eq!(codes(&compiled).first(), Some(&"E040"));
    let dashes = format!("  s:\n    a|contains|windash: '{}'", "-".repeat(100));
    assert_eq!(one(rule(&dashes, "s")).rules.len(), 1);
}

#[test]
fn what_a_condition_names_is_bounded() {
    let selections: String = (0..5_000).map(|n| format!("  s{n}: {{a: b}}\n")).collect();
    let patterns: Vec<String> = (0..5_000).map(|n| format!("1 of *{n}*")).collect();
    let start = std::time::Instant::now();
    let compiled = one(rule(&selections, &patterns.join(" or ")));
    assert_eq!(codes(&compiled), ["E040"]);
    assert!(start.elapsed().as_secs() < 5, "{:?}", start.elapsed());
}

#[test]
fn lists_in_lists_are_as_deep_as_the_yaml_may_be() {
    let nested = |depth: usize| rule(&format!("  s: {}a{}", "[".repeat(depth), "]".repeat(depth)), "s");
    assert_eq!(one(nested(20)).rules.len(), 1);
    assert!(one(nested(2_000)).rules.is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_condition_makes_it_panic(condition in "[ ()a1_*|]{0,40}|( ?(not|and|or|of|1|all|them|\\(|\\)|sel|sel\\*|x)){0,12}") {
        let condition = format!("'{condition}'");
        let compiled = one(rule("  sel: {a: b}\n  x: [k]", &condition));
        prop_assert!(compiled.rules.len() == 1 || compiled.diagnostics.has_errors());
    }

    #[test]
    fn no_key_or_value_makes_it_panic(
        key in "[a*|]{0,2}(\\|(contains|all|re|i|base64|base64offset|wide|utf16|windash|cidr|gt|exists|neq|cased|fieldref|endswith|expand)){0,4}",
        value in "[-a-c0-9.*?\\\\/(\\[{'~:, \u{e9}\u{2014}]{0,12}",
    ) {
        let value = value.replace('\'', "''");
        let compiled = one(rule(&format!("  s:\n    '{key}': '{value}'"), "s"));
        prop_assert!(compiled.rules.len() == 1 || compiled.diagnostics.has_errors());
    }

    #[test]
    fn no_text_makes_it_panic(text in "(\\PC|[\n:'\"{}\\[\\]|&*-]| |title|detection|condition|selection){0,120}") {
        let compiled = one(text);
        prop_assert!(!compiled.rules.is_empty() || compiled.diagnostics.has_errors());
    }
}
