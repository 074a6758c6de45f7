// SPDX-License-Identifier: AGPL-3.0-or-later
//! `predicates.yaml`: named predicates with parameters.

use super::ast::{ParamDef, ParamType, PredicateDef};
use super::fields::one_of;
use super::problems::Problems;
use super::table::{Table, mapping, string, text};
use super::value::param_value;
use super::yaml::{Entry, Node};
use super::{File, expression_of, forms};
use crate::diag::{Code, Diagnostic, Spanned};

const PREDICATE_KEYS: &[&str] = &["description", "params", "expr"];
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
    let predicate = PredicateDef { name: entry.key.clone(), description, params, expr };
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
