// SPDX-License-Identifier: AGPL-3.0-or-later
//! The value of a field or expression for one event.

use bumpalo::Bump;

/// A value that lives as long as the event or the arena it was decoded into.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Slot<'a> {
    /// Missing or null.
    #[default]
    Absent,
    /// Not derived yet: the lifter of that number gives it when a rule asks.
    Deferred(u32),
    /// There, but not of the declared JSON type.
    Wrong,
    /// A string; times and addresses are read from it when asked.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// A boolean.
    Bool(bool),
    /// A list's strings, or a map's.
    Texts(&'a [&'a str]),
    /// A list's numbers.
    Numbers(&'a [f64]),
}

impl<'a> Slot<'a> {
    /// The string, if it is one.
    pub const fn text(self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The number, if it is one.
    pub const fn number(self) -> Option<f64> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The items of a list; a text is a list of one, and what is neither has none.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let (texts, numbers): (&[&str], &[f64]) = match self {
            Self::Texts(items) => (items, &[]),
            Self::Numbers(items) => (&[], items),
            _ => (&[], &[]),
        };
        let one = matches!(self, Self::Text(_)).then_some(self);
        let texts = texts.iter().map(|text| Self::Text(text));
        one.into_iter().chain(texts).chain(numbers.iter().map(|number| Self::Number(*number)))
    }

    /// The same value, living as long as the arena.
    pub fn copied_to(self, arena: &Bump) -> Slot<'_> {
        match self {
            Self::Absent => Slot::Absent,
            Self::Deferred(lifter) => Slot::Deferred(lifter),
            Self::Wrong => Slot::Wrong,
            Self::Text(text) => Slot::Text(arena.alloc_str(text)),
            Self::Number(number) => Slot::Number(number),
            Self::Bool(value) => Slot::Bool(value),
            Self::Texts(items) => {
                Slot::Texts(arena.alloc_slice_fill_iter(items.iter().map(|item| &*arena.alloc_str(item))))
            }
            Self::Numbers(items) => Slot::Numbers(arena.alloc_slice_copy(items)),
        }
    }

    /// The boolean, if it is one.
    pub const fn boolean(self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(value),
            _ => None,
        }
    }
}
