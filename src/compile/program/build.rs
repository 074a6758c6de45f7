// SPDX-License-Identifier: AGPL-3.0-or-later
//! IR to program.

use std::collections::HashMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::compile::ir;
use crate::compile::optimize::{one_test, scanned};
use crate::lift;
use crate::vocab::{Limits, Schema, SourceKind};

use super::code::{ACCEPT, REJECT, emit};
use super::folding::{Folding, ascii_form};
use super::lifts;
use super::literals::{Anchor, Literals, Needle};
use super::reach;
use super::{
    EmitPlan, Entry, ExactTable, FieldTable, FoldedScan, KindProgram, Probe, Program, Regex, RegexGroup,
    SlotScan, Test, Value,
};

/// Which automata are built. Every choice gives the same matches; tests hold them to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Merges the patterns that are run on every text into one automaton per slot.
    pub merge: bool,
    /// Answers tests of payload fields in one pass over them; without, each is run when a rule asks.
    pub scan: bool,
    /// Evaluates an event also as what it is seen to mean, where a lifter gives more views of it.
    pub views: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self { merge: true, scan: true, views: true }
    }
}

/// Why a pack was not built.
#[derive(Debug)]
pub struct BuildError {
    limit: usize,
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the pack's automata need more than {} bytes", self.limit)
    }
}

impl std::error::Error for BuildError {}

/// Builds a program; kinds whose rules and plan are those of `previous` are taken from it.
///
/// # Cost
/// Linear in the rules' patterns.
///
/// # Errors
/// The automata together pass [`Limits::automata_bytes`]; none is built beyond it.
pub fn build(
    pack: &ir::Pack,
    schema: Schema,
    release: &str,
    (name, version): (String, String),
    plan: Plan,
    limits: &Limits,
    previous: Option<&Program>,
) -> Result<Program, BuildError> {
    let rules: Vec<Arc<ir::Rule>> = pack.rules.iter().cloned().map(Arc::new).collect();
    let mut kinds: [Option<Arc<KindProgram>>; SourceKind::COUNT] = Default::default();
    let mut bytes_left = limits.automata_bytes;
    let of_kinds = pack.kinds.iter().filter_map(|kind| Some((kind.source_kind?, kind)));
    for (source_kind, kind) in of_kinds {
        let fingerprint = fingerprint(kind, pack, plan);
        let kept = previous
            .and_then(|program| program.kinds.get(source_kind.index())?.as_ref())
            .filter(|old| old.fingerprint == fingerprint);
        let built = match kept {
            Some(old) => Arc::clone(old),
            None => {
                Arc::new(Builder::new(kind, limits, plan, bytes_left).build(kind, &rules, fingerprint)?)
            }
        };
        bytes_left =
            bytes_left.checked_sub(built.bytes).ok_or(BuildError { limit: limits.automata_bytes })?;
        if let Some(slot) = kinds.get_mut(source_kind.index()) {
            *slot = Some(built);
        }
    }
    Ok(Program {
        rules,
        kinds,
        schema: Arc::new(schema),
        attack_release: release.into(),
        name,
        version,
        limits: limits.clone(),
    })
}

/// Builds the plan of log records: all entries of one kind without a source kind.
///
/// # Errors
/// As [`build`].
pub fn build_logs(
    kind: &ir::Kind,
    rules: &[Arc<ir::Rule>],
    plan: Plan,
    limits: &Limits,
) -> Result<KindProgram, BuildError> {
    Builder::new(kind, limits, plan, limits.automata_bytes).build(kind, rules, [0; 32])
}

/// Equal for equal rules, order and plan of a kind.
fn fingerprint(kind: &ir::Kind, pack: &ir::Pack, plan: Plan) -> [u8; 32] {
    let mut hash = Sha256::new();
    for entry in &kind.entries {
        if let Some(rule) = pack.rules.get(entry.rule as usize) {
            // The place in the file is not part of what the rule means.
            let rule = (&rule.id, rule.version, &rule.name, &rule.kinds, &rule.emits, &rule.evidence);
            hash.update(format!("{rule:?}\n"));
        }
        hash.update(format!("{:?}{:?}{:?}{:?}\n", entry.cond, entry.emits, entry.evidence, entry.witness));
    }
    hash.update(format!("{plan:?}{:?}{:?}{:?}{:?}", kind.fields, kind.values, kind.preds, kind.conds));
    hash.finalize().into()
}

struct Builder<'a> {
    limits: &'a Limits,
    plan: Plan,
    /// What the regular expressions may still take; `None` once one did not fit.
    bytes_left: Option<usize>,
    scans: Vec<SlotScan>,
    /// Per slot: literals, and case-insensitive equalities.
    needles: Vec<Vec<Needle>>,
    equals_nocase: Vec<Vec<(String, u32)>>,
    /// Per slot: predicate and regular expression.
    eager: Vec<Vec<(u32, ir::Regex)>>,
    regexes: Vec<Regex>,
    /// Index of each regular expression that stands alone.
    known: HashMap<ir::Regex, u32>,
    code: Vec<super::Node>,
}

impl<'a> Builder<'a> {
    fn new(kind: &ir::Kind, limits: &'a Limits, plan: Plan, bytes_left: usize) -> Self {
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

    fn build(
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
        Ok(KindProgram {
            source_kind: kind.source_kind,
            fingerprint,
            fields: FieldTable::new(&fields),
            slots: fields.len(),
            lifts,
            first_view: kind.source_kind.and_then(lift::first_view).filter(|_| self.plan.views),
            scans: self.scans,
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
        let (Some(scan), Some(needles), Some(equals_nocase)) =
            (self.scans.get_mut(slot), self.needles.get_mut(slot), self.equals_nocase.get_mut(slot))
        else {
            return false;
        };
        let mut literal = |text: &String, nocase: bool, anchor: Anchor| {
            needles.push(Needle { text: text.clone(), anchor, nocase, pred: index });
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
            ir::Pred::Text(_, T::Equals { text, nocase: false }) => scan.text.exact.add(text, index),
            ir::Pred::Text(_, T::In { set, nocase: false }) => {
                set.iter().for_each(|text| scan.text.exact.add(text, index));
            }
            ir::Pred::Text(_, T::Equals { text, .. }) => equals_nocase.push((text.clone(), index)),
            ir::Pred::Text(_, T::In { set, .. }) => {
                equals_nocase.extend(set.iter().map(|text| (text.clone(), index)));
            }
            _ => return false,
        }
        true
    }

    fn finish_scans(&mut self) {
        let slots = std::mem::take(&mut self.needles).into_iter();
        let slots = slots.zip(std::mem::take(&mut self.equals_nocase)).zip(std::mem::take(&mut self.eager));
        for (slot, ((needles, equals), eager)) in slots.enumerate() {
            let groups = self.groups(&eager);
            let Some(scan) = self.scans.get_mut(slot) else { continue };
            scan.numbers.sort();
            scan.text.groups = groups;
            scan.text.folded = folded(&needles, &equals);
            let usual = scan.text.folded.is_none();
            let plain = needles.into_iter().filter(|needle| !needle.nocase);
            // Needles are not empty and far fewer than the automaton's id space.
            scan.text.literals = Literals::new(plain, false, usual).unwrap_or_default();
        }
    }
}

impl Builder<'_> {
    /// The test of a predicate that the scan does not decide.
    fn test(&mut self, kind: &ir::Kind, pred: &ir::Pred) -> Test {
        match pred {
            ir::Pred::Exists(a) => Test::Exists(a.0),
            ir::Pred::Typed(a) => Test::Typed(a.0),
            ir::Pred::IsTrue(a) => Test::IsTrue(a.0),
            ir::Pred::Text(a, test) => self.probe(test).map_or(Test::Scanned, |probe| Test::Text(a.0, probe)),
            ir::Pred::TextCompare { lhs, op, rhs, nocase } => {
                Test::TextCompare { lhs: lhs.0, op: *op, rhs: rhs.0, nocase: *nocase }
            }
            ir::Pred::Number(a, op, number) => Test::Number(a.0, *op, number.get()),
            ir::Pred::NumberIn(a, set) => Test::NumberIn(a.0, set.iter().map(|n| n.get()).collect()),
            ir::Pred::NumberCompare(a, op, b) => Test::NumberCompare(a.0, *op, b.0),
            ir::Pred::BoolCompare(a, b) => Test::BoolCompare(a.0, b.0),
            ir::Pred::Time(a, op, time) => Test::Time(a.0, *op, *time),
            ir::Pred::TimeCompare(a, op, b) => Test::TimeCompare(a.0, *op, b.0),
            ir::Pred::Ip(a, op, address) => Test::Ip(a.0, *op, *address),
            ir::Pred::IpCompare(a, op, b) => Test::IpCompare(a.0, *op, b.0),
            ir::Pred::IpIn(a, nets) => Test::IpIn(a.0, nets.as_slice().into()),
            ir::Pred::Quantified { all, list, body } => Test::Quantified {
                all: *all,
                list: list.0,
                body: emit(&mut self.code, kind, *body, ACCEPT, REJECT),
            },
        }
    }

    fn value(&mut self, kind: &ir::Kind, value: &ir::Value) -> Value {
        let mut code = |cond| emit(&mut self.code, kind, cond, ACCEPT, REJECT);
        let mut branches =
            |all: &[(ir::CondId, ir::ValueId)]| all.iter().map(|(c, v)| (code(*c), v.0)).collect();
        match value {
            ir::Value::Field(slot) => Value::Slot(*slot),
            ir::Value::It(_) => Value::It,
            ir::Value::Number(number) => Value::Number(number.get()),
            ir::Value::Text(text) => Value::Text(text.as_str().into()),
            ir::Value::Call(function, args) => Value::Call(*function, args.iter().map(|arg| arg.0).collect()),
            ir::Value::Arithmetic(op, a, b) => Value::Arithmetic(*op, a.0, b.0),
            ir::Value::Choose(all) => Value::Choose(branches(all)),
            ir::Value::Collect(all) => Value::Collect(branches(all)),
            ir::Value::Select { first, list, body } => {
                Value::Select { first: *first, list: list.0, body: code(*body) }
            }
        }
    }

    fn probe(&mut self, test: &ir::TextTest) -> Option<Probe> {
        use ir::TextTest as T;
        let escaped =
            |text: &str, start: &str, end: &str| format!("{start}(?i:{}){end}", regex_syntax::escape(text));
        let pattern = match test {
            T::Equals { text, nocase: false } => return Some(Probe::Equals(text.as_str().into())),
            T::Contains { text, nocase: false } => {
                return Some(Probe::Contains(Box::new(
                    memchr::memmem::Finder::new(text.as_bytes()).into_owned(),
                )));
            }
            T::StartsWith { text, nocase: false } => return Some(Probe::StartsWith(text.as_str().into())),
            T::EndsWith { text, nocase: false } => return Some(Probe::EndsWith(text.as_str().into())),
            T::In { set, nocase: false } => {
                return Some(Probe::In(set.iter().map(|text| text.as_str().into()).collect()));
            }
            T::Order(op, text) => return Some(Probe::Order(*op, text.as_str().into())),
            T::Equals { text, .. } => escaped(text, r"\A", r"\z"),
            T::Contains { text, .. } => escaped(text, "", ""),
            T::StartsWith { text, .. } => escaped(text, r"\A", ""),
            T::EndsWith { text, .. } => escaped(text, "", r"\z"),
            T::In { set, .. } => {
                let words: Vec<_> = set.iter().map(|text| regex_syntax::escape(text)).collect();
                if words.is_empty() {
                    return Some(Probe::In([].into()));
                }
                format!(r"\A(?i:{})\z", words.join("|"))
            }
            T::ContainsAny(needles) => {
                let word = |needle: &ir::Needle| match needle.nocase {
                    true => escaped(&needle.text, "", ""),
                    false => regex_syntax::escape(&needle.text),
                };
                let words: Vec<_> = needles.iter().map(word).collect();
                words.join("|")
            }
            T::Matches(regex) => return self.regex(regex).map(Probe::Regex),
        };
        let regex = ir::Regex::parse(&pattern).ok()?;
        self.regex(&regex).map(Probe::Regex)
    }

    /// The index of a regular expression, compiled once per kind.
    fn regex(&mut self, regex: &ir::Regex) -> Option<u32> {
        if let Some(index) = self.known.get(regex) {
            return Some(*index);
        }
        let index = self.compile(std::slice::from_ref(regex), usize::MAX)?;
        self.known.insert(regex.clone(), index);
        Some(index)
    }

    /// Compiles regular expressions into one automaton of at most `bytes_max`; `None` where it
    /// would take more. That the pack's bound is passed is remembered, and refuses the pack.
    fn compile(&mut self, regexes: &[ir::Regex], bytes_max: usize) -> Option<u32> {
        let left = self.bytes_left?;
        let Some(regex) = Regex::new(regexes, left.min(bytes_max)) else {
            if left <= bytes_max {
                self.bytes_left = None;
            }
            return None;
        };
        self.bytes_left = left.checked_sub(regex.automaton.bytes());
        self.regexes.push(regex);
        u32::try_from(self.regexes.len() - 1).ok()
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
fn folded(needles: &[Needle], equals: &[(String, u32)]) -> Option<FoldedScan> {
    let nocase = || needles.iter().filter(|needle| needle.nocase);
    if nocase().next().is_none() && equals.is_empty() {
        return None;
    }
    let texts = nocase().map(|needle| &needle.text).chain(equals.iter().map(|(text, _)| text));
    let folding = Folding::new(texts.map(String::as_str));
    let ascii = needles.iter().filter_map(|needle| {
        let text = if needle.nocase { ascii_form(&needle.text)? } else { needle.text.clone() };
        text.is_ascii().then(|| Needle { text, ..needle.clone() })
    });
    let full = nocase().map(|needle| Needle { text: folding.fold_text(&needle.text), ..needle.clone() });
    let ascii = Literals::new(ascii, true, true).unwrap_or_default();
    let full = Literals::new(full, false, false).unwrap_or_default();
    let mut exact = ExactTable::default();
    for (text, pred) in equals {
        exact.add(&folding.fold_text(text), *pred);
    }
    Some(FoldedScan { ascii, full, exact, folding })
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
