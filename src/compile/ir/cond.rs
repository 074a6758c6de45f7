// SPDX-License-Identifier: AGPL-3.0-or-later
//! Conditions: predicates joined by and, or, not.

use super::{CondId, PredId};

/// A boolean over predicates.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Cond {
    /// Always or never.
    Const(bool),
    /// A predicate.
    Pred(PredId),
    /// The negation.
    Not(CondId),
    /// All of them; true where there are none.
    And(Vec<CondId>),
    /// At least one of them; false where there are none.
    Or(Vec<CondId>),
}
