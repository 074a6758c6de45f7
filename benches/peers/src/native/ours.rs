// SPDX-License-Identifier: AGPL-3.0-or-later
//! decnet-ttp on command events.

use std::collections::HashMap;

use anyhow::{Context, Result, bail};
use decnet_ttp::compile::Options;
use decnet_ttp::compile::program::Plan;
use decnet_ttp::event::{Block, Event, RawObject};
use decnet_ttp::tag::{CONFIDENCE_FLOOR, Ingest, Report};
use decnet_ttp::vocab::{Limits, SourceKind};
use decnet_ttp::{Engine, Hits, Scratch};
use serde::Deserialize;

use crate::contender::{Contender, Pass, Ran};
use crate::lane::{Lane, lines};
use crate::matches::{Match, sorted};

use super::Rules;

/// What of a command the rules see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// The text as it stands.
    Raw,
    /// Also what the shell makes of it.
    All,
}

/// What goes in and what comes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Payloads that are ready; rules.
    Payloads,
    /// Lines; rules.
    Hits,
    /// Lines; tags as the binary writes them.
    Tags,
}

/// The rules, loaded.
pub(crate) struct Ours {
    engine: Engine,
    limits: Limits,
    rules: usize,
    way: Way,
}

impl Ours {
    /// Compiles the rules.
    ///
    /// # Errors
    /// Where they have errors.
    pub(crate) fn load(rules: &Rules, view: View, way: Way) -> Result<Self> {
        let plan = Plan { views: view == View::All, ..Plan::default() };
        let compiled = rules.compiled(&Options { plan, ..Options::default() })?;
        let program = compiled.program.context("the rules gave no program")?;
        Ok(Self { engine: Engine::new(program), limits: Limits::default(), rules: rules.len(), way })
    }
}

impl Contender for Ours {
    fn rules(&self) -> usize {
        self.rules
    }

    fn over<'a>(&'a mut self, lane: &'a Lane) -> Result<Box<dyn Pass + 'a>> {
        let engine = &self.engine;
        Ok(match self.way {
            Way::Payloads => {
                let event = |payload: &'a String| -> Result<Event<'a>> {
                    let payload = RawObject::parse(payload, &self.limits)?;
                    Ok(Event::of_payload(SourceKind::Command, "p", payload))
                };
                let events = lane.payloads.iter().map(event).collect::<Result<_>>()?;
                Box::new(Payloads { evaluation: Evaluation::new(engine), events })
            }
            Way::Hits => Box::new(Lines { evaluation: Evaluation::new(engine), lane, limits: &self.limits }),
            Way::Tags => {
                let ingest = Ingest::new(engine, CONFIDENCE_FLOOR, false, &self.limits);
                let block = Block::from_bytes(lane.ndjson.clone(), 1);
                Box::new(Tags { ingest, block, lane, out: Vec::new() })
            }
        })
    }
}

/// Working memory, and the pairs of event and rule in the program's own numbers.
struct Evaluation<'a> {
    engine: &'a Engine,
    scratch: Scratch,
    found: Vec<(u32, u32)>,
    ids: HashMap<u32, Box<str>>,
}

impl<'a> Evaluation<'a> {
    fn new(engine: &'a Engine) -> Self {
        Self { engine, scratch: engine.scratch(), found: Vec::new(), ids: HashMap::new() }
    }

    fn evaluate(&mut self, number: u32, event: &Event<'_>) {
        let hits = self.engine.evaluate_with(event, &mut self.scratch);
        self.found.extend(hits.iter().map(|hit| (number, hit.entry)));
        if !hits.is_empty() {
            Self::name(&mut self.ids, &hits);
        }
    }

    fn name(ids: &mut HashMap<u32, Box<str>>, hits: &Hits<'_>) {
        for hit in hits.iter() {
            if let Some(rule) = hits.rule(hit) {
                ids.entry(hit.entry).or_insert_with(|| rule.id.as_str().into());
            }
        }
    }

    fn matches(&self) -> Vec<Match> {
        sorted(self.found.iter().filter_map(|&(event, rule)| Some((event, self.ids.get(&rule)?.clone()))))
    }
}

/// Payloads that were read before.
struct Payloads<'a> {
    evaluation: Evaluation<'a>,
    events: Vec<Event<'a>>,
}

impl Pass for Payloads<'_> {
    fn run(&mut self) -> Result<Ran> {
        self.evaluation.found.clear();
        for (number, event) in (0..).zip(&self.events) {
            self.evaluation.evaluate(number, event);
        }
        Ok(Ran::here(self.evaluation.found.len()))
    }

    fn matches(&mut self) -> Result<Vec<Match>> {
        self.run()?;
        Ok(self.evaluation.matches())
    }
}

/// Lines in, rules out.
struct Lines<'a> {
    evaluation: Evaluation<'a>,
    lane: &'a Lane,
    limits: &'a Limits,
}

impl Pass for Lines<'_> {
    fn run(&mut self) -> Result<Ran> {
        self.evaluation.found.clear();
        for (number, line) in (0..).zip(lines(&self.lane.ndjson)) {
            let event = Event::parse(std::str::from_utf8(line)?, self.limits)?;
            self.evaluation.evaluate(number, &event);
        }
        Ok(Ran::here(self.evaluation.found.len()))
    }

    fn matches(&mut self) -> Result<Vec<Match>> {
        self.run()?;
        Ok(self.evaluation.matches())
    }
}

/// Lines in, tags out.
struct Tags<'a> {
    ingest: Ingest<'a>,
    block: Block,
    lane: &'a Lane,
    out: Vec<u8>,
}

/// As much of a tag, or of an event, as tells which one it is.
#[derive(Deserialize)]
struct Named {
    source_id: String,
    rule_id: Option<Box<str>>,
}

impl Pass for Tags<'_> {
    fn run(&mut self) -> Result<Ran> {
        self.out.clear();
        let mut report = Report::default();
        self.ingest.block(&self.block, 0, &mut self.out, &mut report);
        if report.unreadable > 0 {
            bail!("{} lines could not be read", report.unreadable);
        }
        Ok(Ran::here(usize::try_from(report.tags)?))
    }

    fn matches(&mut self) -> Result<Vec<Match>> {
        self.run()?;
        let mut numbers: HashMap<String, Vec<u32>> = HashMap::new();
        for (number, line) in (0..).zip(lines(&self.lane.ndjson)) {
            let event: Named = serde_json::from_slice(line)?;
            numbers.entry(event.source_id).or_default().push(number);
        }
        let mut pairs = Vec::new();
        for line in lines(&self.out) {
            let tag: Named = serde_json::from_slice(line)?;
            let rule = tag.rule_id.context("a tag without its rule")?;
            // A lane that repeats events repeats their ids; the events are then the same.
            let events = numbers.get(&tag.source_id).context("a tag of no event")?;
            pairs.extend(events.iter().map(|&event| (event, rule.clone())));
        }
        Ok(sorted(pairs))
    }
}
