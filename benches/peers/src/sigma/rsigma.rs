// SPDX-License-Identifier: AGPL-3.0-or-later
//! rsigma: `rsigma-parser` and `rsigma-eval`, logsource routing on, evaluation by batch.

use std::path::Path;

use anyhow::{Context, Result};
use rsigma_eval::{Engine, JsonEvent, LogSourceExtractor};
use serde_json::Value;

use crate::contender::{Contender, Pass, Ran};
use crate::lane::{Lane, lines};
use crate::matches::{Match, sorted};

/// How many events go to the evaluator at once.
const BATCH: usize = 1024;

/// Which of rsigma's optional prefilters work before the rules; its witness index always does.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Prefilters {
    /// The bloom filter over trigrams of positive substrings.
    pub(crate) bloom: bool,
    /// One Aho-Corasick automaton per field over the substrings of all rules.
    pub(crate) cross_rule: bool,
}

impl Prefilters {
    /// Each way to run rsigma: its name, what is set, the prefilters. None is best on every lane,
    /// so all are measured.
    pub(crate) const ALL: [(&'static str, &'static str, Self); 4] = [
        ("rsigma", "batches, logsource routing", Self { bloom: false, cross_rule: false }),
        ("rsigma, bloom", "the same, bloom prefilter", Self { bloom: true, cross_rule: false }),
        ("rsigma, cross-rule", "the same, cross-rule Aho-Corasick", Self { bloom: false, cross_rule: true }),
        ("rsigma, both", "the same, both prefilters", Self { bloom: true, cross_rule: true }),
    ];
}

/// SigmaHQ's rules, loaded by rsigma.
pub(crate) struct Rsigma {
    engine: Engine,
    problems: Vec<String>,
}

impl Rsigma {
    /// Loads every rule below a folder.
    ///
    /// # Errors
    /// Where the folder cannot be read.
    pub(crate) fn load(rules: &Path, prefilters: Prefilters) -> Result<Self> {
        let collection = rsigma_parser::parse_sigma_directory(rules)
            .with_context(|| format!("cannot read rules from {}", rules.display()))?;
        let mut problems = collection.errors.clone();
        let mut engine = Engine::new();
        engine.set_bloom_prefilter(prefilters.bloom);
        engine.set_cross_rule_ac(prefilters.cross_rule);
        engine.set_logsource_extractor(Some(LogSourceExtractor::new()));
        for (index, error) in engine.add_rules(&collection.rules) {
            let title = collection.rules.get(index).map_or("", |rule| rule.title.as_str());
            problems.push(format!("{title}: {error}"));
        }
        Ok(Self { engine, problems })
    }
}

impl Contender for Rsigma {
    fn rules(&self) -> usize {
        self.engine.rule_count()
    }

    fn problems(&self) -> &[String] {
        &self.problems
    }

    fn over<'a>(&'a mut self, lane: &'a Lane) -> Result<Box<dyn Pass + 'a>> {
        Ok(Box::new(Batches { engine: &self.engine, lane, found: Vec::new() }))
    }
}

/// Evaluation of a lane; pairs carry the texts that rsigma's results own.
struct Batches<'a> {
    engine: &'a Engine,
    lane: &'a Lane,
    found: Vec<(u32, String)>,
}

impl Batches<'_> {
    fn batch(&mut self, values: &[Value], numbers: &[u32]) {
        let events: Vec<JsonEvent<'_>> = values.iter().map(JsonEvent::borrow).collect();
        let events: Vec<&JsonEvent<'_>> = events.iter().collect();
        for (results, &number) in self.engine.evaluate_batch(&events).into_iter().zip(numbers) {
            for result in results {
                let header = result.header;
                self.found.push((number, header.rule_id.unwrap_or(header.rule_title)));
            }
        }
    }
}

impl Pass for Batches<'_> {
    fn run(&mut self) -> Result<Ran> {
        self.found.clear();
        let mut values: Vec<Value> = Vec::with_capacity(BATCH);
        let mut numbers: Vec<u32> = Vec::with_capacity(BATCH);
        let lane = self.lane;
        for (number, line) in (0..).zip(lines(&lane.ndjson)) {
            // A line that is no JSON matches nothing, for any side.
            if let Ok(value) = serde_json::from_slice(line) {
                values.push(value);
                numbers.push(number);
            }
            if values.len() == BATCH {
                self.batch(&values, &numbers);
                values.clear();
                numbers.clear();
            }
        }
        self.batch(&values, &numbers);
        Ok(Ran::here(self.found.len()))
    }

    fn matches(&mut self) -> Result<Vec<Match>> {
        self.run()?;
        Ok(sorted(self.found.drain(..).map(|(event, rule)| (event, rule.into()))))
    }
}
