// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lines to tags: what one thread does with one block of the native format.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::compile::program::Program;
use crate::engine::{Engine, Hits, Scratch};
use crate::event::{self, Block, Event, EventError, Line, MemberList};
use crate::vocab::{Limits, SourceKind};

use super::write::{Tagger, Written};

/// One thread's way from bytes to tags.
#[derive(Debug)]
pub struct Ingest<'e> {
    engine: &'e Engine,
    scratch: Scratch,
    list: MemberList,
    tagger: Tagger,
    limits: Limits,
    per_event: bool,
}

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
    pub emits: HashMap<(SourceKind, u32, u32), u64>,
    /// Hashes of the anchors that have tags, at most [`ANCHORS_MAX`].
    pub anchors: HashSet<u64>,
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

impl<'e> Ingest<'e> {
    /// A thread's way over an engine; tags under `floor` are left out. With `per_event`, every
    /// line gives one line of output.
    pub fn new(engine: &'e Engine, floor: f64, per_event: bool, limits: &Limits) -> Self {
        Self {
            engine,
            scratch: engine.scratch(),
            list: MemberList::new(),
            tagger: Tagger::new(floor),
            limits: limits.clone(),
            per_event,
        }
    }

    /// Evaluates every line of a block and appends its tags to `out`.
    ///
    /// `first` is the number of the block's first event, from 0, as per-event output shows it.
    ///
    /// # Cost
    /// Linear in the block; no allocation for lines without tags once warm.
    pub fn block(&mut self, block: &Block, first: u64, out: &mut Vec<u8>, report: &mut Report) {
        for (n, line) in (first..).zip(block.lines()) {
            self.line(&line, n, out, report);
        }
    }

    fn line(&mut self, line: &Line<'_>, n: u64, out: &mut Vec<u8>, report: &mut Report) {
        report.lines += 1;
        let (text, lossy) = event::text(line.bytes);
        let mut event = match Event::parse_with(&text, &self.limits, &mut self.list) {
            Ok(event) => event,
            Err(error) => {
                let problem = LineProblem::unreadable(line, &error);
                report.unreadable += 1;
                if self.per_event {
                    Tagger::write_error(n, problem.reason, &problem.message, out);
                }
                report.problem(problem);
                return;
            }
        };
        if let Some(problem) = LineProblem::too_long(line, &self.limits) {
            event.truncated = true;
            report.problem(problem);
        }
        if lossy {
            report.problem(LineProblem::invalid_utf8(line));
        }
        if event.payload.is_deep() {
            event.truncated = true;
            let message = "payload nested too deep: tagged from its upper levels";
            report.problem(LineProblem::readable(line, "too_deep", message));
        }
        let hits = self.engine.evaluate_with(&event, &mut self.scratch);
        if hits.counts().duplicate_keys > 0 {
            let message = "a payload key stands twice: tagged by the last one";
            report.problem(LineProblem::readable(line, "duplicate_key", message));
        }
        let written = if self.per_event {
            self.tagger.write_event(n, &event, &hits, out)
        } else if hits.is_empty() {
            Written::default()
        } else {
            self.tagger.write(&event, &hits, out)
        };
        report.event(&event, &hits, written, self.tagger.floor());
    }
}

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

    fn readable(line: &Line<'_>, reason: &'static str, message: impl Into<String>) -> Self {
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

    fn event(&mut self, event: &Event<'_>, hits: &Hits<'_>, written: Written, floor: f64) {
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
    pub fn merge(&mut self, other: Self) {
        self.lines += other.lines;
        self.unreadable += other.unreadable;
        self.events.iter_mut().zip(other.events).for_each(|(sum, more)| *sum += more);
        self.tagged += other.tagged;
        self.tags += other.tags;
        self.below_floor += other.below_floor;
        self.anchorless += other.anchorless;
        self.cut += other.cut;
        self.wrong_types += other.wrong_types;
        for (emit, count) in other.emits {
            *self.emits.entry(emit).or_default() += count;
        }
        let room = ANCHORS_MAX.saturating_sub(self.anchors.len());
        self.anchors.extend(other.anchors.into_iter().take(room));
        let room = PROBLEMS_MAX.saturating_sub(self.problems.len());
        self.problems.extend(other.problems.into_iter().take(room));
        for (reason, count) in other.reasons {
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

fn hash(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash as _, Hasher as _};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
