// SPDX-License-Identifier: AGPL-3.0-or-later
//! Regular expressions as one automaton over classes of characters.
//!
//! The alphabet is not bytes but classes: the coarsest partition of all characters that the
//! patterns tell apart. So one automaton serves ASCII (a table of 128 entries) and all of Unicode
//! (a search in sorted ranges), classes and word boundaries mean exactly what Unicode-aware
//! regular expressions mean, and a class such as `\w` is one transition and not a hundred bytes'
//! worth. States are found as texts ask for them: see [`crate::engine::LazyCache`].

mod alphabet;
mod context;
mod nfa;
mod skip;

pub use alphabet::Alphabet;
pub use context::Context;
pub use nfa::{Node, NodeId};
pub use skip::Skip;

use regex_syntax::hir::Hir;

/// One or more patterns, compiled; which of them a text matches is all that is asked.
#[derive(Clone, Debug)]
pub struct Automaton {
    /// Which characters are told apart.
    pub alphabet: Alphabet,
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Targets of [`Node::Split`].
    pub targets: Vec<NodeId>,
    /// Where each pattern begins; a match may begin anywhere, unless the pattern is anchored.
    pub starts: Vec<Start>,
    /// Which facts about the character before a position the patterns ask for.
    pub needs: Context,
    /// What a search passes over where nothing is under way; nothing, where every character may begin something.
    pub skip: Option<Box<Skip>>,
}

/// Where a pattern begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Start {
    /// The node.
    pub node: NodeId,
    /// Whether every match begins at the start of the text.
    pub anchored: bool,
}

/// A pattern that would need more nodes than the bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLarge(());

impl std::fmt::Display for TooLarge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the regular expression compiles to more than the limit")
    }
}

impl std::error::Error for TooLarge {}

impl Automaton {
    /// Compiles parsed patterns; pattern `i` is the `i`-th.
    ///
    /// # Cost
    /// Linear in the patterns with their counted repetitions written out, at most `bytes_max`.
    ///
    /// # Errors
    /// The nodes would take more than `bytes_max`.
    pub fn new<'p>(patterns: impl Iterator<Item = &'p Hir>, bytes_max: usize) -> Result<Self, TooLarge> {
        let mut builder = nfa::Builder::new(bytes_max);
        let starts = patterns
            .zip(0_u32..)
            .map(|(hir, pattern)| builder.pattern(hir, pattern))
            .collect::<Result<Vec<_>, TooLarge>>()?;
        Ok(builder.finish(starts))
    }

    /// Bytes of a pattern with its repetitions and classes written out, without building it.
    ///
    /// # Cost
    /// Linear in the pattern as written, whatever its repetitions count.
    pub fn size(pattern: &Hir) -> usize {
        nfa::bytes(pattern)
    }

    /// How many patterns there are.
    pub const fn patterns(&self) -> usize {
        self.starts.len()
    }

    /// Cells of one row of transitions: the state's index, one per class, the end of the text.
    pub const fn stride(&self) -> usize {
        self.alphabet.classes() + 2
    }

    /// Bytes of nodes and alphabet.
    pub fn bytes(&self) -> usize {
        self.nodes.len() * size_of::<Node>()
            + self.targets.len() * size_of::<NodeId>()
            + self.alphabet.bytes()
            + self.skip.as_ref().map_or(0, |_| size_of::<Skip>())
    }
}
