// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an evaluation gives.

use crate::compile::ir;
use crate::compile::program::KindProgram;
use crate::lift::shell::Via;
use crate::vocab::{Slot, SourceKind};

use super::Snapshot;

/// One technique that one rule emits for one event.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hit {
    /// The event's kind.
    pub source_kind: SourceKind,
    /// The rule, by its place among the kind's rules.
    pub entry: u32,
    /// The emit, by its place in the rule.
    pub emit: u32,
    /// Base confidence, scaled, then clipped by the rule's state.
    pub confidence: f64,
    /// The view that the rule holds in, for events that have several.
    pub via: Option<Via>,
}

/// Evidence that was computed for the tags of a rule.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Computed<'a> {
    /// The rule, by its place among the kind's rules.
    pub entry: u32,
    /// Its place among the evidence that the rule computes.
    pub index: u32,
    /// The value, never absent.
    pub value: Slot<'a>,
}

/// What an evaluation met besides hits; all zero for a well-formed event within every bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Fields of another JSON type than declared.
    pub wrong_types: u32,
    /// Keys that rules read and that stood twice.
    pub duplicate_keys: u32,
    /// Texts evaluated from their head and tail.
    pub texts_cut: u32,
    /// Lists evaluated from their first items.
    pub lists_cut: u32,
    /// Hits past [`crate::vocab::Limits::tags_per_event`]; those of highest confidence are kept.
    pub hits_cut: u32,
    /// Rules decided.
    pub decided: u32,
}

/// The hits of one event, with the snapshot they are of.
#[derive(Debug)]
pub struct Hits<'s> {
    pub(super) snapshot: &'s Snapshot,
    pub(super) kind: Option<&'s KindProgram>,
    pub(super) hits: &'s [Hit],
    pub(super) computed: &'s [Computed<'s>],
    pub(super) counts: Counts,
}

impl<'s> Hits<'s> {
    /// The hits, in order of rule and emit.
    pub fn iter(&self) -> std::slice::Iter<'s, Hit> {
        self.hits.iter()
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.hits.len()
    }

    /// Whether no rule holds.
    pub const fn is_empty(&self) -> bool {
        self.hits.is_empty()
    }

    /// What else was met.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// The rule of a hit.
    pub fn rule(&self, hit: &Hit) -> Option<&'s ir::Rule> {
        self.kind?.entries.get(hit.entry as usize).map(|entry| &*entry.rule)
    }

    /// The rule of a hit and what it emits.
    pub fn emit(&self, hit: &Hit) -> Option<(&'s ir::Rule, &'s ir::Emit)> {
        let rule = self.rule(hit)?;
        rule.emits.get(hit.emit as usize).map(|emit| (rule, emit))
    }

    /// The evidence that was computed for the tags of a hit: names and values.
    pub fn computed(&self, hit: &Hit) -> impl Iterator<Item = (&'s str, Slot<'s>)> {
        let plan = self.kind.and_then(|kind| kind.entries.get(hit.entry as usize));
        let names: &'s [_] = plan.map_or(&[], |entry| &entry.evidence);
        let shared = plan.map_or(0, |entry| entry.shared);
        let (start, end) =
            plan.and_then(|entry| entry.emits.get(hit.emit as usize)).map_or((0, 0), |emit| emit.evidence);
        let entry = hit.entry;
        let own = move |place: u32| place < shared || (start..end).contains(&place);
        self.computed.iter().filter(move |item| item.entry == entry && own(item.index)).filter_map(|item| {
            let (name, _) = names.get(item.index as usize)?;
            Some((&**name, item.value))
        })
    }

    /// The snapshot that the event was evaluated on.
    pub const fn snapshot(&self) -> &'s Snapshot {
        self.snapshot
    }
}
