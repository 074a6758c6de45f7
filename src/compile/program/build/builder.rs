// SPDX-License-Identifier: AGPL-3.0-or-later
//! One kind's plan, put together.

use std::collections::HashMap;
use std::sync::Arc;

use crate::compile::ir;
use crate::compile::optimize::{one_test, scanned};
use crate::compile::program::code::{ACCEPT, Node, REJECT, emit};
use crate::compile::program::literals::{Anchor, Needle, is_common};
use crate::compile::program::{
    EmitPlan, Entry, FieldTable, KindProgram, Regex, SlotScan, Test, lifts, reach,
};
use crate::lift;
use crate::vocab::Limits;

use super::{BuildError, Plan};

pub(super) struct Builder<'a> {
    pub(super) limits: &'a Limits,
    pub(super) plan: Plan,
    /// What the regular expressions may still take; `None` once one did not fit.
    pub(super) bytes_left: Option<usize>,
    pub(super) scans: Vec<SlotScan>,
    /// Per slot: literals, and case-insensitive equalities.
    pub(super) needles: Vec<Vec<Needle>>,
    pub(super) equals_nocase: Vec<Vec<(String, u32)>>,
    /// Per slot: predicate and regular expression.
    pub(super) eager: Vec<Vec<(u32, ir::Regex)>>,
    pub(super) regexes: Vec<Regex>,
    /// Index of each regular expression that stands alone.
    pub(super) known: HashMap<ir::Regex, u32>,
    pub(super) code: Vec<Node>,
}

/// Literals of one predicate that are looked for one by one rather than at every place of a text.
const FEW: usize = 8;

impl<'a> Builder<'a> {
    pub(super) fn new(kind: &ir::Kind, limits: &'a Limits, plan: Plan, bytes_left: usize) -> Self {
        let slots = kind.fields.len();
        let scans = (0_u32..).take(slots).map(|slot| SlotScan { slot, ..SlotScan::default() }).collect();
        Self {
            limits,
            plan,
            bytes_left: Some(bytes_left),
            scans,
            needles: vec![Vec::new(); slots],
            equals_nocase: vec![Vec::new(); slots],
            eager: vec![Vec::new(); slots],
            regexes: Vec::new(),
            known: HashMap::new(),
            code: Vec::new(),
        }
    }

    pub(super) fn build(
        mut self,
        kind: &ir::Kind,
        rules: &[Arc<ir::Rule>],
        fingerprint: [u8; 32],
    ) -> Result<KindProgram, BuildError> {
        let mut witnesses: Vec<bool> = vec![false; kind.preds.len()];
        for pred in kind.entries.iter().flat_map(|entry| entry.witness.iter().flatten()) {
            if let Some(slot) = witnesses.get_mut(pred.index()) {
                *slot = true;
            }
        }
        let preds = (0_u32..).zip(&kind.preds).zip(&witnesses);
        let scanned: Vec<bool> =
            preds.map(|((index, pred), witness)| self.scan(kind, index, pred, *witness)).collect();
        let asked = reach::asked(kind, &scanned);
        let on_demand = asked.iter().zip(&scanned).map(|(asked, scanned)| *asked && !scanned);
        let tests = kind.preds.iter().zip(on_demand);
        let tests =
            tests.map(|(pred, ask)| if ask { self.test(kind, pred) } else { Test::Scanned }).collect();
        let entries: Vec<Entry> =
            kind.entries.iter().filter_map(|entry| self.entry(kind, entry, rules)).collect();
        let values = kind.values.iter().map(|value| self.value(kind, value)).collect();
        let (always, witness_ranges, witnessed) = index_witnesses(kind);
        let mut witness_mask = vec![0_u64; kind.preds.len().div_ceil(64)];
        for (index, _) in witnesses.iter().enumerate().filter(|(_, set)| **set) {
            if let Some(word) = witness_mask.get_mut(index / 64) {
                *word |= 1 << (index % 64);
            }
        }
        self.finish_scans();
        if self.bytes_left.is_none() {
            return Err(BuildError { limit: self.limits.automata_bytes });
        }
        let bytes = self.scans.iter().map(|scan| scan.text.bytes()).sum::<usize>()
            + self.regexes.iter().map(|regex| regex.automaton.bytes()).sum::<usize>();
        self.scans.retain(|scan| !is_idle(scan));
        let (fields, lifts) = lifts::plan(kind);
        let mut table = FieldTable::new(&fields);
        table.mark_scanned(|slot| self.scans.iter().any(|scan| scan.slot == slot));
        let strings = table.all().and_then(|all| (0..).zip(&self.scans).find(|(_, scan)| scan.slot == all));
        let strings = strings.map(|(place, _)| place);
        Ok(KindProgram {
            source_kind: kind.source_kind,
            fingerprint,
            fields: table,
            slots: fields.len(),
            lifts,
            first_view: kind.source_kind.and_then(lift::first_view).filter(|_| self.plan.views),
            scans: self.scans,
            strings,
            tests,
            values,
            regexes: self.regexes,
            code: self.code,
            entries,
            always,
            witness_ranges,
            witnessed,
            witness_mask,
            bytes,
        })
    }

    fn entry(&mut self, kind: &ir::Kind, entry: &ir::Entry, rules: &[Arc<ir::Rule>]) -> Option<Entry> {
        let rule = Arc::clone(rules.get(entry.rule as usize)?);
        let code = emit(&mut self.code, kind, entry.cond, ACCEPT, REJECT);
        let named = |(name, value): &(String, ir::ValueId)| (name.as_str().into(), value.0);
        let mut evidence: Vec<(Box<str>, u32)> = entry.evidence.iter().map(named).collect();
        let place = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let shared = place(evidence.len());
        let mut emits = Vec::with_capacity(entry.emits.len());
        for (gate, emitted) in entry.emits.iter().zip(&rule.emits) {
            let start = place(evidence.len());
            evidence.extend(gate.evidence.iter().map(named));
            emits.push(EmitPlan {
                when: gate.when.map_or(ACCEPT, |cond| emit(&mut self.code, kind, cond, ACCEPT, REJECT)),
                scale: gate.scale.map(|value| value.0),
                confidence: emitted.confidence,
                unclamped: gate.unclamped,
                evidence: (start, place(evidence.len())),
            });
        }
        Some(Entry { rule, code, emits, evidence, shared })
    }

    /// Gives a predicate to the scan, if the scan can decide it; a regular expression only if it
    /// is a witness, since otherwise a rule asks for it seldom.
    fn scan(&mut self, kind: &ir::Kind, index: u32, pred: &ir::Pred, witness: bool) -> bool {
        use ir::TextTest as T;
        if scanned(kind, pred).is_none() || !(self.plan.scan || witness) {
            return false;
        }
        let Some(slot) = pred.values().find_map(|id| match kind.value(id) {
            ir::Value::Field(slot) => Some(*slot as usize),
            _ => None,
        }) else {
            return false;
        };
        let pred = match pred {
            ir::Pred::Quantified { body, .. } => match one_test(kind, *body) {
                Some(test) => test,
                None => return false,
            },
            pred => pred,
        };
        if let ir::Pred::Text(_, T::Matches(regex)) = pred {
            if witness && let Some(eager) = self.eager.get_mut(slot) {
                eager.push((index, regex.clone()));
            }
            return witness;
        }
        let common = match pred {
            ir::Pred::Text(_, T::Contains { text, .. }) => is_common(text),
            ir::Pred::Text(_, T::ContainsAny(all)) => {
                all.len() <= FEW && all.iter().any(|needle| is_common(&needle.text))
            }
            _ => false,
        };
        if common && self.plan.lean && !witness {
            return false;
        }
        let (Some(scan), Some(needles), Some(equals_nocase)) =
            (self.scans.get_mut(slot), self.needles.get_mut(slot), self.equals_nocase.get_mut(slot))
        else {
            return false;
        };
        let mut literal = |text: &String, nocase: bool, anchor: Anchor| {
            needles.push(Needle { text: text.clone(), anchor, nocase, pred: index });
        };
        let mut equals = |text: &String, nocase: bool| match nocase && !text.is_empty() {
            true => equals_nocase.push((text.clone(), index)),
            false => scan.text.exact.add(text, index),
        };
        match pred {
            ir::Pred::Exists(_) => scan.exists.push(index),
            ir::Pred::IsTrue(_) => scan.is_true.push(index),
            ir::Pred::Number(_, op, number) => scan.numbers.add(*op, number.get(), index),
            ir::Pred::Text(_, T::Contains { text, nocase }) => literal(text, *nocase, Anchor::Anywhere),
            ir::Pred::Text(_, T::ContainsAny(all)) => {
                all.iter().for_each(|needle| literal(&needle.text, needle.nocase, Anchor::Anywhere));
            }
            ir::Pred::Text(_, T::StartsWith { text, nocase }) => literal(text, *nocase, Anchor::Start),
            ir::Pred::Text(_, T::EndsWith { text, nocase }) => literal(text, *nocase, Anchor::End),
            ir::Pred::Text(_, T::Equals { text, nocase }) => equals(text, *nocase),
            ir::Pred::Text(_, T::In { set, nocase }) => set.iter().for_each(|text| equals(text, *nocase)),
            _ => return false,
        }
        true
    }
}

/// Entries without a witness, and per predicate the entries it makes candidates.
fn index_witnesses(kind: &ir::Kind) -> (Vec<u32>, Vec<(u32, u32)>, Vec<u32>) {
    let mut always = Vec::new();
    let mut by_pred: Vec<Vec<u32>> = vec![Vec::new(); kind.preds.len()];
    for (index, entry) in (0_u32..).zip(&kind.entries) {
        match &entry.witness {
            None => always.push(index),
            Some(witness) => {
                for pred in witness {
                    if let Some(list) = by_pred.get_mut(pred.index()) {
                        list.push(index);
                    }
                }
            }
        }
    }
    let mut witnessed = Vec::new();
    let ranges = by_pred
        .into_iter()
        .map(|list| {
            let start = u32::try_from(witnessed.len()).unwrap_or(u32::MAX);
            witnessed.extend(list);
            (start, u32::try_from(witnessed.len()).unwrap_or(u32::MAX))
        })
        .collect();
    (always, ranges, witnessed)
}

fn is_idle(scan: &SlotScan) -> bool {
    scan.exists.is_empty() && scan.is_true.is_empty() && scan.numbers.is_empty() && scan.text.is_empty()
}
