// SPDX-License-Identifier: AGPL-3.0-or-later
//! Regular expressions of a kind.

use crate::compile::automaton::Automaton;
use crate::compile::ir;

/// One or more regular expressions in one automaton.
#[derive(Debug)]
pub struct Regex {
    /// The patterns as compiled.
    pub patterns: Vec<Box<str>>,
    /// What they run on.
    pub automaton: Automaton,
}

impl Regex {
    /// Compiles patterns; `None` where all together pass the bound.
    pub(super) fn new(regexes: &[ir::Regex], bytes_max: usize) -> Option<Self> {
        let automaton = Automaton::new(regexes.iter().map(ir::Regex::hir), bytes_max).ok()?;
        Some(Self { patterns: regexes.iter().map(|regex| regex.pattern().into()).collect(), automaton })
    }
}

/// Regular expressions of one slot that are run on every text.
#[derive(Debug)]
pub struct RegexGroup {
    /// Index into [`super::KindProgram::regexes`].
    pub regex: u32,
    /// Per pattern, the predicate.
    pub preds: Vec<u32>,
}
