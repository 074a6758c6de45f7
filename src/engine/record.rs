// SPDX-License-Identifier: AGPL-3.0-or-later
//! Log records to slots: values of any type, read as texts.

use std::fmt::Write as _;

use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use crate::compile::program::{FieldKey, FieldTable};
use crate::event::{RawNumber, RawObject, RawValue};

use super::Slot;
use super::fields::{Filler, decode};

/// The strings of a record.
struct Strings<'a> {
    /// Those that the scan of no field looks at.
    rest: ArenaVec<'a, &'a str>,
    scanned: ArenaVec<'a, &'a str>,
}

/// Strings of a record that there is room for from the start.
const STRINGS: usize = 32;

impl<'a> Filler<'a, '_> {
    /// A field of a log record: one text, or those of an array.
    pub(super) fn any(&mut self, value: RawValue<'a>) -> Slot<'a> {
        if !matches!(value, RawValue::Array(_)) {
            return self.scalar(value).map_or(Slot::Wrong, Slot::Text);
        }
        let mut texts = ArenaVec::new_in(self.arena);
        self.scalars(value, &mut texts);
        Slot::Texts(texts.into_bump_slice())
    }

    /// A string, number or boolean as text.
    fn scalar(&mut self, value: RawValue<'a>) -> Option<&'a str> {
        match value {
            RawValue::String(text) => Some(self.text(text)),
            RawValue::Number(number) => Some(self.number(number)),
            RawValue::Bool(true) => Some("true"),
            RawValue::Bool(false) => Some("false"),
            RawValue::Null | RawValue::Array(_) | RawValue::Object(_) | RawValue::Opaque(_) => None,
        }
    }

    /// A number in decimal: a whole one as it is written, any other as the nearest float's shortest form.
    fn number(&mut self, number: RawNumber<'a>) -> &'a str {
        let written = number.as_str();
        if written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return written;
        }
        let mut text = ArenaString::new_in(self.arena);
        // Writing to an arena string cannot fail.
        let _ = write!(text, "{}", number.as_f64());
        text.into_bump_str()
    }

    /// The text of a scalar, or those of an array's scalars and of the arrays in it.
    ///
    /// Recursion is bounded by the depth of JSON that is taken, here and below.
    fn scalars(&mut self, value: RawValue<'a>, texts: &mut ArenaVec<'a, &'a str>) -> bool {
        match value {
            RawValue::Array(array) => array.items().all(|item| self.scalars(item, texts)),
            scalar => self.scalar(scalar).is_none_or(|text| self.push(text, texts)),
        }
    }

    /// Every string of a value, however deep.
    fn strings(&mut self, value: RawValue<'a>, texts: &mut ArenaVec<'a, &'a str>) -> bool {
        match value {
            RawValue::String(text) => {
                let text = self.text(text);
                self.push(text, texts)
            }
            RawValue::Array(array) => array.items().all(|item| self.strings(item, texts)),
            RawValue::Object(object) => object.members().all(|(_, value)| self.strings(value, texts)),
            _ => true,
        }
    }

    /// The objects among an array's items, and among those of arrays in it.
    fn objects(&mut self, value: RawValue<'a>, objects: &mut ArenaVec<'a, RawObject<'a>>) -> bool {
        match value {
            RawValue::Object(object) => self.push(object, objects),
            RawValue::Array(array) => array.items().all(|item| self.objects(item, objects)),
            _ => true,
        }
    }

    /// Adds an item to a list; false where the list is full.
    fn push<T>(&mut self, item: T, items: &mut ArenaVec<'a, T>) -> bool {
        let room = items.len() < self.limits.list_items;
        match room {
            true => items.push(item),
            false => self.counts.lists_cut += 1,
        }
        room
    }

    /// Reads the wanted members of a record, and fills a slot with every string of it, however deep; the last slot
    /// has those of them that no scan of another slot looks at.
    pub(super) fn record(&mut self, table: &FieldTable, slot: u32, record: RawObject<'a>) {
        let mut strings = Strings {
            rest: ArenaVec::with_capacity_in(STRINGS, self.arena),
            scanned: ArenaVec::with_capacity_in(STRINGS, self.arena),
        };
        match record.entries() {
            Some(entries) => {
                let text = entries.text();
                for entry in entries {
                    let key = self.key(table, text, entry);
                    match entry.plain_string().filter(|text| text.len() <= self.limits.text_bytes) {
                        Some(text) => self.string(key, text, &mut strings),
                        None => self.value(key, entry.value(), &mut strings),
                    }
                }
            }
            None => {
                for (name, value) in record.members() {
                    let name = name.as_plain().unwrap_or_else(|| decode(name, self.arena));
                    self.value(table.get(name), value, &mut strings);
                }
            }
        }
        let Strings { rest: mut all, scanned } = strings;
        let rest = all.len();
        all.extend_from_slice(&scanned);
        let all = all.into_bump_slice();
        if let Some(last) = self.slots.last_mut() {
            *last = Slot::Texts(all.get(..rest).unwrap_or(&[]));
        }
        self.set(slot, Slot::Texts(all));
    }

    /// One member of a record.
    fn value(&mut self, key: Option<&FieldKey>, value: RawValue<'a>, strings: &mut Strings<'a>) {
        if let RawValue::String(text) = value {
            let text = self.text(text);
            return self.string(key, text, strings);
        }
        self.strings(value, &mut strings.rest);
        if let Some(key) = key {
            self.member(key, value);
        }
    }

    /// One member of a record that is a string.
    #[inline]
    fn string(&mut self, key: Option<&FieldKey>, text: &'a str, strings: &mut Strings<'a>) {
        let Some((slot, _)) = key.and_then(|key| key.slot) else {
            self.push(text, &mut strings.rest);
            return;
        };
        // Where a key stands twice, the scan of its slot sees the last one only.
        if let Some(Slot::Text(earlier)) = self.slots.get(slot as usize).copied() {
            self.push(earlier, &mut strings.rest);
        }
        let is_scanned = key.is_some_and(|key| key.scanned);
        self.push(text, if is_scanned { &mut strings.scanned } else { &mut strings.rest });
        self.set(slot, Slot::Text(text));
    }

    /// Fills the slots below arrays: each takes what all items have there.
    ///
    /// Recursion goes down the names that rules read.
    pub(super) fn spread(&mut self, table: &FieldTable, arrays: &[RawValue<'a>]) {
        let mut objects = ArenaVec::new_in(self.arena);
        let _ = arrays.iter().all(|array| self.objects(*array, &mut objects));
        for key in table.keys() {
            let mut found = ArenaVec::new_in(self.arena);
            found.extend(objects.iter().filter_map(|object| object.get(&key.name)));
            if let Some((slot, _)) = key.slot {
                let mut texts = ArenaVec::new_in(self.arena);
                let _ = found.iter().all(|value| self.scalars(*value, &mut texts));
                if let Some(slot) = self.slots.get_mut(slot as usize).filter(|_| !texts.is_empty()) {
                    *slot = Slot::Texts(texts.into_bump_slice());
                }
            }
            if !key.members.is_empty() {
                self.spread(&key.members, &found);
            }
        }
    }
}
