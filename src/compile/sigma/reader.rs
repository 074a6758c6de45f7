// SPDX-License-Identifier: AGPL-3.0-or-later
//! One rule while it is read: where its problems go, and what it may still expand to.

use crate::compile::parse::problems::{Problems, suggest};
use crate::compile::parse::scalar::{Scalar, Typed};
use crate::compile::parse::yaml::{Entry, Node, Value};
use crate::diag::render::quote;
use crate::diag::{Code, Diagnostic, SourceId, Span};
use crate::vocab::Limits;

/// A file of rules.
#[derive(Clone, Copy)]
pub(super) struct File<'a> {
    pub(super) path: &'a str,
    pub(super) text: &'a str,
    pub(super) source: SourceId,
    pub(super) limits: &'a Limits,
}

/// A rule while it is read.
pub(super) struct Reader<'a, 'd> {
    pub(super) file: File<'a>,
    pub(super) problems: &'a mut Problems<'d>,
    /// `rule X: `, for messages.
    pub(super) prefix: String,
    /// Bytes that values of this rule may still expand to.
    pub(super) bytes: usize,
    /// Bytes that values of all rules may still expand to.
    pub(super) total: &'a mut usize,
}

impl Reader<'_, '_> {
    /// Reports a problem of the rule.
    pub(super) fn report(&mut self, mut problem: Diagnostic) {
        problem.message.insert_str(0, &self.prefix);
        self.problems.push(problem);
    }

    /// Reports a problem with what would help.
    pub(super) fn refuse(&mut self, code: Code, span: Span, message: impl Into<String>, help: &str) {
        self.report(Diagnostic::new(code, span, message).help(help));
    }

    /// Reports a node of the wrong type.
    pub(super) fn wrong_type(&mut self, node: &Node, what: &str, expected: &str) {
        let message = format!("{what} must be {expected}, this is {}", node.describe());
        let problem = Diagnostic::new(Code::WrongType, node.span, message).label(format!("not {expected}"));
        self.report(problem.help(format!("write {expected}")));
    }

    /// Takes bytes off what may still be expanded to; `false` where that is passed.
    pub(super) fn spend(&mut self, bytes: usize) -> bool {
        let left = self.bytes.checked_sub(bytes).zip(self.total.checked_sub(bytes));
        match left {
            Some((bytes, total)) => {
                self.bytes = bytes;
                *self.total = total;
                true
            }
            None => false,
        }
    }

    /// A word out of a list; anything else is reported.
    pub(super) fn word<T>(
        &mut self,
        entry: Option<&Entry>,
        words: &[&'static str],
        from_word: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let entry = entry.filter(|entry| !entry.value.is_null())?;
        let key = quote(&entry.key.value);
        let Some(text) = text(&entry.value) else {
            self.wrong_type(&entry.value, &key, "a string");
            return None;
        };
        let found = from_word(text.trim());
        if found.is_none() {
            let message = format!("unknown {key} {}", quote(text));
            let help = suggest(text, words.iter().copied())
                .unwrap_or_else(|| format!("the words are {}", words.join(", ")));
            self.report(Diagnostic::new(Code::BadValue, entry.value.span, message).help(help));
        }
        found
    }
}

/// The entry of a key.
pub(super) fn find<'n>(entries: &'n [Entry], key: &str) -> Option<&'n Entry> {
    entries.iter().find(|entry| entry.key.value == key)
}

/// The text of a scalar as it is written, whatever YAML takes it for; `None` where it is nothing.
pub(super) fn text(node: &Node) -> Option<&str> {
    scalar(node).filter(|scalar| scalar.typed() != Typed::Null).map(|scalar| scalar.text.as_str())
}

/// The scalar that a node is.
pub(super) fn scalar(node: &Node) -> Option<&Scalar> {
    match &node.value {
        Value::Scalar(scalar) => Some(scalar),
        _ => None,
    }
}

/// The items of a list, or the node itself.
pub(super) fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::Sequence(items) => items,
        _ => std::slice::from_ref(node),
    }
}
