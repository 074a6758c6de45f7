// SPDX-License-Identifier: AGPL-3.0-or-later
//! Classes of characters: the coarsest partition that a set of patterns tells apart.

use std::collections::{BTreeMap, HashMap};

use super::Context;

/// A set of characters as sorted inclusive ranges.
pub(super) type Ranges = Vec<(char, char)>;

/// Characters by class.
#[derive(Clone, Debug)]
pub struct Alphabet {
    /// The class of each ASCII character.
    ascii: [u16; 128],
    /// Where a run of characters of one class begins; sorted, the first at U+0080.
    runs: Vec<(u32, u16)>,
    /// Per class, what assertions ask of its characters.
    facts: Vec<Context>,
}

/// Sets of classes, one bit each.
#[derive(Clone, Debug, Default)]
pub(super) struct ClassSets {
    pub(super) sets: Vec<Box<[u64]>>,
}

impl Alphabet {
    /// The partition by `sets` and, as far as `needs` asks, by word characters and line ends; and
    /// each set as a set of classes.
    pub(super) fn new(sets: &[Ranges], needs: Context) -> (Self, ClassSets) {
        let mut all: Vec<(Ranges, Context)> =
            sets.iter().map(|set| (set.clone(), Context::default())).collect();
        for (ranges, fact) in [
            (word_ranges(), Context::WORD),
            (vec![('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')], Context::ASCII_WORD),
            (vec![('\n', '\n')], Context::LF),
            (vec![('\r', '\r')], Context::CR),
        ] {
            if needs.has(fact) {
                all.push((ranges, fact));
            }
        }
        let starts = boundaries(&all);
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); starts.len()];
        for ((ranges, _), set) in all.iter().zip(0_u32..) {
            for (first, last) in ranges {
                let from = starts.partition_point(|start| *start < *first as u32);
                let to = starts.partition_point(|start| *start <= *last as u32);
                for interval in members.get_mut(from..to).unwrap_or_default() {
                    interval.push(set);
                }
            }
        }
        Self::number(&all, &starts, members)
    }

    /// Gives intervals with equal members one class.
    fn number(all: &[(Ranges, Context)], starts: &[u32], members: Vec<Vec<u32>>) -> (Self, ClassSets) {
        let mut classes: HashMap<Vec<u32>, u16> = HashMap::new();
        let mut facts: Vec<Context> = Vec::new();
        let mut holders: Vec<Vec<u32>> = Vec::new();
        let mut ascii = [0_u16; 128];
        let mut runs: Vec<(u32, u16)> = Vec::new();
        let ends = starts.iter().skip(1).copied().chain([u32::MAX]);
        for ((start, end), sets) in starts.iter().copied().zip(ends).zip(members) {
            let next = u16::try_from(classes.len()).unwrap_or(u16::MAX);
            let class = *classes.entry(sets).or_insert_with_key(|sets| {
                let fact = |set: &u32| all.get(*set as usize).map_or(Context::default(), |(_, fact)| *fact);
                facts.push(sets.iter().map(fact).fold(Context::default(), Context::with));
                holders.push(sets.clone());
                next
            });
            for c in start..end.min(128) {
                if let Some(slot) = ascii.get_mut(c as usize) {
                    *slot = class;
                }
            }
            if end > 128 && runs.last().is_none_or(|(_, last)| *last != class) {
                runs.push((start.max(128), class));
            }
        }
        let words = facts.len().div_ceil(64);
        let mut sets = vec![vec![0_u64; words].into_boxed_slice(); all.len()];
        for (class, held) in holders.iter().enumerate() {
            for set in held {
                if let Some(word) = sets.get_mut(*set as usize).and_then(|set| set.get_mut(class / 64)) {
                    *word |= 1 << (class % 64);
                }
            }
        }
        (Self { ascii, runs, facts }, ClassSets { sets })
    }

    /// How many classes there are; the class of the end of the text is this number.
    pub const fn classes(&self) -> usize {
        self.facts.len()
    }

    /// The class of an ASCII byte.
    #[inline]
    pub fn ascii(&self, byte: u8) -> usize {
        #[expect(clippy::indexing_slicing, reason = "the index is below 128")]
        usize::from(self.ascii[usize::from(byte & 0x7f)])
    }

    /// The class of a character.
    #[inline]
    pub fn class(&self, c: char) -> usize {
        if c.is_ascii() {
            return self.ascii(c as u8);
        }
        let index = self.runs.partition_point(|(start, _)| *start <= c as u32);
        self.runs.get(index.wrapping_sub(1)).map_or(0, |(_, class)| usize::from(*class))
    }

    /// What assertions ask of a class's characters; of the text's end, for the class after the last.
    pub fn facts(&self, class: usize) -> Context {
        self.facts.get(class).copied().unwrap_or(Context::EDGE)
    }

    /// Bytes of the tables.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + self.runs.len() * size_of::<(u32, u16)>() + self.facts.len()
    }
}

/// Where intervals begin: at the first character, and wherever a range begins or has just ended.
fn boundaries(all: &[(Ranges, Context)]) -> Vec<u32> {
    let mut starts: BTreeMap<u32, ()> = BTreeMap::from([(0, ())]);
    for (first, last) in all.iter().flat_map(|(ranges, _)| ranges) {
        starts.insert(*first as u32, ());
        starts.insert(*last as u32 + 1, ());
    }
    starts.into_keys().collect()
}

/// The Unicode word characters, as `\w` has them.
fn word_ranges() -> Ranges {
    let hir = regex_syntax::parse(r"\w");
    match hir.as_ref().map(regex_syntax::hir::Hir::kind) {
        Ok(regex_syntax::hir::HirKind::Class(regex_syntax::hir::Class::Unicode(class))) => {
            class.iter().map(|range| (range.start(), range.end())).collect()
        }
        _ => Vec::new(),
    }
}
