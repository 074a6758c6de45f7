// SPDX-License-Identifier: AGPL-3.0-or-later
//! Engines that take one text and say which patterns are in it.

use anyhow::Result;

use crate::contender::{Contender, Pass, Ran, Stage};
use crate::lane::{CommandLine, Lane, lines};
use crate::matches::{Match, sorted};

use super::Rules;

/// A set of patterns; what it makes once per lane is its session.
pub(crate) trait Matching {
    /// Evaluates texts; see [`Session`].
    type Session<'a>: Session
    where
        Self: 'a;

    /// Makes what is kept from text to text.
    fn session(&self) -> Self::Session<'_>;
}

/// Evaluates one text after the other.
pub(crate) trait Session {
    /// Calls `found` with the number of each rule that holds for a text.
    ///
    /// # Errors
    /// Where the engine fails.
    fn text(&mut self, text: &str, found: impl FnMut(u32)) -> Result<()>;
}

/// A set of patterns with the ids of its rules.
pub(crate) struct Loaded<M> {
    matching: M,
    ids: Vec<Box<str>>,
    stage: Stage,
}

impl<M: Matching> Loaded<M> {
    /// Patterns in order of the rules.
    pub(crate) fn new(matching: M, rules: &Rules, stage: Stage) -> Self {
        Self { matching, ids: rules.iter().map(|rule| rule.id.clone()).collect(), stage }
    }
}

impl<M: Matching> Contender for Loaded<M> {
    fn rules(&self) -> usize {
        self.ids.len()
    }

    fn over<'a>(&'a mut self, lane: &'a Lane) -> Result<Box<dyn Pass + 'a>> {
        let session = self.matching.session();
        Ok(Box::new(Texts { session, ids: &self.ids, lane, stage: self.stage, found: Vec::new() }))
    }
}

/// Evaluation of a lane's commands.
struct Texts<'a, S> {
    session: S,
    ids: &'a [Box<str>],
    lane: &'a Lane,
    stage: Stage,
    found: Vec<(u32, u32)>,
}

impl<S: Session> Pass for Texts<'_, S> {
    fn run(&mut self) -> Result<Ran> {
        let Self { session, lane, found, .. } = self;
        found.clear();
        match self.stage {
            Stage::Matching => {
                for (event, text) in (0..).zip(&lane.commands) {
                    session.text(text, |rule| found.push((event, rule)))?;
                }
            }
            Stage::EndToEnd => {
                for (event, line) in (0..).zip(lines(&lane.ndjson)) {
                    if let Some(text) = CommandLine::read(line) {
                        session.text(&text, |rule| found.push((event, rule)))?;
                    }
                }
            }
        }
        Ok(Ran::here(found.len()))
    }

    fn matches(&mut self) -> Result<Vec<Match>> {
        self.run()?;
        Ok(sorted(
            self.found
                .iter()
                .filter_map(|&(event, rule)| Some((event, self.ids.get(rule as usize)?.clone()))),
        ))
    }
}
