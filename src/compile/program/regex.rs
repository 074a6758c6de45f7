// SPDX-License-Identifier: AGPL-3.0-or-later
//! Regular expressions of a kind.

use crate::compile::automaton::Automaton;

/// One or more regular expressions in one automaton.
#[derive(Debug)]
pub struct Regex {
    /// The patterns as compiled.
    pub patterns: Vec<Box<str>>,
    /// What they run on.
    pub automaton: Automaton,
}

impl Regex {
    /// Compiles patterns that lowering accepted; `None` where one does not compile after all or
    /// all together pass the bound.
    pub(super) fn new<'p>(patterns: impl Iterator<Item = &'p str>, bytes_max: usize) -> Option<Self> {
        let patterns: Vec<Box<str>> = patterns.map(Into::into).collect();
        let hirs: Vec<_> =
            patterns.iter().map(|pattern| regex_syntax::parse(pattern)).collect::<Result<_, _>>().ok()?;
        let automaton = Automaton::new(&hirs, bytes_max).ok()?;
        Some(Self { patterns, automaton })
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
