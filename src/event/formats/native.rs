// SPDX-License-Identifier: AGPL-3.0-or-later
//! Writes native event lines, for formats that are turned into them.

use std::fmt;

use crate::event::json::RawObject;
use crate::vocab::SourceKind;

/// Who, where and when: what an event's envelope says besides its kind and id.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct About<'v> {
    pub(super) attacker_uuid: Option<&'v str>,
    pub(super) session_id: Option<&'v str>,
    pub(super) decky_id: Option<&'v str>,
    pub(super) ts: Option<&'v str>,
}

/// Writes one event: the envelope first, then the payload member by member. Absent values are
/// left out. Texts are escaped by `serde_json`, so an attacker's text stays a text.
pub(super) struct EventWriter<'o> {
    out: &'o mut Vec<u8>,
}

impl<'o> EventWriter<'o> {
    /// Begins an event; without a source id it is left to be derived.
    pub(super) fn begin(
        out: &'o mut Vec<u8>,
        kind: SourceKind,
        source_id: Option<fmt::Arguments<'_>>,
        about: &About<'_>,
    ) -> Self {
        let mut writer = Self { out };
        writer.out.push(b'{');
        writer.text("source_kind", Some(kind.as_str()));
        writer.text("source_id", source_id.map(|id| id.to_string()).as_deref());
        writer.text("attacker_uuid", about.attacker_uuid);
        writer.text("session_id", about.session_id);
        writer.text("decky_id", about.decky_id);
        writer.text("ts", about.ts);
        writer.key("payload");
        writer.out.push(b'{');
        writer
    }

    pub(super) fn text(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(key);
            self.quoted(value);
        }
    }

    pub(super) fn number(&mut self, key: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.key(key);
            self.out.extend_from_slice(value.to_string().as_bytes());
        }
    }

    /// A number with a fraction; no number at all if it is not finite.
    pub(super) fn real(&mut self, key: &str, value: Option<f64>) {
        if let Some(value) = value.filter(|value| value.is_finite()) {
            self.key(key);
            self.out.extend_from_slice(value.to_string().as_bytes());
        }
    }

    pub(super) fn flag(&mut self, key: &str, value: Option<bool>) {
        if let Some(value) = value {
            self.key(key);
            self.out.extend_from_slice(if value { b"true" } else { b"false" });
        }
    }

    /// A list of texts; none at all if there is none.
    pub(super) fn texts<'t>(&mut self, key: &str, values: impl IntoIterator<Item = &'t str>) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_none() {
            return;
        }
        self.key(key);
        let mut before = b'[';
        for value in values {
            self.out.push(before);
            self.quoted(value);
            before = b',';
        }
        self.out.push(b']');
    }

    /// An object, as it stands.
    pub(super) fn object(&mut self, key: &str, value: Option<RawObject<'_>>) {
        if let Some(value) = value {
            self.key(key);
            self.out.extend_from_slice(value.as_str().as_bytes());
        }
    }

    /// Ends the event and its line.
    pub(super) fn end(self) {
        self.out.extend_from_slice(b"}}\n");
    }

    fn key(&mut self, key: &str) {
        if self.out.last() != Some(&b'{') {
            self.out.push(b',');
        }
        self.quoted(key);
        self.out.push(b':');
    }

    fn quoted(&mut self, text: &str) {
        let written = serde_json::to_writer(&mut *self.out, text);
        debug_assert!(written.is_ok(), "writing to memory does not fail");
    }
}
