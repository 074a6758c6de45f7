// SPDX-License-Identifier: AGPL-3.0-or-later
//! Blocks of whole lines, and the pool that keeps them.

use std::sync::{Mutex, PoisonError};

/// Whole lines of the input, and their numbers.
#[derive(Debug, Default)]
pub struct Block {
    /// Initialised further than it is used, so that reading into it clears nothing.
    pub(super) buffer: Vec<u8>,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) first_line: u64,
    pub(super) original_bytes: Option<u64>,
}

impl Block {
    /// A block of lines that are in memory; the first one has the number `first_line`.
    pub const fn from_bytes(bytes: Vec<u8>, first_line: u64) -> Self {
        let end = bytes.len();
        Self { buffer: bytes, start: 0, end, first_line, original_bytes: None }
    }

    /// Says that the lines were made of one line that was cut, and how many bytes it had.
    #[must_use]
    pub const fn made_of_cut_line(mut self, original_bytes: Option<u64>) -> Self {
        self.original_bytes = original_bytes;
        self
    }

    /// The bytes, line ends included.
    pub fn bytes(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    /// The number of the first line, from 1.
    pub const fn first_line(&self) -> u64 {
        self.first_line
    }

    /// If the block is one line that was cut, or was made of one: how many bytes it had.
    pub const fn original_bytes(&self) -> Option<u64> {
        self.original_bytes
    }

    /// The lines that are not blank.
    ///
    /// # Cost
    ///
    /// One vectorised search a line; no allocation.
    pub fn lines(&self) -> Lines<'_> {
        Lines { rest: self.bytes(), number: self.first_line, original_bytes: self.original_bytes }
    }

    /// How many lines there are, blank ones included.
    pub fn count(&self) -> u64 {
        let bytes = self.bytes();
        let ends = memchr::memchr_iter(b'\n', bytes).count() as u64;
        ends + u64::from(bytes.last().is_some_and(|byte| *byte != b'\n'))
    }
}

/// One line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'b> {
    /// Its number in the input, from 1, blank lines counted.
    pub number: u64,
    /// Its bytes without the line end (`\n` or `\r\n`).
    pub bytes: &'b [u8],
    /// How many bytes it had, if this is its head and tail.
    pub original_bytes: Option<u64>,
}

/// The lines of a block, see [`Block::lines`].
#[derive(Clone, Debug)]
pub struct Lines<'b> {
    rest: &'b [u8],
    number: u64,
    original_bytes: Option<u64>,
}

impl<'b> Iterator for Lines<'b> {
    type Item = Line<'b>;

    #[inline]
    fn next(&mut self) -> Option<Line<'b>> {
        while !self.rest.is_empty() {
            let (line, rest) = match memchr::memchr(b'\n', self.rest) {
                Some(end) => (self.rest.get(..end)?, self.rest.get(end + 1..)?),
                None => (self.rest, &[][..]),
            };
            self.rest = rest;
            let number = self.number;
            self.number += 1;
            let bytes = line.strip_suffix(b"\r").unwrap_or(line);
            let blank = match bytes.first() {
                Some(first) if *first > b' ' => false,
                _ => bytes.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')),
            };
            if !blank {
                return Some(Line { number, bytes, original_bytes: self.original_bytes });
            }
        }
        None
    }
}

/// Blocks to be filled again; threads that are done with one give it back.
///
/// A pool that is empty makes a new block, so what bounds memory is how many blocks the caller
/// has under way.
#[derive(Debug)]
pub struct BlockPool {
    blocks: Mutex<Vec<Block>>,
    kept_max: usize,
}

impl BlockPool {
    /// A pool that keeps at most that many blocks and drops further ones.
    pub const fn new(kept_max: usize) -> Self {
        Self { blocks: Mutex::new(Vec::new()), kept_max }
    }

    /// A block to fill.
    pub fn take(&self) -> Block {
        // A panic between lock and unlock is not possible, and the list would be whole anyway.
        self.blocks.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Gives a block back.
    pub fn give(&self, block: Block) {
        let mut blocks = self.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        if blocks.len() < self.kept_max {
            blocks.push(block);
        }
    }
}
