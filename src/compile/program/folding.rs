// SPDX-License-Identifier: AGPL-3.0-or-later
//! Unicode simple case folding for just the characters that needles have.

use crate::compile::optimize::orbit;

/// Maps every character that equals a needle's character but for case to one representative,
/// and every other character to itself.
///
/// # Soundness
/// Folded needles and a folded text are equal exactly where `(?i)` says so: a character outside
/// the map equals no needle character, and no representative is such a character.
#[derive(Clone, Debug, Default)]
pub struct Folding {
    /// Sorted by the first; only characters that change.
    map: Vec<(char, char)>,
}

impl Folding {
    /// The folding for these needles.
    pub(super) fn new<'a>(needles: impl Iterator<Item = &'a str>) -> Self {
        let mut chars: Vec<char> = needles.flat_map(str::chars).collect();
        chars.sort_unstable();
        chars.dedup();
        let mut map: Vec<(char, char)> = Vec::new();
        for c in chars {
            let orbit = orbit(c);
            let Some(first) = orbit.first().copied() else { continue };
            map.extend(orbit.into_iter().filter(|other| *other != first).map(|other| (other, first)));
        }
        map.sort_unstable();
        map.dedup();
        Self { map }
    }

    /// The representative of a character.
    #[inline]
    pub fn fold(&self, c: char) -> char {
        self.map
            .binary_search_by_key(&c, |(from, _)| *from)
            .ok()
            .and_then(|index| self.map.get(index))
            .map_or(c, |(_, to)| *to)
    }

    /// A needle, folded.
    pub(super) fn fold_text(&self, text: &str) -> String {
        text.chars().map(|c| self.fold(c)).collect()
    }
}

/// The text with each character replaced by an ASCII one of the same orbit; `None` where some
/// character has none, so that no ASCII text can contain it.
pub(super) fn ascii_form(text: &str) -> Option<String> {
    text.chars()
        .map(|c| if c.is_ascii() { Some(c) } else { orbit(c).into_iter().find(char::is_ascii) })
        .collect()
}
