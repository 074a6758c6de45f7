// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sets of small numbers that are cleared and walked by what is in them, not by what might be.

/// A set of numbers below a bound.
#[derive(Debug)]
pub(super) struct Bits {
    words: Vec<u64>,
    /// One bit per word that is not zero.
    summary: Vec<u64>,
}

impl Bits {
    /// An empty set for numbers below `count`.
    pub(super) fn new(count: usize) -> Self {
        let words = count.div_ceil(64);
        Self { words: vec![0; words], summary: vec![0; words.div_ceil(64)] }
    }

    /// Adds a number; one past the bound is not taken.
    #[inline]
    pub(super) fn set(&mut self, number: u32) {
        let index = number as usize / 64;
        if let (Some(word), Some(summary)) = (self.words.get_mut(index), self.summary.get_mut(index / 64)) {
            *word |= 1 << (number % 64);
            *summary |= 1 << (index % 64);
        }
    }

    /// Whether a number is in the set.
    #[inline]
    pub(super) fn has(&self, number: u32) -> bool {
        self.words.get(number as usize / 64).is_some_and(|word| word >> (number % 64) & 1 != 0)
    }

    /// Empties the set.
    pub(super) fn clear(&mut self) {
        let Self { words, summary } = self;
        for (block, left) in summary.iter_mut().enumerate() {
            for index in ones(std::mem::take(left)) {
                if let Some(word) = words.get_mut(block * 64 + index as usize) {
                    *word = 0;
                }
            }
        }
    }

    /// The words that are not zero, each with its place, in ascending order.
    #[inline]
    pub(super) fn words(&self) -> impl Iterator<Item = (usize, u64)> {
        let blocks = self.summary.iter().enumerate();
        let indices =
            blocks.flat_map(|(block, left)| ones(*left).map(move |index| block * 64 + index as usize));
        indices.filter_map(|index| Some((index, *self.words.get(index)?)))
    }

    /// The word at a place.
    #[inline]
    pub(super) fn word(&self, index: usize) -> u64 {
        self.words.get(index).copied().unwrap_or(0)
    }

    /// The place of the first word from `index` on that is not zero.
    #[inline]
    pub(super) fn next_word(&self, index: usize) -> Option<usize> {
        let block = index / 64;
        let first = self.summary.get(block)? & (u64::MAX << (index % 64));
        if first != 0 {
            return Some(block * 64 + first.trailing_zeros() as usize);
        }
        let rest = self.summary.iter().enumerate().skip(block + 1);
        rest.filter(|(_, left)| **left != 0)
            .map(|(block, left)| block * 64 + left.trailing_zeros() as usize)
            .next()
    }
}

/// The places of the bits that are set, in ascending order.
#[inline]
pub(super) fn ones(mut word: u64) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        let place = word.trailing_zeros();
        (word != 0).then(|| {
            word &= word - 1;
            place
        })
    })
}
