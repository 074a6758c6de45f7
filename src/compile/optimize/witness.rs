// SPDX-License-Identifier: AGPL-3.0-or-later
//! Chooses, per rule, predicates one of which must be true for the rule to hold.
//!
//! # Soundness
//! A witness may only say "maybe". A predicate is its own witness; a conjunction has that of any
//! part; a disjunction has the union of its parts'; a predicate that the scan does not decide has
//! the presence of a field it reads, because a predicate on an absent value is false. A negation
//! has none, and a rule left without one is decided for every event of its kind.

use crate::compile::ir::{Cond, CondId, Kind, Pred, PredId, TextTest, Value, ValueId};
use crate::vocab::Origin;

use super::rarity::{of_part, of_value};

/// Fills [`crate::compile::ir::Entry::witness`] of every entry.
pub(super) fn choose(kind: &mut Kind) {
    for index in 0..kind.entries.len() {
        let Some(cond) = kind.entries.get(index).map(|entry| entry.cond) else { continue };
        let witness = find(kind, cond).map(|found| {
            let mut preds: Vec<PredId> = found.tests.into_iter().map(|test| place(kind, test)).collect();
            preds.sort();
            preds.dedup();
            preds
        });
        if let Some(entry) = kind.entries.get_mut(index) {
            entry.witness = witness;
        }
    }
}

/// How many predicates one rule's witness may have; past it the rule is always decided.
const WITNESS_MAX: usize = 1024;

struct Witness {
    tests: Vec<Test>,
    /// How often it is true for nothing, by a guess: lower is rarer.
    rarity: u32,
}

/// One alternative of a witness.
enum Test {
    /// A predicate that stands in the rule.
    Pred(PredId),
    /// That a field is there.
    Present(ValueId),
}

/// The predicate of a test, made where it is not there yet.
fn place(kind: &mut Kind, test: Test) -> PredId {
    match test {
        Test::Pred(id) => id,
        Test::Present(value) => {
            let known = kind.preds.iter().position(|pred| *pred == Pred::Exists(value));
            known.map_or_else(
                || {
                    kind.preds.push(Pred::Exists(value));
                    PredId::last(kind.preds.len())
                },
                |index| PredId::last(index + 1),
            )
        }
    }
}

fn find(kind: &Kind, cond: CondId) -> Option<Witness> {
    match kind.cond(cond) {
        // A rule that can never hold needs no look.
        Cond::Const(false) => Some(Witness { tests: Vec::new(), rarity: 0 }),
        Cond::Const(true) | Cond::Not(_) => None,
        Cond::Pred(id) => of_pred(kind, *id),
        Cond::And(parts) => {
            parts.iter().filter_map(|part| find(kind, *part)).min_by_key(|witness| witness.rarity)
        }
        Cond::Or(parts) => {
            let mut all = Witness { tests: Vec::new(), rarity: 0 };
            for part in parts {
                let witness = find(kind, *part)?;
                all.tests.extend(witness.tests);
                all.rarity = all.rarity.saturating_add(witness.rarity);
            }
            (all.tests.len() <= WITNESS_MAX).then_some(all)
        }
    }
}

fn of_pred(kind: &Kind, id: PredId) -> Option<Witness> {
    let pred = kind.pred(id);
    if let Some(rarity) = scanned(kind, pred) {
        return Some(Witness { tests: vec![Test::Pred(id)], rarity });
    }
    let field = pred.values().find_map(|value| root_field(kind, value))?;
    Some(Witness { tests: vec![Test::Present(field)], rarity: PRESENT })
}

/// The guess for "the field is there".
const PRESENT: u32 = 5000;

/// The rarity of a predicate that the scan decides; `None` for one that it does not.
pub(crate) fn scanned(kind: &Kind, pred: &Pred) -> Option<u32> {
    // What is derived on demand is not there yet when the scan runs.
    let field = pred.values().all(|value| match kind.value(value) {
        Value::Field(field) => kind.field(*field).origin != Origin::OnDemand,
        _ => false,
    });
    if !field {
        return None;
    }
    let pred = match pred {
        Pred::Quantified { all: false, body, .. } => one_test(kind, *body)?,
        pred => pred,
    };
    match pred {
        Pred::Exists(_) => Some(PRESENT),
        Pred::IsTrue(_) => Some(300),
        Pred::Number(..) => Some(600),
        Pred::Text(_, test) => match test {
            TextTest::Equals { text, .. } => Some(of_value(text)),
            TextTest::In { set, .. } => {
                Some(set.iter().map(|text| of_value(text)).fold(0, u32::saturating_add))
            }
            TextTest::Contains { text, .. } if !text.is_empty() => Some(of_part(text)),
            TextTest::ContainsAny(needles) => {
                Some(needles.iter().map(|needle| of_part(&needle.text)).fold(0, u32::saturating_add))
            }
            TextTest::StartsWith { text, .. } | TextTest::EndsWith { text, .. } if !text.is_empty() => {
                Some(of_part(text))
            }
            // Running a pattern on every text costs more than any number of literals.
            TextTest::Matches(_) => Some(10_000),
            _ => None,
        },
        _ => None,
    }
}

/// The test of `it` against constants that a quantifier's body is, if it is one: the scan then runs it on
/// every item of the list, and some item meets it if any sets its bit.
pub(crate) fn one_test(kind: &Kind, body: CondId) -> Option<&Pred> {
    let Cond::Pred(id) = kind.cond(body) else { return None };
    let pred = kind.pred(*id);
    let of_it = pred.values().all(|value| matches!(kind.value(value), Value::It(_)));
    (of_it && matches!(pred, Pred::Text(..) | Pred::Number(..))).then_some(pred)
}

/// A field without which the value is absent.
fn root_field(kind: &Kind, value: ValueId) -> Option<ValueId> {
    match kind.value(value) {
        Value::Field(field) => (kind.field(*field).origin != Origin::OnDemand).then_some(value),
        Value::Call(_, args) => args.iter().find_map(|arg| root_field(kind, *arg)),
        Value::Arithmetic(_, a, b) => root_field(kind, *a).or_else(|| root_field(kind, *b)),
        Value::Select { list, .. } => root_field(kind, *list),
        // Which branch counts is for their conditions to say, and those are no part of the rule.
        Value::Choose(_) | Value::Collect(_) => None,
        Value::It(_) | Value::Number(_) | Value::Text(_) => None,
    }
}
