// SPDX-License-Identifier: AGPL-3.0-or-later
//! Evidence: the payload fields that a rule declares, and the kind's context, within bounds.

use crate::engine::{Hit, Hits, text_view};
use crate::event::{Event, RawObject, RawString, RawValue};
use crate::vocab::{Limits, Slot};

use super::json;
use super::template::Name;

/// What stands where a string was cut.
const GAP: &str = " … ";
/// How deep evidence may nest; deeper values are left out.
const DEPTH_MAX: usize = 8;

/// How many fields are looked for in one walk over the payload.
const NAMES_MAX: usize = 16;

/// What a tag's evidence is made of besides the event.
pub(super) struct Evidence<'t> {
    /// The fields of the payload that may stand in it.
    pub(super) names: &'t [Name],
    pub(super) hits: &'t Hits<'t>,
    pub(super) hit: &'t Hit,
    pub(super) limits: &'t Limits,
}

/// Appends the evidence of a rule for an event, one JSON object.
///
/// The declared fields of the payload come first, then the kind's context fields, each if the payload has it
/// and the schema lets it stand and nothing of that name was computed; then what was derived or computed, then the view. A long string keeps its head and tail, [`Limits::evidence_string_bytes`] together, the whole to
/// [`Limits::evidence_bytes`]; what was cut, here or before, shows as `truncated: true`.
pub(super) fn write(out: &mut Vec<u8>, event: &Event<'_>, evidence: &Evidence<'_>, decoded: &mut String) {
    let Evidence { names, hits, hit, limits } = *evidence;
    let truncated = event.truncated || hits.counts().texts_cut > 0;
    let mut writer = Writer { start: out.len(), out, limits, truncated, first: true, decoded };
    writer.out.push(b'{');
    let computed = |name: &str| hits.computed(hit).any(|(known, _)| known == name);
    for names in names.chunks(NAMES_MAX) {
        let found = find_all(event.payload, names);
        for (name, value) in names.iter().zip(found) {
            if let Some(value) = value
                && !computed(&name.name)
            {
                writer.field(name, value);
            }
        }
    }
    for (name, value) in hits.computed(hit) {
        writer.computed(name, value);
    }
    if let Some(via) = hit.via {
        writer.computed("via", Slot::Text(via.as_str()));
    }
    if writer.truncated {
        writer.key("truncated");
        writer.out.extend_from_slice(b"true");
    }
    writer.out.push(b'}');
}

/// The values of up to [`NAMES_MAX`] fields, in one walk; the last one where a key stands twice.
fn find_all<'a>(payload: RawObject<'a>, names: &[Name]) -> [Option<RawValue<'a>>; NAMES_MAX] {
    let mut found = [None; NAMES_MAX];
    if let Some(entries) = payload.entries() {
        let text = entries.text();
        for entry in entries {
            let plain = entry.plain_key().and_then(|range| text.get(range));
            for (name, found) in names.iter().zip(&mut found) {
                let equal = match plain {
                    Some(plain) => *plain == *name.name,
                    None => entry.key().equals(&name.name),
                };
                if equal {
                    *found = Some(entry.value());
                }
            }
        }
    } else {
        for (key, value) in payload.members() {
            for (name, found) in names.iter().zip(&mut found) {
                if key.equals(&name.name) {
                    *found = Some(value);
                }
            }
        }
    }
    for (name, found) in names.iter().zip(&mut found) {
        if name.name.contains('.') {
            *found = find(payload, &name.name);
        }
    }
    found
}

/// The value of a field, dotted; the last one where a key stands twice.
fn find<'a>(payload: RawObject<'a>, name: &str) -> Option<RawValue<'a>> {
    let member = |object: RawObject<'a>, name: &str, nocase: bool| {
        let equal = |key: &RawString<'_>| {
            key.equals(name) || (nocase && key.as_plain().is_some_and(|key| key.eq_ignore_ascii_case(name)))
        };
        object.members().filter(|(key, _)| equal(key)).last().map(|(_, value)| value)
    };
    if let Some((key, inner)) = name.split_once('.')
        && let Some(RawValue::Object(object)) = member(payload, key, false)
    {
        return member(object, inner, true);
    }
    member(payload, name, false)
}

struct Writer<'a> {
    out: &'a mut Vec<u8>,
    start: usize,
    limits: &'a Limits,
    truncated: bool,
    first: bool,
    /// The last text that had escapes.
    decoded: &'a mut String,
}

impl Writer<'_> {
    /// Bytes that may still be written; room for the closing marks is kept.
    fn left(&self) -> usize {
        const CLOSING: usize = 64;
        self.limits.evidence_bytes.saturating_sub(self.out.len() - self.start).saturating_sub(CLOSING)
    }

    fn key(&mut self, name: &str) {
        self.comma();
        json::string(self.out, name);
        self.out.push(b':');
    }

    fn comma(&mut self) {
        if !self.first {
            self.out.push(b',');
        }
        self.first = false;
    }

    /// Writes a field of the payload, or leaves it out where it does not fit.
    fn field(&mut self, name: &Name, value: RawValue<'_>) {
        self.either(name.name.len(), value, 0, |writer| {
            writer.comma();
            writer.out.extend_from_slice(&name.key);
        });
    }

    /// Writes a member, or leaves it out where it does not fit.
    fn member(&mut self, name: &str, value: RawValue<'_>, depth: usize) {
        self.either(name.len(), value, depth, |writer| writer.key(name));
    }

    #[inline]
    fn either(&mut self, length: usize, value: RawValue<'_>, depth: usize, key: impl FnOnce(&mut Self)) {
        let (before, first) = (self.out.len(), self.first);
        if length + 8 > self.left() {
            self.truncated = true;
            return;
        }
        key(self);
        if !self.value(value, depth) {
            self.out.truncate(before);
            self.first = first;
            self.truncated = true;
        }
    }

    /// Writes a member whose value was derived from the event.
    fn computed(&mut self, name: &str, value: Slot<'_>) {
        if name.len() + 64 > self.left() {
            self.truncated = true;
            return;
        }
        self.key(name);
        if !matches!(value, Slot::Texts(_) | Slot::Numbers(_)) {
            return self.scalar(value);
        }
        self.out.push(b'[');
        for (index, item) in value.items().enumerate() {
            if self.left() < 64 {
                self.truncated = true;
                break;
            }
            if index > 0 {
                self.out.push(b',');
            }
            self.scalar(item);
        }
        self.out.push(b']');
    }

    /// Writes a value that is no list.
    fn scalar(&mut self, value: Slot<'_>) {
        match value {
            Slot::Text(text) => self.text(text),
            Slot::Number(number) if number.is_finite() => json::number(self.out, number),
            Slot::Bool(value) => self.out.extend_from_slice(if value { b"true" } else { b"false" }),
            _ => self.out.extend_from_slice(b"null"),
        }
    }

    /// Writes a value; false where it does not fit.
    fn value(&mut self, value: RawValue<'_>, depth: usize) -> bool {
        match value {
            RawValue::Null => self.out.extend_from_slice(b"null"),
            RawValue::Bool(value) => self.out.extend_from_slice(if value { b"true" } else { b"false" }),
            RawValue::Number(number) if number.as_str().len() <= self.left().min(64) => {
                self.out.extend_from_slice(number.as_str().as_bytes());
            }
            RawValue::Number(_) | RawValue::Opaque(_) => return false,
            RawValue::String(text) => self.string(text),
            RawValue::Array(_) | RawValue::Object(_) if depth >= DEPTH_MAX => return false,
            RawValue::Array(array) => {
                self.out.push(b'[');
                let mut first = true;
                for item in array.items() {
                    let before = self.out.len();
                    if !first {
                        self.out.push(b',');
                    }
                    if self.left() < 8 || !self.value(item, depth + 1) {
                        self.out.truncate(before);
                        self.truncated = true;
                        break;
                    }
                    first = false;
                }
                self.out.push(b']');
            }
            RawValue::Object(object) => {
                self.out.push(b'{');
                let outer = std::mem::replace(&mut self.first, true);
                for (name, value) in object.members() {
                    if self.left() < 8 {
                        self.truncated = true;
                        break;
                    }
                    self.member(&name.to_text(), value, depth + 1);
                }
                self.first = outer;
                self.out.push(b'}');
            }
        }
        true
    }

    /// Writes a string; of one that is too long its head and tail, at character boundaries, so that
    /// an attack behind much padding still shows.
    fn string(&mut self, raw: RawString<'_>) {
        if let Some(plain) = raw.as_plain() {
            return self.text(plain);
        }
        // Lent to the text that is written, then taken back: texts do not nest.
        let mut decoded = std::mem::take(self.decoded);
        decoded.clear();
        // Writing to a string cannot fail.
        let _ = raw.decode_into(&mut decoded);
        self.text(&decoded);
        *self.decoded = decoded;
    }

    fn text(&mut self, text: &str) {
        // Escaping makes six bytes of one at the most.
        let most = self.limits.evidence_string_bytes.min(self.left() / 6);
        match text_view(text, most.saturating_sub(GAP.len())) {
            None => json::string(self.out, text),
            Some((head, tail)) => {
                self.truncated = true;
                json::joined(self.out, &[head, GAP, tail]);
            }
        }
    }
}
