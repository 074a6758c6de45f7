// SPDX-License-Identifier: AGPL-3.0-or-later
//! Payload to slots: one pass over the JSON, only the fields that rules read.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use crate::compile::program::{FieldKey, FieldTable};
use crate::event::{Entry, RawArray, RawObject, RawString, RawValue};
use crate::vocab::{FieldType, Limits};

use super::{Counts, Slot};

/// Fills one slot per field that any rule of the kind reads.
///
/// Where a key stands twice, the last one counts, and [`Counts::duplicate_keys`] says so.
///
/// # Cost
/// A look-up for each member of a payload that was read with a [`MemberList`](crate::event::MemberList);
/// else one pass over it. What rules do not read costs no more than that.
pub fn fill<'a>(
    table: &FieldTable,
    slots: usize,
    payload: RawObject<'a>,
    arena: &'a Bump,
    limits: &Limits,
    counts: &mut Counts,
) -> &'a mut [Slot<'a>] {
    // A record's strings that stand in no field's slot have one more, the last.
    let slots = slots + usize::from(table.all().is_some());
    let slots = arena.alloc_slice_fill_copy(slots, Slot::Absent);
    let mut filler = Filler { slots, arena, limits, counts };
    match table.all() {
        Some(slot) => filler.record(table, slot, payload),
        None => filler.object(table, payload),
    }
    filler.slots
}

pub(super) struct Filler<'a, 'f> {
    pub(super) slots: &'a mut [Slot<'a>],
    pub(super) arena: &'a Bump,
    pub(super) limits: &'f Limits,
    pub(super) counts: &'f mut Counts,
}

impl<'a> Filler<'a, '_> {
    /// Reads the wanted members of an object.
    fn object(&mut self, table: &FieldTable, object: RawObject<'a>) {
        if let Some(entries) = object.entries() {
            let text = entries.text();
            for entry in entries {
                let Some(key) = self.key(table, text, entry) else { continue };
                match (key.slot, entry.plain_string()) {
                    (Some((slot, ty)), Some(text))
                        if takes_text(ty) && text.len() <= self.limits.text_bytes =>
                    {
                        self.set(slot, Slot::Text(text));
                    }
                    _ => self.member(key, entry.value()),
                }
            }
            return;
        }
        for (name, value) in object.members() {
            let name = match name.as_plain() {
                Some(name) => name,
                None => decode(name, self.arena),
            };
            if let Some(key) = table.get(name) {
                self.member(key, value);
            }
        }
    }

    /// What rules read under the key of a member of that text.
    #[inline(always)]
    pub(super) fn key<'t>(
        &self,
        table: &'t FieldTable,
        text: &str,
        entry: Entry<'_>,
    ) -> Option<&'t FieldKey> {
        match entry.plain_key() {
            Some(key) => table.get_in(text, key),
            None => table.get(decode(entry.key(), self.arena)),
        }
    }

    pub(super) fn member(&mut self, key: &FieldKey, value: RawValue<'a>) {
        if let Some((slot, ty)) = key.slot {
            let read = self.read(value, ty);
            if matches!(read, Slot::Wrong) {
                self.counts.wrong_types += 1;
            }
            self.set(slot, read);
        }
        if !key.members.is_empty() {
            match value {
                RawValue::Object(object) => self.object(&key.members, object),
                RawValue::Array(array) => self.spread(&key.members, &[RawValue::Array(array)]),
                _ => {}
            }
        }
    }

    #[inline]
    pub(super) fn set(&mut self, slot: u32, value: Slot<'a>) {
        if let Some(slot) = self.slots.get_mut(slot as usize) {
            if !matches!(slot, Slot::Absent) {
                self.counts.duplicate_keys += 1;
            }
            *slot = value;
        }
    }

    fn read(&mut self, value: RawValue<'a>, ty: FieldType) -> Slot<'a> {
        match (ty, value) {
            (_, RawValue::Null) => Slot::Absent,
            (FieldType::Text | FieldType::Time | FieldType::Ip, RawValue::String(text)) => {
                Slot::Text(self.text(text))
            }
            (FieldType::Number, RawValue::Number(number)) => Slot::Number(number.as_f64()),
            (FieldType::Bool, RawValue::Bool(value)) => Slot::Bool(value),
            (FieldType::TextList, RawValue::Array(array)) => self.texts(array),
            (FieldType::NumberList, RawValue::Array(array)) => self.numbers(array),
            (FieldType::Map, RawValue::Object(object)) => self.values(object),
            (FieldType::Any, value) => self.any(value),
            _ => Slot::Wrong,
        }
    }

    pub(super) fn text(&mut self, raw: RawString<'a>) -> &'a str {
        let text = match raw.as_plain() {
            Some(text) => text,
            None => decode(raw, self.arena),
        };
        let Some((head, tail)) = text_view(text, self.limits.text_bytes) else { return text };
        self.counts.texts_cut += 1;
        let mut view = ArenaString::with_capacity_in(head.len() + 1 + tail.len(), self.arena);
        view.push_str(head);
        view.push(SEAM);
        view.push_str(tail);
        view.into_bump_str()
    }

    fn texts(&mut self, array: RawArray<'a>) -> Slot<'a> {
        let mut items = ArenaVec::new_in(self.arena);
        for item in array.items() {
            if let RawValue::String(text) = item {
                if items.len() == self.limits.list_items {
                    self.counts.lists_cut += 1;
                    break;
                }
                items.push(self.text(text));
            }
        }
        Slot::Texts(items.into_bump_slice())
    }

    fn numbers(&mut self, array: RawArray<'a>) -> Slot<'a> {
        let mut items = ArenaVec::new_in(self.arena);
        for item in array.items() {
            if let RawValue::Number(number) = item {
                if items.len() == self.limits.list_items {
                    self.counts.lists_cut += 1;
                    break;
                }
                items.push(number.as_f64());
            }
        }
        Slot::Numbers(items.into_bump_slice())
    }

    /// The strings among a map's values.
    fn values(&mut self, object: RawObject<'a>) -> Slot<'a> {
        let mut items = ArenaVec::new_in(self.arena);
        for (_, value) in object.members() {
            if let RawValue::String(text) = value {
                if items.len() == self.limits.list_items {
                    self.counts.lists_cut += 1;
                    break;
                }
                items.push(self.text(text));
            }
        }
        Slot::Texts(items.into_bump_slice())
    }
}

/// Whether a string is a value of that type, as it is.
const fn takes_text(ty: FieldType) -> bool {
    matches!(ty, FieldType::Text | FieldType::Time | FieldType::Ip | FieldType::Any)
}

/// What stands between the head and the tail of a cut text: neither a word character nor a
/// blank, so that the seam completes no pattern that neither side has.
pub(super) const SEAM: char = '\0';

/// The head and tail that are evaluated of a text longer than `bytes`: three quarters and one
/// quarter of it, at character boundaries. `None` for a text that fits.
pub fn text_view(text: &str, bytes: usize) -> Option<(&str, &str)> {
    if text.len() <= bytes {
        return None;
    }
    let tail_bytes = bytes / 4;
    let head = text.floor_char_boundary(bytes - tail_bytes);
    let tail = text.ceil_char_boundary(text.len() - tail_bytes);
    Some((text.get(..head).unwrap_or(""), text.get(tail..).unwrap_or("")))
}

/// Decodes escapes into the arena.
pub(super) fn decode<'a>(raw: RawString<'_>, arena: &'a Bump) -> &'a str {
    let mut text = ArenaString::with_capacity_in(raw.decoded_len_bound(), arena);
    // Writing to an arena string cannot fail.
    let _ = raw.decode_into(&mut text);
    text.into_bump_str()
}
