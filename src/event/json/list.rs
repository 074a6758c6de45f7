// SPDX-License-Identifier: AGPL-3.0-or-later
//! The members of one object, remembered from when it was checked.

use std::ops::Range;

use super::index::Index;
use super::string::RawString;
use super::value::{RawArray, RawNumber, RawObject, RawValue, Room};

/// Longer texts are read without a list, so that what a thread keeps stays small.
pub(super) const TEXT_BYTES_MAX: usize = 256 * 1024;

/// Working memory of reading JSON: where the members of the object read last stand.
///
/// An object that was read with a list does not look at its text again to find its members. Make
/// one per thread and keep it; it grows to what the longest text needs, within bounds.
#[derive(Debug, Default)]
pub struct MemberList {
    pub(super) index: Index,
    pub(super) spans: Vec<Span>,
}

/// Where one member stands in its object's text; the highest bit of an end says that an escape stands in the string.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// Past the key's opening quote.
    pub(super) key: u32,
    /// At the key's closing quote.
    pub(super) key_end: u32,
    pub(super) value: u32,
    /// Past the value.
    pub(super) value_end: u32,
}

pub(super) const ESCAPED: u32 = 1 << 31;

impl MemberList {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }
}

/// A member as it was remembered; nothing is looked at before it is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Entry<'a> {
    text: &'a str,
    room: Room,
    span: Span,
}

impl<'a> Entry<'a> {
    /// The key.
    #[inline]
    pub(crate) fn key(&self) -> RawString<'a> {
        self.string(self.span.key, self.span.key_end, self.span.key_end)
    }

    /// Where the key as written stands in the object's text; `None` for one with an escape.
    #[inline(always)]
    pub(crate) fn plain_key(&self) -> Option<Range<usize>> {
        let Span { key, key_end, .. } = self.span;
        if key_end & ESCAPED != 0 { None } else { Some(key as usize..key_end as usize) }
    }

    /// The value, if it is a string without an escape.
    #[inline(always)]
    pub(crate) fn plain_string(&self) -> Option<&'a str> {
        let Span { value, value_end, .. } = self.span;
        let quote = self.text.as_bytes().get(value as usize) == Some(&b'"');
        if quote && value_end & ESCAPED == 0 { Some(self.slice(value + 1, value_end - 1)) } else { None }
    }

    /// The value.
    #[inline]
    pub(crate) fn value(&self) -> RawValue<'a> {
        let Span { value, value_end, .. } = self.span;
        match self.text.as_bytes().get(value as usize) {
            Some(b'"') => RawValue::String(self.string(value + 1, value_end - 1, value_end)),
            Some(b'{') => RawValue::Object(RawObject::inside(self.room, self.slice(value, value_end))),
            Some(b'[') => RawValue::Array(RawArray::inside(self.room, self.slice(value, value_end))),
            Some(b't') => RawValue::Bool(true),
            Some(b'f') => RawValue::Bool(false),
            Some(b'n') | None => RawValue::Null,
            Some(_) => RawValue::Number(RawNumber::checked(self.slice(value, value_end))),
        }
    }

    #[inline(always)]
    fn string(&self, start: u32, end: u32, marked: u32) -> RawString<'a> {
        RawString::new(self.slice(start, end), usize::from(marked & ESCAPED != 0))
    }

    #[inline(always)]
    fn slice(&self, start: u32, end: u32) -> &'a str {
        self.text.get(start as usize..(end & !ESCAPED) as usize).unwrap_or_default()
    }
}

/// The members of an object that was read with a list.
#[derive(Clone, Debug)]
pub(crate) struct Entries<'a> {
    text: &'a str,
    room: Room,
    spans: std::slice::Iter<'a, Span>,
}

impl<'a> Entries<'a> {
    #[inline]
    pub(super) fn new(text: &'a str, room: Room, list: &'a MemberList) -> Self {
        Self { text, room, spans: list.spans.iter() }
    }

    /// The object's text.
    #[inline]
    pub(crate) const fn text(&self) -> &'a str {
        self.text
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Entry<'a>> {
        let span = *self.spans.next()?;
        Some(Entry { text: self.text, room: self.room, span })
    }
}
