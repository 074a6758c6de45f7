// SPDX-License-Identifier: AGPL-3.0-or-later
//! Literals of one slot: what is looked for, and how it is found.

mod rarity;
mod runs;
mod set;

pub(super) use rarity::{is_common, rarest};
pub use set::Literals;

/// Where in the text a literal must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Anchor {
    /// Anywhere.
    Anywhere,
    /// At the start.
    Start,
    /// At the end.
    End,
    /// The whole text is the literal.
    Whole,
}

/// One literal to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Needle {
    /// The literal, not empty.
    pub(super) text: String,
    /// Where it must stand.
    pub(super) anchor: Anchor,
    /// Its letters count in every case.
    pub(super) nocase: bool,
    /// The predicate that it makes true.
    pub(super) pred: u32,
}
