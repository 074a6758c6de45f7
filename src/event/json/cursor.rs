// SPDX-License-Identifier: AGPL-3.0-or-later
//! A position in JSON text, and the grammar that moves it.
//!
//! Everything here answers with an `Option`: `None` after a fault, which [`Cursor::error`] then
//! tells. It keeps the results of the hot functions in registers.

use super::error::{Fault, JsonError};
use super::levels::{DEPTH_MAX, Levels};
use super::scan::Specials;
use super::string::RawString;
use super::value::{RawArray, RawNumber, RawObject, RawValue};
use crate::vocab::Limits;

/// Checks values; quick where they are flat objects.
pub(crate) const OUTER: u8 = 0;
/// Checks values; quick where they are no containers.
const INNER: u8 = 1;
/// Relies on an earlier check of the same text.
pub(super) const TRUSTED: u8 = 2;

/// Reads the members of one object, checking as it goes or trusting an earlier check.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    specials: Specials,
    members: usize,
    keys_max: usize,
    /// Levels of containers that may stand inside the object being read.
    room: usize,
    deep: bool,
    fault: Option<Fault>,
}

impl<'a> Cursor<'a> {
    /// Opens the object that `text` is, to check it.
    pub(crate) fn open(text: &'a str, limits: &Limits) -> Result<Self, JsonError> {
        let room = limits.json_depth.clamp(1, DEPTH_MAX) - 1;
        let mut cursor = Self {
            text,
            at: 0,
            specials: Specials::new(),
            members: 0,
            keys_max: limits.json_keys,
            room,
            deep: false,
            fault: None,
        };
        if cursor.peek_past_space() != b'{' {
            cursor.remember(Fault::Object);
            return Err(cursor.error());
        }
        cursor.at += 1;
        Ok(cursor)
    }

    /// Opens a checked container, after its opening bracket, to walk through it.
    #[inline]
    pub(super) fn trusted(text: &'a str, room: usize, deep: bool) -> Self {
        Self {
            text,
            at: 1,
            specials: Specials::new(),
            members: 0,
            keys_max: usize::MAX,
            room,
            deep,
            fault: None,
        }
    }

    /// Whether a value was passed over unchecked because it is nested too deep.
    pub(crate) const fn is_deep(&self) -> bool {
        self.deep
    }

    /// Levels of containers that may stand inside the object being read.
    pub(super) const fn room(&self) -> usize {
        self.room
    }

    /// The byte to be read next.
    pub(crate) const fn offset(&self) -> usize {
        self.at
    }

    /// What is wrong, after a `None`.
    #[cold]
    pub(crate) fn error(&self) -> JsonError {
        JsonError::new(self.fault.unwrap_or(Fault::Value), self.at)
    }

    /// The next key and past its colon; `None` past the closing brace and after a fault.
    #[inline(always)]
    pub(crate) fn key(&mut self) -> Option<RawString<'a>> {
        let mut byte = self.peek_past_space();
        if self.members > 0 {
            if byte != b',' {
                return self.close(byte, b'}', Fault::CommaOrBrace);
            }
            self.at += 1;
            byte = self.peek_past_space();
        } else if byte == b'}' {
            return self.close(byte, b'}', Fault::Key);
        }
        if byte != b'"' || self.members >= self.keys_max {
            return self.fail(if byte == b'"' { Fault::TooManyKeys } else { Fault::Key });
        }
        self.members += 1;
        let key = self.string()?;
        if self.peek_past_space() != b':' {
            return self.fail(Fault::Colon);
        }
        self.at += 1;
        Some(key)
    }

    /// The value after a key.
    #[inline(always)]
    pub(crate) fn value<const MODE: u8>(&mut self) -> Option<RawValue<'a>> {
        match self.peek_past_space() {
            b'"' => self.string().map(RawValue::String),
            open @ (b'{' | b'[') => self.nested::<MODE>(open),
            first => self.scalar(first),
        }
    }

    /// Whether the value after a key is a string.
    #[inline(always)]
    pub(crate) fn at_string(&mut self) -> bool {
        self.peek_past_space() == b'"'
    }

    /// The next item of a trusted array; `None` past the closing bracket.
    pub(super) fn trusted_item(&mut self) -> Option<RawValue<'a>> {
        let byte = self.peek_past_space();
        if self.members > 0 {
            if byte != b',' {
                return self.close(byte, b']', Fault::CommaOrBracket);
            }
            self.at += 1;
        } else if byte == b']' {
            return None;
        }
        self.members += 1;
        self.value::<TRUSTED>()
    }

    /// Ends the text: no fault so far, and nothing but white space follows.
    pub(crate) fn end(&mut self) -> Result<(), JsonError> {
        if self.fault.is_none() {
            self.peek_past_space();
            if self.at < self.text.len() {
                self.remember(Fault::TrailingText);
            }
        }
        self.fault.map_or(Ok(()), |_| Err(self.error()))
    }

    /// Moves past a closing bracket, or reports that it is none.
    #[inline(always)]
    fn close<T>(&mut self, byte: u8, expected: u8, fault: Fault) -> Option<T> {
        if byte != expected {
            return self.fail(fault);
        }
        self.at += 1;
        None
    }

    /// Remembers a fault here: `fault`, or that the text ends.
    #[inline(always)]
    fn fail<T>(&mut self, fault: Fault) -> Option<T> {
        self.remember(fault);
        None
    }

    #[cold]
    #[inline(never)]
    fn remember(&mut self, fault: Fault) {
        self.fault = Some(if self.at >= self.text.len() { Fault::Truncated } else { fault });
    }

    /// An array or object; `open` is its first byte.
    #[inline]
    fn nested<const MODE: u8>(&mut self, open: u8) -> Option<RawValue<'a>> {
        let start = self.at;
        if MODE == TRUSTED || self.room == 0 {
            self.skip_brackets()?;
        } else if MODE == OUTER && open == b'{' {
            self.object()?;
        } else {
            self.container()?;
        }
        let text = self.since(start);
        self.deep |= self.room == 0;
        Some(match (open, self.room.checked_sub(1)) {
            (_, None) => RawValue::Opaque(text),
            (b'{', Some(room)) => RawValue::Object(RawObject::checked(text, room, self.deep)),
            (_, Some(room)) => RawValue::Array(RawArray::checked(text, room, self.deep)),
        })
    }

    /// A number or a word; `first` is its first byte.
    #[inline]
    fn scalar(&mut self, first: u8) -> Option<RawValue<'a>> {
        let start = self.at;
        self.skip_scalar(first)?;
        Some(match first {
            b'n' => RawValue::Null,
            b't' => RawValue::Bool(true),
            b'f' => RawValue::Bool(false),
            _ => RawValue::Number(RawNumber::checked(self.since(start))),
        })
    }

    /// Checks a number or a word.
    #[inline(never)]
    fn skip_scalar(&mut self, first: u8) -> Option<()> {
        match first {
            b'-' | b'0'..=b'9' => self.number(),
            b't' => self.word("true"),
            b'f' => self.word("false"),
            b'n' => self.word("null"),
            _ => self.fail(Fault::Value),
        }
    }

    /// Checks one object, in the way that is quick while nothing is nested in it.
    fn object(&mut self) -> Option<()> {
        self.at += 1;
        let outer = (self.members, self.room);
        (self.members, self.room) = (0, self.room - 1);
        while self.key().is_some() {
            self.value::<INNER>()?;
        }
        (self.members, self.room) = outer;
        if self.fault.is_some() { None } else { Some(()) }
    }

    /// A string, from its opening quote.
    #[inline(always)]
    pub(crate) fn string(&mut self) -> Option<RawString<'a>> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut escapes = 0;
        self.at = self.specials.next(bytes, start);
        if bytes.get(self.at) != Some(&b'"') {
            self.finish_string()?;
            escapes = 1;
        }
        let raw = self.since(start);
        self.at += 1;
        Some(RawString::new(raw, escapes))
    }

    /// Moves to the closing quote from where plain text ends, which an escape follows.
    #[inline(never)]
    fn finish_string(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        loop {
            match bytes.get(self.at) {
                Some(b'"') => return Some(()),
                Some(b'\\') => self.escape()?,
                _ => return self.fail(Fault::ControlCharacter),
            }
            self.at = self.specials.next(bytes, self.at);
        }
    }

    /// Moves past one escape.
    fn escape(&mut self) -> Option<()> {
        self.at += 1;
        match self.peek() {
            b'u' => {
                for _ in 0..4 {
                    self.at += 1;
                    if !self.peek().is_ascii_hexdigit() {
                        return self.fail(Fault::Escape);
                    }
                }
            }
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
            _ => return self.fail(Fault::Escape),
        }
        self.at += 1;
        Some(())
    }

    fn number(&mut self) -> Option<()> {
        if self.peek() == b'-' {
            self.at += 1;
        }
        if self.peek() == b'0' {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == b'.' {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), b'e' | b'E') {
            self.at += 1;
            if matches!(self.peek(), b'+' | b'-') {
                self.at += 1;
            }
            self.digits()?;
        }
        Some(())
    }

    fn digits(&mut self) -> Option<()> {
        let start = self.at;
        while self.peek().is_ascii_digit() {
            self.at += 1;
        }
        if self.at == start { self.fail(Fault::Digit) } else { Some(()) }
    }

    fn word(&mut self, word: &str) -> Option<()> {
        for byte in word.bytes() {
            if self.peek() != byte {
                return self.fail(Fault::Value);
            }
            self.at += 1;
        }
        Some(())
    }

    /// Checks one container with everything in it, without recursion.
    #[inline(never)]
    fn container(&mut self) -> Option<()> {
        let mut levels = Levels::default();
        loop {
            // Here a value begins.
            match self.peek_past_space() {
                b'"' => drop(self.string()?),
                b'{' | b'[' if levels.depth() >= self.room => {
                    self.deep = true;
                    self.skip_brackets()?;
                }
                open @ (b'{' | b'[') => {
                    levels.push(open == b'{');
                    self.at += 1;
                    if self.peek_past_space() != levels.closing() {
                        if levels.in_object() {
                            self.nested_key(&mut levels)?;
                        }
                        continue;
                    }
                    self.at += 1;
                    levels.pop();
                }
                first => self.skip_scalar(first)?,
            }
            // Here a value has ended.
            loop {
                if levels.depth() == 0 {
                    return Some(());
                }
                let byte = self.peek_past_space();
                if byte == b',' {
                    self.at += 1;
                    if levels.in_object() {
                        self.nested_key(&mut levels)?;
                    }
                    break;
                }
                if byte != levels.closing() {
                    let object = levels.in_object();
                    return self.fail(if object { Fault::CommaOrBrace } else { Fault::CommaOrBracket });
                }
                self.at += 1;
                levels.pop();
            }
        }
    }

    /// Checks a key and its colon inside [`Cursor::container`].
    fn nested_key(&mut self, levels: &mut Levels) -> Option<()> {
        if self.peek_past_space() != b'"' {
            return self.fail(Fault::Key);
        }
        if levels.count_key() > self.keys_max {
            return self.fail(Fault::TooManyKeys);
        }
        self.string()?;
        if self.peek_past_space() != b':' {
            return self.fail(Fault::Colon);
        }
        self.at += 1;
        Some(())
    }

    /// Moves past one container by counting brackets; strings are respected, the rest is not
    /// looked at.
    #[inline(never)]
    fn skip_brackets(&mut self) -> Option<()> {
        let bytes = self.text.as_bytes();
        let mut open = 0_usize;
        while let Some(byte) = bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'{' | b'[' => open += 1,
                b'}' | b']' if open == 1 => return Some(()),
                b'}' | b']' => open -= 1,
                b'"' => self.skip_string(),
                _ => {}
            }
        }
        self.fail(Fault::Truncated)
    }

    /// Moves past one string, from after its opening quote.
    fn skip_string(&mut self) {
        let bytes = self.text.as_bytes();
        loop {
            self.at = self.specials.next(bytes, self.at);
            let byte = bytes.get(self.at);
            self.at = match byte {
                Some(b'\\') => self.at + 2,
                Some(_) => self.at + 1,
                None => bytes.len(),
            };
            if matches!(byte, Some(b'"') | None) {
                return;
            }
        }
    }

    #[inline]
    fn since(&self, start: usize) -> &'a str {
        self.text.get(start..self.at).unwrap_or_default()
    }

    /// The next byte, or 0 at the end; a NUL of the text is an error wherever it is asked for.
    #[inline(always)]
    fn peek(&self) -> u8 {
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    /// Moves past white space and returns the next byte as [`Cursor::peek`] does.
    #[inline(always)]
    fn peek_past_space(&mut self) -> u8 {
        let byte = self.peek();
        if byte > b' ' { byte } else { self.skip_space() }
    }

    #[inline(never)]
    fn skip_space(&mut self) -> u8 {
        while matches!(self.peek(), b' ' | b'\t' | b'\r' | b'\n') {
            self.at += 1;
        }
        self.peek()
    }
}
