// SPDX-License-Identifier: AGPL-3.0-or-later
//! Payload keys to slots.

use std::ops::Range;

use crate::compile::ir::Field;
use crate::vocab::{FieldType, Origin};

/// The keys of one JSON object that rules read.
#[derive(Clone, Debug, Default)]
pub struct FieldTable {
    keys: Vec<FieldKey>,
    /// The keys by [`KeyHead::place`], each in the first free bucket from there on; at most a
    /// quarter is taken.
    buckets: Vec<Bucket>,
    /// ASCII case does not matter for the keys, as in HTTP headers.
    nocase: bool,
    /// The slot of all strings of the object, however deep.
    all: Option<u32>,
}

/// One key.
#[derive(Clone, Debug)]
pub struct FieldKey {
    /// The key.
    pub name: Box<str>,
    /// The slot it fills and the type it must have.
    pub slot: Option<(u32, FieldType)>,
    /// Keys inside it that rules read.
    pub members: FieldTable,
    /// The scan looks at the texts of its slot.
    pub scanned: bool,
}

/// A key in the table of all, or nothing.
#[derive(Clone, Copy, Debug)]
struct Bucket {
    head: KeyHead,
    /// Its place among the keys.
    key: u32,
}

/// Length, first and last bytes of a key: all of it, up to 16 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct KeyHead {
    first: u64,
    last: u64,
    len: usize,
}

/// Bytes of a word of [`KeyHead`].
const WORD: usize = 8;

impl KeyHead {
    /// No key's: none is so long.
    const NONE: Self = Self { first: 0, last: 0, len: usize::MAX };

    /// The head of the key that stands at `start..end` of a text.
    #[inline(always)]
    fn new(text: &[u8], start: usize, end: usize) -> Self {
        let len = end.wrapping_sub(start);
        let word = |at: usize| {
            let word = text.get(at..).and_then(<[u8]>::first_chunk::<WORD>);
            word.map(|word| u64::from_le_bytes(*word))
        };
        let first = word(start).unwrap_or_else(|| padded(text.get(start..end)));
        if len >= WORD {
            return Self { first, last: word(end - WORD).unwrap_or(0), len };
        }
        // Whatever stands behind a short key is shifted out.
        Self { first: first & !(u64::MAX << (len * 8)), last: 0, len }
    }

    /// Where to look first in a table of which `mask` is the highest place.
    #[inline(always)]
    const fn place(self, mask: usize) -> usize {
        let mixed = self.first ^ self.last.rotate_left(29) ^ self.len as u64;
        (mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize & mask
    }
}

/// A word of at most seven bytes.
#[cold]
fn padded(bytes: Option<&[u8]>) -> u64 {
    let bytes = bytes.unwrap_or_default();
    bytes.iter().rev().take(WORD).fold(0, |word, byte| word << 8 | u64::from(*byte))
}

impl FieldTable {
    /// The table of the fields of a kind that the payload may have; slot `i` is field `i`.
    ///
    /// A dotted name reaches one level down, where ASCII case does not matter. In a log record it is a key as it
    /// stands, and also reaches down level by level.
    pub fn new(fields: &[Field]) -> Self {
        let mut table = Self::default();
        for (slot, field) in
            (0_u32..).zip(fields).filter(|(_, field)| !matches!(field.origin, Origin::Lifter | Origin::Rule))
        {
            match (field.ty, field.name.split_once('.')) {
                (FieldType::All, _) => table.all = Some(slot),
                (FieldType::Any, dotted) => {
                    table.key(&field.name).slot = Some((slot, field.ty));
                    if dotted.is_some() {
                        table.path(&field.name, slot);
                    }
                }
                (ty, None) => table.key(&field.name).slot = Some((slot, ty)),
                (_, Some((key, member))) => {
                    let members = &mut table.key(key).members;
                    members.nocase = true;
                    members.key(member).slot = Some((slot, field.ty_of_member()));
                }
            }
        }
        table.index();
        table
    }

    /// The key of that name, made where it is not there yet; for a table that is not indexed.
    fn key(&mut self, name: &str) -> &mut FieldKey {
        let index = self.keys.iter().position(|known| *known.name == *name).unwrap_or_else(|| {
            self.keys.push(FieldKey {
                name: name.into(),
                slot: None,
                members: Self::default(),
                scanned: false,
            });
            self.keys.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the index was found or made just now")]
        &mut self.keys[index]
    }

    /// The keys of a dotted name, level by level.
    fn path(&mut self, name: &str, slot: u32) {
        let mut table = self;
        let mut rest = name;
        while let Some((key, inner)) = rest.split_once('.') {
            table = &mut table.key(key).members;
            rest = inner;
        }
        table.key(rest).slot = Some((slot, FieldType::Any));
    }

    fn index(&mut self) {
        self.keys.iter_mut().for_each(|key| key.members.index());
        self.keys.sort_by(|a, b| (a.name.len(), &a.name).cmp(&(b.name.len(), &b.name)));
        let size = (self.keys.len() * 4).next_power_of_two();
        self.buckets = vec![Bucket { head: KeyHead::NONE, key: 0 }; size];
        for (index, key) in (0..).zip(&self.keys) {
            let head = KeyHead::new(key.name.as_bytes(), 0, key.name.len());
            let mut place = head.place(size - 1);
            while let Some(bucket) = self.buckets.get_mut(place) {
                if bucket.head == KeyHead::NONE {
                    *bucket = Bucket { head, key: index };
                    break;
                }
                place = (place + 1) & (size - 1);
            }
        }
    }

    /// Says which slots' texts the scan looks at.
    pub(super) fn mark_scanned(&mut self, is_scanned: impl Fn(u32) -> bool) {
        for key in &mut self.keys {
            key.scanned = key.slot.is_some_and(|(slot, _)| is_scanned(slot));
        }
    }

    /// Whether nothing is read.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.all.is_none()
    }

    /// All keys.
    pub fn keys(&self) -> &[FieldKey] {
        &self.keys
    }

    /// The slot of all strings of the object, however deep.
    pub const fn all(&self) -> Option<u32> {
        self.all
    }

    /// The key of that name, ASCII case aside where the table says so.
    #[inline]
    pub fn get(&self, name: &str) -> Option<&FieldKey> {
        self.get_in(name, 0..name.len())
    }

    #[inline(never)]
    fn get_nocase(&self, name: &str) -> Option<&FieldKey> {
        self.keys.iter().find(|key| key.name.eq_ignore_ascii_case(name))
    }

    /// The key that stands at a place of a text, as [`FieldTable::get`].
    ///
    /// # Cost
    /// One step in a hash table of which a quarter is taken; no pass over the key up to 16 bytes.
    #[inline(always)]
    pub fn get_in(&self, text: &str, key: Range<usize>) -> Option<&FieldKey> {
        if self.nocase {
            return self.get_nocase(text.get(key)?);
        }
        let head = KeyHead::new(text.as_bytes(), key.start, key.end);
        let mask = self.buckets.len().wrapping_sub(1);
        let mut place = head.place(mask);
        loop {
            let bucket = self.buckets.get(place)?;
            if bucket.head.first == head.first && bucket.head == head {
                let found = self.keys.get(bucket.key as usize)?;
                if head.len <= 2 * WORD || is(text, key.clone(), &found.name) {
                    return Some(found);
                }
            }
            if bucket.head.len == usize::MAX {
                return None;
            }
            place = (place + 1) & mask;
        }
    }
}

/// Whether that is what stands there.
#[inline(never)]
fn is(text: &str, place: Range<usize>, name: &str) -> bool {
    text.get(place) == Some(name)
}

impl Field {
    /// A member of a map is text; a declared dotted field has its own type.
    const fn ty_of_member(&self) -> FieldType {
        match self.ty {
            FieldType::Map => FieldType::Text,
            ty => ty,
        }
    }
}
