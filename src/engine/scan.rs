// SPDX-License-Identifier: AGPL-3.0-or-later
//! Slots to predicate bits: one pass per slot and automaton.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use crate::compile::program::{FoldedScan, KindProgram, TextScan};

use super::Slot;
use super::memo::Known;
use super::scratch::Buffers;

/// Sets the bit of every predicate that the scan decides and that is true.
pub(super) fn scan(kind: &KindProgram, slots: &[Slot<'_>], arena: &Bump, buffers: &mut Buffers) {
    for (number, scan) in (buffers.first_scan..).zip(&kind.scans) {
        let Some(slot) = slots.get(scan.slot as usize) else { continue };
        if matches!(slot, Slot::Absent) {
            continue;
        }
        for pred in &scan.exists {
            buffers.bits.set(*pred);
        }
        match *slot {
            Slot::Text(text) => known_text(kind, &scan.text, (number, 0), text, arena, buffers),
            Slot::Number(number) => scan.numbers.scan(number, |pred| buffers.bits.set(pred)),
            Slot::Texts(items) => {
                for (place, item) in items.iter().enumerate() {
                    known_text(kind, &scan.text, (number, place), item, arena, buffers);
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

/// Takes what an earlier scan of the same text found, or scans it.
#[inline]
fn known_text(
    kind: &KindProgram,
    scan: &TextScan,
    (number, place): (u32, usize),
    text: &str,
    arena: &Bump,
    buffers: &mut Buffers,
) {
    if scan.is_look_up() || text.len() < scan.shortest {
        return scan_exact(scan, text, buffers);
    }
    let Buffers { memo, bits, .. } = buffers;
    let ticket = match memo.look(number, place, text) {
        Known::Found(preds) => {
            preds.iter().for_each(|pred| bits.set(*pred));
            return;
        }
        Known::Not(ticket) => ticket,
    };
    scan_exact(scan, text, buffers);
    scan_text(kind, scan, text, arena, buffers);
    if let Some(ticket) = ticket {
        buffers.memo.keep(ticket, text);
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
