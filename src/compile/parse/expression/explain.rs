// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where the grammar stops, in words: what was expected, what stands there, what would help.

use super::super::problems::suggest;
use super::{Fault, Rule};
use crate::diag::Code;
use crate::diag::render::quote;

/// Words and signs of other languages, and what they are called here.
const SYNONYMS: &[(&str, &str)] = &[
    ("=", "=="),
    ("===", "=="),
    ("!==", "!="),
    ("<>", "!="),
    ("=~", "matches"),
    ("~", "matches"),
    ("~=", "matches"),
    ("&&", "and"),
    ("&", "and"),
    ("||", "or"),
    ("|", "or"),
    ("!", "not"),
    ("is", "=="),
    ("eq", "=="),
    ("equals", "=="),
    ("ne", "!="),
    ("isnt", "!="),
    ("gt", ">"),
    ("gte", ">="),
    ("lt", "<"),
    ("lte", "<="),
    ("startswith", "starts_with"),
    ("beginswith", "starts_with"),
    ("begins_with", "starts_with"),
    ("endswith", "ends_with"),
    ("contain", "contains"),
    ("includes", "contains"),
    ("include", "contains"),
    ("match", "matches"),
    ("regex", "matches"),
    ("regexp", "matches"),
    ("rlike", "matches"),
    ("re", "matches"),
    ("glob", "like"),
    ("wildcard", "like"),
    ("hasany", "has_any"),
    ("hasall", "has_all"),
    ("nin", "not in"),
    ("notin", "not in"),
    ("icontains", "contains … nocase"),
    ("istartswith", "starts_with … nocase"),
    ("iendswith", "ends_with … nocase"),
    ("imatches", "matches … nocase"),
    ("iequals", "== … nocase"),
];

/// Operators that are words.
const WORDS: &[&str] = &[
    "and",
    "or",
    "not",
    "in",
    "contains",
    "starts_with",
    "ends_with",
    "matches",
    "like",
    "has",
    "has_any",
    "has_all",
    "nocase",
];

/// Says what is wrong at byte `at`, where the grammar expected one of `expected`.
pub(super) fn explain(text: &str, at: usize, expected: &[Rule]) -> Fault {
    let before = text.get(..at).unwrap_or_default().trim_end();
    let token = token(text.get(at..).unwrap_or_default());
    let bytes = if token.is_empty() { before.len()..before.len() } else { at..at + token.len() };
    let found = if token.is_empty() { "the end".to_owned() } else { quote(token) };
    let fault =
        Fault::new(Code::ExpressionSyntax, bytes, format!("expected {}, found {found}", words(expected)));
    let after_value = expected.iter().any(|rule| matches!(rule, Rule::and | Rule::or));
    let advice =
        if after_value { after_a_value(before, token, expected) } else { instead_of_a_value(before, token) };
    match advice {
        Some(advice) => fault.help(advice),
        None => fault,
    }
}

/// What the grammar expected.
fn words(expected: &[Rule]) -> &'static str {
    let has = |rule| expected.contains(&rule);
    match () {
        () if has(Rule::element) => "a string, a number, `true` or `false`",
        () if has(Rule::comparator) && has(Rule::comma) => "an operator or `,`",
        () if has(Rule::comparator) && has(Rule::close) => "an operator or `)`",
        () if has(Rule::comparator) => "an operator",
        () if has(Rule::and) && has(Rule::close) => "`and`, `or` or `)`",
        () if has(Rule::and) && has(Rule::comma) => "`and`, `or` or `,`",
        () if has(Rule::and) => "`and`, `or` or the end",
        () if has(Rule::close_list) => "`,` or `]`",
        () => "a value",
    }
}

/// The first token of the text: a name, a number, a string or a run of signs.
fn token(text: &str) -> &str {
    let Some(first) = text.chars().next() else { return "" };
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let is_sign = |c: char| matches!(c, '=' | '!' | '<' | '>' | '&' | '|' | '~');
    let run = |keep: fn(char) -> bool| text.find(|c: char| !keep(c)).unwrap_or(text.len());
    let len = match first {
        '"' | '\'' => text.get(1..).and_then(|rest| rest.find(first)).map_or(text.len(), |end| end + 2),
        c if is_word(c) => run(|c| c.is_alphanumeric() || matches!(c, '_' | '.')),
        c if is_sign(c) => run(|c| matches!(c, '=' | '!' | '<' | '>' | '&' | '|' | '~')),
        c => c.len_utf8(),
    };
    text.get(..len).unwrap_or_default()
}

/// Advice where an operator or the end should stand.
fn after_a_value(before: &str, token: &str, expected: &[Rule]) -> Option<String> {
    let lower = token.to_ascii_lowercase();
    if lower == "nocase" {
        return Some(nocase_advice());
    }
    if lower == "not" {
        return Some("`not` stands before the whole comparison: `not a contains \"b\"`".to_owned());
    }
    if token == ")" && expected.contains(&Rule::comma) {
        return Some("write `any(list, condition)`, where `it` is the item".to_owned());
    }
    if token == "," && !expected.contains(&Rule::comma) {
        return Some("a list stands in brackets: `x in [\"a\", \"b\"]`".to_owned());
    }
    if !expected.contains(&Rule::comparator) && (is_comparator(token) || WORDS.contains(&token)) {
        return Some("comparisons do not chain: join them with `and`".to_owned());
    }
    if let Some(word) = synonym(&lower) {
        return Some(format!("did you mean {}?", quote(word)));
    }
    if token.starts_with(['"', '\'']) && before.ends_with(['"', '\'']) {
        return Some(
            "join comparisons with `and` or `or`, or put the values in a list: `x in [\"a\", \"b\"]`"
                .to_owned(),
        );
    }
    suggest(&lower, WORDS.iter().copied())
}

/// Advice where a value should stand.
fn instead_of_a_value(before: &str, token: &str) -> Option<String> {
    let lower = token.to_ascii_lowercase();
    let advice = match lower.as_str() {
        "nocase" => return Some(nocase_advice()),
        "" | "and" | "or" => {
            return before.rsplit(char::is_whitespace).next().map(|word| {
                if word.is_empty() {
                    "an expression starts with a value".to_owned()
                } else {
                    format!("a value must follow {}", quote(word))
                }
            });
        }
        "any" | "all" => "write `any(list, condition)`, where `it` is the item",
        "=" if before.ends_with("==") => "did you mean `==`?",
        ">" if before.ends_with('<') => "did you mean `!=`?",
        "!" => "did you mean `not`?",
        "@" => "a list's name must follow: `@name`",
        "$" => "a parameter's name must follow: `$name`",
        "/" => "a regular expression is a string: `matches '\\bcat\\b'`",
        "\u{201c}" | "\u{201d}" | "\u{2018}" | "\u{2019}" => "use straight quotes: `\"` or `'`",
        "#" => "an expression has no comments",
        word if word.starts_with("it.") => "`it` is one item of a list and has no members",
        word if word.starts_with('.') => "write a digit before the point: `0.5`",
        word if word.starts_with(|c: char| c.is_ascii_digit()) => number_advice(word),
        word if word.starts_with('!') => "did you mean `not`?",
        word if word.starts_with(|c: char| c.is_alphabetic()) && before.ends_with(['[', ',']) => {
            "text in a list stands in quotes: `[\"a\", \"b\"]`"
        }
        word if word.starts_with(|c: char| !c.is_ascii() && c.is_alphabetic()) => {
            "names of fields have only ASCII letters, digits and `_`"
        }
        _ => return None,
    };
    Some(advice.to_owned())
}

/// Advice about a token that starts with a digit and is no number.
fn number_advice(token: &str) -> &'static str {
    if token.matches('.').count() > 1 {
        "an address, a version or a time stands in quotes: `\"10.0.0.1\"`"
    } else if token.starts_with("0x") {
        "numbers are decimal: `31`, `0.5`, `1e3`"
    } else {
        "a number has no unit and ends in a digit: `5`, `0.5`, `1e3`"
    }
}

fn nocase_advice() -> String {
    "`nocase` stands once, after the comparison: `user_agent contains \"sqlmap\" nocase`".to_owned()
}

/// What another language's word or sign is called here; operators in capitals are ours.
fn synonym(lower: &str) -> Option<&'static str> {
    let known = SYNONYMS.iter().find(|(word, _)| *word == lower).map(|(_, ours)| *ours);
    known.or_else(|| WORDS.iter().find(|word| **word == lower).copied())
}

fn is_comparator(token: &str) -> bool {
    matches!(token, "==" | "!=" | "<" | "<=" | ">" | ">=")
}
