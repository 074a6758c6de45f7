// SPDX-License-Identifier: AGPL-3.0-or-later
//! YAML values as JSON payloads and as parameters of predicates.

use serde_json::{Map, Number, Value as Json};

use super::ast::ParamValue;
use super::problems::Problems;
use super::scalar::Typed;
use super::table::mapping;
use super::yaml::{Entry, Node, Value};
use crate::diag::{Code, Diagnostic, Spanned};

/// The payload of an inline test. Depth is bounded by the YAML's.
pub(super) fn json_object(node: &Node, problems: &mut Problems<'_>) -> Option<Map<String, Json>> {
    mapping(node, "a payload", problems).map(|entries| members(entries, problems))
}

fn members(entries: &[Entry], problems: &mut Problems<'_>) -> Map<String, Json> {
    let mut object = Map::with_capacity(entries.len());
    for entry in entries {
        object.insert(entry.key.value.clone(), json(&entry.value, problems));
    }
    object
}

fn json(node: &Node, problems: &mut Problems<'_>) -> Json {
    match &node.value {
        Value::Scalar(scalar) => match scalar.typed() {
            Typed::Null => Json::Null,
            Typed::Bool(value) => Json::Bool(value),
            Typed::Int(value) => Json::Number(value.into()),
            Typed::Text(text) => Json::String(text.to_owned()),
            Typed::Float(value) => match Number::from_f64(value) {
                Some(number) => Json::Number(number),
                None => {
                    let message = "JSON has no such number";
                    problems.push(Diagnostic::new(Code::BadValue, node.span, message));
                    Json::Null
                }
            },
        },
        Value::Sequence(items) => Json::Array(items.iter().map(|item| json(item, problems)).collect()),
        Value::Mapping(entries) => Json::Object(members(entries, problems)),
    }
}

/// The value of a predicate's parameter; whether it fits is for the lowering to say.
pub(super) fn param_value(node: &Node) -> ParamValue {
    match &node.value {
        Value::Scalar(scalar) => match scalar.typed() {
            #[expect(clippy::cast_precision_loss, reason = "numbers of rules are 64-bit floats")]
            Typed::Int(value) => ParamValue::Number(value as f64),
            Typed::Float(value) => ParamValue::Number(value),
            Typed::Bool(value) => ParamValue::Bool(value),
            Typed::Text(text) => ParamValue::Text(text.to_owned()),
            Typed::Null => ParamValue::Other("nothing"),
        },
        Value::Sequence(items) => list(items, node),
        Value::Mapping(_) => ParamValue::Other("a mapping"),
    }
}

/// A list of strings, of pairs of strings, or of some among other things.
fn list(items: &[Node], node: &Node) -> ParamValue {
    let texts: Vec<_> = items.iter().filter_map(text_of).collect();
    let pairs: Vec<_> = items.iter().filter_map(pair_of).collect();
    let found = texts.len().max(pairs.len());
    let list = if pairs.is_empty() { ParamValue::TextList(texts) } else { ParamValue::PairList(pairs) };
    match found {
        _ if found == items.len() => list,
        0 => ParamValue::Other("a list of other things than strings"),
        _ => ParamValue::Mixed(Box::new(Spanned::new(list, node.span))),
    }
}

fn text_of(node: &Node) -> Option<Spanned<String>> {
    match &node.value {
        Value::Scalar(scalar) => match scalar.typed() {
            Typed::Text(text) => Some(Spanned::new(text.to_owned(), node.span)),
            _ => None,
        },
        _ => None,
    }
}

fn pair_of(node: &Node) -> Option<[String; 2]> {
    match &node.value {
        Value::Sequence(sides) => match sides.as_slice() {
            [first, second] => Some([text_of(first)?.value, text_of(second)?.value]),
            _ => None,
        },
        _ => None,
    }
}
