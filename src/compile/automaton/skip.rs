// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which characters can begin a match, so that a search passes over the others without a look at its states.

use super::{Automaton, Context, Node};

/// Where nothing is under way: the ASCII characters that may change that, by what stands before them.
///
/// # Soundness
/// One bit stands for each set of facts that an ASCII character may bring as the one before. A character leaves
/// the bit of a set clear only if, after a character with these facts, no pattern takes it as its first and none
/// matches before it.
#[derive(Clone, Debug)]
pub struct Skip {
    /// Per character, the sets after which it may begin something.
    begins: [u8; 128],
    /// Per character, the bit of the set that it brings.
    brings: [u8; 128],
    /// The sets, by bit.
    sets: [Context; SETS],
}

/// Sets of facts that ASCII characters bring: that of a word character, of either line end, of any other.
const SETS: usize = 4;

/// Patterns whose beginnings are looked at; so many leave hardly a character out.
const STARTS_MAX: usize = 64;

impl Skip {
    /// Where a search over the automaton may go on; `None` where it can't pass over anything.
    pub(super) fn new(automaton: &Automaton) -> Option<Self> {
        let open = automaton.starts.iter().filter(|start| !start.anchored).count();
        if open == 0 || automaton.starts.len() > STARTS_MAX {
            return None;
        }
        let alphabet = &automaton.alphabet;
        let facts = |byte: u8| alphabet.facts(alphabet.ascii(byte)).only(automaton.needs);
        let mut sets: Vec<Context> = Vec::new();
        let mut skip = Self { begins: [0; 128], brings: [0; 128], sets: [Context::default(); SETS] };
        for (byte, brings) in (0_u8..).zip(&mut skip.brings) {
            let facts = facts(byte);
            let index = sets.iter().position(|set| *set == facts).unwrap_or_else(|| {
                sets.push(facts);
                sets.len() - 1
            });
            *skip.sets.get_mut(index)? = facts;
            *brings = 1 << index;
        }
        for (bit, before) in sets.iter().enumerate() {
            for after in &sets {
                let first = First::of(automaton, *before, *after);
                for (byte, begins) in (0_u8..).zip(&mut skip.begins) {
                    if facts(byte) == *after && first.has(alphabet.ascii(byte)) {
                        *begins |= 1 << bit;
                    }
                }
            }
        }
        Some(skip)
    }

    /// The number of sets that characters bring, at most.
    pub const SETS: usize = SETS;

    /// What an ASCII character brings: the number of the set, and the set.
    #[inline]
    pub fn brought(&self, byte: u8) -> Option<(usize, Context)> {
        let set = self.brings.get(usize::from(byte))?.trailing_zeros() as usize;
        Some((set, *self.sets.get(set)?))
    }

    /// From a place where nothing is under way to the next that may change it: an ASCII character that may begin
    /// something, a character outside ASCII, or the end of the text.
    #[inline]
    pub fn next(&self, text: &[u8], at: usize) -> usize {
        let table = |table: &[u8; 128], byte: u8| table.get(usize::from(byte)).copied().unwrap_or(u8::MAX);
        let before = at.checked_sub(1).and_then(|before| text.get(before));
        let mut brought = before.map_or(u8::MAX, |byte| table(&self.brings, *byte));
        let rest = text.get(at..).unwrap_or_default();
        let stop = rest.iter().position(|byte| {
            let stops = table(&self.begins, *byte) & brought != 0;
            brought = table(&self.brings, *byte);
            stops
        });
        at + stop.unwrap_or(rest.len())
    }
}

/// What patterns take first between two characters.
struct First {
    classes: Vec<u64>,
    /// One matches there.
    matches: bool,
}

impl First {
    fn of(automaton: &Automaton, before: Context, after: Context) -> Self {
        let mut first = Self { classes: vec![0; automaton.alphabet.classes().div_ceil(64)], matches: false };
        let mut seen = vec![false; automaton.nodes.len()];
        let open = automaton.starts.iter().filter(|start| !start.anchored);
        let mut stack: Vec<u32> = open.map(|start| start.node).collect();
        while let Some(id) = stack.pop() {
            if seen.get_mut(id as usize).is_none_or(|seen| std::mem::replace(seen, true)) {
                continue;
            }
            match automaton.nodes.get(id as usize) {
                Some(Node::Take { classes, .. }) => {
                    first.classes.iter_mut().zip(classes.iter()).for_each(|(all, more)| *all |= more);
                }
                Some(Node::Look { look, next }) if Context::holds(*look, before, after) => stack.push(*next),
                Some(Node::Split { start, end }) => {
                    stack.extend(automaton.targets.get(*start as usize..*end as usize).unwrap_or_default());
                }
                Some(Node::Match(_)) => first.matches = true,
                Some(Node::Look { .. }) | None => {}
            }
        }
        first
    }

    fn has(&self, class: usize) -> bool {
        self.matches || self.classes.get(class / 64).is_some_and(|word| word >> (class % 64) & 1 != 0)
    }
}
