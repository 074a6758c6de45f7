// SPDX-License-Identifier: AGPL-3.0-or-later
//! What zero-width assertions ask of the characters on both sides of a position.

use regex_syntax::hir::Look;

/// Facts about one side of a position: the character there, or that the text ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Context(pub u8);

impl Context {
    /// The text begins or ends here.
    pub const EDGE: Self = Self(1);
    /// A Unicode word character.
    pub const WORD: Self = Self(2);
    /// An ASCII word character.
    pub const ASCII_WORD: Self = Self(4);
    /// `\n`.
    pub const LF: Self = Self(8);
    /// `\r`.
    pub const CR: Self = Self(16);

    /// Whether all facts of `other` hold.
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Only those that `mask` has.
    #[must_use]
    pub const fn only(self, mask: Self) -> Self {
        Self(self.0 & mask.0)
    }

    /// The facts that an assertion asks for.
    pub(super) const fn of(look: Look) -> Self {
        match look {
            Look::Start | Look::End => Self::EDGE,
            Look::StartLF | Look::EndLF => Self::EDGE.with(Self::LF),
            Look::StartCRLF | Look::EndCRLF => Self::EDGE.with(Self::LF).with(Self::CR),
            Look::WordAscii
            | Look::WordAsciiNegate
            | Look::WordStartAscii
            | Look::WordEndAscii
            | Look::WordStartHalfAscii
            | Look::WordEndHalfAscii => Self::ASCII_WORD,
            Look::WordUnicode
            | Look::WordUnicodeNegate
            | Look::WordStartUnicode
            | Look::WordEndUnicode
            | Look::WordStartHalfUnicode
            | Look::WordEndHalfUnicode => Self::WORD,
        }
    }

    /// Whether an assertion holds between `before` and `after`, as regex-syntax defines it.
    pub fn holds(look: Look, before: Self, after: Self) -> bool {
        let word = match Self::of(look) {
            Self::ASCII_WORD => Self::ASCII_WORD,
            _ => Self::WORD,
        };
        let (left, right) = (before.has(word), after.has(word));
        match look {
            Look::Start => before.has(Self::EDGE),
            Look::End => after.has(Self::EDGE),
            Look::StartLF => before.has(Self::EDGE) || before.has(Self::LF),
            Look::EndLF => after.has(Self::EDGE) || after.has(Self::LF),
            Look::StartCRLF => {
                before.has(Self::EDGE)
                    || before.has(Self::LF)
                    || (before.has(Self::CR) && !after.has(Self::LF))
            }
            Look::EndCRLF => {
                after.has(Self::EDGE) || after.has(Self::CR) || (after.has(Self::LF) && !before.has(Self::CR))
            }
            Look::WordAscii | Look::WordUnicode => left != right,
            Look::WordAsciiNegate | Look::WordUnicodeNegate => left == right,
            Look::WordStartAscii | Look::WordStartUnicode => !left && right,
            Look::WordEndAscii | Look::WordEndUnicode => left && !right,
            Look::WordStartHalfAscii | Look::WordStartHalfUnicode => !left,
            Look::WordEndHalfAscii | Look::WordEndHalfUnicode => !right,
        }
    }
}
