// SPDX-License-Identifier: AGPL-3.0-or-later
//! Log records run through Sigma rules: source → slots → scan → decide.

use std::collections::HashMap;
use std::sync::Arc;

use bumpalo::Bump;

use crate::compile::logs::{LogPlan, LogSource, Logs};
use crate::compile::program::KeyState;
use crate::event::RawObject;
use crate::lift::Site;

use super::decide::Decider;
use super::function::lower;
use super::scratch::Buffers;
use super::{Counts, fields, scan};

/// Evaluates log records against Sigma rules.
///
/// # Example
/// ```
/// use decnet_ttp::compile::logs::Logs;
/// use decnet_ttp::compile::program::Plan;
/// use decnet_ttp::compile::sigma;
/// use decnet_ttp::diag::{Diagnostics, Sources};
/// use decnet_ttp::engine::LogEngine;
/// use decnet_ttp::event::RawObject;
/// use decnet_ttp::vocab::Limits;
///
/// let rule = "title: Shadow file\nlogsource: {product: linux}\n\
///             detection: {sel: {CommandLine|contains: /etc/shadow}, condition: sel}\n";
/// let (limits, mut sources, mut problems) = (Limits::default(), Sources::default(), Diagnostics::new());
/// let rules = sigma::rules(&[("shadow.yml".into(), rule.into())], &limits, &mut sources, &mut problems);
/// let engine = LogEngine::new(Logs::new(rules, Plan::default(), limits.clone()));
/// let record = RawObject::parse(r#"{"product": "linux", "CommandLine": "cat /etc/shadow"}"#, &limits)?;
/// let mut scratch = engine.scratch();
/// assert_eq!(engine.evaluate_with(record, &mut scratch), [0]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LogEngine {
    logs: Logs,
    routing: bool,
}

/// Working memory of one thread for [`LogEngine::evaluate_with`].
#[derive(Debug)]
pub struct LogScratch {
    arena: Bump,
    buffers: Buffers,
    /// The plans met so far, and where in `buffers` each one's programs begin.
    plans: Vec<(Arc<LogPlan>, usize)>,
    /// Which of `plans` serves a source.
    sources: HashMap<LogSource, usize, KeyState>,
    last: Option<(LogSource, usize)>,
    matched: Vec<u32>,
    counts: Counts,
}

/// How many sources are remembered; past it all are forgotten, and looked up anew.
const SOURCES_MAX: usize = 4096;

impl LogEngine {
    /// An engine that tries a rule on the records of every source that does not contradict it.
    pub const fn new(logs: Logs) -> Self {
        Self { logs, routing: true }
    }

    /// Tries every rule on every record, whatever source it names.
    #[must_use]
    pub const fn without_routing(mut self) -> Self {
        self.routing = false;
        self
    }

    /// The rules.
    pub const fn logs(&self) -> &Logs {
        &self.logs
    }

    /// Working memory; make one per thread and keep it.
    pub fn scratch(&self) -> LogScratch {
        LogScratch {
            arena: Bump::new(),
            buffers: Buffers::new(std::iter::empty(), 0),
            plans: Vec::new(),
            sources: HashMap::default(),
            last: None,
            matched: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// The rules that hold for a record, by their places in [`Logs`], in ascending order.
    ///
    /// # Cost
    /// Linear in the record; no allocation once `scratch` is warm. The first record of a source compiles the
    /// rules for it.
    pub fn evaluate_with<'s>(&self, record: RawObject<'_>, scratch: &'s mut LogScratch) -> &'s [u32] {
        scratch.matched.clear();
        scratch.counts = Counts::default();
        scratch.arena.reset();
        let source = if self.routing { self.source(record, &scratch.arena) } else { LogSource::default() };
        let plan = scratch.plan(&self.logs, source);
        let LogScratch { arena, buffers, plans, matched, counts, .. } = scratch;
        let Some((plan, first)) = plans.get(plan) else { return &[] };
        for (place, part) in (*first..).zip(&**plan) {
            let kind = &part.program;
            let limits = self.logs.limits();
            let slots = fields::fill(&kind.fields, kind.slots, record, arena, limits, counts);
            buffers.clear(place);
            scan::scan(kind, slots, arena, buffers);
            let mut decider = Decider { kind, slots, arena, buffers, site: Site::default(), via: None };
            decider.each(counts, |_, entry, _| {
                let rule = part.rules.get(entry as usize).copied();
                matched.extend(rule.filter(|rule| !self.logs.contradicts(source, *rule)));
            });
        }
        if plan.len() > 1 {
            matched.sort_unstable();
        }
        matched
    }

    /// The source that a record names.
    fn source(&self, record: RawObject<'_>, arena: &Bump) -> LogSource {
        let names = record.strings(["product", "category", "service"]).map(|name| name?.as_plain());
        // Rules name theirs in lower case; sensors as they please.
        self.logs.source(
            names.map(|name| name.map(|name| if name.is_ascii() { lower(name, arena) } else { name })),
        )
    }
}

impl LogScratch {
    /// What the last evaluation met besides matches.
    pub const fn counts(&self) -> Counts {
        self.counts
    }

    /// The place in `plans` of the plan for a source.
    fn plan(&mut self, logs: &Logs, source: LogSource) -> usize {
        if let Some((last, plan)) = self.last
            && last == source
        {
            return plan;
        }
        let plan = match self.sources.get(&source) {
            Some(plan) => *plan,
            None => self.meet(logs, source),
        };
        self.last = Some((source, plan));
        plan
    }

    /// Takes up a source that was not met before, and its plan if it is new too.
    fn meet(&mut self, logs: &Logs, source: LogSource) -> usize {
        let plan = logs.plan(source);
        let known = self.plans.iter().position(|(known, _)| Arc::ptr_eq(known, &plan));
        let place = known.unwrap_or_else(|| {
            let first = self.plans.iter().map(|(plan, _)| plan.len()).sum();
            self.plans.push((plan, first));
            let programs =
                self.plans.iter().flat_map(|(plan, _)| plan.iter().map(|part| Some(&part.program)));
            self.buffers = Buffers::new(programs, logs.limits().lazy_bytes);
            self.plans.len() - 1
        });
        if self.sources.len() >= SOURCES_MAX {
            self.sources.clear();
        }
        self.sources.insert(source, place);
        place
    }
}
