// SPDX-License-Identifier: AGPL-3.0-or-later
//! Reads mappings: which keys there are, which must be, and of which type.

use super::problems::{Problems, did_you_mean, like};
use super::scalar::Typed;
use super::yaml::{Entry, Node, Value};
use crate::diag::render::quote;
use crate::diag::{Code, Diagnostic, Span, Spanned};

/// A mapping whose keys are known.
pub(super) struct Table<'n> {
    entries: &'n [Entry],
    span: Span,
    /// What the mapping is, for messages: `a rule`, `an emit`.
    what: &'static str,
    /// Known keys that an unknown one was probably meant to be.
    meant: Vec<String>,
}

impl<'n> Table<'n> {
    /// The mapping at `node`, whose keys must be among `known`.
    pub(super) fn new(
        node: &'n Node,
        what: &'static str,
        known: &[&str],
        problems: &mut Problems<'_>,
    ) -> Option<Self> {
        let entries = mapping(node, what, problems)?;
        let mut meant = Vec::new();
        for entry in entries {
            let key = entry.key.value.as_str();
            if !known.contains(&key) {
                problems.push_with(|| {
                    let like = like(key, known.iter().copied());
                    meant.extend(like.map(str::to_owned));
                    let help = like
                        .map_or_else(|| format!("the keys of {what} are {}", listed(known)), did_you_mean);
                    Diagnostic::new(Code::UnknownKey, entry.key.span, format!("unknown key {}", quote(key)))
                        .label(format!("{what} has no such key"))
                        .help(help)
                });
            }
        }
        Some(Self { entries, span: node.span, what, meant })
    }

    /// The value of a key that may be absent.
    pub(super) fn get(&self, key: &str) -> Option<&'n Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub(super) fn entry(&self, key: &str) -> Option<&'n Entry> {
        self.entries.iter().find(|entry| entry.key.value == key)
    }

    /// The value of a key that must be there.
    pub(super) fn require(&self, key: &str, problems: &mut Problems<'_>) -> Option<&'n Node> {
        let found = self.get(key);
        if found.is_none() && !self.meant.iter().any(|meant| meant == key) {
            let place = self.entries.first().map_or(self.span, |entry| entry.key.span);
            let message = format!("{} needs the key `{key}`", self.what);
            problems
                .push(Diagnostic::new(Code::MissingKey, place, message).label(format!("no `{key}` here")));
        }
        found
    }
}

/// The entries of a mapping.
pub(super) fn mapping<'n>(node: &'n Node, what: &str, problems: &mut Problems<'_>) -> Option<&'n [Entry]> {
    match &node.value {
        Value::Mapping(entries) => Some(entries),
        _ => wrong_type(node, what, "a mapping", None, problems),
    }
}

/// The items of a list.
pub(super) fn sequence<'n>(node: &'n Node, what: &str, problems: &mut Problems<'_>) -> Option<&'n [Node]> {
    let help = match &node.value {
        Value::Sequence(items) => return Some(items),
        Value::Scalar(scalar) if !scalar.is_null() => Some(format!("write `[{}]`", short(&scalar.text))),
        Value::Scalar(_) => None,
        Value::Mapping(_) => Some("put `- ` before each item".to_owned()),
    };
    wrong_type(node, what, "a list", help, problems)
}

/// A string. Plain text that YAML takes for another type is refused, since `no` is a boolean.
pub(super) fn string(node: &Node, what: &str, problems: &mut Problems<'_>) -> Option<Spanned<String>> {
    let help = match &node.value {
        Value::Scalar(scalar) => match scalar.typed() {
            Typed::Text(text) => return Some(Spanned::new(text.to_owned(), node.span)),
            Typed::Null => None,
            _ => Some(format!("put it in quotes: `\"{}\"`", short(&scalar.text))),
        },
        _ => None,
    };
    wrong_type(node, what, "a string", help, problems)
}

/// A string that is allowed to be empty or absent, without its place.
pub(super) fn text(node: Option<&Node>, what: &str, problems: &mut Problems<'_>) -> String {
    node.and_then(|node| string(node, what, problems)).map(|text| text.value).unwrap_or_default()
}

/// A list of strings.
pub(super) fn strings(node: &Node, what: &str, problems: &mut Problems<'_>) -> Vec<Spanned<String>> {
    let items = sequence(node, what, problems).unwrap_or_default();
    items.iter().filter_map(|item| string(item, &format!("an item of {what}"), problems)).collect()
}

/// A boolean.
pub(super) fn boolean(node: &Node, what: &str, problems: &mut Problems<'_>) -> Option<bool> {
    match &node.value {
        Value::Scalar(scalar) => match scalar.typed() {
            Typed::Bool(value) => Some(value),
            _ => wrong_type(node, what, "a boolean", None, problems),
        },
        _ => wrong_type(node, what, "a boolean", None, problems),
    }
}

/// A number, whole or not.
pub(super) fn number(node: &Node, what: &str, problems: &mut Problems<'_>) -> Option<Spanned<f64>> {
    if let Value::Scalar(scalar) = &node.value {
        match scalar.typed() {
            #[expect(clippy::cast_precision_loss, reason = "numbers of rules are 64-bit floats")]
            Typed::Int(value) => return Some(Spanned::new(value as f64, node.span)),
            Typed::Float(value) => return Some(Spanned::new(value, node.span)),
            _ => {}
        }
    }
    wrong_type(node, what, "a number", unquote(node), problems)
}

/// A whole number.
pub(super) fn integer(node: &Node, what: &str, problems: &mut Problems<'_>) -> Option<Spanned<i64>> {
    if let Value::Scalar(scalar) = &node.value
        && let Typed::Int(value) = scalar.typed()
    {
        return Some(Spanned::new(value, node.span));
    }
    wrong_type(node, what, "a whole number", unquote(node), problems)
}

/// Reports that `node` is not `expected`.
pub(super) fn wrong_type<T>(
    node: &Node,
    what: &str,
    expected: &str,
    help: Option<String>,
    problems: &mut Problems<'_>,
) -> Option<T> {
    let message = format!("{what} must be {expected}, not {}", node.describe());
    problems.push(Diagnostic::new(Code::WrongType, node.span, message).maybe_help(help));
    None
}

/// Help for a number in quotes.
fn unquote(node: &Node) -> Option<String> {
    let Value::Scalar(scalar) = &node.value else { return None };
    let number = scalar.text.parse::<f64>().is_ok();
    number.then(|| format!("write it without quotes: `{}`", short(&scalar.text)))
}

/// Words in backticks with commas between.
pub(super) fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

/// The text, cut to what a message can carry.
fn short(text: &str) -> &str {
    const CHARS: usize = 40;
    text.char_indices().nth(CHARS).map_or(text, |(end, _)| text.get(..end).unwrap_or_default())
}
