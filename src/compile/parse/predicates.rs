// SPDX-License-Identifier: AGPL-3.0-or-later
//! `predicates.yaml`: named predicates with parameters.

use super::ast::{EvidenceDef, ParamDef, ParamType, PredicateDef, SignalUse, TableUse};
use super::fields::one_of;
use super::problems::Problems;
use super::rule::source_kind;
use super::table::{Table, boolean, mapping, sequence, string, strings, text};
use super::value::param_value;
use super::yaml::{Entry, Node, Value};
use super::{File, expression_of, forms};
use crate::diag::{Code, Diagnostic, Spanned};

const PREDICATE_KEYS: &[&str] = &["description", "params", "expr", "table", "evidence"];
const TABLE_KEYS: &[&str] = &["provider", "score", "threshold", "signals"];
const EVIDENCE_KEYS: &[&str] = &["kinds", "expr"];
const SIGNAL_KEYS: &[&str] = &["id", "when", "score", "fallback", "techniques"];
const PARAM_KEYS: &[&str] = &["type", "default"];

/// Reads every predicate; one with a problem is left out.
pub(super) fn predicates(root: &Node, file: &File<'_>, problems: &mut Problems<'_>) -> Vec<PredicateDef> {
    let entries = mapping(root, "`predicates.yaml`", problems).unwrap_or_default();
    entries.iter().filter_map(|entry| predicate(entry, file, problems)).collect()
}

fn predicate(entry: &Entry, file: &File<'_>, problems: &mut Problems<'_>) -> Option<PredicateDef> {
    let before = problems.found();
    forms::predicate_name(&entry.key, problems);
    let table = Table::new(&entry.value, "a predicate", PREDICATE_KEYS, problems)?;
    let description = text(table.get("description"), "`description`", problems);
    let params = table.get("params").filter(|node| !node.is_null());
    let params = params.and_then(|node| mapping(node, "`params`", problems)).unwrap_or_default();
    let params = params.iter().filter_map(|entry| param(entry, problems)).collect();
    let expr = table.require("expr", problems).and_then(|node| expression_of(node, file, problems))?;
    let intel = table.get("table").and_then(|node| table_use(node, file, problems));
    let evidence = table.get("evidence").map(|node| evidence(node, file, problems)).unwrap_or_default();
    let name = entry.key.clone();
    let predicate = PredicateDef { name, description, params, expr, table: intel, evidence };
    (problems.found() == before).then_some(predicate)
}

fn param(entry: &Entry, problems: &mut Problems<'_>) -> Option<ParamDef> {
    forms::parameter_name(&entry.key, problems);
    let table = Table::new(&entry.value, "a parameter", PARAM_KEYS, problems)?;
    let ty = table.require("type", problems).and_then(|node| string(node, "`type`", problems))?;
    one_of(&ty, &ParamType::ALL.map(ParamType::as_str), "a parameter's type", problems)?;
    let ty = ParamType::from_name(&ty.value)?;
    let default = table.get("default").map(|node| Spanned::new(param_value(node), node.span));
    if let Some(default) = default.as_ref().filter(|default| !default.value.is_of(ty)) {
        let message = format!("the default is no {}", ty.as_str());
        problems.push(Diagnostic::new(Code::PredicateParameter, default.span, message));
    }
    Some(ParamDef { name: entry.key.clone(), ty, default })
}

fn table_use(node: &Node, file: &File<'_>, problems: &mut Problems<'_>) -> Option<TableUse> {
    let table = Table::new(node, "a use of a table", TABLE_KEYS, problems)?;
    let provider = table.require("provider", problems).and_then(|node| string(node, "`provider`", problems));
    let score = table.require("score", problems).and_then(|node| expression_of(node, file, problems));
    let threshold = table.get("threshold").and_then(|node| expression_of(node, file, problems));
    let signals = table.require("signals", problems);
    let signals = signals.and_then(|node| sequence(node, "`signals`", problems)).unwrap_or_default();
    let signals = signals.iter().filter_map(|node| signal_use(node, file, problems)).collect();
    Some(TableUse { provider: provider?, score: score?, threshold, signals })
}

fn signal_use(node: &Node, file: &File<'_>, problems: &mut Problems<'_>) -> Option<SignalUse> {
    let table = Table::new(node, "a signal", SIGNAL_KEYS, problems)?;
    let id = table.require("id", problems).and_then(|node| string(node, "`id`", problems));
    let when = table.require("when", problems).and_then(|node| expression_of(node, file, problems));
    let score = table.get("score").and_then(|node| expression_of(node, file, problems));
    let fallback = table.get("fallback").and_then(|node| boolean(node, "`fallback`", problems));
    let techniques = table.get("techniques").map(|node| strings(node, "`techniques`", problems));
    let (id, fallback) = (id?, fallback.unwrap_or_default());
    let techniques = techniques.unwrap_or_default();
    if id.value.matches(['*', '#']).count() > 1 || (!techniques.is_empty() && id.value.contains(['*', '#'])) {
        let message = "an id has one `*` or `#` at most, and none where `techniques` stand";
        problems.push(Diagnostic::new(Code::BadValue, id.span, message));
    }
    Some(SignalUse { id, when: when?, score, fallback, techniques })
}

fn evidence(node: &Node, file: &File<'_>, problems: &mut Problems<'_>) -> Vec<EvidenceDef> {
    let entries = mapping(node, "`evidence`", problems).unwrap_or_default();
    entries.iter().filter_map(|entry| evidence_entry(entry, file, problems)).collect()
}

/// `NAME: EXPRESSION`, or `NAME: {kinds: […], expr: EXPRESSION}`.
fn evidence_entry(entry: &Entry, file: &File<'_>, problems: &mut Problems<'_>) -> Option<EvidenceDef> {
    forms::field_name(&entry.key, problems);
    let name = entry.key.clone();
    if !matches!(entry.value.value, Value::Mapping(_)) {
        let expr = expression_of(&entry.value, file, problems)?;
        return Some(EvidenceDef { name, kinds: Vec::new(), expr });
    }
    let table = Table::new(&entry.value, "a value of `evidence`", EVIDENCE_KEYS, problems)?;
    let kinds = table.get("kinds").map(|node| strings(node, "`kinds`", problems)).unwrap_or_default();
    let kinds = kinds.iter().filter_map(|kind| source_kind(kind, problems)).collect();
    let expr = table.require("expr", problems).and_then(|node| expression_of(node, file, problems))?;
    Some(EvidenceDef { name, kinds, expr })
}
