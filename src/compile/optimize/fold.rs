// SPDX-License-Identifier: AGPL-3.0-or-later
//! Removes what constants, repeats and contradictions decide.

use std::collections::{HashMap, HashSet};

use crate::compile::ir::{Cond, CondId, Kind, Ordering, Pred, TextTest, ValueId};

use super::dedup::Dedup;
use super::rewrite::{Build, Pass, rewrite};

/// The pass.
pub(super) struct Fold;

impl Pass for Fold {
    fn cond(&mut self, build: &mut Build, cond: Cond) -> CondId {
        match cond {
            Cond::Not(inner) => match *build.kind.cond(inner) {
                Cond::Const(value) => build.cond(Cond::Const(!value)),
                Cond::Not(twice) => twice,
                _ => build.cond(Cond::Not(inner)),
            },
            Cond::And(parts) => join(build, parts, true),
            Cond::Or(parts) => join(build, parts, false),
            other => build.cond(other),
        }
    }
}

/// Joins parts by and (`all`) or by or: flattens, drops repeats and neutral constants, and
/// decides where a deciding constant or a part with its negation is among them.
fn join(build: &mut Build, parts: Vec<CondId>, all: bool) -> CondId {
    let mut flat = Vec::with_capacity(parts.len());
    let mut seen = HashSet::new();
    let mut queue: Vec<CondId> = parts.into_iter().rev().collect();
    while let Some(part) = queue.pop() {
        match build.kind.cond(part) {
            Cond::Const(value) if *value == all => {}
            Cond::Const(_) => return build.cond(Cond::Const(!all)),
            Cond::And(inner) if all => queue.extend(inner.iter().rev()),
            Cond::Or(inner) if !all => queue.extend(inner.iter().rev()),
            _ => {
                if seen.insert(part) {
                    flat.push(part);
                }
            }
        }
    }
    let complement = flat.iter().any(|part| match build.kind.cond(*part) {
        Cond::Not(inner) => seen.contains(inner),
        _ => false,
    });
    if complement || (all && contradiction(build, &flat)) {
        return build.cond(Cond::Const(!all));
    }
    match flat.as_slice() {
        [] => build.cond(Cond::Const(all)),
        [one] => *one,
        _ if all => build.cond(Cond::And(flat)),
        _ => build.cond(Cond::Or(flat)),
    }
}

/// Whether no value can meet all of these at once: two different equalities, or bounds that
/// leave no number between them.
fn contradiction(build: &Build, parts: &[CondId]) -> bool {
    let mut texts: HashMap<ValueId, &str> = HashMap::new();
    let mut bounds: HashMap<ValueId, Bounds> = HashMap::new();
    for part in parts {
        match build.as_pred(*part) {
            Some(Pred::Text(value, TextTest::Equals { text, nocase: false }))
                if texts.insert(*value, text).is_some_and(|other| other != text) =>
            {
                return true;
            }
            Some(Pred::Number(value, op, number)) => {
                let bounds = bounds.entry(*value).or_default();
                bounds.narrow(*op, number.get());
                if bounds.is_empty() {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}

/// What numbers are left: from `low` to `high`, each end taken or not.
struct Bounds {
    low: (f64, bool),
    high: (f64, bool),
}

impl Default for Bounds {
    fn default() -> Self {
        Self { low: (f64::NEG_INFINITY, true), high: (f64::INFINITY, true) }
    }
}

impl Bounds {
    fn narrow(&mut self, op: Ordering, number: f64) {
        if matches!(op, Ordering::Gt | Ordering::Ge | Ordering::Eq) {
            let taken = op != Ordering::Gt;
            if number > self.low.0 || (number == self.low.0 && !taken) {
                self.low = (number, taken);
            }
        }
        if matches!(op, Ordering::Lt | Ordering::Le | Ordering::Eq) {
            let taken = op != Ordering::Lt;
            if number < self.high.0 || (number == self.high.0 && !taken) {
                self.high = (number, taken);
            }
        }
    }

    fn is_empty(&self) -> bool {
        self.low.0 > self.high.0 || (self.low.0 == self.high.0 && !(self.low.1 && self.high.1))
    }
}

/// See [`super::constants`].
pub(super) fn constants(kind: &Kind) -> Vec<Option<bool>> {
    let shared = rewrite(kind, &mut Dedup, true);
    let folded = rewrite(&shared, &mut Fold, true);
    let constant = |cond| match folded.cond(cond) {
        Cond::Const(value) => Some(*value),
        _ => None,
    };
    folded.entries.iter().map(|entry| constant(entry.cond)).collect()
}
