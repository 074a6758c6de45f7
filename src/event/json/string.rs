// SPDX-License-Identifier: AGPL-3.0-or-later
//! A JSON string as written, decoded on demand.

use std::borrow::Cow;
use std::fmt;

use wide::u8x16;

/// A JSON string as it stands between its quotes.
///
/// Lone surrogates (`\ud800`) are legal JSON but no text: each decodes to U+FFFD.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawString<'a> {
    raw: &'a str,
    /// A whole word, as are the fields of all these views: padding inside them makes the compiler
    /// move them in odd pieces, and reading back what was stored in other pieces stalls.
    escapes: usize,
}

/// A part of a decoded string: text as written, or one character that an escape stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Text that needs no decoding.
    Text(&'a str),
    /// What one escape (or surrogate pair) stands for.
    Char(char),
}

impl<'a> RawString<'a> {
    #[inline]
    pub(super) const fn new(raw: &'a str, escapes: usize) -> Self {
        Self { raw, escapes }
    }

    /// The text between the quotes, escapes as written.
    pub const fn as_raw(&self) -> &'a str {
        self.raw
    }

    /// Whether an escape stands in the string.
    pub const fn is_escaped(&self) -> bool {
        self.escapes > 0
    }

    /// The decoded text, if it is the text as written.
    #[inline]
    pub const fn as_plain(&self) -> Option<&'a str> {
        if self.escapes > 0 { None } else { Some(self.raw) }
    }

    /// Bytes that the decoded text takes at most; no escape is shorter than its character.
    pub const fn decoded_len_bound(&self) -> usize {
        self.raw.len()
    }

    /// The decoded text in pieces.
    ///
    /// # Cost
    ///
    /// One pass; no allocation.
    pub fn pieces(&self) -> Pieces<'a> {
        Pieces { rest: self.raw }
    }

    /// Appends the decoded text to anything that takes text: a `String`, an arena's string.
    ///
    /// # Errors
    ///
    /// What the sink reports; strings report nothing.
    pub fn decode_into(&self, sink: &mut impl fmt::Write) -> fmt::Result {
        if self.escapes == 0 {
            return sink.write_str(self.raw);
        }
        let bytes = self.raw.as_bytes();
        let (mut start, mut at) = (0, 0);
        loop {
            at = backslash(bytes, at);
            sink.write_str(self.raw.get(start..at).unwrap_or_default())?;
            match bytes.get(at + 1) {
                None => return Ok(()),
                // These stand for themselves: plain text goes on with them.
                Some(b'\\' | b'"' | b'/') => {
                    start = at + 1;
                    at += 2;
                }
                Some(_) => {
                    let (character, length) = escape(bytes.get(at..).unwrap_or_default());
                    sink.write_char(character)?;
                    at += length;
                    start = at;
                }
            }
        }
    }

    /// The decoded text; borrowed unless an escape stands in it.
    #[inline]
    pub fn to_text(&self) -> Cow<'a, str> {
        match self.as_plain() {
            Some(plain) => Cow::Borrowed(plain),
            None => Cow::Owned(self.decoded()),
        }
    }

    /// Whether the decoded text equals `text`; allocates nothing.
    #[inline]
    pub fn equals(&self, text: &str) -> bool {
        match self.as_plain() {
            Some(plain) => plain == text,
            None => self.decoded_equals(text),
        }
    }

    /// The byte of `text`, which the string was read from, at which its own text begins.
    pub(in super::super) fn offset_in(&self, text: &str) -> usize {
        (self.raw.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
    }

    fn decoded(&self) -> String {
        let mut text = String::with_capacity(self.decoded_len_bound());
        // Writing to a string cannot fail.
        let _ = self.decode_into(&mut text);
        text
    }

    fn decoded_equals(&self, text: &str) -> bool {
        let mut rest = text;
        for piece in self.pieces() {
            let after = match piece {
                Piece::Text(part) => rest.strip_prefix(part),
                Piece::Char(character) => rest.strip_prefix(character),
            };
            match after {
                Some(after) => rest = after,
                None => return false,
            }
        }
        rest.is_empty()
    }
}

impl fmt::Debug for RawString<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.raw)
    }
}

/// The pieces of one string, see [`RawString::pieces`].
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    rest: &'a str,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        let plain = backslash(self.rest.as_bytes(), 0);
        if let (text, rest) = self.rest.split_at_checked(plain)?
            && plain > 0
        {
            self.rest = rest;
            return Some(Piece::Text(text));
        }
        let (character, length) = escape(self.rest.as_bytes());
        self.rest = self.rest.get(length..).unwrap_or_default();
        Some(Piece::Char(character))
    }
}

/// The first backslash from a place on, or the end.
#[inline]
fn backslash(bytes: &[u8], mut at: usize) -> usize {
    while let Some(part) = bytes.get(at..).and_then(<[u8]>::first_chunk::<16>) {
        let marks = u8x16::new(*part).simd_eq(u8x16::splat(b'\\')).to_bitmask();
        if marks != 0 {
            return at + marks.trailing_zeros() as usize;
        }
        at += 16;
    }
    while bytes.get(at).is_some_and(|byte| *byte != b'\\') {
        at += 1;
    }
    at
}

/// The character that the escape at the start of `text` stands for, and the escape's length.
fn escape(text: &[u8]) -> (char, usize) {
    let character = match text.get(1) {
        Some(b'u') => return unicode_escape(text),
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(byte) => char::from(*byte),
        None => char::REPLACEMENT_CHARACTER,
    };
    (character, 2)
}

fn unicode_escape(text: &[u8]) -> (char, usize) {
    let Some(unit) = unit(text) else { return (char::REPLACEMENT_CHARACTER, text.len()) };
    if let Some(character) = char::from_u32(unit) {
        return (character, 6);
    }
    let low = text.get(6..).and_then(self::unit);
    match low {
        Some(low @ 0xdc00..=0xdfff) if unit < 0xdc00 => {
            let code = 0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
            (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), 12)
        }
        _ => (char::REPLACEMENT_CHARACTER, 6),
    }
}

/// The UTF-16 unit of a `\uXXXX` at the start of `text`.
fn unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.get(..4)?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}
