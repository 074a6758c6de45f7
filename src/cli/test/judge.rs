// SPDX-License-Identifier: AGPL-3.0-or-later
//! One event through the engine and through the reference evaluator.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::compile::ir::Emit;
use crate::engine::reference::Reference;
use crate::engine::{Engine, Scratch};
use crate::event::{Event, RawObject};
use crate::vocab::{Limits, SourceKind};

use super::super::text::escape;
use super::{Pack, Stored};

/// The engine, the reference evaluator, and what they need.
pub(super) struct Judge {
    engine: Engine,
    scratch: Scratch,
    reference: Reference,
    pub(super) limits: Limits,
}

/// What both say of one event.
pub(super) struct Verdict {
    /// The rules that fired, with their techniques.
    pub(super) fired: Vec<Fired>,
    /// What the reference says, where that is something else.
    pub(super) disagreement: Option<Vec<Fired>>,
}

/// One technique that one rule gave.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Fired {
    pub(super) rule_id: String,
    technique: String,
    confidence: f64,
}

impl Judge {
    pub(super) fn new(pack: &Pack, stored: &Stored) -> Self {
        let limits = pack.program.limits().clone();
        let engine = stored.engine(&pack.program);
        let reference = stored.reference(pack, pack.compilation.lowered.clone());
        Self { scratch: engine.scratch(), engine, reference, limits }
    }

    /// Evaluates an event by both. An emit whose confidence comes to nothing did not fire.
    pub(super) fn judge(
        &mut self,
        source_kind: SourceKind,
        decky_id: Option<&str>,
        payload: RawObject<'_>,
    ) -> Verdict {
        let decky_id = decky_id.map(Cow::Borrowed);
        let event = Event { decky_id, ..Event::of_payload(source_kind, "test", payload) };
        let hits = self.engine.evaluate_with(&event, &mut self.scratch);
        let whole = hits.counts().hits_cut == 0;
        let fired: Vec<Fired> = hits
            .iter()
            .filter(|hit| hit.confidence > 0.0)
            .filter_map(|hit| {
                let (rule, emit) = hits.emit(hit)?;
                Some(Fired::new(&rule.id, emit, hit.confidence))
            })
            .collect();
        // A payload that a general JSON parser refuses has no second opinion.
        let other = self.reference.evaluate(&event).ok().filter(|_| whole).map(|emissions| {
            let rules = &self.reference.pack().rules;
            let emissions = emissions.iter().filter(|emission| emission.confidence > 0.0);
            let fired = emissions.filter_map(|emission| {
                let rule = rules.iter().find(|rule| rule.id == emission.rule_id)?;
                let emit = rule.emits.get(emission.emit as usize)?;
                Some(Fired::new(&rule.id, emit, emission.confidence))
            });
            fired.collect::<Vec<_>>()
        });
        let disagreement = other.filter(|other| *other != fired);
        Verdict { fired, disagreement }
    }
}

impl Fired {
    fn new(rule_id: &str, emit: &Emit, confidence: f64) -> Self {
        let technique = emit.sub_technique.as_ref().unwrap_or(&emit.technique).clone();
        Self { rule_id: rule_id.to_owned(), technique, confidence }
    }
}

impl Verdict {
    /// Whether the rule fired.
    pub(super) fn has(&self, rule_id: &str) -> bool {
        self.fired.iter().any(|fired| fired.rule_id == rule_id)
    }

    /// The rules that fired, each once.
    pub(super) fn rules(&self) -> BTreeSet<&str> {
        self.fired.iter().map(|fired| fired.rule_id.as_str()).collect()
    }
}

/// `R0014 T1003.008 0.95, …`, or `no rule fires`.
pub(super) fn describe(fired: &[Fired]) -> String {
    if fired.is_empty() {
        return "no rule fires".to_owned();
    }
    let each = |fired: &Fired| format!("{} {} {}", escape(&fired.rule_id), fired.technique, fired.confidence);
    fired.iter().map(each).collect::<Vec<_>>().join(", ")
}
