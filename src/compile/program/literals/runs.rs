// SPDX-License-Identifier: AGPL-3.0-or-later
//! Literals found by a few of their bytes, then compared.

use std::collections::HashMap;

use super::rarity::commonness;

/// A table from short runs of bytes to the literals that have them.
///
/// A run is looked up in a bit set first, which is small enough to stay in the cache nearest to the core and says
/// no for nearly every place of a text.
#[derive(Clone, Debug)]
struct Table {
    /// One bit per hash of a run that some literal has.
    bits: Box<[u64]>,
    shift: u32,
    /// Per bucket of hashes, where its entries begin; one more for the end.
    starts: Box<[u32]>,
    bucket_shift: u32,
    entries: Box<[Entry]>,
}

/// A run of bytes of one literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    run: u64,
    /// The run and what follows it in the literal, at most 8 bytes.
    ahead: u64,
    /// How many bytes that is.
    length: u8,
    literal: u32,
    /// Where in the literal the run begins.
    offset: u32,
}

impl Entry {
    /// The entry of a literal under the run of `length` bytes that begins at `offset`.
    fn new(literal: u32, bytes: &[u8], offset: usize, length: usize, fold: u64) -> Self {
        let rest = bytes.get(offset..).unwrap_or(&[]);
        let ahead = rest.len().min(8);
        Self {
            run: run(rest, length, fold),
            ahead: run(rest, ahead, fold),
            length: u8::try_from(ahead).unwrap_or(8),
            literal,
            offset: u32::try_from(offset).unwrap_or(u32::MAX),
        }
    }

    /// Whether a text may have the literal, by what it has from the run on.
    #[inline]
    const fn is_ahead(&self, ahead: u64) -> bool {
        ahead & mask(self.length as usize) == self.ahead
    }
}

/// Hash bits per literal, so that a run that no literal has passes seldom.
const BITS_PER_ENTRY: usize = 32;
/// The fewest and the most bits of a table's bit set.
const BITS: std::ops::RangeInclusive<usize> = 1 << 9..=1 << 18;

impl Table {
    fn new(mut entries: Vec<Entry>) -> Self {
        let bits = (entries.len() * BITS_PER_ENTRY).next_power_of_two().clamp(*BITS.start(), *BITS.end());
        let buckets = entries.len().next_power_of_two();
        let shift = 64 - bits.trailing_zeros();
        let bucket_shift = (64 - buckets.trailing_zeros()).min(63);
        entries.sort_by_key(|entry| (hash(entry.run) >> bucket_shift, entry.run, entry.literal));
        let mut set = vec![0_u64; bits / 64];
        for entry in &entries {
            let bit = hash(entry.run) >> shift;
            if let Some(word) = set.get_mut((bit / 64) as usize) {
                *word |= 1 << (bit % 64);
            }
        }
        let buckets = u64::try_from(buckets.max(2)).unwrap_or(u64::MAX);
        let starts = (0..=buckets).map(|bucket| {
            let start = entries.partition_point(|entry| hash(entry.run) >> bucket_shift < bucket);
            u32::try_from(start).unwrap_or(u32::MAX)
        });
        Self { bits: set.into(), shift, starts: starts.collect(), bucket_shift, entries: entries.into() }
    }

    /// Whether some literal may have the run.
    #[inline]
    fn maybe(&self, run: u64) -> bool {
        let bit = hash(run) >> self.shift;
        self.bits.get((bit / 64) as usize).is_some_and(|word| word >> (bit % 64) & 1 != 0)
    }

    /// The entries among which those of the run are.
    #[inline]
    fn bucket(&self, run: u64) -> &[Entry] {
        let bucket = (hash(run) >> self.bucket_shift) as usize;
        let range = self.starts.get(bucket).zip(self.starts.get(bucket + 1));
        let range = range.map_or(0..0, |(start, end)| *start as usize..*end as usize);
        self.entries.get(range).unwrap_or(&[])
    }

    fn bytes(&self) -> usize {
        size_of_val(&*self.bits) + size_of_val(&*self.starts) + size_of_val(&*self.entries)
    }
}

#[inline]
const fn hash(run: u64) -> u64 {
    run.wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The bytes as they are, and of ASCII letters in either case.
const AS_IS: u64 = 0;
const EITHER_CASE: u64 = 0x2020_2020_2020_2020;

/// The first `length` bytes, at most 8, as one number.
fn run(bytes: &[u8], length: usize, fold: u64) -> u64 {
    (first_bytes(bytes) | fold) & mask(length)
}

/// The first 8 bytes, the first one lowest; zeros stand for those that are not there.
#[inline]
fn first_bytes(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    }
}

/// The last 8 bytes, the last one highest; zeros stand for those that are not there.
#[inline]
fn last_bytes(bytes: &[u8]) -> u64 {
    match bytes.last_chunk() {
        Some(chunk) => u64::from_le_bytes(*chunk),
        None => bytes
            .iter()
            .rev()
            .zip((0..8).rev())
            .fold(0, |word, (byte, at)| word | u64::from(*byte) << (8 * at)),
    }
}

/// The low `length` bytes.
const fn mask(length: usize) -> u64 {
    if length >= 8 { u64::MAX } else { (1 << (8 * length)) - 1 }
}

/// Bytes of the runs that are looked for at every place of a text.
pub(super) const RUN: usize = 4;

/// Literals that may stand anywhere in a text.
///
/// # Soundness
/// Every literal is entered under one run of its bytes, [`RUN`] of them or all of a shorter one, so a text
/// that contains it contains that run; what the run finds is then compared byte by byte. Where ASCII case does not
/// matter, setting the bit that tells cases apart maps equal runs to equal ones.
#[derive(Clone, Debug)]
pub(super) struct Anywhere {
    long: Option<Table>,
    short: Option<Short>,
    fold: u64,
}

/// Literals shorter than [`RUN`].
#[derive(Clone, Debug)]
struct Short {
    /// One bit per pair of bytes that one of them begins with.
    pairs: Box<[u64]>,
    /// By length.
    tables: [Option<Table>; RUN - 1],
}

impl Short {
    fn new(entries: [Vec<Entry>; RUN - 1]) -> Self {
        let mut pairs = vec![0_u64; (1 << 16) / 64];
        let mut set = |pair: u64| {
            if let Some(word) = pairs.get_mut((pair / 64) as usize) {
                *word |= 1 << (pair % 64);
            }
        };
        for (class, entry) in
            entries.iter().enumerate().flat_map(|(class, all)| all.iter().map(move |one| (class, one)))
        {
            match class {
                0 => (0..256).for_each(|second| set(entry.run | second << 8)),
                _ => set(entry.run & mask(2)),
            }
        }
        let tables = entries.map(|entries| (!entries.is_empty()).then(|| Table::new(entries)));
        Self { pairs: pairs.into(), tables }
    }

    /// Whether some literal may begin with the first two bytes of the run.
    #[inline]
    fn maybe(&self, run: u64) -> bool {
        let pair = run & mask(2);
        self.pairs.get((pair / 64) as usize).is_some_and(|word| word >> (pair % 64) & 1 != 0)
    }
}

/// One text, and how many entries may still be looked at before an automaton is quicker.
struct Look<'t, F> {
    text: &'t [u8],
    fold: u64,
    left: usize,
    compare: F,
}

impl<F: FnMut(u32, usize)> Look<'_, F> {
    /// Compares what a table has under a run that begins at that place; false where nothing is left to spend.
    fn at(&mut self, table: &Table, run: u64, at: usize) -> bool {
        let bucket = table.bucket(run);
        let Some(left) = self.left.checked_sub(bucket.len()) else { return false };
        self.left = left;
        let ahead = first_bytes(self.text.get(at..).unwrap_or(&[])) | self.fold;
        for entry in bucket.iter().filter(|entry| entry.is_ahead(ahead)) {
            if let Some(start) = at.checked_sub(entry.offset as usize) {
                (self.compare)(entry.literal, start);
            }
        }
        true
    }

    /// Compares what a table has under the run at every place of the text; false where nothing is left to spend.
    fn every(&mut self, table: &Table) -> bool {
        let mut at = 0;
        // Eight bytes hold five runs, and nearly always none of them is in the table.
        while let Some(bytes) = self.text.get(at..).and_then(<[u8]>::first_chunk) {
            let word = u64::from_le_bytes(*bytes) | self.fold;
            let runs = [word, word >> 8, word >> 16, word >> 24, word >> 32].map(|run| run & mask(RUN));
            let [a, b, c, d, e] = runs.map(|run| table.maybe(run));
            if a | b | c | d | e {
                for (run, at) in runs.into_iter().zip(at..) {
                    if table.maybe(run) && !self.at(table, run, at) {
                        return false;
                    }
                }
            }
            at += runs.len();
        }
        let rest = self.text.get(at..).unwrap_or(&[]);
        (at..).zip(rest.windows(RUN)).all(|(at, window)| {
            let run = run(window, RUN, self.fold);
            !table.maybe(run) || self.at(table, run, at)
        })
    }

    /// Compares the literals of at most `longest` bytes that begin as the run does.
    fn short(&mut self, short: &Short, run: u64, at: usize, longest: usize) -> bool {
        (1..=longest).zip(&short.tables).all(|(length, table)| {
            let Some(table) = table else { return true };
            let run = run & mask(length);
            !table.maybe(run) || self.at(table, run, at)
        })
    }
}

impl Anywhere {
    pub(super) fn new<'n>(literals: impl Iterator<Item = (u32, &'n [u8])>, nocase: bool) -> Self {
        let fold = if nocase { EITHER_CASE } else { AS_IS };
        let mut entries: [Vec<Entry>; RUN] = Default::default();
        let mut taken = HashMap::<u64, u32>::new();
        for (literal, bytes) in literals {
            let length = bytes.len().min(RUN);
            let Some(table) = length.checked_sub(1).and_then(|class| entries.get_mut(class)) else {
                continue;
            };
            let windows = bytes.windows(length).map(|window| run(window, length, fold));
            // The rarest run by what bytes are common, and by how many others took it.
            let best = (0_usize..)
                .zip(windows)
                .min_by_key(|(_, run)| commonness(*run, length) + 4 * taken.get(run).copied().unwrap_or(0));
            let Some((offset, run)) = best else { continue };
            *taken.entry(run).or_default() += 1;
            table.push(Entry::new(literal, bytes, offset, length, fold));
        }
        let [one, two, three, long] = entries;
        let is_short = !(one.is_empty() && two.is_empty() && three.is_empty());
        Self {
            long: (!long.is_empty()).then(|| Table::new(long)),
            short: is_short.then(|| Short::new([one, two, three])),
            fold,
        }
    }

    /// Calls `compare` with every literal that may stand in the text and the place where it would begin; false
    /// where it gave up, because the text meets so many runs that an automaton is quicker.
    #[inline]
    pub(super) fn scan(&self, text: &[u8], compare: impl FnMut(u32, usize)) -> bool {
        let left = ENTRIES_MIN + text.len() / BYTES_PER_ENTRY;
        let mut look = Look { text, fold: self.fold, left, compare };
        let fold = self.fold & mask(RUN);
        let word = |window: &[u8]| {
            let word: [u8; RUN] = window.try_into().unwrap_or_default();
            u64::from(u32::from_le_bytes(word)) | fold
        };
        match (&self.long, &self.short) {
            (Some(long), None) => look.every(long),
            (long, Some(short)) => {
                let whole = text.windows(RUN).map(word).enumerate().all(|(at, run)| {
                    let found = long.as_ref().filter(|table| table.maybe(run));
                    found.is_none_or(|table| look.at(table, run, at))
                        && (!short.maybe(run) || look.short(short, run, at, RUN - 1))
                });
                // So near to the end only short literals begin.
                let tail = text.len().saturating_sub(RUN - 1);
                whole
                    && (tail..text.len()).all(|at| {
                        let rest = text.get(at..).unwrap_or(&[]);
                        look.short(short, first_bytes(rest) | self.fold, at, rest.len())
                    })
            }
            (None, None) => true,
        }
    }

    pub(super) fn bytes(&self) -> usize {
        let short = self.short.as_ref().map_or(0, |short| {
            size_of_val(&*short.pairs) + short.tables.iter().flatten().map(Table::bytes).sum::<usize>()
        });
        self.long.as_ref().map_or(0, Table::bytes) + short
    }
}

/// Entries that a text may cost before an automaton is quicker.
const ENTRIES_MIN: usize = 64;
const BYTES_PER_ENTRY: usize = 2;

/// Bytes of the longest run of a text's edge.
const EDGE: usize = 8;

/// Literals that must stand at the start of a text, or at its end.
///
/// # Soundness
/// A literal is entered under its outermost bytes, [`EDGE`] of them or all of a shorter one; a text that
/// starts, or ends, with it does so with them.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    /// The lengths of runs that there are, in ascending order.
    tables: Vec<(usize, Table)>,
    at_end: bool,
    fold: u64,
}

impl Edge {
    pub(super) fn new<'n>(
        literals: impl Iterator<Item = (u32, &'n [u8])>,
        at_end: bool,
        nocase: bool,
    ) -> Self {
        let fold = if nocase { EITHER_CASE } else { AS_IS };
        let mut entries: [Vec<Entry>; EDGE] = Default::default();
        for (literal, bytes) in literals {
            let length = bytes.len().min(EDGE);
            let offset = if at_end { bytes.len() - length } else { 0 };
            if let Some(table) = length.checked_sub(1).and_then(|class| entries.get_mut(class)) {
                table.push(Entry::new(literal, bytes, offset, length, fold));
            }
        }
        let lengths = (1..).zip(entries).filter(|(_, entries)| !entries.is_empty());
        Self {
            tables: lengths.map(|(length, entries)| (length, Table::new(entries))).collect(),
            at_end,
            fold,
        }
    }

    /// Calls `compare` with every literal that may stand at the edge of the text, and where it would begin.
    #[inline]
    pub(super) fn scan(&self, text: &[u8], mut compare: impl FnMut(u32, usize)) {
        if self.tables.is_empty() {
            return;
        }
        let word = self.fold | if self.at_end { last_bytes(text) } else { first_bytes(text) };
        for (length, table) in &self.tables {
            let length = *length;
            if length > text.len() {
                return;
            }
            let (at, run) = match self.at_end {
                true => (text.len() - length, word >> (8 * (EDGE - length))),
                false => (0, word & mask(length)),
            };
            if table.maybe(run) {
                for entry in table.bucket(run).iter().filter(|entry| entry.run == run) {
                    if let Some(start) = at.checked_sub(entry.offset as usize) {
                        compare(entry.literal, start);
                    }
                }
            }
        }
    }

    pub(super) fn bytes(&self) -> usize {
        self.tables.iter().map(|(_, table)| table.bytes()).sum()
    }
}
