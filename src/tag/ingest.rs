// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lines to tags: what one thread does with one block of the native format.

use crate::engine::{Engine, Scratch};
use crate::event::{self, Block, Event, Line, MemberList};
use crate::vocab::Limits;

use super::report::{LineProblem, Report};
use super::write::{Tagger, Written};

/// One thread's way from bytes to tags.
#[derive(Debug)]
pub struct Ingest<'e> {
    engine: &'e Engine,
    scratch: Scratch,
    list: MemberList,
    tagger: Tagger,
    limits: Limits,
    per_event: bool,
}

impl<'e> Ingest<'e> {
    /// A thread's way over an engine; tags under `floor` are left out. With `per_event`, every
    /// line gives one line of output.
    pub fn new(engine: &'e Engine, floor: f64, per_event: bool, limits: &Limits) -> Self {
        Self {
            engine,
            scratch: engine.scratch(),
            list: MemberList::new(),
            tagger: Tagger::new(floor),
            limits: limits.clone(),
            per_event,
        }
    }

    /// Evaluates every line of a block and appends its tags to `out`.
    ///
    /// `first` is the number of the block's first event, from 0, as per-event output shows it.
    ///
    /// # Cost
    /// Linear in the block; no allocation for lines without tags once warm.
    pub fn block(&mut self, block: &Block, first: u64, out: &mut Vec<u8>, report: &mut Report) {
        for (n, line) in (first..).zip(block.lines()) {
            self.line(&line, n, out, report);
        }
    }

    fn line(&mut self, line: &Line<'_>, n: u64, out: &mut Vec<u8>, report: &mut Report) {
        report.lines += 1;
        let (text, lossy) = event::text(line.bytes);
        let mut event = match Event::parse_with(&text, &self.limits, &mut self.list) {
            Ok(event) => event,
            Err(error) => {
                let problem = LineProblem::unreadable(line, &error);
                report.unreadable += 1;
                if self.per_event {
                    Tagger::write_error(n, problem.reason, &problem.message, out);
                }
                report.problem(problem);
                return;
            }
        };
        if let Some(problem) = LineProblem::too_long(line, &self.limits) {
            event.truncated = true;
            report.problem(problem);
        }
        if lossy {
            report.problem(LineProblem::invalid_utf8(line));
        }
        if event.payload.is_deep() {
            event.truncated = true;
            let message = "payload nested too deep: tagged from its upper levels";
            report.problem(LineProblem::readable(line, "too_deep", message));
        }
        let hits = self.engine.evaluate_with(&event, &mut self.scratch);
        if hits.counts().duplicate_keys > 0 {
            let message = "a payload key stands twice: tagged by the last one";
            report.problem(LineProblem::readable(line, "duplicate_key", message));
        }
        let written = if self.per_event {
            self.tagger.write_event(n, &event, &hits, out)
        } else if hits.is_empty() {
            Written::default()
        } else {
            self.tagger.write(&event, &hits, out)
        };
        report.event(&event, &hits, written, self.tagger.floor());
    }
}
