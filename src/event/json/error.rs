// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is wrong with a text that is not the JSON it should be.

use std::fmt;

/// Why a text is not accepted as JSON: what was expected, and at which byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    fault: Fault,
    offset: u32,
}

/// The fault itself; the words of [`JsonError::reason`] group them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Truncated,
    Object,
    Key,
    Colon,
    CommaOrBrace,
    CommaOrBracket,
    Value,
    Digit,
    Escape,
    ControlCharacter,
    TrailingText,
    TooManyKeys,
    DuplicateKey,
}

impl JsonError {
    /// An error at a byte; one past 4 GiB is reported as there.
    #[cold]
    pub(crate) const fn new(fault: Fault, offset: usize) -> Self {
        let offset = if offset > u32::MAX as usize { u32::MAX } else { offset as u32 };
        Self { fault, offset }
    }

    /// The byte of the text at which reading stopped.
    pub const fn offset(&self) -> usize {
        self.offset as usize
    }

    /// A stable word for counting: `truncated`, `too_many_keys`, `duplicate_key` or `syntax`.
    pub const fn reason(&self) -> &'static str {
        match self.fault {
            Fault::Truncated => "truncated",
            Fault::TooManyKeys => "too_many_keys",
            Fault::DuplicateKey => "duplicate_key",
            _ => "syntax",
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.fault {
            Fault::Truncated => "the text ends too early",
            Fault::Object => "expected `{`",
            Fault::Key => "expected a key in quotes",
            Fault::Colon => "expected `:`",
            Fault::CommaOrBrace => "expected `,` or `}`",
            Fault::CommaOrBracket => "expected `,` or `]`",
            Fault::Value => "expected a value",
            Fault::Digit => "expected a digit",
            Fault::Escape => "invalid escape",
            Fault::ControlCharacter => "raw control character in a string",
            Fault::TrailingText => "expected nothing after the object",
            Fault::TooManyKeys => "too many keys in one object",
            Fault::DuplicateKey => "duplicate key",
        };
        write!(f, "{what} at byte {}", self.offset)
    }
}

impl std::error::Error for JsonError {}
