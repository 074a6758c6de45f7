// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every mutable thing that evaluation needs.

use std::sync::Arc;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use jiff::Timestamp;

use crate::compile::program::{KindProgram, Program};
use crate::event::Event;
use crate::lift::Site;
use crate::vocab::SourceKind;

use super::bits::Bits;
use super::decide::Decider;
use super::memo::Memo;
use super::{Counts, Hit, Hits, LazyCache, Live, Snapshot, fields, lift, scan};

/// Working memory of one thread: bit sets, the arena, the automata's states.
///
/// It grows to what the largest event needs and stays; nothing in it outlives an evaluation but
/// its capacity. It follows the engine's swaps by itself.
#[derive(Debug)]
pub struct Scratch {
    snapshot: Arc<Snapshot>,
    arena: Bump,
    pub(super) buffers: Buffers,
    hits: Vec<Hit>,
}

/// Bit sets and caches, sized for the largest kind of a program.
#[derive(Debug)]
pub(super) struct Buffers {
    /// Predicates known to be true.
    pub(super) bits: Bits,
    /// Predicates decided on demand.
    pub(super) known: Bits,
    /// Entries to decide.
    pub(super) candidates: Bits,
    /// What scans found in texts before.
    pub(super) memo: Memo,
    /// States of all regular expressions.
    pub(super) lazy: LazyCache,
    /// The number of the current kind's first regular expression among those of all kinds.
    pub(super) base: u32,
    /// The number of the current kind's first scan among those of all kinds.
    pub(super) first_scan: u32,
    /// Per kind, both.
    bases: Vec<(u32, u32)>,
}

impl Buffers {
    /// Buffers for plans, each known by its place among them.
    pub(super) fn new<'p>(
        plans: impl Iterator<Item = Option<&'p KindProgram>> + Clone,
        lazy_bytes: usize,
    ) -> Self {
        let there = || plans.clone().flatten();
        let most = |size: fn(&KindProgram) -> usize| there().map(size).max().unwrap_or(0);
        let automata = there().flat_map(|kind| kind.regexes.iter().map(|regex| &regex.automaton));
        let mut next = (0, 0);
        let bases: Vec<(u32, u32)> = plans
            .clone()
            .map(|kind| {
                let base = next;
                next.0 += kind.map_or(0, |kind| u32::try_from(kind.regexes.len()).unwrap_or(0));
                next.1 += kind.map_or(0, |kind| u32::try_from(kind.scans.len()).unwrap_or(0));
                base
            })
            .collect();
        Self {
            bits: Bits::new(most(|kind| kind.tests.len())),
            known: Bits::new(most(|kind| kind.tests.len())),
            candidates: Bits::new(most(|kind| kind.entries.len())),
            memo: Memo::new(next.1 as usize),
            lazy: LazyCache::new(automata, lazy_bytes),
            base: 0,
            first_scan: 0,
            bases,
        }
    }

    fn of_program(program: &Program) -> Self {
        let plans = SourceKind::ALL.iter().map(|kind| program.kind(*kind));
        Self::new(plans, program.limits().lazy_bytes)
    }
}

impl Scratch {
    pub(super) fn new(snapshot: Arc<Snapshot>) -> Self {
        let buffers = Buffers::of_program(&snapshot.program);
        Self { snapshot, arena: Bump::new(), buffers, hits: Vec::new() }
    }

    /// Takes up the snapshot in force.
    pub(super) fn refresh(&mut self, live: &Live) {
        if live.is_current(&self.snapshot) {
            return;
        }
        let next = live.snapshot();
        if !Arc::ptr_eq(&next.program, &self.snapshot.program) {
            self.buffers = Buffers::of_program(&next.program);
        }
        self.snapshot = next;
    }

    pub(super) fn evaluate(
        &mut self,
        event: &Event<'_>,
        site: Site<'_>,
        clock: fn() -> Timestamp,
    ) -> Hits<'_> {
        self.arena.reset();
        self.hits.clear();
        let mut counts = Counts::default();
        let mut computed = ArenaVec::new_in(&self.arena);
        let snapshot = &*self.snapshot;
        let program = &*snapshot.program;
        let kind = program.kind(event.source_kind);
        if let Some(kind) = kind {
            let arena = &self.arena;
            let slots = fields::fill(
                &kind.fields,
                kind.slots,
                event.payload,
                &self.arena,
                program.limits(),
                &mut counts,
            );
            let site = Site { views: kind.first_view.is_some(), ..site };
            let views = lift::eager(kind, slots, arena, site);
            let rest = views.iter().map(|(plan, view)| (Some(view.via), Some((*plan, view))));
            for (via, view) in std::iter::once((kind.first_view, None)).chain(rest) {
                if let Some((plan, view)) = view {
                    lift::apply(plan, view, slots);
                }
                let buffers = &mut self.buffers;
                buffers.clear(event.source_kind.index());
                scan::scan(kind, slots, arena, buffers);
                let mut decider = Decider { kind, slots, arena, buffers, site, via };
                decider.decide(event.source_kind, &mut self.hits, &mut computed, &mut counts);
            }
            if !self.hits.is_empty() {
                if !views.is_empty() {
                    self.hits.sort_by_key(|hit| (hit.entry, hit.emit));
                }
                apply_states(snapshot, kind, &mut self.hits, clock);
                cut(&mut self.hits, program.limits().tags_per_event, &mut counts);
            }
        }
        Hits { snapshot, kind, hits: &self.hits, computed: computed.into_bump_slice(), counts }
    }
}

/// Drops the hits of disabled rules and clips those of clipped ones.
fn apply_states(snapshot: &Snapshot, kind: &KindProgram, hits: &mut Vec<Hit>, clock: fn() -> Timestamp) {
    hits.retain_mut(|hit| {
        let rule = kind.entries.get(hit.entry as usize).map(|entry| &entry.rule);
        let Some(state) = rule.and_then(|rule| snapshot.states.get(&rule.id)) else { return true };
        match state.apply(hit.confidence, clock()) {
            Some(confidence) => {
                hit.confidence = confidence;
                true
            }
            None => false,
        }
    });
}

/// Keeps the `most` hits of highest confidence, in their order.
fn cut(hits: &mut Vec<Hit>, most: usize, counts: &mut Counts) {
    if hits.len() <= most {
        return;
    }
    counts.hits_cut = u32::try_from(hits.len() - most).unwrap_or(u32::MAX);
    hits.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    hits.truncate(most);
    hits.sort_by_key(|hit| (hit.entry, hit.emit));
}

impl Buffers {
    /// Makes ready for a plan; `place` is its place among those that the buffers are for.
    pub(super) fn clear(&mut self, place: usize) {
        (self.base, self.first_scan) = self.bases.get(place).copied().unwrap_or_default();
        self.bits.clear();
        self.known.clear();
        self.candidates.clear();
    }
}
