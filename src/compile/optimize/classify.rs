// SPDX-License-Identifier: AGPL-3.0-or-later
//! Replaces regular expressions by literals, or puts the literals they require before them.
//!
//! # Soundness
//! A replacement is made only where [`super::shape`] enumerates the very language of the
//! pattern. A gate is any-of literals of which every match contains one, so `gate and pattern`
//! equals `pattern`. Case-insensitive literals mean Unicode simple case folding, as `(?i)` does.

use std::collections::HashMap;

use crate::compile::ir::{Cond, CondId, Needle, Pred, TextTest, ValueId};

use super::literal::{self, Shape};
use super::rewrite::{Build, Pass};
use super::witness::one_test;

/// The pass.
#[derive(Default)]
pub(super) struct Classify {
    /// The pattern behind each gate of several literals, by the condition that joins them.
    gated: HashMap<CondId, CondId>,
}

impl Pass for Classify {
    fn pred(&mut self, build: &mut Build, pred: Pred) -> CondId {
        if let Pred::Quantified { all: false, list, body } = pred {
            return self.spread(build, list, body);
        }
        let Pred::Text(value, TextTest::Matches(regex)) = &pred else { return build.pred(pred) };
        let value = *value;
        if let Some(Shape { needles, start, end }) = literal::shape(regex.hir()) {
            return any(build, value, needles, start, end);
        }
        let Some(needles) = literal::required(regex.hir()) else { return build.pred(pred) };
        let several = needles.len() > 1;
        let gate = any(build, value, needles, false, false);
        let pattern = build.pred(pred);
        let both = build.cond(Cond::And(vec![gate, pattern]));
        if several {
            self.gated.insert(both, pattern);
        }
        both
    }
}

impl Classify {
    /// `any(list, a or b)` as `any(list, a) or any(list, b)`, and `any(list, a and b)` behind `any(list, a)`
    /// for every `a` that is one test of the item, so that the scan can answer it.
    ///
    /// # Soundness
    /// The first is an equality. In the second an item that meets `a and b` meets `a`. A pattern's own gate is
    /// left out of the body that is run on demand, where it equals the pattern alone and costs as much.
    fn spread(&self, build: &mut Build, list: ValueId, body: CondId) -> CondId {
        let some = |build: &mut Build, body| build.pred(Pred::Quantified { all: false, list, body });
        match build.kind.cond(body).clone() {
            Cond::Or(parts) if parts.len() <= SPREAD_MAX => {
                let parts = parts.into_iter().map(|part| self.spread(build, list, part)).collect();
                build.cond(Cond::Or(parts))
            }
            Cond::And(parts) => {
                let tests: Vec<CondId> =
                    parts.into_iter().filter(|part| is_literal(build, *part)).take(SPREAD_MAX).collect();
                let mut all: Vec<CondId> = tests.into_iter().map(|test| some(build, test)).collect();
                all.push(some(build, self.gated.get(&body).copied().unwrap_or(body)));
                build.cond(Cond::And(all))
            }
            _ => some(build, body),
        }
    }
}

/// Branches that a quantifier is spread over; one of more stays whole.
const SPREAD_MAX: usize = 64;

/// Whether a condition is one test of the item that costs little to scan for.
fn is_literal(build: &Build, cond: CondId) -> bool {
    match one_test(&build.kind, cond) {
        Some(Pred::Text(_, TextTest::Matches(_) | TextTest::Order(..))) | None => false,
        Some(Pred::Text(..)) => true,
        Some(_) => false,
    }
}

/// That the text has at least one of the needles, where they must stand.
fn any(build: &mut Build, value: ValueId, needles: Vec<Needle>, start: bool, end: bool) -> CondId {
    if !start && !end && needles.len() > 1 {
        return build.pred(Pred::Text(value, TextTest::ContainsAny(needles)));
    }
    let parts: Vec<CondId> = needles
        .into_iter()
        .map(|Needle { text, nocase }| {
            build.pred(Pred::Text(
                value,
                match (start, end) {
                    (false, false) => TextTest::Contains { text, nocase },
                    (true, false) => TextTest::StartsWith { text, nocase },
                    (false, true) => TextTest::EndsWith { text, nocase },
                    (true, true) => TextTest::Equals { text, nocase },
                },
            ))
        })
        .collect();
    match parts.as_slice() {
        [one] => *one,
        _ => build.cond(Cond::Or(parts)),
    }
}
