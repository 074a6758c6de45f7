// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules that say nothing: they hold for every event, or for none.

use crate::compile::ir;
use crate::diag::{Code, Diagnostic, Diagnostics};

/// Reports rules that hold for every event of a kind, or for none of any.
pub fn report_constants(pack: &ir::Pack, diagnostics: &mut Diagnostics) {
    let mut seen: Vec<Vec<Option<bool>>> = vec![Vec::new(); pack.rules.len()];
    for kind in &pack.kinds {
        for (entry, constant) in kind.entries.iter().zip(super::constants(kind)) {
            if let Some(list) = seen.get_mut(entry.rule as usize) {
                list.push(constant);
            }
        }
    }
    for (rule, constants) in pack.rules.iter().zip(seen) {
        if constants.contains(&Some(true)) {
            diagnostics.push(
                Diagnostic::new(Code::AlwaysTrue, rule.span, format!("rule `{}` always holds", rule.id))
                    .label("true for every event, whatever it holds"),
            );
        } else if !constants.is_empty() && constants.iter().all(|constant| *constant == Some(false)) {
            diagnostics.push(
                Diagnostic::new(Code::NeverTrue, rule.span, format!("rule `{}` can never hold", rule.id))
                    .label("no event can meet this"),
            );
        }
    }
}
