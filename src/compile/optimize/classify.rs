// SPDX-License-Identifier: AGPL-3.0-or-later
//! Replaces regular expressions by literals, or puts the literals they require before them.
//!
//! # Soundness
//! A replacement is made only where [`super::shape`] enumerates the very language of the
//! pattern. A gate is any-of literals of which every match contains one, so `gate and pattern`
//! equals `pattern`. Case-insensitive literals mean Unicode simple case folding, as `(?i)` does.

use crate::compile::ir::{Cond, CondId, Pred, TextTest, ValueId};

use super::literal::{self, Needle, Shape};
use super::rewrite::{Build, Pass};

/// The pass.
pub(super) struct Classify;

impl Pass for Classify {
    fn pred(&mut self, build: &mut Build, pred: Pred) -> CondId {
        let Pred::Text(value, TextTest::Matches(regex)) = &pred else { return build.pred(pred) };
        let value = *value;
        if let Some(Shape { needles, start, end }) = literal::shape(regex.hir()) {
            let parts = needles.into_iter().map(|needle| test(build, value, needle, start, end)).collect();
            return any(build, parts);
        }
        let Some(needles) = literal::required(regex.hir()) else { return build.pred(pred) };
        let parts = needles.into_iter().map(|needle| test(build, value, needle, false, false)).collect();
        let gate = any(build, parts);
        let pattern = build.pred(pred);
        build.cond(Cond::And(vec![gate, pattern]))
    }
}

fn test(build: &mut Build, value: ValueId, needle: Needle, start: bool, end: bool) -> CondId {
    let Needle { text, nocase } = needle;
    let test = match (start, end) {
        (false, false) => TextTest::Contains { text, nocase },
        (true, false) => TextTest::StartsWith { text, nocase },
        (false, true) => TextTest::EndsWith { text, nocase },
        (true, true) => TextTest::Equals { text, nocase },
    };
    build.pred(Pred::Text(value, test))
}

fn any(build: &mut Build, parts: Vec<CondId>) -> CondId {
    match parts.as_slice() {
        [one] => *one,
        _ => build.cond(Cond::Or(parts)),
    }
}
