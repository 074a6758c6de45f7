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
mod kind;
mod merge;
mod pred;
mod regex;
mod value;

pub use cond::Cond;
pub use dump::{cond_text, dump, pred_text, value_text};
pub use function::{Function, Signature};
pub use ids::{CondId, PredId, ValueId};
pub use kind::{EmitGate, Entry, Field, Kind};
pub use pred::{Needle, Network, Pred, TextTest};
pub use regex::Regex;
pub use value::{Arithmetic, Num, Ordering, Value, ValueType};

use crate::diag::Span;
use crate::vocab::SourceKind;

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
