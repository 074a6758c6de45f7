// SPDX-License-Identifier: AGPL-3.0-or-later
//! One case-insensitive literal, looked for when a rule asks.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;
use memchr::{memchr_iter, memchr2_iter, memmem};

use super::Folding;
use super::folding::ascii_form;
use super::literals::{Anchor, rarest};

/// A literal that counts in every case, by Unicode simple case folding.
#[derive(Debug)]
pub struct Nocase {
    anchor: Anchor,
    /// As an ASCII text has it, in lower case; `None` where none can.
    ascii: Option<Box<[u8]>>,
    /// The place of its rarest byte.
    rare: usize,
    /// Folded, as a folded text has it.
    folded: Box<str>,
    folding: Folding,
}

impl Nocase {
    pub(super) fn new(text: &str, anchor: Anchor) -> Self {
        let folding = Folding::new(std::iter::once(text));
        let ascii = ascii_form(text).map(|text| Box::from(text.to_ascii_lowercase().as_bytes()));
        let rare = ascii.as_deref().map_or(0, rarest);
        Self { anchor, ascii, rare, folded: folding.fold_text(text).into(), folding }
    }

    /// Whether the text has the literal, where it must stand.
    ///
    /// # Cost
    /// Linear in the text: one that has a long literal's rarest byte too often is folded and searched as a whole.
    pub fn is_in(&self, text: &str, arena: &Bump) -> bool {
        let found = if text.is_ascii() { self.in_ascii(text.as_bytes()) } else { None };
        found.unwrap_or_else(|| {
            let mut copy = ArenaString::with_capacity_in(text.len(), arena);
            copy.extend(text.chars().map(|c| self.folding.fold(c)));
            match self.anchor {
                Anchor::Anywhere => memmem::find(copy.as_bytes(), self.folded.as_bytes()).is_some(),
                Anchor::Start => copy.starts_with(&*self.folded),
                Anchor::End => copy.ends_with(&*self.folded),
                Anchor::Whole => *copy == *self.folded,
            }
        })
    }

    /// As [`Nocase::is_in`]; `None` where it gave up.
    fn in_ascii(&self, text: &[u8]) -> Option<bool> {
        let Some(wanted) = &self.ascii else { return Some(false) };
        let Some(room) = text.len().checked_sub(wanted.len()) else { return Some(false) };
        let same = |start: usize| {
            text.get(start..start + wanted.len()).is_some_and(|part| part.eq_ignore_ascii_case(wanted))
        };
        Some(match self.anchor {
            Anchor::Start => same(0),
            Anchor::End => same(room),
            Anchor::Whole => room == 0 && same(0),
            Anchor::Anywhere => {
                let Some(rare) = wanted.get(self.rare).copied() else { return Some(true) };
                let there = text.get(self.rare..=self.rare + room).unwrap_or(&[]);
                // Comparing a short literal costs the same at every place.
                let most = if wanted.len() <= SHORT { usize::MAX } else { text.len() / BYTES_PER_PLACE };
                match rare.is_ascii_lowercase() {
                    true => first_of(memchr2_iter(rare, rare.to_ascii_uppercase(), there), same, most),
                    false => first_of(memchr_iter(rare, there), same, most),
                }?
            }
        })
    }
}

/// Whether the literal stands at one of the places; `None` where there are more than `most`.
fn first_of(places: impl Iterator<Item = usize>, same: impl Fn(usize) -> bool, most: usize) -> Option<bool> {
    for (count, place) in places.enumerate() {
        if same(place) {
            return Some(true);
        }
        if count > most {
            return None;
        }
    }
    Some(false)
}

/// Bytes of a literal that is compared at as many places as there are.
const SHORT: usize = 64;
/// How many bytes of text a place costs that a longer one is compared at; past it the text is searched as a whole.
const BYTES_PER_PLACE: usize = 16;
