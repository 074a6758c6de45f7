// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which predicates a decision may ask for.

use crate::compile::ir::{Cond, CondId, Kind, Pred, Value, ValueId};

/// Per predicate, whether anything asks for it: a rule, a gate of an emit, a value, or the body of a quantifier
/// that is run on demand. The body of one that the scan answers is asked by nobody.
pub(super) fn asked(kind: &Kind, scanned: &[bool]) -> Vec<bool> {
    let mut reach = Reach {
        kind,
        scanned,
        asked: vec![false; kind.preds.len()],
        conds: Marks::new(kind.conds.len()),
        values: Marks::new(kind.values.len()),
    };
    for entry in &kind.entries {
        reach.conds.add(entry.cond.index());
        entry.evidence.iter().for_each(|(_, value)| reach.values.add(value.index()));
        for gate in &entry.emits {
            gate.when.iter().for_each(|cond| reach.conds.add(cond.index()));
            gate.scale.iter().for_each(|value| reach.values.add(value.index()));
            gate.evidence.iter().for_each(|(_, value)| reach.values.add(value.index()));
        }
    }
    reach.run()
}

struct Reach<'a> {
    kind: &'a Kind,
    scanned: &'a [bool],
    asked: Vec<bool>,
    conds: Marks,
    values: Marks,
}

impl Reach<'_> {
    fn run(mut self) -> Vec<bool> {
        loop {
            if let Some(cond) = self.conds.next().and_then(|index| self.kind.conds.get(index)) {
                self.cond(cond);
            } else if let Some(value) = self.values.next().and_then(|index| self.kind.values.get(index)) {
                self.value(value);
            } else {
                return self.asked;
            }
        }
    }

    fn cond(&mut self, cond: &Cond) {
        match cond {
            Cond::Const(_) => {}
            Cond::Not(inner) => self.conds.add(inner.index()),
            Cond::And(parts) | Cond::Or(parts) => parts.iter().for_each(|part| self.conds.add(part.index())),
            Cond::Pred(id) => {
                if let Some(asked) = self.asked.get_mut(id.index()) {
                    *asked = true;
                }
                if !self.scanned.get(id.index()).copied().unwrap_or(false) {
                    self.pred(self.kind.pred(*id));
                }
            }
        }
    }

    fn pred(&mut self, pred: &Pred) {
        pred.values().for_each(|value| self.values.add(value.index()));
        if let Pred::Quantified { body, .. } = pred {
            self.conds.add(body.index());
        }
    }

    fn value(&mut self, value: &Value) {
        let (operands, conditions): (Vec<ValueId>, Vec<CondId>) = (value.operands(), value.conditions());
        operands.iter().for_each(|operand| self.values.add(operand.index()));
        conditions.iter().for_each(|cond| self.conds.add(cond.index()));
        if let Value::Select { body, .. } = value {
            self.conds.add(body.index());
        }
    }
}

/// Things to look at, each once.
struct Marks {
    seen: Vec<bool>,
    left: Vec<usize>,
}

impl Marks {
    fn new(len: usize) -> Self {
        Self { seen: vec![false; len], left: Vec::new() }
    }

    fn add(&mut self, index: usize) {
        if let Some(seen) = self.seen.get_mut(index)
            && !std::mem::replace(seen, true)
        {
            self.left.push(index);
        }
    }

    fn next(&mut self) -> Option<usize> {
        self.left.pop()
    }
}
