// SPDX-License-Identifier: AGPL-3.0-or-later
//! Builds a kind anew from its rules' roots; what nothing reaches stays behind.

use std::collections::HashMap;

use crate::compile::ir::{Cond, CondId, EmitGate, Entry, Kind, Pred, PredId, Value, ValueId};

/// One pass: says what becomes of each node, children first.
pub(super) trait Pass {
    /// What a predicate becomes.
    fn pred(&mut self, build: &mut Build, pred: Pred) -> CondId {
        build.pred(pred)
    }

    /// What a condition becomes; its children are already rewritten.
    fn cond(&mut self, build: &mut Build, cond: Cond) -> CondId {
        build.cond(cond)
    }
}

/// A kind under construction; with sharing, equal nodes get one id.
pub(super) struct Build {
    pub(super) kind: Kind,
    share: bool,
    values: HashMap<Value, ValueId>,
    preds: HashMap<Pred, CondId>,
    conds: HashMap<Cond, CondId>,
}

impl Build {
    pub(super) fn new(kind: Kind, share: bool) -> Self {
        Self { kind, share, values: HashMap::new(), preds: HashMap::new(), conds: HashMap::new() }
    }

    pub(super) fn value(&mut self, value: Value) -> ValueId {
        if let Some(id) = self.values.get(&value).filter(|_| self.share) {
            return *id;
        }
        let id = self.kind.add_value(value.clone());
        self.values.insert(value, id);
        id
    }

    pub(super) fn pred(&mut self, pred: Pred) -> CondId {
        if let Some(id) = self.preds.get(&pred).filter(|_| self.share) {
            return *id;
        }
        let id = self.kind.add_pred(pred.clone());
        self.preds.insert(pred, id);
        id
    }

    pub(super) fn cond(&mut self, cond: Cond) -> CondId {
        if let Cond::Pred(_) = cond {
            return self.kind.add_cond(cond);
        }
        if let Some(id) = self.conds.get(&cond).filter(|_| self.share) {
            return *id;
        }
        let id = self.kind.add_cond(cond.clone());
        self.conds.insert(cond, id);
        id
    }

    /// The predicate that a condition is, if it is one.
    pub(super) fn as_pred(&self, cond: CondId) -> Option<&Pred> {
        match self.kind.cond(cond) {
            Cond::Pred(id) => Some(self.kind.pred(*id)),
            _ => None,
        }
    }
}

/// Runs a pass over a kind.
pub(super) fn rewrite(old: &Kind, pass: &mut dyn Pass, share: bool) -> Kind {
    let mut kind = Kind::new(old.source_kind);
    kind.fields.clone_from(&old.fields);
    let mut rewriter = Rewriter {
        old,
        build: Build::new(kind, share),
        pass,
        values: vec![None; old.values.len()],
        preds: vec![None; old.preds.len()],
        conds: vec![None; old.conds.len()],
    };
    let entries = old.entries.iter().map(|entry| rewriter.entry(entry)).collect();
    let mut kind = rewriter.build.kind;
    kind.entries = entries;
    kind
}

struct Rewriter<'a> {
    old: &'a Kind,
    build: Build,
    pass: &'a mut dyn Pass,
    values: Vec<Option<ValueId>>,
    preds: Vec<Option<CondId>>,
    conds: Vec<Option<CondId>>,
}

impl Rewriter<'_> {
    fn entry(&mut self, entry: &Entry) -> Entry {
        let cond = self.cond(entry.cond);
        let emits = entry
            .emits
            .iter()
            .map(|gate| EmitGate {
                when: gate.when.map(|cond| self.cond(cond)),
                scale: gate.scale.map(|value| self.value(value)),
                unclamped: gate.unclamped,
                evidence: self.evidence(&gate.evidence),
            })
            .collect();
        let evidence = self.evidence(&entry.evidence);
        Entry { rule: entry.rule, cond, emits, evidence, witness: None }
    }

    fn evidence(&mut self, evidence: &[(String, ValueId)]) -> Vec<(String, ValueId)> {
        evidence.iter().map(|(name, value)| (name.clone(), self.value(*value))).collect()
    }

    fn value(&mut self, id: ValueId) -> ValueId {
        if let Some(done) = self.values.get(id.index()).copied().flatten() {
            return done;
        }
        let value = match self.old.value(id).clone() {
            Value::Call(function, args) => {
                Value::Call(function, args.into_iter().map(|arg| self.value(arg)).collect())
            }
            Value::Arithmetic(op, a, b) => Value::Arithmetic(op, self.value(a), self.value(b)),
            Value::Choose(branches) => Value::Choose(self.branches(branches)),
            Value::Collect(branches) => Value::Collect(self.branches(branches)),
            Value::Select { first, list, body } => {
                Value::Select { first, list: self.value(list), body: self.cond(body) }
            }
            leaf => leaf,
        };
        let done = self.build.value(value);
        if let Some(slot) = self.values.get_mut(id.index()) {
            *slot = Some(done);
        }
        done
    }

    fn branches(&mut self, branches: Vec<(CondId, ValueId)>) -> Vec<(CondId, ValueId)> {
        branches.into_iter().map(|(cond, value)| (self.cond(cond), self.value(value))).collect()
    }

    fn pred(&mut self, id: PredId) -> CondId {
        if let Some(done) = self.preds.get(id.index()).copied().flatten() {
            return done;
        }
        let old = self.old.pred(id).clone();
        let values: Vec<(ValueId, ValueId)> = old.values().map(|value| (value, self.value(value))).collect();
        let body = match &old {
            Pred::Quantified { body, .. } => Some(self.cond(*body)),
            _ => None,
        };
        let value = |old: ValueId| values.iter().find(|(from, _)| *from == old).map_or(old, |(_, to)| *to);
        let pred = old.map(value, |cond| body.unwrap_or(cond));
        let done = self.pass.pred(&mut self.build, pred);
        if let Some(slot) = self.preds.get_mut(id.index()) {
            *slot = Some(done);
        }
        done
    }

    fn cond(&mut self, id: CondId) -> CondId {
        if let Some(done) = self.conds.get(id.index()).copied().flatten() {
            return done;
        }
        let done = match self.old.cond(id).clone() {
            Cond::Pred(pred) => self.pred(pred),
            Cond::Const(value) => self.pass.cond(&mut self.build, Cond::Const(value)),
            Cond::Not(inner) => {
                let inner = self.cond(inner);
                self.pass.cond(&mut self.build, Cond::Not(inner))
            }
            Cond::And(parts) => {
                let parts = parts.into_iter().map(|part| self.cond(part)).collect();
                self.pass.cond(&mut self.build, Cond::And(parts))
            }
            Cond::Or(parts) => {
                let parts = parts.into_iter().map(|part| self.cond(part)).collect();
                self.pass.cond(&mut self.build, Cond::Or(parts))
            }
        };
        if let Some(slot) = self.conds.get_mut(id.index()) {
            *slot = Some(done);
        }
        done
    }
}
