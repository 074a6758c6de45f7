// SPDX-License-Identifier: AGPL-3.0-or-later
//! YAML and expressions that try to take time, memory or the stack.

use std::time::{Duration, Instant};

use decnet_ttp::vocab::Limits;
use proptest::prelude::*;

use super::{parse_rule, rule_with};

/// Files that must be refused, each with the code that refuses it.
fn bombs() -> Vec<(&'static str, String, &'static str)> {
    let laughs: String =
        (1..10).map(|n| format!("l{n}: &l{n} [{}]\n", vec![format!("*l{}", n - 1); 9].join(", "))).collect();
    let long = "x".repeat(200_000);
    let keys: String = (0..50_000).map(|n| format!("k{n}:\n")).collect();
    let million: String = (0..1_000_000).map(|n| format!("k{n}: 1\n")).collect();
    let block: String = (0..400).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    vec![
        ("billion laughs", format!("l0: &l0 [lol]\n{laughs}"), "E002"),
        (
            "a long scalar, aliased",
            format!("a: &a \"{long}\"\nb: [{}]\n", vec!["*a"; 10_000].join(",")),
            "E002",
        ),
        ("a million keys", million, "E002"),
        ("keys up to the size", keys, "E002"),
        ("flow lists", "[".repeat(200_000), "E002"),
        ("flow mappings", "{a: ".repeat(60_000), "E002"),
        ("block lists", "- ".repeat(100_000), "E002"),
        ("block mappings", block, "E002"),
        ("explicit keys", "? ".repeat(100_000), "E003"),
        ("items", format!("[{}]", "a,".repeat(100_000)), "E002"),
        ("pairs", format!("[{}]", "a: ,".repeat(60_000)), "E002"),
        ("documents", "---\n".repeat(60_000), "E002"),
        ("merge keys", "<<: {<<: {<<: {a: b}}}\n".repeat(5_000), "E002"),
        ("tags", "a: !!set {b}\n".repeat(5_000), "E002"),
        ("anchors", "- &a b\n".repeat(20_000), "E002"),
        ("the same key", "a: 1\n".repeat(20_000), "E006"),
        ("quotes", format!("a: \"{}", "\\\"".repeat(120_000)), "E001"),
        ("unknown keys", (0..9_000).map(|n| format!("descriptionn{n}: 1\n")).collect(), "E004"),
        (
            "source kinds",
            rule_with("a").replace("[command]", &format!("[{}]", "comand,".repeat(20_000))),
            "E011",
        ),
        ("emits", rule_with("a").replace("emits: [", &format!("emits: [{}", "{},".repeat(20_000))), "E005"),
        ("escapes", rule_with(&format!("|\n  a == \"{}\"", "\\q".repeat(30_000))), "E009"),
        ("parentheses", rule_with(&"(".repeat(60_000)), "E010"),
        ("lists", rule_with(&format!("a in {}", "[".repeat(60_000))), "E010"),
        ("nots", rule_with(&format!("{}a", "not ".repeat(15_000))), "E010"),
        ("minus signs", rule_with(&format!("a > {}1", "-".repeat(60_000))), "E010"),
        ("sums", rule_with(&format!("a > 1{}", "+1".repeat(30_000))), "E010"),
        ("calls", rule_with(&"f(".repeat(30_000)), "E010"),
        ("quantifiers", rule_with(&"any(a,".repeat(10_000)), "E010"),
        ("a long expression", rule_with(&format!("a{}", " or a".repeat(14_000))), "E010"),
    ]
}

#[test]
fn bombs_are_refused_within_the_time() {
    for (name, text, code) in bombs() {
        // The promise; the quickest of eight, since the machine may be busy.
        let bound = Duration::from_millis(100);
        let quickest = (0..8).map(|_| {
            let start = Instant::now();
            let parsed = parse_rule(text.clone());
            assert!(parsed.codes().contains(&code), "{name}: {:?}", parsed.codes());
            assert!(parsed.pack.rules.iter().all(|rule| rule.refused), "{name} is a rule");
            let text = parsed.text();
            assert!(text.len() < 64 << 10, "{name}: {} bytes are printed", text.len());
            start.elapsed()
        });
        let quickest = quickest.min().unwrap();
        assert!(quickest < bound, "{name} takes {quickest:?}");
    }
}

#[test]
fn each_bound_holds_at_its_value_and_not_past_it() {
    let limits = Limits::default();
    let refused = |text: String, code: &str| parse_rule(text).codes().contains(&code);

    let padded = |bytes: usize| {
        let rule = rule_with("a");
        format!("{rule}#{}", "x".repeat(bytes - rule.len() - 1))
    };
    assert!(!refused(padded(limits.rule_file_bytes), "E002"));
    assert!(refused(padded(limits.rule_file_bytes + 1), "E002"));

    // The rule, `tests`, one test and `hit` are four levels.
    let nested = |depth: usize| {
        let lists = depth - 4;
        format!("{}tests: [{{hit: {{a: {}{}}}}}]\n", rule_with("a"), "[".repeat(lists), "]".repeat(lists))
    };
    assert!(!refused(nested(limits.yaml_depth), "E002"));
    assert!(refused(nested(limits.yaml_depth + 1), "E002"));

    // A rule and a list of tests are 27 nodes before the items.
    let items = |nodes: usize| format!("{}description: [{}]\n", rule_with("a"), "a,".repeat(nodes - 22));
    let count = (1..60).find(|more| refused(items(limits.yaml_nodes - 30 + more), "E002")).unwrap();
    assert!(!refused(items(limits.yaml_nodes - 30 + count - 1), "E002"));

    let long = |bytes: usize| rule_with(&format!("\"a{}\"", " ".repeat(bytes - 1)));
    assert!(!refused(long(limits.expression_bytes), "E010"));
    assert!(refused(long(limits.expression_bytes + 1), "E010"));

    for (open, close) in [("(", ")"), ("not (", ")"), ("lower(", ")"), ("any(a, ", ")")] {
        let levels = limits.expression_depth / (1 + usize::from(open.starts_with("not")));
        let deep =
            |levels: usize| rule_with(&format!("|\n  {}a{}", open.repeat(levels), close.repeat(levels)));
        assert!(!refused(deep(levels), "E010"), "{open}");
        assert!(refused(deep(levels + 1), "E010"), "{open}");
    }
}

/// The deepest expression that is allowed fits a small stack, and so does what is done with it.
#[test]
fn the_deepest_tree_fits_a_small_stack() {
    let work = || {
        let text = rule_with(&format!("|\n  {}a == \"b\"{}", "(not ".repeat(32), ")".repeat(32)));
        let parsed = parse_rule(text);
        assert_eq!(parsed.pack.rules.len(), 1, "{}", parsed.text());
        let copy = parsed.pack.clone();
        assert_eq!(copy, parsed.pack);
        assert!(!decnet_ttp::compile::parse::ast::dump(&copy.rules[0]).is_empty());
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_a_file(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        parse_rule(bytes).text();
    }

    #[test]
    fn any_yaml_like_text_is_a_file(text in "([a-c:#&*!|>'\"\\[\\]{}<%@`,?. \n-]|rule_id|match|emits|\\PC){0,120}") {
        parse_rule(text).text();
    }

    /// A valid rule with some bytes replaced, removed or repeated.
    #[test]
    fn any_mutated_rule_is_a_file(
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..3, any::<u8>()), 1..8),
    ) {
        let rule = rule_with("|\n  lower(user) in [\"a\", 'b'] and not any(tags, it like \"x*\" nocase)\n  or -a * 2 > 1.5e3");
        let mut bytes = rule.into_bytes();
        for (index, what, byte) in edits {
            let at = index.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                _ => bytes.insert(at, bytes[at]),
            }
        }
        parse_rule(bytes).text();
    }
}
