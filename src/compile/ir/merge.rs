// SPDX-License-Identifier: AGPL-3.0-or-later
//! Puts one rule's part behind the others of its kind.

use super::{Cond, CondId, Entry, Kind, Pred, PredId, Value, ValueId};

impl Kind {
    /// Appends the nodes of `part` and its entry, with ids moved up.
    pub(crate) fn append(&mut self, part: Self, mut entry: Entry) {
        let base = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let (values, preds, conds) =
            (base(self.values.len()), base(self.preds.len()), base(self.conds.len()));
        let value = |id: ValueId| ValueId(id.0 + values);
        let cond = |id: CondId| CondId(id.0 + conds);
        let fields: Vec<u32> = part
            .fields
            .into_iter()
            .map(|field| {
                let index = self.fields.iter().position(|known| *known == field).unwrap_or_else(|| {
                    self.fields.push(field);
                    self.fields.len() - 1
                });
                base(index)
            })
            .collect();
        self.values.extend(part.values.into_iter().map(|node| match node {
            Value::Field(index) => Value::Field(fields.get(index as usize).copied().unwrap_or(index)),
            other => other.map(value, cond),
        }));
        self.preds.extend(part.preds.into_iter().map(|node| node.map(value, cond)));
        self.conds.extend(part.conds.into_iter().map(|node| node.map(|id| PredId(id.0 + preds), cond)));
        entry.cond = cond(entry.cond);
        for gate in &mut entry.emits {
            gate.when = gate.when.map(cond);
            gate.scale = gate.scale.map(value);
            gate.evidence.iter_mut().for_each(|(_, id)| *id = value(*id));
        }
        for (_, id) in &mut entry.evidence {
            *id = value(*id);
        }
        self.entries.push(entry);
    }
}

impl Value {
    /// The same value over other ids.
    pub(crate) fn map(self, value: impl Fn(ValueId) -> ValueId, cond: impl Fn(CondId) -> CondId) -> Self {
        let branches =
            |all: Vec<(CondId, ValueId)>| all.into_iter().map(|(c, v)| (cond(c), value(v))).collect();
        match self {
            Self::Call(function, args) => Self::Call(function, args.into_iter().map(value).collect()),
            Self::Arithmetic(op, a, b) => Self::Arithmetic(op, value(a), value(b)),
            Self::Choose(all) => Self::Choose(branches(all)),
            Self::Collect(all) => Self::Collect(branches(all)),
            Self::Select { first, list, body } => Self::Select { first, list: value(list), body: cond(body) },
            leaf => leaf,
        }
    }
}

impl Pred {
    /// The same predicate over other ids.
    pub(crate) fn map(self, value: impl Fn(ValueId) -> ValueId, cond: impl Fn(CondId) -> CondId) -> Self {
        match self {
            Self::Exists(a) => Self::Exists(value(a)),
            Self::Typed(a) => Self::Typed(value(a)),
            Self::IsTrue(a) => Self::IsTrue(value(a)),
            Self::Text(a, test) => Self::Text(value(a), test),
            Self::TextCompare { lhs, op, rhs, nocase } => {
                Self::TextCompare { lhs: value(lhs), op, rhs: value(rhs), nocase }
            }
            Self::Number(a, op, number) => Self::Number(value(a), op, number),
            Self::NumberIn(a, set) => Self::NumberIn(value(a), set),
            Self::NumberCompare(a, op, b) => Self::NumberCompare(value(a), op, value(b)),
            Self::BoolCompare(a, b) => Self::BoolCompare(value(a), value(b)),
            Self::Time(a, op, time) => Self::Time(value(a), op, time),
            Self::TimeCompare(a, op, b) => Self::TimeCompare(value(a), op, value(b)),
            Self::Ip(a, op, address) => Self::Ip(value(a), op, address),
            Self::IpCompare(a, op, b) => Self::IpCompare(value(a), op, value(b)),
            Self::IpIn(a, nets) => Self::IpIn(value(a), nets),
            Self::Quantified { all, list, body } => {
                Self::Quantified { all, list: value(list), body: cond(body) }
            }
        }
    }
}

impl Cond {
    /// The same condition over other ids.
    pub(crate) fn map(self, pred: impl Fn(PredId) -> PredId, cond: impl Fn(CondId) -> CondId) -> Self {
        match self {
            Self::Const(value) => Self::Const(value),
            Self::Pred(id) => Self::Pred(pred(id)),
            Self::Not(a) => Self::Not(cond(a)),
            Self::And(parts) => Self::And(parts.into_iter().map(cond).collect()),
            Self::Or(parts) => Self::Or(parts.into_iter().map(cond).collect()),
        }
    }
}
