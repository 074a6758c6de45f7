// SPDX-License-Identifier: AGPL-3.0-or-later
//! The frozen plan: automata, tables and flat code that events run through.
//!
//! Everything about a rule is decided here. At run time no string is hashed to find a field and
//! no rule is walked that cannot match.

mod build;
mod code;
mod dump;
mod entry;
mod fields;
mod folding;
mod lifts;
mod literals;
mod nocase;
mod numbers;
mod reach;
mod regex;
mod scan;
mod test;

use std::sync::Arc;

use crate::compile::ir;
use crate::lift::shell::Via;
use crate::vocab::{KindSchema, Limits, Schema, SourceKind};
pub use build::{BuildError, Plan, build, build_logs};
pub use code::{ACCEPT, Node, REJECT};
pub use dump::dump;
pub use entry::{EmitPlan, Entry};
pub use fields::{FieldKey, FieldTable};
pub use folding::Folding;
pub use lifts::LiftPlan;
pub use literals::{Anchor, Literals};
pub use nocase::Nocase;
pub use numbers::NumberTable;
pub use regex::{Regex, RegexGroup};
pub use scan::{ExactTable, FoldedScan, KeyHasher, KeyState, SlotScan, TextScan};
pub use test::{Probe, Test, Value};

/// A compiled rule pack: immutable, shared between threads, swapped whole.
#[derive(Debug)]
pub struct Program {
    pub(crate) rules: Vec<Arc<ir::Rule>>,
    pub(crate) kinds: [Option<Arc<KindProgram>>; SourceKind::COUNT],
    pub(crate) schema: Arc<Schema>,
    pub(crate) attack_release: Arc<str>,
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) limits: Limits,
}

/// The plan of one source kind.
#[derive(Debug)]
pub struct KindProgram {
    /// The kind; `None` for log records.
    pub source_kind: Option<SourceKind>,
    /// Equal for equal rules and plan; a reload keeps the kinds whose fingerprint stays.
    pub fingerprint: [u8; 32],
    /// The payload keys that rules read, and the slot each fills.
    pub fields: FieldTable,
    /// How many slots there are.
    pub slots: usize,
    /// The lifters that run, or may run, for an event.
    pub lifts: Vec<LiftPlan>,
    /// How an event is seen as it stands, if there may be further views of it.
    pub first_view: Option<Via>,
    /// What is looked for in each slot, one pass per slot.
    pub scans: Vec<SlotScan>,
    /// Which of `scans` is of the slot of all strings of a record.
    pub strings: Option<u32>,
    /// Per predicate: decided by the scan, or how to decide it when asked.
    pub tests: Vec<Test>,
    /// Values that tests read.
    pub values: Vec<Value>,
    /// Regular expressions, single and merged.
    pub regexes: Vec<Regex>,
    /// Conditions as flat code.
    pub code: Vec<Node>,
    /// The rules of this kind.
    pub entries: Vec<Entry>,
    /// Entries decided for every event.
    pub always: Vec<u32>,
    /// Per predicate, the range of [`KindProgram::witnessed`] with the entries it makes candidates.
    pub witness_ranges: Vec<(u32, u32)>,
    /// Entries by witness.
    pub witnessed: Vec<u32>,
    /// Predicates that are a witness, one bit each.
    pub witness_mask: Vec<u64>,
    /// Bytes of all automata and tables.
    pub bytes: usize,
}

impl Program {
    /// Every rule, in the pack's order.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &ir::Rule> {
        self.rules.iter().map(|rule| &**rule)
    }

    /// The rule of that id.
    ///
    /// # Cost
    /// Linear in the number of rules.
    pub fn rule(&self, id: &str) -> Option<&ir::Rule> {
        self.rules().find(|rule| rule.id == id)
    }

    /// The plan of a kind, if any rule reads it.
    pub fn kind(&self, kind: SourceKind) -> Option<&KindProgram> {
        self.kinds.get(kind.index())?.as_deref()
    }

    /// The plans of all kinds that any rule reads.
    pub fn kinds(&self) -> impl Iterator<Item = &KindProgram> {
        self.kinds.iter().filter_map(Option::as_deref)
    }

    /// The fields of a kind.
    pub fn schema(&self, kind: SourceKind) -> &KindSchema {
        self.schema.kind(kind)
    }

    /// The ATT&CK release that every id is of, `enterprise-v19.0`.
    pub fn attack_release(&self) -> &str {
        &self.attack_release
    }

    /// The pack's name and version.
    pub fn pack(&self) -> (&str, &str) {
        (&self.name, &self.version)
    }

    /// The bounds it was built with.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Bytes of all automata and tables.
    pub fn bytes(&self) -> usize {
        self.kinds().map(|kind| kind.bytes).sum()
    }
}
