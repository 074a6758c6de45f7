// SPDX-License-Identifier: AGPL-3.0-or-later
//! Patterns to nodes (Thompson's construction, written back to front).

use std::collections::HashMap;

use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

use super::alphabet::{Alphabet, Ranges};
use super::{Automaton, Context, Skip, Start, TooLarge};

/// A node, by its place in [`Automaton::nodes`].
pub type NodeId = u32;

/// One step of a pattern.
#[derive(Clone, Debug)]
pub enum Node {
    /// Takes one character of these classes.
    Take {
        /// The classes, one bit each.
        classes: std::sync::Arc<[u64]>,
        /// What follows.
        next: NodeId,
    },
    /// Takes nothing; holds between two characters.
    Look {
        /// What must hold.
        look: Look,
        /// What follows.
        next: NodeId,
    },
    /// Goes on at all of these, a range of [`Automaton::targets`].
    Split {
        /// The first.
        start: u32,
        /// One past the last.
        end: u32,
    },
    /// The pattern matches.
    Match(u32),
}

/// A node whose classes are still a set of characters.
enum Draft {
    Take { set: u32, next: NodeId },
    Look { look: Look, next: NodeId },
    Split(Vec<NodeId>),
    Match(u32),
}

/// Compiles patterns into drafts, then numbers the alphabet.
pub(super) struct Builder {
    drafts: Vec<Draft>,
    sets: Vec<Ranges>,
    known: HashMap<Ranges, u32>,
    needs: Context,
    nodes_max: usize,
}

impl Builder {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self {
            drafts: Vec::new(),
            sets: Vec::new(),
            known: HashMap::new(),
            needs: Context::default(),
            nodes_max: bytes_max / size_of::<Node>(),
        }
    }

    /// Compiles one pattern.
    pub(super) fn pattern(&mut self, hir: &Hir, pattern: u32) -> Result<Start, TooLarge> {
        let end = self.add(Draft::Match(pattern))?;
        let node = self.compile(hir, end)?;
        Ok(Start { node, anchored: hir.properties().look_set_prefix().contains(Look::Start) })
    }

    fn add(&mut self, draft: Draft) -> Result<NodeId, TooLarge> {
        if self.drafts.len() >= self.nodes_max {
            return Err(TooLarge(()));
        }
        self.drafts.push(draft);
        Ok(u32::try_from(self.drafts.len() - 1).unwrap_or(u32::MAX))
    }

    fn set(&mut self, ranges: Ranges) -> u32 {
        if let Some(set) = self.known.get(&ranges) {
            return *set;
        }
        let set = u32::try_from(self.sets.len()).unwrap_or(u32::MAX);
        self.sets.push(ranges.clone());
        self.known.insert(ranges, set);
        set
    }

    fn take(&mut self, ranges: Ranges, next: NodeId) -> Result<NodeId, TooLarge> {
        let set = self.set(ranges);
        self.add(Draft::Take { set, next })
    }

    /// The node that matches `hir` and goes on at `next`. Recursion is bounded by the limit on a
    /// pattern's nesting.
    fn compile(&mut self, hir: &Hir, next: NodeId) -> Result<NodeId, TooLarge> {
        match hir.kind() {
            HirKind::Empty => Ok(next),
            HirKind::Literal(literal) => {
                // Patterns are UTF-8 throughout; anything else would match nothing.
                let text = std::str::from_utf8(&literal.0).unwrap_or_default();
                text.chars().rev().try_fold(next, |next, c| self.take(vec![(c, c)], next))
            }
            HirKind::Class(class) => {
                let ranges = match class {
                    Class::Unicode(class) => class.iter().map(|range| (range.start(), range.end())).collect(),
                    Class::Bytes(class) => class
                        .iter()
                        .map(|range| (char::from(range.start()), char::from(range.end().min(0x7f))))
                        .collect(),
                };
                self.take(ranges, next)
            }
            HirKind::Look(look) => {
                self.needs = self.needs.with(Context::of(*look));
                self.add(Draft::Look { look: *look, next })
            }
            HirKind::Capture(capture) => self.compile(&capture.sub, next),
            HirKind::Concat(parts) => {
                parts.iter().rev().try_fold(next, |next, part| self.compile(part, next))
            }
            HirKind::Alternation(parts) => {
                let targets = parts.iter().map(|part| self.compile(part, next)).collect::<Result<_, _>>()?;
                self.add(Draft::Split(targets))
            }
            HirKind::Repetition(repetition) => self.repetition(repetition, next),
        }
    }

    fn repetition(&mut self, repetition: &Repetition, next: NodeId) -> Result<NodeId, TooLarge> {
        let sub = &*repetition.sub;
        let mut tail = next;
        match repetition.max {
            None => {
                let split = self.add(Draft::Split(Vec::new()))?;
                let body = self.compile(sub, split)?;
                if let Some(Draft::Split(targets)) = self.drafts.get_mut(split as usize) {
                    targets.extend([body, next]);
                }
                tail = split;
            }
            Some(max) => {
                for _ in repetition.min..max {
                    let body = self.compile(sub, tail)?;
                    tail = self.add(Draft::Split(vec![body, next]))?;
                }
            }
        }
        (0..repetition.min).try_fold(tail, |tail, _| self.compile(sub, tail))
    }

    /// Numbers the alphabet and turns drafts into nodes.
    pub(super) fn finish(self, starts: Vec<Start>) -> Automaton {
        let (alphabet, classes) = Alphabet::new(&self.sets, self.needs);
        let sets: Vec<std::sync::Arc<[u64]>> = classes.sets.into_iter().map(Into::into).collect();
        let mut targets = Vec::new();
        let at = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        let nodes = self
            .drafts
            .into_iter()
            .map(|draft| match draft {
                Draft::Take { set, next } => {
                    Node::Take { classes: sets.get(set as usize).cloned().unwrap_or_default(), next }
                }
                Draft::Look { look, next } => Node::Look { look, next },
                Draft::Split(list) => {
                    let start = at(targets.len());
                    targets.extend(list);
                    Node::Split { start, end: at(targets.len()) }
                }
                Draft::Match(pattern) => Node::Match(pattern),
            })
            .collect();
        let mut automaton = Automaton { alphabet, nodes, targets, starts, needs: self.needs, skip: None };
        automaton.skip = Skip::new(&automaton).map(Box::new);
        automaton
    }
}

/// An upper bound of the bytes that a pattern takes with its repetitions written out, saturating:
/// a node for each step, and the ranges of each class as often as it stands there.
pub(super) fn bytes(hir: &Hir) -> usize {
    const NODE: usize = size_of::<Node>();
    let ranges = |count: usize| NODE.saturating_add(count.saturating_mul(size_of::<(char, char)>()));
    match hir.kind() {
        HirKind::Empty => 0,
        HirKind::Literal(literal) => literal.0.len().saturating_mul(NODE),
        HirKind::Class(Class::Unicode(class)) => ranges(class.ranges().len()),
        HirKind::Class(Class::Bytes(class)) => ranges(class.ranges().len()),
        HirKind::Look(_) => NODE,
        HirKind::Capture(capture) => bytes(&capture.sub),
        HirKind::Concat(parts) => parts.iter().map(bytes).fold(0, usize::saturating_add),
        HirKind::Alternation(parts) => parts.iter().map(bytes).fold(NODE, usize::saturating_add),
        HirKind::Repetition(repetition) => {
            let copies = repetition.max.unwrap_or_else(|| repetition.min.saturating_add(1));
            bytes(&repetition.sub)
                .saturating_add(NODE)
                .saturating_mul(usize::try_from(copies).unwrap_or(usize::MAX))
        }
    }
}
