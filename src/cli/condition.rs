// SPDX-License-Identifier: AGPL-3.0-or-later
//! Conditions as text, in the words of the expression language.

use crate::compile::ir::{Cond, CondId, Kind, Pred, TextTest, Value, pred_text, value_text};

use super::text::escape;

/// A condition on one line.
pub(super) fn text(kind: &Kind, id: CondId) -> String {
    match kind.cond(id) {
        Cond::Const(value) => value.to_string(),
        Cond::Pred(id) => pred(kind, kind.pred(*id)),
        Cond::Not(inner) => format!("not {}", part(kind, *inner)),
        Cond::And(parts) => unequal(kind, parts).unwrap_or_else(|| join(kind, parts, "and", "true")),
        Cond::Or(parts) => join(kind, parts, "or", "false"),
    }
}

/// A condition over several lines: the parts of the outermost `and` or `or` each on its own.
pub(super) fn lines(kind: &Kind, id: CondId) -> Vec<String> {
    let (parts, word) = match kind.cond(id) {
        Cond::And(parts) if unequal(kind, parts).is_none() => (parts, "and"),
        Cond::Or(parts) => (parts, "or"),
        _ => return vec![text(kind, id)],
    };
    if parts.is_empty() {
        return vec![text(kind, id)];
    }
    let line = |(index, id): (usize, &CondId)| {
        let text = part(kind, *id);
        if index == 0 { text } else { format!("{word} {text}") }
    };
    parts.iter().enumerate().map(line).collect()
}

/// A predicate on one line, escaped.
pub(super) fn pred(kind: &Kind, pred: &Pred) -> String {
    match pred {
        Pred::Exists(value) => format!("exists({})", value_text(kind, *value)),
        Pred::Typed(value) => format!("{} has its declared type", value_text(kind, *value)),
        // A function that says yes or no.
        Pred::IsTrue(value) if matches!(kind.value(*value), Value::Call(..)) => {
            escape(&value_text(kind, *value))
        }
        // As patterns are written in rules: a raw string, whose quotes are doubled.
        Pred::Text(value, TextTest::Matches(regex)) => {
            format!("{} matches '{}'", value_text(kind, *value), escape(&regex.pattern().replace('\'', "''")))
        }
        Pred::Quantified { all, list, body } => {
            let word = if *all { "all" } else { "any" };
            format!("{word}({}, {})", value_text(kind, *list), text(kind, *body))
        }
        other => escape(&pred_text(kind, other)),
    }
}

fn join(kind: &Kind, parts: &[CondId], word: &str, empty: &str) -> String {
    if parts.is_empty() {
        return empty.to_owned();
    }
    let parts: Vec<String> = parts.iter().map(|id| part(kind, *id)).collect();
    parts.join(&format!(" {word} "))
}

/// A part of a longer condition, in parentheses where it has parts itself.
fn part(kind: &Kind, id: CondId) -> String {
    let text = text(kind, id);
    let nested = match kind.cond(id) {
        Cond::And(parts) => parts.len() > 1 && unequal(kind, parts).is_none(),
        Cond::Or(parts) => parts.len() > 1,
        _ => false,
    };
    if nested { format!("({text})") } else { text }
}

/// `a != b`, which lowering makes of type tests and a negation.
fn unequal(kind: &Kind, parts: &[CondId]) -> Option<String> {
    let pred_of = |id: CondId| match kind.cond(id) {
        Cond::Pred(pred) => Some(kind.pred(*pred)),
        _ => None,
    };
    let (last, tests) = parts.split_last()?;
    let Cond::Not(equal) = kind.cond(*last) else { return None };
    let tests: Option<Vec<&Pred>> = tests.iter().map(|id| pred_of(*id)).collect();
    unequal_text(kind, &tests?, pred_of(*equal)?)
}

/// `a != b`, where the tests and the negated predicate mean that.
pub(super) fn unequal_text(kind: &Kind, tests: &[&Pred], equal: &Pred) -> Option<String> {
    if tests.is_empty() || !tests.iter().all(|test| matches!(test, Pred::Typed(_))) {
        return None;
    }
    let lhs = escape(&value_text(kind, equal.values().next()?));
    let text = pred(kind, equal);
    let rest = text.strip_prefix(&lhs)?.strip_prefix(" == ")?;
    Some(format!("{lhs} != {rest}"))
}
