// SPDX-License-Identifier: AGPL-3.0-or-later
//! The value of a field or expression for one event.

/// A value that lives as long as the event or the arena it was decoded into.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Slot<'a> {
    /// Missing or null.
    Absent,
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

    /// The items of a list; none for what is no list.
    pub fn items(self) -> impl Iterator<Item = Self> {
        let (texts, numbers): (&[&str], &[f64]) = match self {
            Self::Texts(items) => (items, &[]),
            Self::Numbers(items) => (&[], items),
            _ => (&[], &[]),
        };
        texts.iter().map(|text| Self::Text(text)).chain(numbers.iter().map(|number| Self::Number(*number)))
    }

    /// The boolean, if it is one.
    pub const fn boolean(self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(value),
            _ => None,
        }
    }
}
