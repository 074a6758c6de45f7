// SPDX-License-Identifier: AGPL-3.0-or-later
//! [`ast`] to [`ir`]: names become ids, types are checked, sugar goes.
//!
//! Reads the whole pack and reports every problem in it; a rule with an error is left out.

mod compare;
mod emit;
mod expr;
pub(in crate::compile) mod glob;
mod intel;
mod named;
pub(in crate::compile) mod pattern;
mod python;
mod rule;
mod scope;
mod select;
mod text;
mod value;

use crate::attack::Catalogue;
use crate::compile::ir;
use crate::compile::parse::ast;
use crate::diag::{Diagnostic, Diagnostics, Sources};
use crate::vocab::{FieldType, Limits, SourceKind};

/// What lowering looks names up in.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The ATT&CK catalogue that emitted ids must stand in.
    pub catalogue: &'a Catalogue,
    /// The bounds on expressions and patterns.
    pub limits: &'a Limits,
    /// The texts, for paths in messages.
    pub sources: &'a Sources,
}

/// Reports intel tables whose next review is before `today`.
pub(super) fn overdue(
    pack: &ast::Pack,
    context: Context<'_>,
    today: Option<jiff::civil::Date>,
    diags: &mut Diagnostics,
) {
    if let Some(today) = today {
        intel::overdue(pack, context, today, diags);
    }
}

/// Lowers a pack; problems go to `diags`, rules with errors are left out.
///
/// # Cost
/// Linear in the pack's text; every regular expression is compiled to an NFA once, to check it.
pub fn lower(pack: &ast::Pack, context: Context<'_>, diags: &mut Diagnostics) -> ir::Pack {
    let mut kinds: Vec<ir::Kind> =
        SourceKind::ALL.into_iter().map(|kind| ir::Kind::new(Some(kind))).collect();
    let mut rules = Vec::new();
    let mut written = select::Written::default();
    intel::check(pack, context, diags);
    for rule in &pack.rules {
        let mut found = Diagnostics::new();
        let index = u32::try_from(rules.len()).unwrap_or(u32::MAX);
        let lowered = rule::rule(rule, pack, context, &mut found);
        let entries: Vec<_> = rule
            .applies_to
            .iter()
            .map(|kind| {
                let mut part = ir::Kind::new(Some(kind.value));
                let entry = rule::entry(
                    rule,
                    index,
                    pack,
                    context,
                    (kind.value, &mut part),
                    &mut found,
                    &mut written,
                );
                (kind.value, part, entry)
            })
            .collect();
        rule::examples(rule, pack, &mut found);
        let failed = found.has_errors();
        // A condition that is written out for many items reports the same of each.
        let mut seen: Vec<&Diagnostic> = Vec::new();
        for item in found.iter() {
            if !seen.contains(&item) {
                seen.push(item);
                diags.push(item.clone());
            }
        }
        if failed || rule.refused || intel::is_refused(rule, pack) {
            continue;
        }
        rules.push(lowered);
        for (kind, part, entry) in entries {
            if let Some(target) = kinds.get_mut(kind.index()) {
                target.append(part, entry);
            }
        }
    }
    kinds.retain(|kind| !kind.entries.is_empty());
    ir::Pack { rules, kinds }
}

/// The value type that a field's declared type reads as.
const fn value_type(ty: FieldType) -> ir::ValueType {
    match ty {
        FieldType::Text => ir::ValueType::Text,
        FieldType::Number => ir::ValueType::Number,
        FieldType::Bool => ir::ValueType::Bool,
        FieldType::Time => ir::ValueType::Time,
        FieldType::Ip => ir::ValueType::Ip,
        // A map read as a whole is the list of its values.
        FieldType::TextList | FieldType::Map | FieldType::Any | FieldType::All => ir::ValueType::TextList,
        FieldType::NumberList => ir::ValueType::NumberList,
    }
}
