// SPDX-License-Identifier: AGPL-3.0-or-later
//! JSON values as views of checked text.

use super::cursor::{Cursor, OUTER, TRUSTED};
use super::error::JsonError;
use super::list::{Entries, MemberList};
use super::quick::Quick;
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room(usize);

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
#[derive(Clone, Copy)]
pub struct RawObject<'a> {
    text: &'a str,
    room: Room,
    /// Where its members stand, if that was remembered.
    list: Option<&'a MemberList>,
}

impl PartialEq for RawObject<'_> {
    fn eq(&self, other: &Self) -> bool {
        (self.text, self.room) == (other.text, other.room)
    }
}

impl Eq for RawObject<'_> {}

impl<'a> RawObject<'a> {
    /// The object without members.
    pub const EMPTY: RawObject<'static> = RawObject::checked("{}", 0, false);

    /// An object of which nothing can be seen, because it is nested too deep.
    pub(in super::super) const DEEP: RawObject<'static> = RawObject::checked("{}", 0, true);

    #[inline]
    pub(super) const fn checked(text: &'a str, room: usize, deep: bool) -> Self {
        Self { text, room: Room::new(room, deep), list: None }
    }

    /// An object that is a value of one with that room, which is not 0.
    #[inline]
    pub(super) const fn inside(outer: Room, text: &'a str) -> Self {
        Self::checked(text, outer.levels().saturating_sub(1), outer.deep())
    }

    /// The object, its members remembered in a list that was made of this very text.
    #[inline]
    pub(in super::super) const fn listed(self, list: &'a MemberList) -> Self {
        Self { list: Some(list), ..self }
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

    /// Does what [`RawObject::parse`] does and remembers the members, so that nobody looks for
    /// them again.
    ///
    /// # Cost
    ///
    /// One quick pass; a text that is wrong, very long, deep or has raw control characters takes a
    /// second one. No allocation once `list` is warm.
    ///
    /// # Errors
    ///
    /// As [`RawObject::parse`].
    #[inline]
    pub fn parse_with(text: &'a str, limits: &Limits, list: &'a mut MemberList) -> Result<Self, JsonError> {
        match Quick::open(text, limits, list).and_then(Quick::object) {
            Some(object) => Ok(object.listed(list)),
            None => Self::parse(text, limits),
        }
    }

    /// The members as they were remembered, if they were.
    #[inline]
    pub(crate) fn entries(&self) -> Option<Entries<'a>> {
        self.list.map(|list| Entries::new(self.text, self.room, list))
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
        Members(match self.entries() {
            Some(entries) => From::Entries(entries),
            None => From::Text(Cursor::trusted(self.text, self.room.levels(), self.room.deep())),
        })
    }

    /// The last string of each key.
    ///
    /// # Cost
    ///
    /// As [`RawObject::members`]; for an object that was read with a [`MemberList`], a glance at
    /// each key's length.
    ///
    /// # Example
    ///
    /// ```
    /// use decnet_ttp::event::{MemberList, RawObject};
    /// use decnet_ttp::vocab::Limits;
    ///
    /// let mut list = MemberList::new();
    /// let text = r#"{"product": "linux", "id": 7, "category": null}"#;
    /// let object = RawObject::parse_with(text, &Limits::default(), &mut list)?;
    /// let [product, category] = object.strings(["product", "category"]);
    /// assert!(product.is_some_and(|product| product.equals("linux")));
    /// assert!(category.is_none());
    /// # Ok::<(), decnet_ttp::event::JsonError>(())
    /// ```
    #[inline]
    pub fn strings<const N: usize>(&self, keys: [&str; N]) -> [Option<RawString<'a>>; N] {
        let mut found = [None; N];
        let Some(entries) = self.entries() else {
            self.members().for_each(|(key, value)| put(&mut found, &keys, key, value));
            return found;
        };
        // A bit for each length and first byte, a quote where there is none; some share one.
        let length = |bytes: usize| 1_u64 << bytes.min(63);
        let first = |byte: Option<&u8>| 1_u64 << (byte.copied().unwrap_or(0) & 63);
        let lengths = keys.iter().fold(0, |bits, key| bits | length(key.len()));
        let firsts = keys.iter().fold(0, |bits, key| bits | first(key.as_bytes().first().or(Some(&b'"'))));
        let bytes = self.text.as_bytes();
        for entry in entries {
            let wanted = entry.plain_key().is_none_or(|key| {
                lengths & length(key.len()) != 0 && firsts & first(bytes.get(key.start)) != 0
            });
            if wanted {
                put(&mut found, &keys, entry.key(), entry.value());
            }
        }
        found
    }

    /// The first member of that key.
    pub fn get(&self, key: &str) -> Option<RawValue<'a>> {
        self.members().find(|(name, _)| name.equals(key)).map(|(_, value)| value)
    }
}

/// Takes a member that is a string of one of these keys.
fn put<'a>(found: &mut [Option<RawString<'a>>], keys: &[&str], key: RawString<'a>, value: RawValue<'a>) {
    if let RawValue::String(string) = value {
        for (found, _) in found.iter_mut().zip(keys).filter(|(_, name)| key.equals(name)) {
            *found = Some(string);
        }
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
    pub(super) const fn checked(text: &'a str, room: usize, deep: bool) -> Self {
        Self { text, room: Room::new(room, deep) }
    }

    /// An array that is a value of an object with that room, which is not 0.
    #[inline]
    pub(super) const fn inside(outer: Room, text: &'a str) -> Self {
        Self::checked(text, outer.levels().saturating_sub(1), outer.deep())
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
pub struct Members<'a>(From<'a>);

/// Where members are known from.
#[derive(Clone, Debug)]
enum From<'a> {
    Entries(Entries<'a>),
    Text(Cursor<'a>),
}

impl<'a> Iterator for Members<'a> {
    type Item = (RawString<'a>, RawValue<'a>);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        match &mut self.0 {
            From::Entries(entries) => entries.next().map(|entry| (entry.key(), entry.value())),
            From::Text(cursor) => Some((cursor.key()?, cursor.value::<TRUSTED>()?)),
        }
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
