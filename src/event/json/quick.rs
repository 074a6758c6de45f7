// SPDX-License-Identifier: AGPL-3.0-or-later
//! The quick way through a text whose quotes are known.
//!
//! It takes most texts that are right and none that is wrong. Where it gives up the text is read
//! again, from its start, by [`Cursor`](super::cursor::Cursor), which knows what is wrong and deals
//! with what is rare: control characters, deep nesting.

use super::error::{Fault, JsonError};
use super::levels::DEPTH_MAX;
use super::list::{ESCAPED, MemberList, Span, TEXT_BYTES_MAX};
use super::string::RawString;
use super::value::{RawArray, RawNumber, RawObject, RawValue};
use crate::vocab::Limits;

/// Reads the members of one object.
#[derive(Debug)]
pub(crate) struct Quick<'a, 'i> {
    text: &'a str,
    place: Place<'i>,
    members: usize,
    keys_max: usize,
    /// Levels of containers that may stand inside the object being read.
    room: usize,
    spans: &'i mut Vec<Span>,
    ended: bool,
}

/// How far a text was read: the next byte, the quotes from there on, the escapes from there on.
#[derive(Clone, Copy, Debug)]
struct Place<'i> {
    at: usize,
    quotes: Quotes<'i>,
    /// The first of `escapes`, or [`NO_ESCAPE`].
    escape: usize,
    escapes: &'i [u32],
}

/// The quotes of a text from some place on.
#[derive(Clone, Copy, Debug)]
struct Quotes<'i> {
    /// Those among the 64 bytes from `start` on, which is below 0 at first.
    word: u64,
    start: usize,
    /// Those of the bytes behind them.
    words: &'i [u64],
}

impl Quotes<'_> {
    /// The place of the next quote.
    #[inline(always)]
    fn next(&mut self) -> Option<usize> {
        self.there()?;
        let place = self.start.wrapping_add(self.word.trailing_zeros() as usize);
        self.word &= self.word - 1;
        Some(place)
    }

    /// Passes the next quote, where its place is known.
    #[inline(always)]
    fn pass(&mut self) -> Option<()> {
        self.there()?;
        self.word &= self.word - 1;
        Some(())
    }

    /// Moves on to a word with a quote.
    #[inline(always)]
    fn there(&mut self) -> Option<()> {
        while self.word == 0 {
            let (word, words) = self.words.split_first()?;
            (self.word, self.words) = (*word, words);
            self.start = self.start.wrapping_add(64);
        }
        Some(())
    }
}

/// Past the end of any text.
const NO_ESCAPE: usize = usize::MAX;
/// Levels inside one value that are told apart, a bit each.
const LEVELS: usize = 63;

impl<'a, 'i> Quick<'a, 'i> {
    /// Finds the quotes of the object that `text` is, and opens it.
    #[inline]
    pub(crate) fn open(text: &'a str, limits: &Limits, list: &'i mut MemberList) -> Option<Self> {
        let MemberList { index, spans } = list;
        spans.clear();
        if text.len() > TEXT_BYTES_MAX {
            return None;
        }
        index.build(text.as_bytes())?;
        let at = past_space(text.as_bytes(), 0);
        if peek(text.as_bytes(), at) != b'{' {
            return None;
        }
        let escapes = index.escapes();
        let escape = escapes.first().map_or(NO_ESCAPE, |place| *place as usize);
        Some(Self {
            text,
            place: Place {
                at: at + 1,
                quotes: Quotes { word: 0, start: 0_usize.wrapping_sub(64), words: index.quotes() },
                escape,
                escapes,
            },
            members: 0,
            keys_max: limits.json_keys,
            room: limits.json_depth.clamp(1, DEPTH_MAX) - 1,
            spans,
            ended: false,
        })
    }

    /// What is said of a text that is left to be read in the exact way; nobody gets to see it.
    pub(crate) const GAVE_UP: JsonError = JsonError::new(Fault::Value, 0);

    /// Reads the whole object into the list.
    #[inline]
    pub(super) fn object(mut self) -> Option<RawObject<'a>> {
        let room = self.room;
        let text = self.record(room)?;
        self.ended = true;
        self.end().ok().map(|()| RawObject::checked(text, room, false))
    }

    /// Reads all members of an object into the list, from past its brace; returns its text.
    #[inline(always)]
    fn record(&mut self, room: usize) -> Option<&'a str> {
        let start = self.place.at - 1;
        let rest = self.text.get(start..)?;
        self.spans.clear();
        let place = self.place.back(start).members(rest.as_bytes(), room, self.keys_max, self.spans)?;
        self.place = place.back(0_usize.wrapping_sub(start));
        rest.get(..place.at)
    }

    /// The next key and past its colon; `None` past the closing brace and after a fault.
    #[inline(always)]
    pub(crate) fn key(&mut self) -> Option<RawString<'a>> {
        let bytes = self.text.as_bytes();
        if self.members > 0 {
            let mut byte = peek(bytes, self.place.at);
            if byte != b',' {
                byte = token(bytes, &mut self.place.at);
            }
            self.place.at += 1;
            if byte != b',' {
                self.ended = byte == b'}';
                return None;
            }
        }
        if peek(bytes, self.place.at) != b'"' {
            let byte = token(bytes, &mut self.place.at);
            if byte == b'}' && self.members == 0 {
                self.place.at += 1;
                self.ended = true;
            }
            if byte != b'"' {
                return None;
            }
        }
        self.members += 1;
        if self.members > self.keys_max {
            return None;
        }
        let key = self.string()?;
        if peek(bytes, self.place.at) != b':' && token(bytes, &mut self.place.at) != b':' {
            return None;
        }
        self.place.at += 1;
        Some(key)
    }

    /// Whether the value after a key is a string.
    #[inline(always)]
    pub(crate) fn at_string(&mut self) -> bool {
        token(self.text.as_bytes(), &mut self.place.at) == b'"'
    }

    /// A string, from its opening quote.
    #[inline(always)]
    pub(crate) fn string(&mut self) -> Option<RawString<'a>> {
        let start = self.place.at + 1;
        let escaped = self.place.string()?;
        let raw = self.text.get(start..self.place.at - 1)?;
        Some(RawString::new(raw, usize::from(escaped != 0)))
    }

    /// The value after a key; the members of an object are remembered if `record` says so.
    #[inline(always)]
    pub(crate) fn value(&mut self, record: bool) -> Option<RawValue<'a>> {
        let bytes = self.text.as_bytes();
        let first = token(bytes, &mut self.place.at);
        if first == b'"' {
            return self.string().map(RawValue::String);
        }
        let start = self.place.at;
        let room = self.room.checked_sub(1);
        if first == b'{' && record {
            let room = room?;
            self.place.at += 1;
            return self.record(room).map(|text| RawValue::Object(RawObject::checked(text, room, false)));
        }
        match first {
            b'{' | b'[' => self.place = self.place.container(bytes, self.room, self.keys_max)?,
            _ => self.place.at = scalar(bytes, start, first)?,
        }
        let text = self.text.get(start..self.place.at)?;
        Some(match first {
            b'{' => RawValue::Object(RawObject::checked(text, room?, false)),
            b'[' => RawValue::Array(RawArray::checked(text, room?, false)),
            b't' => RawValue::Bool(true),
            b'f' => RawValue::Bool(false),
            b'n' => RawValue::Null,
            _ => RawValue::Number(RawNumber::checked(text)),
        })
    }

    /// Ends the text: the object was closed, and nothing but white space follows.
    #[inline]
    pub(crate) fn end(&self) -> Result<(), JsonError> {
        let bytes = self.text.as_bytes();
        let ends = self.ended && past_space(bytes, self.place.at) == bytes.len();
        if ends { Ok(()) } else { Err(Self::GAVE_UP) }
    }
}

impl Place<'_> {
    /// The same place in a text that begins so many bytes later.
    #[inline(always)]
    const fn back(mut self, bytes: usize) -> Self {
        self.at = self.at.wrapping_sub(bytes);
        self.quotes.start = self.quotes.start.wrapping_sub(bytes);
        if self.escape != NO_ESCAPE {
            self.escape = self.escape.wrapping_sub(bytes);
        }
        self
    }

    /// Reads the members of an object from past its opening brace, in its own text; their places
    /// count from its start.
    fn members(self, bytes: &[u8], room: usize, keys_max: usize, spans: &mut Vec<Span>) -> Option<Self> {
        // Apart, so that they stay in registers.
        let Self { mut at, mut quotes, mut escape, mut escapes } = self;
        let byte = token(bytes, &mut at);
        if byte != b'"' {
            return if byte == b'}' { Some(Self { at: at + 1, ..self }) } else { None };
        }
        loop {
            // Every quote up to here was passed, so the first one left is the one that stands here.
            let key = at as u32 + 1;
            quotes.pass()?;
            let close = quotes.next()?;
            let key_end = close as u32 | passed(&mut escape, &mut escapes, close);
            at = close + 1;
            if peek(bytes, at) != b':' && token(bytes, &mut at) != b':' {
                return None;
            }
            at += 1;
            let first = token(bytes, &mut at);
            let value = at as u32;
            let mut escaped = 0;
            if first == b'"' {
                quotes.pass()?;
                let close = quotes.next()?;
                escaped = passed(&mut escape, &mut escapes, close);
                at = close + 1;
            } else if first == b'{' || first == b'[' {
                let place = Self { at, quotes, escape, escapes };
                Self { at, quotes, escape, escapes } = place.container(bytes, room, keys_max)?;
            } else {
                at = scalar(bytes, at, first)?;
            }
            spans.push(Span { key, key_end, value, value_end: at as u32 | escaped });
            let mut byte = peek(bytes, at);
            if byte != b',' {
                byte = token(bytes, &mut at);
            }
            at += 1;
            if byte != b',' {
                let fits = byte == b'}' && spans.len() <= keys_max;
                return if fits { Some(Self { at, quotes, escape, escapes }) } else { None };
            }
            if peek(bytes, at) != b'"' && token(bytes, &mut at) != b'"' {
                return None;
            }
        }
    }

    /// Moves past a string; returns [`ESCAPED`] if an escape stands in it, else 0.
    #[inline(always)]
    fn string(&mut self) -> Option<u32> {
        self.quotes.pass()?;
        let close = self.quotes.next()?;
        self.at = close + 1;
        Some(passed(&mut self.escape, &mut self.escapes, close))
    }

    /// Moves past an array or object with everything in it, without recursion.
    #[inline(never)]
    fn container(mut self, bytes: &[u8], room: usize, keys_max: usize) -> Option<Self> {
        let room = room.min(LEVELS);
        let (mut objects, mut depth, mut keys) = (0_u64, 0_usize, 0_usize);
        loop {
            // Here a value begins.
            match token(bytes, &mut self.at) {
                b'"' => {
                    self.string()?;
                }
                open @ (b'{' | b'[') => {
                    if depth >= room {
                        return None;
                    }
                    depth += 1;
                    objects = objects << 1 | u64::from(open == b'{');
                    self.at += 1;
                    // `}` and `]` stand two behind their opening brackets.
                    if token(bytes, &mut self.at) != open + 2 {
                        if open == b'{' {
                            self.key(bytes)?;
                            keys += 1;
                        }
                        continue;
                    }
                    self.at += 1;
                    depth -= 1;
                    objects >>= 1;
                }
                first => self.at = scalar(bytes, self.at, first)?,
            }
            // Here a value has ended.
            loop {
                if depth == 0 {
                    // All keys together are no fewer than those of any one object.
                    return if keys > keys_max { None } else { Some(self) };
                }
                let object = objects & 1 == 1;
                let byte = token(bytes, &mut self.at);
                self.at += 1;
                if byte == b',' {
                    if object {
                        self.key(bytes)?;
                        keys += 1;
                    }
                    break;
                }
                if byte != if object { b'}' } else { b']' } {
                    return None;
                }
                depth -= 1;
                objects >>= 1;
            }
        }
    }

    /// Moves past a key and its colon.
    #[inline(always)]
    fn key(&mut self, bytes: &[u8]) -> Option<()> {
        if token(bytes, &mut self.at) != b'"' {
            return None;
        }
        self.string()?;
        if token(bytes, &mut self.at) != b':' {
            return None;
        }
        self.at += 1;
        Some(())
    }
}

/// Passes the escapes before a closing quote; [`ESCAPED`] if there are any, else 0.
#[inline(always)]
fn passed(escape: &mut usize, escapes: &mut &[u32], close: usize) -> u32 {
    if *escape > close {
        return 0;
    }
    // The places of escapes count from where the text begins, which may be before the object.
    let Some(first) = escapes.first() else { return 0 };
    let before = (*first as usize).wrapping_sub(*escape);
    *escapes = rest_after(escapes, close + before);
    *escape = escapes.first().map_or(NO_ESCAPE, |place| (*place as usize).wrapping_sub(before));
    ESCAPED
}

/// The places past `close`.
#[inline(never)]
fn rest_after(places: &[u32], close: usize) -> &[u32] {
    let count = places.iter().take_while(|place| (**place as usize) < close).count();
    places.get(count..).unwrap_or_default()
}

/// The byte at a place, or 0 past the end; a NUL fits nowhere either.
#[inline(always)]
fn peek(bytes: &[u8], at: usize) -> u8 {
    bytes.get(at).copied().unwrap_or(0)
}

/// Moves past white space and returns the byte there.
#[inline(always)]
fn token(bytes: &[u8], at: &mut usize) -> u8 {
    let byte = peek(bytes, *at);
    if byte > b' ' {
        return byte;
    }
    // No control character stands in the text, so white space is blanks; mostly it is one.
    if byte == b' ' {
        *at += 1;
        let byte = peek(bytes, *at);
        if byte > b' ' {
            return byte;
        }
        *at = past_space(bytes, *at);
    }
    peek(bytes, *at)
}

#[inline(never)]
fn past_space(bytes: &[u8], mut at: usize) -> usize {
    while peek(bytes, at) == b' ' {
        at += 1;
    }
    at
}

/// Moves past a number or a word; `first` is its first byte.
#[inline(never)]
fn scalar(bytes: &[u8], at: usize, first: u8) -> Option<usize> {
    let word: &[u8] = match first {
        b'-' | b'0'..=b'9' => return number(bytes, at),
        b't' => b"true",
        b'f' => b"false",
        b'n' => b"null",
        _ => return None,
    };
    if bytes.get(at..)?.starts_with(word) { Some(at + word.len()) } else { None }
}

#[inline]
fn number(bytes: &[u8], mut at: usize) -> Option<usize> {
    if peek(bytes, at) == b'-' {
        at += 1;
    }
    let start = at;
    at = digits(bytes, start)?;
    if peek(bytes, start) == b'0' && at > start + 1 {
        return None;
    }
    match peek(bytes, at) {
        b'.' | b'e' | b'E' => fraction(bytes, at),
        _ => Some(at),
    }
}

/// The rest of a number, from its point or exponent.
#[inline(never)]
fn fraction(bytes: &[u8], mut at: usize) -> Option<usize> {
    if peek(bytes, at) == b'.' {
        at = digits(bytes, at + 1)?;
    }
    if matches!(peek(bytes, at), b'e' | b'E') {
        at += 1;
        at = digits(bytes, at + usize::from(matches!(peek(bytes, at), b'+' | b'-')))?;
    }
    Some(at)
}

/// Moves past one digit or more.
#[inline(always)]
fn digits(bytes: &[u8], start: usize) -> Option<usize> {
    let mut at = start;
    if let Some(word) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let count = leading_digits(u64::from_le_bytes(*word));
        if count < 8 {
            return if count > 0 { Some(at + count) } else { None };
        }
        at += 8;
    }
    while peek(bytes, at).is_ascii_digit() {
        at += 1;
    }
    if at > start { Some(at) } else { None }
}

/// How many of 8 bytes, the lowest first, are digits before one is none.
#[inline(always)]
const fn leading_digits(word: u64) -> usize {
    const ONES: u64 = 0x0101_0101_0101_0101;
    // A digit's upper half is 3, and its lower half does not carry into it when 6 is added.
    let upper = (word & (ONES * 0xf0)) ^ (ONES * 0x30);
    let carried = ((word & (ONES * 0x0f)) + ONES * 6) & (ONES * 0x10);
    let others = upper | carried;
    (others.trailing_zeros() / 8) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_texts_take_the_quick_way() {
        let long = format!(r#"{{"a":"{}","b":1}}"#, r"\\C:\\x".repeat(100));
        for text in [
            "{}",
            r#"{"a":"b","c":-1.5e3,"d":[],"e":{"f":[{}, "g\u00e9"]},"h":null,"i":true}"#,
            r#" {"a" : "\"\\" , "b": {"c": 1234567890}} "#,
            &long,
        ] {
            let mut list = MemberList::new();
            let object = Quick::open(text, &Limits::default(), &mut list).and_then(Quick::object);
            assert_eq!(object.map(|object| object.as_str()), Some(text.trim()), "{text}");
            assert_eq!(
                RawObject::parse(text, &Limits::default()).map(|object| object.members().count()),
                Ok(list.spans.len())
            );
        }
    }
}
