// SPDX-License-Identifier: AGPL-3.0-or-later
//! Replaces regular expressions by literals, or puts the literals they require before them.
//!
//! # Soundness
//! A replacement is made only where [`super::shape`] enumerates the very language of the
//! pattern. A gate is any-of literals of which every match contains one, so `gate and pattern`
//! equals `pattern`. Case-insensitive literals mean Unicode simple case folding, as `(?i)` does.

use crate::compile::ir::{Cond, CondId, Needle, Pred, TextTest, ValueId};

use super::literal::{self, Shape};
use super::rewrite::{Build, Pass};

/// The pass.
pub(super) struct Classify;

impl Pass for Classify {
    fn pred(&mut self, build: &mut Build, pred: Pred) -> CondId {
        let Pred::Text(value, TextTest::Matches(regex)) = &pred else { return build.pred(pred) };
        let value = *value;
        if let Some(Shape { needles, start, end }) = literal::shape(regex.hir()) {
            return any(build, value, needles, start, end);
        }
        let Some(needles) = literal::required(regex.hir()) else { return build.pred(pred) };
        let gate = any(build, value, needles, false, false);
        let pattern = build.pred(pred);
        build.cond(Cond::And(vec![gate, pattern]))
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
