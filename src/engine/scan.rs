// SPDX-License-Identifier: AGPL-3.0-or-later
//! Slots to predicate bits: one pass per slot and automaton.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use crate::compile::program::{FoldedScan, KindProgram, TextScan};

use super::Slot;
use super::scratch::{Buffers, set};

/// Sets the bit of every predicate that the scan decides and that is true.
pub(super) fn scan(kind: &KindProgram, slots: &[Slot<'_>], arena: &Bump, buffers: &mut Buffers) {
    for scan in &kind.scans {
        let Some(slot) = slots.get(scan.slot as usize) else { continue };
        if *slot == Slot::Absent {
            continue;
        }
        for pred in &scan.exists {
            set(&mut buffers.bits, *pred);
        }
        match *slot {
            Slot::Text(text) => scan_text(kind, &scan.text, text, arena, buffers),
            Slot::Number(number) => scan.numbers.scan(number, |pred| set(&mut buffers.bits, pred)),
            Slot::Texts(items) => {
                for item in items {
                    scan_text(kind, &scan.text, item, arena, buffers);
                }
            }
            Slot::Numbers(items) => {
                for item in items {
                    scan.numbers.scan(*item, |pred| set(&mut buffers.bits, pred));
                }
            }
            Slot::Bool(true) => {
                for pred in &scan.is_true {
                    set(&mut buffers.bits, *pred);
                }
            }
            _ => {}
        }
    }
}

fn scan_text(kind: &KindProgram, scan: &TextScan, text: &str, arena: &Bump, buffers: &mut Buffers) {
    for pred in scan.exact.get(text) {
        set(&mut buffers.bits, *pred);
    }
    let plain = scan.folded.is_none();
    if plain && scan.groups.is_empty() {
        if let Some(literals) = &scan.literals {
            literals.scan(text, |pred| set(&mut buffers.bits, pred));
        }
        return;
    }
    let ascii = text.is_ascii();
    if (plain || !ascii)
        && let Some(literals) = &scan.literals
    {
        literals.scan(text, |pred| set(&mut buffers.bits, pred));
    }
    if let Some(folded) = &scan.folded {
        scan_folded(folded, text, ascii, arena, buffers);
    }
    for group in &scan.groups {
        let Some(regex) = kind.regexes.get(group.regex as usize) else { continue };
        let Buffers { bits, lazy, base, .. } = buffers;
        lazy.search(&regex.automaton, *base + group.regex, text, ascii, |pattern| {
            if let Some(pred) = group.preds.get(pattern as usize) {
                set(bits, *pred);
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
            literals.scan(text, |pred| set(&mut buffers.bits, pred));
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
            set(&mut buffers.bits, *pred);
        }
    }
    if let Some(literals) = &folded.full {
        literals.scan(&copy, |pred| set(&mut buffers.bits, pred));
    }
}
