// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the scan of a text found, kept for when the text comes again.
//!
//! Sensors send the same images, agents, users and commands over and over. Where a field's values repeat, looking
//! the text up costs less than scanning it; where they do not, the field is left alone for a while.

/// Found predicates by field and text, in memory of a fixed size.
#[derive(Debug)]
pub(super) struct Memo {
    entries: Vec<Entry>,
    /// Per scan, and per place in a list of texts, how often its texts are known.
    uses: Vec<[Use; PLACES]>,
    /// What the scan under way has found.
    finding: Vec<u32>,
    under_way: bool,
}

/// One text; all of it in a few lines of the cache.
#[derive(Clone, Debug)]
struct Entry {
    hash: u64,
    /// Which scan's, plus one; 0 for none.
    scan: u32,
    length: u8,
    count: u8,
    found: [u32; FOUND_MAX],
    text: [u8; TEXT_BYTES],
}

impl Entry {
    const NONE: Self =
        Self { hash: 0, scan: 0, length: 0, count: 0, found: [0; FOUND_MAX], text: [0; TEXT_BYTES] };

    fn is(&self, hash: u64, scan: u32, text: &str) -> bool {
        self.hash == hash
            && self.scan == scan + 1
            && self.text.get(..usize::from(self.length)) == Some(text.as_bytes())
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Use {
    asked: u32,
    known: u32,
    /// How many texts are still let pass unasked.
    pause: u32,
}

/// How many texts are kept; a power of two.
const ENTRIES: usize = 2048;
/// Bytes of a text that is kept.
const TEXT_BYTES: usize = 176;
/// Predicates of a text that is kept.
const FOUND_MAX: usize = 16;
/// Places in a list of texts that are told apart.
const PLACES: usize = 32;
/// After so many texts of a field it is looked at how many were known.
const PERIOD: u32 = 512;
/// One in this many must have been.
const WORTH: u32 = 4;
/// How many texts of a field whose values do not repeat are let pass.
const PAUSE: u32 = 16 * PERIOD;

/// What is known of a text.
pub(super) enum Known<'m> {
    /// What scanning it found.
    Found(&'m [u32]),
    /// Nothing: it must be scanned. With a ticket, what that finds is kept.
    Not(Option<Ticket>),
}

/// The place where the result of a scan is kept.
#[derive(Clone, Copy)]
pub(super) struct Ticket {
    hash: u64,
    scan: u32,
}

impl Memo {
    /// A memo for so many scans.
    pub(super) fn new(scans: usize) -> Self {
        let entries = if scans == 0 { 0 } else { ENTRIES };
        Self {
            entries: vec![Entry::NONE; entries],
            uses: vec![[Use::default(); PLACES]; scans],
            finding: Vec::with_capacity(4 * FOUND_MAX),
            under_way: false,
        }
    }

    /// What is known of a text of a scan; `place` is its place in the list of texts, if it is of one: sensors
    /// send what repeats and what does not in the same order.
    #[inline]
    pub(super) fn look(&mut self, scan: u32, place: usize, text: &str) -> Known<'_> {
        let uses = self.uses.get_mut(scan as usize);
        let Some(used) = uses.and_then(|uses| uses.get_mut(place % PLACES)) else { return Known::Not(None) };
        if used.pause > 0 {
            used.pause -= 1;
            return Known::Not(None);
        }
        if text.len() > TEXT_BYTES {
            return Known::Not(None);
        }
        used.asked += 1;
        let hash = hash(scan, text.as_bytes());
        if let Some(entry) = self.entries.get(index(hash)).filter(|entry| entry.is(hash, scan, text)) {
            used.known += 1;
            return Known::Found(entry.found.get(..usize::from(entry.count)).unwrap_or(&[]));
        }
        if used.asked >= PERIOD {
            let pause = if used.known < used.asked / WORTH { PAUSE } else { 0 };
            *used = Use { pause, ..Use::default() };
        }
        self.finding.clear();
        self.under_way = true;
        Known::Not(Some(Ticket { hash, scan }))
    }

    /// Notes what a scan finds; the same may come more than once.
    #[inline]
    pub(super) fn note(&mut self, pred: u32) {
        if !self.under_way || self.finding.last() == Some(&pred) {
            return;
        }
        if self.finding.len() == self.finding.capacity() {
            self.finding.sort_unstable();
            self.finding.dedup();
        }
        // Past the capacity there is too much to keep.
        self.under_way = self.finding.len() < self.finding.capacity();
        if self.under_way {
            self.finding.push(pred);
        }
    }

    /// Keeps what a scan found, if it is not too much.
    pub(super) fn keep(&mut self, ticket: Ticket, text: &str) {
        if !std::mem::take(&mut self.under_way) {
            return;
        }
        self.finding.sort_unstable();
        self.finding.dedup();
        let Ticket { hash, scan } = ticket;
        let bytes = text.as_bytes();
        let (Some(entry), Ok(length), Ok(count)) =
            (self.entries.get_mut(index(hash)), u8::try_from(bytes.len()), u8::try_from(self.finding.len()))
        else {
            return;
        };
        let (found, room) = (entry.found.get_mut(..self.finding.len()), entry.text.get_mut(..bytes.len()));
        if let (Some(found), Some(room)) = (found, room) {
            found.copy_from_slice(&self.finding);
            room.copy_from_slice(bytes);
            (entry.hash, entry.scan, entry.length, entry.count) = (hash, scan + 1, length, count);
        }
    }
}

/// The place of a hash.
const fn index(hash: u64) -> usize {
    (hash >> 40) as usize % ENTRIES
}

/// A quick hash. Texts that collide only push each other out.
#[inline]
fn hash(scan: u32, text: &[u8]) -> u64 {
    const MULTIPLIER: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |state: u64, word: u64| {
        let product = u128::from(state ^ word) * u128::from(MULTIPLIER);
        (product as u64) ^ (product >> 64) as u64
    };
    let mut state = mix(u64::from(scan) << 32 | text.len() as u64, MULTIPLIER);
    let (chunks, rest) = text.as_chunks::<8>();
    for chunk in chunks {
        state = mix(state, u64::from_le_bytes(*chunk));
    }
    let last = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    mix(state, last ^ MULTIPLIER.rotate_left(32))
}
