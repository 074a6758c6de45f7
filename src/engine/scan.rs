// SPDX-License-Identifier: AGPL-3.0-or-later
//! Slots to predicate bits: one pass per slot and automaton.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use crate::compile::program::{FoldedScan, KindProgram, TextScan};

use super::Slot;
use super::memo::Known;
use super::scratch::Buffers;

/// Sets the bit of every predicate that the scan decides and that is true.
///
/// What is looked for in all strings of a record is looked for in the texts of its fields together with what is
/// looked for in each, and apart only in the strings that are left.
pub(super) fn scan(kind: &KindProgram, slots: &[Slot<'_>], arena: &Bump, buffers: &mut Buffers) {
    let strings = kind.strings.and_then(|strings| kind.scans.get(strings as usize));
    for (number, scan) in (buffers.first_scan..).zip(&kind.scans) {
        let Some(slot) = slots.get(scan.slot as usize) else { continue };
        if matches!(slot, Slot::Absent) {
            continue;
        }
        for pred in &scan.exists {
            buffers.bits.set(*pred);
        }
        let is_strings = strings.is_some_and(|strings| std::ptr::eq(strings, scan));
        let slot = if is_strings { slots.last().unwrap_or(slot) } else { slot };
        let also = strings.filter(|_| !is_strings).map(|strings| &strings.text);
        let mut scans = Scans { kind, text: &scan.text, also, number, arena };
        match *slot {
            Slot::Text(text) => scans.text(0, text, buffers),
            Slot::Number(number) => scan.numbers.scan(number, |pred| buffers.bits.set(pred)),
            Slot::Texts(items) => {
                for (place, item) in items.iter().enumerate() {
                    scans.text(place, item, buffers);
                }
            }
            Slot::Numbers(items) => {
                for item in items {
                    scan.numbers.scan(*item, |pred| buffers.bits.set(pred));
                }
            }
            Slot::Bool(true) => {
                for pred in &scan.is_true {
                    buffers.bits.set(*pred);
                }
            }
            _ => {}
        }
    }
}

/// What the texts of one slot are looked through for.
struct Scans<'s> {
    kind: &'s KindProgram,
    text: &'s TextScan,
    /// What all strings of the record are looked through for.
    also: Option<&'s TextScan>,
    number: u32,
    arena: &'s Bump,
}

impl Scans<'_> {
    /// Takes what an earlier scan of the same text found, or scans it; `place` is its place in a list.
    #[inline]
    fn text(&mut self, place: usize, text: &str, buffers: &mut Buffers) {
        let wanted = |scan: &&TextScan| !scan.is_look_up() && text.len() >= scan.shortest;
        let (own, also) = (Some(self.text).filter(wanted), self.also.filter(wanted));
        if own.is_none() && also.is_none() {
            scan_exact(self.text, text, buffers);
            if let Some(also) = self.also {
                scan_exact(also, text, buffers);
            }
            return;
        }
        let Buffers { memo, bits, .. } = buffers;
        let ticket = match memo.look(self.number, place, text) {
            Known::Found(preds) => {
                preds.iter().for_each(|pred| bits.set(*pred));
                return;
            }
            Known::Not(ticket) => ticket,
        };
        for scan in std::iter::once(self.text).chain(self.also) {
            scan_exact(scan, text, buffers);
        }
        for scan in own.into_iter().chain(also) {
            scan_text(self.kind, scan, text, self.arena, buffers);
        }
        if let Some(ticket) = ticket {
            buffers.memo.keep(ticket, text);
        }
    }
}

impl Buffers {
    /// Notes that the scan found a predicate to be true.
    #[inline]
    fn found(&mut self, pred: u32) {
        self.bits.set(pred);
        self.memo.note(pred);
    }
}

#[inline]
fn scan_exact(scan: &TextScan, text: &str, buffers: &mut Buffers) {
    for pred in scan.exact.get(text) {
        buffers.found(*pred);
    }
}

fn scan_text(kind: &KindProgram, scan: &TextScan, text: &str, arena: &Bump, buffers: &mut Buffers) {
    let plain = scan.folded.is_none();
    if plain && scan.groups.is_empty() {
        if let Some(literals) = &scan.literals {
            literals.scan(text, |pred| buffers.found(pred));
        }
        return;
    }
    let ascii = text.is_ascii();
    if (plain || !ascii)
        && let Some(literals) = &scan.literals
    {
        literals.scan(text, |pred| buffers.found(pred));
    }
    if let Some(folded) = &scan.folded {
        scan_folded(folded, text, ascii, arena, buffers);
    }
    for group in &scan.groups {
        let Some(regex) = kind.regexes.get(group.regex as usize) else { continue };
        let Buffers { bits, memo, lazy, base, .. } = buffers;
        lazy.search(&regex.automaton, *base + group.regex, text, ascii, |pattern| {
            if let Some(pred) = group.preds.get(pattern as usize) {
                bits.set(*pred);
                memo.note(*pred);
            }
            true
        });
    }
}

/// Literals of both sorts on ASCII, case-insensitive ones on other texts.
///
/// # Soundness
/// On ASCII, ASCII case-insensitivity equals simple case folding. Other texts are folded by the
/// same map as the needles.
fn scan_folded(folded: &FoldedScan, text: &str, ascii: bool, arena: &Bump, buffers: &mut Buffers) {
    if ascii {
        if let Some(literals) = &folded.ascii {
            literals.scan(text, |pred| buffers.found(pred));
        }
        return;
    }
    // A folded key is at most four times as long or as short as its text.
    let maybe_equal = !folded.exact.is_empty() && text.len() <= folded.exact.longest().saturating_mul(4);
    if !maybe_equal && folded.full.is_none() {
        return;
    }
    let mut copy = ArenaString::with_capacity_in(text.len(), arena);
    copy.extend(text.chars().map(|c| folded.folding.fold(c)));
    if maybe_equal {
        for pred in folded.exact.get(&copy) {
            buffers.found(*pred);
        }
    }
    if let Some(literals) = &folded.full {
        literals.scan(&copy, |pred| buffers.found(pred));
    }
}
