// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is looked for in one slot.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::{Folding, Literals, NumberTable, RegexGroup};

/// Everything that is looked for in one slot.
#[derive(Debug, Default)]
pub struct SlotScan {
    /// The slot.
    pub slot: u32,
    /// Predicates that are true when the slot is there and not null.
    pub exists: Vec<u32>,
    /// Predicates that are true when a boolean is true.
    pub is_true: Vec<u32>,
    /// Number comparisons.
    pub numbers: NumberTable,
    /// What is looked for in a string.
    pub text: TextScan,
}

/// Everything that is looked for in one string.
#[derive(Debug, Default)]
pub struct TextScan {
    /// Equality and membership.
    pub exact: ExactTable,
    /// Literals as they are: for every text where there are no others, else for those that are
    /// not all ASCII.
    pub literals: Option<Literals>,
    /// Where there are case-insensitive needles.
    pub folded: Option<FoldedScan>,
    /// Regular expressions that are run on every text.
    pub groups: Vec<RegexGroup>,
    /// A text of fewer bytes has nothing that is looked for but by equality.
    pub shortest: usize,
}

/// What a slot with case-insensitive needles looks for.
#[derive(Debug)]
pub struct FoldedScan {
    /// All literals and equalities, of both sorts, for ASCII texts.
    pub ascii: Option<Literals>,
    /// Case-insensitive literals for other texts, folded.
    pub full: Option<Literals>,
    /// Case-insensitive equality and membership for other texts, folded.
    pub exact: ExactTable,
    /// How texts are folded.
    pub folding: Folding,
}

impl TextScan {
    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.literals.is_none() && self.folded.is_none() && self.groups.is_empty()
    }

    /// Whether texts are only looked up, which needs no memory of earlier ones.
    pub const fn is_look_up(&self) -> bool {
        self.literals.is_none() && self.folded.is_none() && self.groups.is_empty()
    }

    /// Bytes of automata and tables.
    pub fn bytes(&self) -> usize {
        let folded = self.folded.as_ref().map_or(0, |folded| {
            folded.ascii.as_ref().map_or(0, Literals::bytes)
                + folded.full.as_ref().map_or(0, Literals::bytes)
                + folded.exact.bytes()
        });
        self.exact.bytes() + self.literals.as_ref().map_or(0, Literals::bytes) + folded
    }
}

/// Strings that a text may equal, in one hash table.
#[derive(Clone, Debug, Default)]
pub struct ExactTable {
    map: HashMap<Box<str>, Vec<u32>, KeyState>,
    /// Bytes of the longest key; a longer text needs no look-up.
    longest: usize,
}

impl ExactTable {
    pub(super) fn add(&mut self, key: &str, pred: u32) {
        self.longest = self.longest.max(key.len());
        let preds = self.map.entry(key.into()).or_default();
        if !preds.contains(&pred) {
            preds.push(pred);
        }
    }

    /// The predicates of a text.
    #[inline]
    pub fn get(&self, text: &str) -> &[u32] {
        if self.map.is_empty() || text.len() > self.longest {
            return &[];
        }
        self.map.get(text).map_or(&[], Vec::as_slice)
    }

    /// Bytes of the longest key.
    pub const fn longest(&self) -> usize {
        self.longest
    }

    /// How many strings there are.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    fn bytes(&self) -> usize {
        self.map.keys().map(|key| key.len() + size_of::<(Box<str>, Vec<u32>)>() + 8).sum()
    }
}

/// Hashes keys by [`KeyHasher`].
pub type KeyState = BuildHasherDefault<KeyHasher>;

/// A quick hash for tables whose keys nobody outside chooses: the pack's, numbers of rules, what is a keyed hash
/// already. No text can make them collide.
#[derive(Clone, Copy, Default)]
pub struct KeyHasher(u64);

impl Hasher for KeyHasher {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut chunks = bytes.chunks_exact(8);
        for chunk in &mut chunks {
            let word = chunk.try_into().map_or(0, u64::from_le_bytes);
            self.0 = (self.0 ^ word).wrapping_mul(MULTIPLIER).rotate_left(29);
        }
        let mut word = bytes.len() as u64;
        for byte in chunks.remainder() {
            word = (word << 8) | u64::from(*byte);
        }
        self.0 = (self.0 ^ word).wrapping_mul(MULTIPLIER).rotate_left(29);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}
