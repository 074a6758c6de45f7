// SPDX-License-Identifier: AGPL-3.0-or-later
//! The typed middle form: what a rule means, per source kind, before any plan is made.
//!
//! Every node stands in a flat list and names its children by id; children come before their
//! parents. [`crate::compile::lower`] makes one node per occurrence; sharing is the work of
//! [`crate::compile::optimize`].

mod cond;
mod dump;
mod function;
mod ids;
mod merge;
mod pred;
mod regex;
mod value;

pub use cond::Cond;
pub use dump::{cond_text, dump, pred_text, value_text};
pub use function::{Function, Signature};
pub use ids::{CondId, PredId, ValueId};
pub use pred::{Needle, Network, Pred, TextTest};
pub use regex::Regex;
pub use value::{Arithmetic, Num, Ordering, Value, ValueType};

use crate::diag::Span;
use crate::vocab::{FieldType, SourceKind};

/// A whole pack, lowered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pack {
    /// What each rule is called and emits; entries refer to rules by their index here.
    pub rules: Vec<Rule>,
    /// One program per source kind that any rule reads, in order of kind.
    pub kinds: Vec<Kind>,
}

/// A rule apart from its condition.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// `rule_id`.
    pub id: String,
    /// `rule_version`.
    pub version: u32,
    /// `name`.
    pub name: String,
    /// `description`.
    pub description: String,
    /// The file it came from.
    pub path: String,
    /// Where its `match` stands.
    pub span: Span,
    /// The source kinds it reads.
    pub kinds: Vec<SourceKind>,
    /// What it emits.
    pub emits: Vec<Emit>,
    /// The fields its tags keep.
    pub evidence: Vec<String>,
}

/// One technique that a rule emits, resolved against the ATT&CK catalogue.
#[derive(Clone, Debug, PartialEq)]
pub struct Emit {
    /// The tactic, `TA0006`.
    pub tactic: String,
    /// The technique, `T1003`.
    pub technique: String,
    /// The sub-technique, `T1003.008`.
    pub sub_technique: Option<String>,
    /// The most specific technique's full name.
    pub technique_name: String,
    /// The most specific technique's page.
    pub url: String,
    /// Base confidence, 0 to 1.
    pub confidence: f64,
}

/// The rules of one source kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// The kind.
    pub source_kind: SourceKind,
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
}

/// One rule on one source kind.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Index into [`Pack::rules`].
    pub rule: u32,
    /// When the rule holds.
    pub cond: CondId,
    /// Per emit of the rule: when it is emitted and what scales its confidence.
    pub emits: Vec<EmitGate>,
    /// Predicates one of which must be true for the rule to hold; `None`: always decided.
    pub witness: Option<Vec<PredId>>,
}

/// `when` and `scale` of one emit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmitGate {
    /// Holds for the emit to happen.
    pub when: Option<CondId>,
    /// A number that multiplies the confidence, clamped to 0..=1.
    pub scale: Option<ValueId>,
}

impl Kind {
    /// An empty program of a kind.
    pub const fn new(source_kind: SourceKind) -> Self {
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

