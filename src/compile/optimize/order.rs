// SPDX-License-Identifier: AGPL-3.0-or-later
//! Puts cheap conditions before dear ones; and, or are free of side effects, so order is free.

use crate::compile::ir::{Cond, CondId, Kind, Pred, TextTest, Value};

use super::rewrite::{Build, Pass};

/// The pass.
pub(super) struct Order;

impl Pass for Order {
    fn cond(&mut self, build: &mut Build, cond: Cond) -> CondId {
        let sorted = |mut parts: Vec<CondId>| {
            parts.sort_by_cached_key(|part| cost(&build.kind, *part, 0));
            parts
        };
        let cond = match cond {
            Cond::And(parts) => Cond::And(sorted(parts)),
            Cond::Or(parts) => Cond::Or(sorted(parts)),
            other => other,
        };
        build.cond(cond)
    }
}

/// Whether a quantifier's body is a regular expression, which the scan runs only as a witness.
fn is_pattern(kind: &Kind, body: CondId) -> bool {
    matches!(super::one_test(kind, body), Some(Pred::Text(_, TextTest::Matches(_))))
}

/// How deep a cost estimate looks; deeper conditions count as dear.
const DEPTH: u32 = 8;

/// A rough price: 1 is one bit test.
fn cost(kind: &Kind, cond: CondId, depth: u32) -> u32 {
    if depth > DEPTH {
        return 1000;
    }
    match kind.cond(cond) {
        Cond::Const(_) => 0,
        Cond::Not(inner) => cost(kind, *inner, depth + 1),
        Cond::And(parts) | Cond::Or(parts) => {
            parts.iter().fold(0, |sum: u32, part| sum.saturating_add(cost(kind, *part, depth + 1)))
        }
        Cond::Pred(id) => {
            let pred = kind.pred(*id);
            let scanned = pred.values().all(|value| matches!(kind.value(value), Value::Field(_)));
            match pred {
                Pred::Quantified { body, .. }
                    if super::scanned(kind, pred).is_some() && !is_pattern(kind, *body) =>
                {
                    1
                }
                Pred::Quantified { .. } => 200,
                Pred::Text(_, TextTest::Matches(_)) => 100,
                Pred::Text(..) if scanned => 1,
                Pred::Text(..) | Pred::TextCompare { .. } => 20,
                Pred::Exists(_) | Pred::Typed(_) | Pred::IsTrue(_) | Pred::Number(..) if scanned => 1,
                _ => 10,
            }
        }
    }
}
