// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is looked for in each slot.

use crate::compile::ir;
use crate::compile::program::folding::{Folding, ascii_form};
use crate::compile::program::literals::{Anchor, Literals, Needle};
use crate::compile::program::{ExactTable, FoldedScan, RegexGroup, TextScan};

use super::builder::Builder;

impl Builder<'_> {
    /// Makes the tables and automata of every slot.
    pub(super) fn finish_scans(&mut self) {
        let slots = std::mem::take(&mut self.needles).into_iter();
        let slots = slots.zip(std::mem::take(&mut self.equals_nocase)).zip(std::mem::take(&mut self.eager));
        for (slot, ((needles, equals), eager)) in slots.enumerate() {
            let groups = self.groups(&eager);
            let Some(scan) = self.scans.get_mut(slot) else { continue };
            scan.numbers.sort();
            scan.text.groups = groups;
            scan.text.folded = folded(&needles, &equals, self.plan.runs);
            let plain = needles.into_iter().filter(|needle| !needle.nocase);
            // Needles are not empty and far fewer than the automaton's id space.
            scan.text.literals = Literals::new(plain, false, self.plan.runs).unwrap_or_default();
            scan.text.shortest = shortest(&scan.text);
        }
    }

    /// Puts the patterns of a slot into one automaton, or into as few as the bound on one allows.
    fn groups(&mut self, eager: &[(u32, ir::Regex)]) -> Vec<RegexGroup> {
        let merged = match eager {
            [] => return Vec::new(),
            [_] => usize::MAX,
            _ if self.plan.merge => self.limits.regex_compiled_bytes,
            _ => 0,
        };
        let patterns: Vec<ir::Regex> = eager.iter().map(|(_, regex)| regex.clone()).collect();
        if let Some(regex) = self.compile(&patterns, merged) {
            return vec![RegexGroup { regex, preds: eager.iter().map(|(pred, _)| *pred).collect() }];
        }
        if self.bytes_left.is_none() || eager.len() == 1 {
            return Vec::new();
        }
        let (left, right) = eager.split_at(eager.len() / 2);
        let mut all = self.groups(left);
        all.extend(self.groups(right));
        all
    }
}

/// What a slot with case-insensitive needles looks for; `None` for a slot without.
fn folded(needles: &[Needle], equals: &[(String, u32)], runs: bool) -> Option<FoldedScan> {
    let nocase = || needles.iter().filter(|needle| needle.nocase);
    if nocase().next().is_none() && equals.is_empty() {
        return None;
    }
    let texts = nocase().map(|needle| &needle.text).chain(equals.iter().map(|(text, _)| text));
    let folding = Folding::new(texts.map(String::as_str));
    let whole = equals.iter().map(|(text, pred)| Needle {
        text: text.clone(),
        anchor: Anchor::Whole,
        nocase: true,
        pred: *pred,
    });
    let ascii = needles.iter().cloned().chain(whole).filter_map(|needle| {
        let text = if needle.nocase { ascii_form(&needle.text)? } else { needle.text };
        text.is_ascii().then_some(Needle { text, ..needle })
    });
    let full = nocase().map(|needle| Needle { text: folding.fold_text(&needle.text), ..needle.clone() });
    let ascii = Literals::new(ascii, true, runs).unwrap_or_default();
    let full = Literals::new(full, false, runs).unwrap_or_default();
    let mut exact = ExactTable::default();
    for (text, pred) in equals {
        exact.add(&folding.fold_text(text), *pred);
    }
    Some(FoldedScan { ascii, full, exact, folding })
}

/// The bytes that a text must have for more than equality to find anything in it. Where case does not matter, one
/// character of the text may be shorter than the literal's: a quarter of its bytes is enough.
fn shortest(scan: &TextScan) -> usize {
    if !scan.groups.is_empty() {
        return 0;
    }
    let plain = scan.literals.as_ref().map(Literals::shortest);
    let folded = scan.folded.as_ref().map(|folded| {
        let ascii = folded.ascii.as_ref().map_or(usize::MAX, Literals::shortest);
        let full = folded.full.as_ref().map_or(usize::MAX, Literals::shortest);
        // Equalities of texts beyond ASCII are not among them: such a text has two bytes at least.
        if folded.exact.is_empty() { ascii.min(full.div_ceil(4)) } else { ascii.min(2) }
    });
    plain.unwrap_or(usize::MAX).min(folded.unwrap_or(usize::MAX))
}
