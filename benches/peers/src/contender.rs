// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a side of a comparison has to do.

use std::fmt;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;

use crate::lane::Lane;
use crate::matches::Match;

/// A set of rules, loaded by one engine.
pub(crate) trait Contender {
    /// How many rules are in force.
    fn rules(&self) -> usize;

    /// What could not be loaded, a line each.
    fn problems(&self) -> &[String] {
        &[]
    }

    /// CPU time of loading and peak memory in bytes, where another process has them.
    ///
    /// # Errors
    /// Where that process fails.
    fn load_figures(&self) -> Result<Option<(Duration, u64)>> {
        Ok(None)
    }

    /// Sets up evaluation of a lane: what an engine makes once and keeps is made here.
    ///
    /// # Errors
    /// Where the engine refuses.
    fn over<'a>(&'a mut self, lane: &'a Lane) -> Result<Box<dyn Pass + 'a>>;
}

/// Evaluation of one lane, which can be repeated.
pub(crate) trait Pass {
    /// Evaluates the lane once. This is what is timed: it leaves the pairs where the engine puts them.
    ///
    /// # Errors
    /// Where the engine fails.
    fn run(&mut self) -> Result<Ran>;

    /// Evaluates the lane once and says what was found, sorted and without repeats.
    ///
    /// # Errors
    /// Where the engine fails.
    fn matches(&mut self) -> Result<Vec<Match>>;
}

/// What one run did.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ran {
    /// How many results came out, in the engine's own unit.
    pub(crate) results: usize,
    /// The CPU time, where another process did the work.
    pub(crate) elsewhere: Option<Duration>,
}

impl Ran {
    /// A run in this process.
    pub(crate) const fn here(results: usize) -> Self {
        Self { results, elsewhere: None }
    }
}

/// What a side is given and what it gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Stage {
    /// Field values that are ready, in; rules, out.
    Matching,
    /// Bytes of NDJSON in; rules or tags, out.
    EndToEnd,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Matching => "matching alone",
            Self::EndToEnd => "end to end",
        })
    }
}

/// Loads a side's rules.
pub(crate) type Load = Box<dyn Fn() -> Result<Box<dyn Contender>>>;

/// One side of a comparison.
pub(crate) struct Side {
    /// What it is called in every table.
    pub(crate) name: &'static str,
    /// What was set, beside the defaults.
    pub(crate) settings: &'static str,
    /// What it is measured at.
    pub(crate) stage: Stage,
    /// Whether it is ours; the first of ours is what the others are compared with.
    pub(crate) ours: bool,
    /// The most events it is given, for sides that are slow.
    pub(crate) events_max: Option<usize>,
    /// Loads its rules.
    pub(crate) load: Load,
}
