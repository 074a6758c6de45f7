// SPDX-License-Identifier: AGPL-3.0-or-later
//! Predicate bits to hits: only rules whose witness fired are decided.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::compile::program::{ACCEPT, Entry, KindProgram, REJECT, Test};

use crate::lift::Site;
use crate::lift::shell::Via;
use crate::vocab::SourceKind;

use super::bits::ones;
use super::scratch::Buffers;
use super::{Computed, Counts, Hit, Slot, lift};

/// One event under decision.
pub(super) struct Decider<'a, 'd> {
    pub(super) kind: &'d KindProgram,
    pub(super) slots: &'d mut [Slot<'a>],
    pub(super) arena: &'a Bump,
    pub(super) buffers: &'d mut Buffers,
    pub(super) site: Site<'d>,
    /// The view under decision; what an earlier one gave is not given again.
    pub(super) via: Option<Via>,
}

impl<'a> Decider<'a, '_> {
    /// Appends a hit for every emit of every rule that holds, in order of rule.
    pub(super) fn decide<'k>(
        &mut self,
        source_kind: SourceKind,
        hits: &mut Vec<Hit>,
        computed: &mut ArenaVec<'k, Computed<'k>>,
        counts: &mut Counts,
    ) {
        self.each(counts, |decider, index, entry| {
            let (before, known) = (hits.len(), hits.iter().any(|hit| hit.entry == index));
            decider.emit(source_kind, index, entry, hits, computed);
            if hits.len() > before && !known {
                decider.compute(index, entry, (0, entry.shared), computed);
            }
        });
    }

    /// Calls `hold` with every rule that holds, in order.
    #[inline]
    pub(super) fn each(&mut self, counts: &mut Counts, mut hold: impl FnMut(&mut Self, u32, &Entry)) {
        self.candidates();
        let kind = self.kind;
        let mut next = 0;
        while let Some(word) = self.buffers.candidates.next_word(next) {
            next = word + 1;
            for bit in ones(self.buffers.candidates.word(word)) {
                let index = word * 64 + bit as usize;
                let Some(entry) = kind.entries.get(index) else { break };
                counts.decided += 1;
                if self.run(entry.code, None) {
                    hold(self, u32::try_from(index).unwrap_or(u32::MAX), entry);
                }
            }
        }
    }

    /// Marks the entries whose witness is true, and those that have none.
    fn candidates(&mut self) {
        let Buffers { bits, candidates, .. } = &mut *self.buffers;
        for entry in &self.kind.always {
            candidates.set(*entry);
        }
        for (word, bits) in bits.words() {
            let mask = self.kind.witness_mask.get(word).copied().unwrap_or(0);
            for bit in ones(bits & mask) {
                let pred = word * 64 + bit as usize;
                let Some((start, end)) = self.kind.witness_ranges.get(pred) else { continue };
                for entry in self.kind.witnessed.get(*start as usize..*end as usize).unwrap_or(&[]) {
                    candidates.set(*entry);
                }
            }
        }
    }

    fn emit<'k>(
        &mut self,
        source_kind: SourceKind,
        index: u32,
        entry: &Entry,
        hits: &mut Vec<Hit>,
        computed: &mut ArenaVec<'k, Computed<'k>>,
    ) {
        for (emit, plan) in (0_u32..).zip(&entry.emits) {
            if !self.run(plan.when, None) {
                continue;
            }
            let scale = match plan.scale {
                None => 1.0,
                // A scale that is absent for this event gives no confidence.
                Some(value) => self.value(value, None).number().unwrap_or(0.0),
            };
            let scale = if plan.unclamped { scale } else { scale.clamp(0.0, 1.0) };
            if hits.iter().any(|hit| hit.entry == index && hit.emit == emit) {
                continue;
            }
            let confidence = plan.confidence * scale * self.via.map_or(1.0, Via::factor);
            hits.push(Hit { source_kind, entry: index, emit, confidence, via: self.via });
            self.compute(index, entry, plan.evidence, computed);
        }
    }

    /// Appends some of the evidence that a rule computes, by its places.
    fn compute<'k>(
        &mut self,
        index: u32,
        entry: &Entry,
        (start, end): (u32, u32),
        computed: &mut ArenaVec<'k, Computed<'k>>,
    ) {
        let places = entry.evidence.get(start as usize..end as usize).unwrap_or(&[]);
        for (place, (_, value)) in (start..).zip(places) {
            let value = self.value(*value, None);
            if !matches!(value, Slot::Absent | Slot::Wrong) {
                let value = value.copied_to(computed.bump());
                computed.push(Computed { entry: index, index: place, value });
            }
        }
    }

    /// The value of a slot; what is derived on demand is derived now.
    ///
    /// Recursion goes from a lifter to the lifters of its inputs, and ends: a slot is given up
    /// before its lifter runs.
    pub(super) fn slot(&mut self, index: u32) -> Slot<'a> {
        let value = self.slots.get(index as usize).copied().unwrap_or_default();
        let Slot::Deferred(plan) = value else { return value };
        let Some(plan) = self.kind.lifts.get(plan as usize) else { return Slot::Absent };
        for output in plan.outputs.iter().flatten() {
            if let Some(slot) = self.slots.get_mut(*output as usize)
                && matches!(slot, Slot::Deferred(_))
            {
                *slot = Slot::Absent;
            }
        }
        for input in &plan.inputs {
            self.slot(*input);
        }
        lift::run(plan, self.slots, &mut ArenaVec::new_in(self.arena), self.arena, self.site);
        self.slots.get(index as usize).copied().unwrap_or_default()
    }

    /// Runs a condition's code to its end.
    ///
    /// Code jumps only to nodes that stand before the one it is at, so it ends.
    pub(super) fn run(&mut self, mut at: u32, it: Option<Slot<'a>>) -> bool {
        loop {
            match at {
                ACCEPT => return true,
                REJECT => return false,
                _ => {}
            }
            let Some(node) = self.kind.code.get(at as usize).copied() else { return false };
            at = if self.test(node.pred, it) { node.yes } else { node.no };
        }
    }

    /// The value of a predicate: its bit, or its test, run once per event.
    fn test(&mut self, pred: u32, it: Option<Slot<'a>>) -> bool {
        let kind = self.kind;
        let Some(test) = kind.tests.get(pred as usize) else { return false };
        if matches!(test, Test::Scanned) || self.buffers.known.has(pred) {
            return self.buffers.bits.has(pred);
        }
        let value = self.run_test(test, it);
        // Under a quantifier the value may be the item's alone.
        if it.is_none() {
            self.buffers.known.set(pred);
            if value {
                self.buffers.bits.set(pred);
            }
        }
        value
    }
}
