// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the fuzz targets share: an engine beside its reference evaluator.

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{Compilation, Options, compile};
use decnet_ttp::engine::reference::Reference;
use decnet_ttp::vocab::Limits;
use decnet_ttp::{Engine, Event, Scratch};

/// An engine with what it must agree with.
pub struct Pair {
    engine: Engine,
    scratch: Scratch,
    reference: Reference,
}

impl Pair {
    /// Of a pack that compiled; `None` where its automata pass the budget.
    pub fn new(compiled: Compilation, limits: Limits) -> Option<Self> {
        let engine = Engine::new(compiled.program?);
        let scratch = engine.scratch();
        Some(Self { engine, scratch, reference: Reference::new(compiled.lowered, limits) })
    }

    /// Of the pack that is built in.
    pub fn builtin() -> Self {
        let options = Options::default();
        let compiled = compile(&PackFiles::builtin(), &options, None);
        assert!(!compiled.diagnostics.has_errors(), "the shipped pack compiles");
        Self::new(compiled, options.limits).expect("the shipped pack fits")
    }

    /// Evaluates an event both ways; panics where they differ.
    ///
    /// Payloads that a general JSON parser refuses, or reads otherwise (a key that stands twice),
    /// are only evaluated.
    pub fn agree(&mut self, event: &Event<'_>) {
        let hits = self.engine.evaluate_with(event, &mut self.scratch);
        let found: Vec<_> = hits
            .iter()
            .filter_map(|hit| Some((hits.rule(hit)?.id.to_string(), hit.emit, hit.confidence)))
            .collect();
        for (rule, _, confidence) in &found {
            assert!((0.0..=1.0).contains(confidence), "{rule}: {confidence}");
        }
        if hits.counts().duplicate_keys > 0 || event.payload.is_deep() {
            return;
        }
        decnet_ttp::tag::tags(event, &hits).expect("tags are JSON");
        let Ok(emissions) = self.reference.evaluate(event) else { return };
        let expected: Vec<_> =
            emissions.into_iter().map(|hit| (hit.rule_id, hit.emit, hit.confidence)).collect();
        assert_eq!(found, expected, "the engine and the reference evaluator differ");
    }
}
