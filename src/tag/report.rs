// SPDX-License-Identifier: AGPL-3.0-or-later
//! What happened to lines: counts, problems, techniques.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::mem::take;
use std::sync::LazyLock;

use crate::compile::program::{KeyState, Program};
use crate::engine::Hits;
use crate::event::{Event, EventError, Line};
use crate::vocab::{Limits, SourceKind};

use super::write::Written;

/// A line that gave no event, or gave one from a bounded view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineProblem {
    /// The line's number, from 1.
    pub line: u64,
    /// A stable word: `syntax`, `too_long`, `unknown_source_kind`, …
    pub reason: &'static str,
    /// What is wrong, for people.
    pub message: String,
    /// Whether the line was tagged all the same, from what could be read.
    pub tagged: bool,
}

/// What happened to the lines of one or more blocks.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Lines that held something.
    pub lines: u64,
    /// Lines that gave no event because they could not be read.
    pub unreadable: u64,
    /// Events evaluated, by source kind.
    pub events: [u64; SourceKind::COUNT],
    /// Events with at least one tag.
    pub tagged: u64,
    /// Tags written.
    pub tags: u64,
    /// Hits under the confidence floor.
    pub below_floor: u64,
    /// Events without attacker and identity.
    pub anchorless: u64,
    /// Events of which a long text or list was evaluated in part.
    pub cut: u64,
    /// Fields of another JSON type than declared.
    pub wrong_types: u64,
    /// Tags per kind, rule of the kind and emit of the rule.
    pub emits: HashMap<(SourceKind, u32, u32), u64, KeyState>,
    /// Hashes of the anchors that have tags, at most [`ANCHORS_MAX`].
    pub anchors: HashSet<u64, KeyState>,
    /// Lines with a problem, the first [`PROBLEMS_MAX`].
    pub problems: Vec<LineProblem>,
    /// Lines with a problem, by reason.
    pub reasons: HashMap<&'static str, u64>,
}

/// The tags of one technique under one tactic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Technique {
    /// The tactic.
    pub tactic: String,
    /// The sub-technique, or the technique where there is none.
    pub id: String,
    /// Its full name.
    pub name: String,
    /// How many tags.
    pub tags: u64,
    /// The rules that gave them.
    pub rules: BTreeSet<String>,
}

/// How many attackers a report tells apart; past it the number is a lower bound.
pub const ANCHORS_MAX: usize = 100_000;
/// How many problems a report spells out; the others are counted by reason.
pub const PROBLEMS_MAX: usize = 100;

impl LineProblem {
    /// A line that cannot be read.
    pub fn unreadable(line: &Line<'_>, error: &EventError) -> Self {
        let (reason, message) = match line.original_bytes {
            Some(bytes) => {
                ("too_long", format!("line of {bytes} bytes, of which head and tail were kept: {error}"))
            }
            None => (error.reason(), error.to_string()),
        };
        Self { line: line.number, reason, message, tagged: false }
    }

    /// The problem of a line that was cut; `None` for a whole one.
    pub fn too_long(line: &Line<'_>, limits: &Limits) -> Option<Self> {
        let bytes = line.original_bytes?;
        let most = limits.line_bytes;
        let message = format!("line of {bytes} bytes, longer than {most}: tagged from its head and tail");
        Some(Self::readable(line, "too_long", message))
    }

    /// A line with bytes that are not UTF-8.
    pub fn invalid_utf8(line: &Line<'_>) -> Self {
        Self::readable(line, "invalid_utf8", "not UTF-8: tagged with the bad bytes replaced")
    }

    pub(super) fn readable(line: &Line<'_>, reason: &'static str, message: impl Into<String>) -> Self {
        Self { line: line.number, reason, message: message.into(), tagged: true }
    }
}

impl Report {
    /// Counts a problem, and spells it out if there is room.
    pub fn problem(&mut self, problem: LineProblem) {
        *self.reasons.entry(problem.reason).or_default() += 1;
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(problem);
        }
    }

    pub(super) fn event(&mut self, event: &Event<'_>, hits: &Hits<'_>, written: Written, floor: f64) {
        if let Some(count) = self.events.get_mut(event.source_kind.index()) {
            *count += 1;
        }
        let counts = hits.counts();
        self.anchorless += u64::from(event.anchor().is_none());
        self.cut += u64::from(event.truncated || counts.texts_cut + counts.lists_cut > 0);
        self.wrong_types += u64::from(counts.wrong_types);
        self.below_floor += u64::from(written.below_floor);
        if written.tags == 0 {
            return;
        }
        self.tagged += 1;
        self.tags += u64::from(written.tags);
        if let Some(anchor) = event.anchor()
            && self.anchors.len() < ANCHORS_MAX
        {
            self.anchors.insert(hash(anchor));
        }
        for hit in hits.iter().filter(|hit| hit.confidence >= floor) {
            *self.emits.entry((hit.source_kind, hit.entry, hit.emit)).or_default() += 1;
        }
    }

    /// Adds another report behind this one.
    pub fn merge(&mut self, mut other: Self) {
        self.absorb(&mut other);
    }

    /// Adds another report behind this one and leaves it empty, ready to be filled again.
    ///
    /// # Cost
    /// Linear in what the other holds; it keeps its memory.
    pub fn absorb(&mut self, other: &mut Self) {
        self.lines += take(&mut other.lines);
        self.unreadable += take(&mut other.unreadable);
        self.events.iter_mut().zip(&mut other.events).for_each(|(sum, more)| *sum += take(more));
        self.tagged += take(&mut other.tagged);
        self.tags += take(&mut other.tags);
        self.below_floor += take(&mut other.below_floor);
        self.anchorless += take(&mut other.anchorless);
        self.cut += take(&mut other.cut);
        self.wrong_types += take(&mut other.wrong_types);
        for (emit, count) in other.emits.drain() {
            *self.emits.entry(emit).or_default() += count;
        }
        for anchor in other.anchors.drain() {
            if self.anchors.len() < ANCHORS_MAX {
                self.anchors.insert(anchor);
            }
        }
        let room = PROBLEMS_MAX.saturating_sub(self.problems.len());
        self.problems.extend(other.problems.drain(..).take(room));
        for (reason, count) in other.reasons.drain() {
            *self.reasons.entry(reason).or_default() += count;
        }
    }

    /// Tags per technique and tactic, with the rules that gave them; most tags first.
    pub fn techniques(&self, program: &Program) -> Vec<Technique> {
        let mut all: BTreeMap<(&str, &str), Technique> = BTreeMap::new();
        for ((kind, entry, index), count) in &self.emits {
            let entry = program.kind(*kind).and_then(|kind| kind.entries.get(*entry as usize));
            let Some(rule) = entry.map(|entry| &entry.rule) else { continue };
            let Some(emit) = rule.emits.get(*index as usize) else { continue };
            let id = emit.sub_technique.as_ref().unwrap_or(&emit.technique);
            let technique = all.entry((&emit.tactic, id)).or_insert_with(|| Technique {
                tactic: emit.tactic.clone(),
                id: id.clone(),
                name: emit.technique_name.clone(),
                tags: 0,
                rules: BTreeSet::new(),
            });
            technique.tags += count;
            technique.rules.insert(rule.id.clone());
        }
        let mut all: Vec<_> = all.into_values().collect();
        all.sort_by(|a, b| b.tags.cmp(&a.tags).then_with(|| (&a.id, &a.tactic).cmp(&(&b.id, &b.tactic))));
        all
    }
}

/// The hash of an anchor, keyed by chance: whoever sends events chooses anchors, not where they go.
/// One key for all threads, whose anchors end up in one set.
fn hash(text: &str) -> u64 {
    static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    KEYS.hash_one(text)
}
