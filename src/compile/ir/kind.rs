// SPDX-License-Identifier: AGPL-3.0-or-later
//! The rules of one source kind: fields, values, predicates, conditions in flat lists.

use crate::vocab::{FieldType, Origin, SourceKind};

use super::{Cond, CondId, Pred, PredId, Value, ValueId};

/// The rules of one source kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// The kind; `None` for log records of any shape.
    pub source_kind: Option<SourceKind>,
    /// The payload fields that any rule reads.
    pub fields: Vec<Field>,
    /// Values, children first.
    pub values: Vec<Value>,
    /// Predicates.
    pub preds: Vec<Pred>,
    /// Conditions, children first.
    pub conds: Vec<Cond>,
    /// One entry per rule that applies to the kind, in order of rule.
    pub entries: Vec<Entry>,
}

/// One payload field that some rule reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Field {
    /// The name, dotted where it reaches into an object.
    pub name: String,
    /// The declared type.
    pub ty: FieldType,
    /// Where its value comes from.
    pub origin: Origin,
}

/// One rule on one source kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Index into [`super::Pack::rules`].
    pub rule: u32,
    /// When the rule holds.
    pub cond: CondId,
    /// Per emit of the rule: when it is emitted and what scales its confidence.
    pub emits: Vec<EmitGate>,
    /// Evidence beyond the payload's own fields, by name: computed when the rule holds.
    pub evidence: Vec<(String, ValueId)>,
    /// Predicates one of which must be true for the rule to hold; `None`: always decided.
    pub witness: Option<Vec<PredId>>,
}

/// `when` and `scale` of one emit, and what its tags hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EmitGate {
    /// Holds for the emit to happen.
    pub when: Option<CondId>,
    /// A number that multiplies the confidence, clamped to 0..=1.
    pub scale: Option<ValueId>,
    /// The scale counts as it is, above 1 and below 0 too.
    pub unclamped: bool,
    /// Computed evidence of this emit's tags, beside that of the entry.
    pub evidence: Vec<(String, ValueId)>,
}

impl Entry {
    /// A rule that always counts when it holds, and emits nothing.
    pub const fn new(rule: u32, cond: CondId) -> Self {
        Self { rule, cond, emits: Vec::new(), evidence: Vec::new(), witness: None }
    }
}

impl Kind {
    /// An empty program of a kind.
    pub const fn new(source_kind: Option<SourceKind>) -> Self {
        Self {
            source_kind,
            fields: Vec::new(),
            values: Vec::new(),
            preds: Vec::new(),
            conds: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Adds a value and returns its id.
    pub fn add_value(&mut self, value: Value) -> ValueId {
        self.values.push(value);
        ValueId::last(self.values.len())
    }

    /// Adds a predicate and the condition that is it, and returns the condition's id.
    pub fn add_pred(&mut self, pred: Pred) -> CondId {
        self.preds.push(pred);
        self.add_cond(Cond::Pred(PredId::last(self.preds.len())))
    }

    /// Adds a condition and returns its id.
    pub fn add_cond(&mut self, cond: Cond) -> CondId {
        self.conds.push(cond);
        CondId::last(self.conds.len())
    }

    /// The value of an id of this kind.
    pub fn value(&self, id: ValueId) -> &Value {
        #[expect(clippy::indexing_slicing, reason = "ids are made by add_value of this kind")]
        &self.values[id.index()]
    }

    /// The predicate of an id of this kind.
    pub fn pred(&self, id: PredId) -> &Pred {
        #[expect(clippy::indexing_slicing, reason = "ids are made by add_pred of this kind")]
        &self.preds[id.index()]
    }

    /// The condition of an id of this kind.
    pub fn cond(&self, id: CondId) -> &Cond {
        #[expect(clippy::indexing_slicing, reason = "ids are made by add_cond of this kind")]
        &self.conds[id.index()]
    }

    /// The field of a [`Value::Field`].
    pub fn field(&self, index: u32) -> &Field {
        #[expect(clippy::indexing_slicing, reason = "field indices are made by lowering this kind")]
        &self.fields[index as usize]
    }
}
