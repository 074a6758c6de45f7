// SPDX-License-Identifier: AGPL-3.0-or-later
//! Conditions as flat code: a decision graph of predicate tests, no stack.

use crate::compile::ir::{Cond, CondId, Kind};

/// The target that means the condition holds.
pub const ACCEPT: u32 = u32::MAX;
/// The target that means it does not.
pub const REJECT: u32 = u32::MAX - 1;

/// One test: where to go when the predicate is true, and when it is false.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    /// The predicate.
    pub pred: u32,
    /// Next node, [`ACCEPT`] or [`REJECT`].
    pub yes: u32,
    /// Next node, [`ACCEPT`] or [`REJECT`].
    pub no: u32,
}

/// Appends the code of a condition and returns where it begins.
///
/// Every node tests and jumps forwards to code written before it, so a run visits each node at
/// most once and ends.
pub(super) fn emit(code: &mut Vec<Node>, kind: &Kind, cond: CondId, yes: u32, no: u32) -> u32 {
    match kind.cond(cond) {
        Cond::Const(true) => yes,
        Cond::Const(false) => no,
        Cond::Pred(pred) => {
            code.push(Node { pred: pred.0, yes, no });
            u32::try_from(code.len()).unwrap_or(REJECT).saturating_sub(1)
        }
        Cond::Not(inner) => emit(code, kind, *inner, no, yes),
        Cond::And(parts) => parts.iter().rev().fold(yes, |next, part| emit(code, kind, *part, next, no)),
        Cond::Or(parts) => parts.iter().rev().fold(no, |next, part| emit(code, kind, *part, yes, next)),
    }
}
