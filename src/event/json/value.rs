// SPDX-License-Identifier: AGPL-3.0-or-later
//! JSON values as views of checked text.

use super::cursor::{Cursor, OUTER, TRUSTED};
use super::error::JsonError;
use super::string::RawString;
use crate::vocab::Limits;

/// A JSON value: a view of text that was checked.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RawValue<'a> {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as written.
    Number(RawNumber<'a>),
    /// A string as written.
    String(RawString<'a>),
    /// An array.
    Array(RawArray<'a>),
    /// An object.
    Object(RawObject<'a>),
    /// An array or object nested deeper than [`Limits::json_depth`]; its text is balanced in its
    /// brackets but otherwise unchecked, so nothing looks into it.
    Opaque(&'a str),
}

/// A JSON number as written: valid, of any size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawNumber<'a> {
    text: &'a str,
}

impl<'a> RawNumber<'a> {
    pub(super) const fn checked(text: &'a str) -> Self {
        Self { text }
    }

    /// The number as written.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// The nearest 64-bit float; past the largest it is infinite (`1e999`).
    pub fn as_f64(&self) -> f64 {
        // Every JSON number is a Rust float literal.
        self.text.parse().unwrap_or(f64::NAN)
    }

    /// The value, if it is written as a whole number without sign or exponent and fits.
    pub fn as_u64(&self) -> Option<u64> {
        self.text.parse().ok()
    }
}

/// How many levels of containers may stand inside one, and whether some were passed over; in one
/// word, see [`RawString`].
#[derive(Clone, Copy, PartialEq, Eq)]
struct Room(usize);

impl Room {
    const fn new(levels: usize, deep: bool) -> Self {
        Self(levels << 1 | deep as usize)
    }

    const fn levels(self) -> usize {
        self.0 >> 1
    }

    const fn deep(self) -> bool {
        self.0 & 1 == 1
    }
}

/// A JSON object: a view of text that was checked, from `{` to `}`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawObject<'a> {
    text: &'a str,
    room: Room,
}

impl<'a> RawObject<'a> {
    /// The object without members.
    pub const EMPTY: RawObject<'static> = RawObject { text: "{}", room: Room::new(0, false) };

    /// An object of which nothing can be seen, because it is nested too deep.
    pub(in super::super) const DEEP: RawObject<'static> = RawObject { text: "{}", room: Room::new(0, true) };

    #[inline]
    pub(super) fn checked(text: &'a str, room: usize, deep: bool) -> Self {
        Self { text, room: Room::new(room, deep) }
    }

    /// Checks that `text` is one JSON object (RFC 8259), white space around it allowed.
    ///
    /// Containers past [`Limits::json_depth`] (at most 128) are passed over unchecked and read as
    /// [`RawValue::Opaque`]; the object is then [`deep`](RawObject::is_deep).
    ///
    /// # Cost
    ///
    /// One pass, no recursion, no allocation.
    ///
    /// # Errors
    ///
    /// The first place where the grammar is broken, or an object of more than
    /// [`Limits::json_keys`] members.
    ///
    /// # Example
    ///
    /// ```
    /// use decnet_ttp::event::{RawObject, RawValue};
    /// use decnet_ttp::vocab::Limits;
    ///
    /// let limits = Limits::default();
    /// let object = RawObject::parse(r#"{"uid": 0}"#, &limits)?;
    /// for (key, value) in object.members() {
    ///     assert!(key.equals("uid"));
    ///     assert!(matches!(value, RawValue::Number(number) if number.as_f64() == 0.0));
    /// }
    /// let error = RawObject::parse(r#"{"uid": 0,}"#, &limits).unwrap_err();
    /// assert_eq!(error.to_string(), "expected a key in quotes at byte 10");
    /// # Ok::<(), decnet_ttp::event::JsonError>(())
    /// ```
    pub fn parse(text: &'a str, limits: &Limits) -> Result<Self, JsonError> {
        let mut cursor = Cursor::open(text, limits)?;
        let start = cursor.offset() - 1;
        while cursor.key().is_some() {
            if cursor.value::<OUTER>().is_none() {
                break;
            }
        }
        let end = cursor.offset();
        cursor.end()?;
        let text = text.get(start..end).unwrap_or_default();
        Ok(Self::checked(text, cursor.room(), cursor.is_deep()))
    }

    /// The object's text, from `{` to `}`.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// Whether a value was passed over unchecked because it is nested too deep: in this object
    /// or before it in the text they were checked with.
    pub const fn is_deep(&self) -> bool {
        self.room.deep()
    }

    /// The members in their order; duplicate keys are all there.
    ///
    /// # Cost
    ///
    /// One pass over the text; nested containers are passed over by counting brackets.
    #[inline]
    pub fn members(&self) -> Members<'a> {
        Members { cursor: Cursor::trusted(self.text, self.room.levels(), self.room.deep()) }
    }

    /// The first member of that key.
    pub fn get(&self, key: &str) -> Option<RawValue<'a>> {
        self.members().find(|(name, _)| name.equals(key)).map(|(_, value)| value)
    }
}

impl std::fmt::Debug for RawObject<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text)
    }
}

/// A JSON array: a view of text that was checked, from `[` to `]`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct RawArray<'a> {
    text: &'a str,
    room: Room,
}

impl<'a> RawArray<'a> {
    #[inline]
    pub(super) fn checked(text: &'a str, room: usize, deep: bool) -> Self {
        Self { text, room: Room::new(room, deep) }
    }

    /// The array's text, from `[` to `]`.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// The items in their order.
    pub fn items(&self) -> Items<'a> {
        Items { cursor: Cursor::trusted(self.text, self.room.levels(), self.room.deep()) }
    }
}

impl std::fmt::Debug for RawArray<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.text)
    }
}

/// The members of an object, see [`RawObject::members`].
#[derive(Clone, Debug)]
pub struct Members<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for Members<'a> {
    type Item = (RawString<'a>, RawValue<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let key = self.cursor.key()?;
        Some((key, self.cursor.value::<TRUSTED>()?))
    }
}

/// The items of an array, see [`RawArray::items`].
#[derive(Clone, Debug)]
pub struct Items<'a> {
    cursor: Cursor<'a>,
}

impl<'a> Iterator for Items<'a> {
    type Item = RawValue<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.cursor.trusted_item()
    }
}
