// SPDX-License-Identifier: AGPL-3.0-or-later
//! `detection`: its selections, and the condition over them.

use super::ast::{Expr, Op, Selection};
use super::condition;
use super::modifier::{self, Key, Modifiers, Shape};
use super::reader::{Reader, items};
use super::value::{self, Found, test};
use crate::compile::ir::{Needle, Network, TextTest};
use crate::compile::parse::yaml::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic};

/// Reads a detection; `None` where that was reported.
pub(super) fn detection(entry: &Entry, reader: &mut Reader<'_, '_>) -> Option<(Vec<Selection>, Expr)> {
    let Value::Mapping(entries) = &entry.value.value else {
        reader.wrong_type(&entry.value, "`detection`", "a mapping");
        return None;
    };
    let mut selections = Vec::with_capacity(entries.len());
    let mut written = None;
    for entry in entries {
        match entry.key.value.as_str() {
            "condition" => written = Some(entry),
            "timeframe" => {
                let message = "`timeframe` needs counting over several events";
                reader.refuse(
                    Code::Unsupported,
                    entry.key.span,
                    message,
                    "leave it out if the rule counts nothing",
                );
            }
            name => {
                // One that is refused stays, so that the condition finds its name.
                let expr = selection(&entry.value, reader).unwrap_or(Expr::Or(Vec::new()));
                selections.push(Selection { name: name.to_owned(), expr });
            }
        }
    }
    let Some(written) = written else {
        let place = entries.first().map_or(entry.key.span, |entry| entry.key.span);
        let problem = Diagnostic::new(Code::MissingKey, place, "the key `condition` is missing");
        reader.report(problem.help("say how the selections are joined: `condition: selection`"));
        return None;
    };
    let expr = condition::conditions(written, &selections, reader)?;
    Some((selections, expr))
}

/// A mapping is the and of its keys, a list the or of its items. Depth is bounded by the YAML's.
fn selection(node: &Node, reader: &mut Reader<'_, '_>) -> Option<Expr> {
    match &node.value {
        Value::Mapping(entries) if !entries.is_empty() => {
            let parts: Vec<Option<Expr>> = entries.iter().map(|entry| item(entry, reader)).collect();
            Some(Expr::all(parts.into_iter().collect::<Option<_>>()?))
        }
        Value::Sequence(nodes) if !nodes.is_empty() => {
            let (keywords, others): (Vec<&Node>, Vec<&Node>) =
                nodes.iter().partition(|node| matches!(node.value, Value::Scalar(_)));
            let mut parts = Vec::with_capacity(others.len() + 1);
            if !keywords.is_empty() {
                parts.push(joined(&keywords, &Key { field: None, modifiers: Modifiers::default() }, reader));
            }
            parts.extend(others.into_iter().map(|node| selection(node, reader)));
            Some(Expr::any(parts.into_iter().collect::<Option<_>>()?))
        }
        Value::Scalar(scalar) if !scalar.is_null() => {
            joined(&[node], &Key { field: None, modifiers: Modifiers::default() }, reader)
        }
        _ => {
            let help = "a selection is a mapping of fields, or a list of mappings or keywords";
            reader.refuse(Code::SigmaDetection, node.span, "this selection is empty", help);
            None
        }
    }
}

/// One key of a mapping and what stands under it.
fn item(entry: &Entry, reader: &mut Reader<'_, '_>) -> Option<Expr> {
    let key = modifier::key(&entry.key, reader)?;
    let values: Vec<&Node> = items(&entry.value).iter().collect();
    if values.is_empty() {
        let help = "a list of no values can never be met: leave the key out";
        reader.refuse(Code::SigmaDetection, entry.value.span, "this list is empty", help);
        return None;
    }
    if key.modifiers.shape == Shape::Exists && values.len() > 1 {
        reader.wrong_type(&entry.value, "the value of `exists`", "`true` or `false`");
        return None;
    }
    joined(&values, &key, reader)
}

/// The values under a key, joined as its modifiers say.
fn joined(values: &[&Node], key: &Key, reader: &mut Reader<'_, '_>) -> Option<Expr> {
    let found: Vec<Option<Found>> = values.iter().map(|node| value::value(node, key, reader)).collect();
    let found: Vec<Found> = found.into_iter().collect::<Option<_>>()?;
    let expr = if key.modifiers.all {
        Expr::all(found.into_iter().map(|found| any(vec![found], key)).collect())
    } else {
        any(found, key)
    };
    Some(if key.modifiers.neq { expr.negated() } else { expr })
}

/// Any of the values: what one test can answer is one test.
fn any(found: Vec<Found>, key: &Key) -> Expr {
    let mut texts = Vec::new();
    let mut networks: Vec<Network> = Vec::new();
    let mut parts = Vec::new();
    for found in found {
        match found {
            Found::Texts(tests) => texts.extend(tests),
            Found::Network(network) => networks.push(network),
            Found::Expr(expr) => parts.push(expr),
        }
    }
    parts.extend(merged(texts).into_iter().map(|text| test(key, Op::Text(text))));
    if !networks.is_empty() {
        networks.sort_unstable();
        networks.dedup();
        parts.push(test(key, Op::Network(networks)));
    }
    Expr::any(parts)
}

/// Equalities become one `In`, needles one `ContainsAny`; the rest stays. All heed case, or none.
fn merged(tests: Vec<TextTest>) -> Vec<TextTest> {
    let (mut equal, mut needles, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    let mut nocase = true;
    for test in tests {
        match test {
            TextTest::Equals { text, nocase: heeds_not } => {
                nocase = heeds_not;
                equal.push(text);
            }
            TextTest::Contains { text, nocase: heeds_not } if !text.is_empty() => {
                nocase = heeds_not;
                needles.push(Needle { text, nocase: heeds_not });
            }
            other => rest.push(other),
        }
    }
    equal.sort_unstable();
    equal.dedup();
    needles.sort_unstable();
    needles.dedup();
    let mut out = Vec::new();
    match (equal.len(), equal.pop()) {
        (1, Some(text)) => out.push(TextTest::Equals { text, nocase }),
        (_, Some(last)) => {
            equal.push(last);
            out.push(TextTest::In { set: equal, nocase });
        }
        (_, None) => {}
    }
    match (needles.len(), needles.pop()) {
        (1, Some(Needle { text, nocase })) => out.push(TextTest::Contains { text, nocase }),
        (_, Some(last)) => {
            needles.push(last);
            out.push(TextTest::ContainsAny(needles));
        }
        (_, None) => {}
    }
    out.extend(rest);
    out
}
