// SPDX-License-Identifier: AGPL-3.0-or-later
//! One event before every rule of its kind: which were tried, which hold, and why.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::compile::ir::{Emit, Kind, Rule};
use crate::engine::explain::{Explanation, Node, Tested, json};
use crate::engine::reference::Reference;
use crate::event::Event;
use crate::vocab::SourceKind;

use super::{Exit, Pack, Stored};

/// What is told of one event.
pub(super) struct Story {
    pub(super) source_kind: SourceKind,
    /// The rules as written.
    lowered: Reference,
    /// The rules as they run, for what makes one be tried.
    optimized: Reference,
    /// The rules to show, those that hold first.
    pub(super) chapters: Vec<Chapter>,
    /// How many rules read events of this kind.
    pub(super) rules: usize,
    pub(super) tried: usize,
    pub(super) held: usize,
    /// Whether engine and reference evaluator emit the same.
    pub(super) agreed: bool,
}

/// How far a rule came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Holds,
    Tried,
    NotTried,
}

/// What is told of one rule.
pub(super) struct Chapter {
    pub(super) outcome: Outcome,
    pub(super) explanation: Explanation,
    /// What must be found for the rule to be tried.
    pub(super) witness: Option<Vec<Tested>>,
    /// Per emit of the rule: what the engine made of it, if it emitted it.
    pub(super) emitted: Vec<Option<Emitted>>,
}

/// What the engine made of an emit.
#[derive(Clone, Debug)]
pub(super) struct Emitted {
    pub(super) confidence: f64,
    /// The evidence that was computed for the tag, by name.
    pub(super) evidence: Vec<(String, Json)>,
}

impl Story {
    /// Evaluates the event and gathers the rules to show: `only` that one, or all that were tried.
    pub(super) fn new(
        pack: &Pack,
        stored: &Stored,
        event: &Event<'_>,
        only: Option<&str>,
    ) -> anyhow::Result<Self> {
        let lowered = stored.reference(pack, pack.compilation.lowered.clone());
        let optimized = stored.reference(pack, pack.compilation.optimized.clone());
        let refused = |error| Exit::Usage.caused_by("the payload cannot be explained", error);
        let explanations = lowered.explain(event).map_err(refused)?;
        let plans = optimized.explain(event).map_err(refused)?;

        let engine = stored.engine(&pack.program);
        let mut scratch = engine.scratch();
        let hits = engine.evaluate_with(event, &mut scratch);
        let mut emitted: BTreeMap<(String, u32), Emitted> = BTreeMap::new();
        for hit in hits.iter() {
            if let Some(rule) = hits.rule(hit) {
                let evidence =
                    hits.computed(hit).map(|(name, value)| (name.to_owned(), json(value))).collect();
                let made = Emitted { confidence: hit.confidence, evidence };
                emitted.insert((rule.id.clone(), hit.emit), made);
            }
        }
        let expected = lowered.evaluate(event).map_err(refused)?;
        let expected: BTreeMap<(String, u32), f64> =
            expected.into_iter().map(|one| ((one.rule_id, one.emit), one.confidence)).collect();
        let confidences = emitted.iter().map(|(emit, made)| (emit, &made.confidence));
        let agreed = expected.iter().eq(confidences) || hits.counts().hits_cut > 0;

        let mut story = Self {
            source_kind: event.source_kind,
            lowered,
            optimized,
            chapters: Vec::new(),
            rules: explanations.len(),
            tried: 0,
            held: 0,
            agreed,
        };
        for (explanation, plan) in explanations.into_iter().zip(plans) {
            story.add(explanation, plan, &emitted, only);
        }
        // Rules that hold come first; the sort keeps the pack's order otherwise.
        story.chapters.sort_by_key(|chapter| chapter.outcome != Outcome::Holds);
        Ok(story)
    }

    fn add(
        &mut self,
        explanation: Explanation,
        plan: Explanation,
        emitted: &BTreeMap<(String, u32), Emitted>,
        only: Option<&str>,
    ) {
        let woken = plan.witness.as_ref().is_none_or(|witness| witness.iter().any(|tested| tested.holds));
        let outcome = match explanation.condition.holds() {
            true => Outcome::Holds,
            false if woken => Outcome::Tried,
            false => Outcome::NotTried,
        };
        self.held += usize::from(outcome == Outcome::Holds);
        self.tried += usize::from(outcome != Outcome::NotTried);
        let Some(rule) = self.rule(&explanation) else { return };
        if only.map_or(outcome == Outcome::NotTried, |only| rule.id != only) {
            return;
        }
        let made = |emit: u32| emitted.get(&(rule.id.clone(), emit)).cloned();
        let emitted = (0_u32..).zip(&rule.emits).map(|(emit, _)| made(emit)).collect();
        self.chapters.push(Chapter { outcome, explanation, witness: plan.witness, emitted });
    }

    /// The rule that an explanation is about.
    pub(super) fn rule(&self, explanation: &Explanation) -> Option<&Rule> {
        self.lowered.pack().rules.get(explanation.rule as usize)
    }

    /// Predicates and values of conditions are of this kind.
    pub(super) fn as_written(&self) -> Option<&Kind> {
        kind(&self.lowered, self.source_kind)
    }

    /// Predicates and values of witnesses are of this kind.
    pub(super) fn as_run(&self) -> Option<&Kind> {
        kind(&self.optimized, self.source_kind)
    }
}

fn kind(reference: &Reference, source_kind: SourceKind) -> Option<&Kind> {
    reference.pack().kinds.iter().find(|kind| kind.source_kind == Some(source_kind))
}

impl Chapter {
    /// Every predicate tested, those of `when` too.
    pub(super) fn tested(&self) -> Vec<&Tested> {
        let mut all = Vec::new();
        let gates = self.explanation.emits.iter().filter_map(|gate| gate.when.as_ref());
        let mut left: Vec<&Node> = gates.chain([&self.explanation.condition]).collect();
        while let Some(node) = left.pop() {
            match node {
                Node::Const(_) => {}
                Node::Pred(tested) => all.push(tested),
                Node::Not(inner) => left.push(inner),
                Node::And(parts) | Node::Or(parts) => left.extend(parts.iter().rev()),
            }
        }
        all
    }

    /// The emits of the rule, with what came of each.
    pub(super) fn emits<'a>(
        &'a self,
        rule: &'a Rule,
    ) -> impl Iterator<Item = (&'a Emit, &'a crate::engine::explain::Gate, Option<&'a Emitted>)> {
        let gates = self.explanation.emits.iter().zip(&self.emitted);
        rule.emits.iter().zip(gates).map(|(emit, (gate, emitted))| (emit, gate, emitted.as_ref()))
    }
}
