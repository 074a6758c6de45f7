// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tags as JSON, one line each or one line per event.

use uuid::Uuid;

use crate::engine::{Hit, Hits};
use crate::event::Event;

use super::evidence::{self, Evidence};
use super::template::Templates;
use super::{id, json};

/// Tags of lower confidence are not stored, and not printed unless asked.
pub const CONFIDENCE_FLOOR: f64 = 0.3;

/// Writes the tags of events; keeps its buffers between them.
#[derive(Debug)]
pub struct Tagger {
    floor: f64,
    templates: Templates,
    /// What the ids of all the event's tags are made of, and what of one.
    key: Vec<u8>,
    order: Vec<(Hit, Uuid)>,
    /// What all the event's tags say of it, before what is the rule's.
    envelope: Vec<u8>,
    /// What ends them.
    end: Vec<u8>,
    /// Texts that had escapes.
    text: String,
}

/// What was written for one event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Tags written.
    pub tags: u32,
    /// Hits left out because their confidence is under the floor.
    pub below_floor: u32,
}

impl Tagger {
    /// A tagger that leaves out what is under `floor`.
    pub fn new(floor: f64) -> Self {
        Self {
            floor,
            templates: Templates::default(),
            key: Vec::new(),
            order: Vec::new(),
            envelope: Vec::new(),
            end: Vec::new(),
            text: String::new(),
        }
    }

    /// The confidence under which tags are left out.
    pub const fn floor(&self) -> f64 {
        self.floor
    }

    /// Appends one line per tag, in order of technique, sub-technique, tactic, rule, uuid.
    ///
    /// # Cost
    /// Linear in what is written; no allocation once the buffers have grown.
    pub fn write(&mut self, event: &Event<'_>, hits: &Hits<'_>, out: &mut Vec<u8>) -> Written {
        let written = self.sort(event, hits);
        for place in 0..self.order.len() {
            self.tag(place, event, hits, out);
            out.push(b'\n');
        }
        written
    }

    /// Appends the tags as one JSON array, in the order of [`Tagger::write`].
    pub fn write_array(&mut self, event: &Event<'_>, hits: &Hits<'_>, out: &mut Vec<u8>) -> Written {
        let written = self.sort(event, hits);
        out.push(b'[');
        for place in 0..self.order.len() {
            if place > 0 {
                out.push(b',');
            }
            self.tag(place, event, hits, out);
        }
        out.push(b']');
        written
    }

    /// Appends one line for the event, tags or none:
    /// `{"n":…,"source_kind":…,"source_id":…,"tags":[…],"error":null}`.
    pub fn write_event(&mut self, n: u64, event: &Event<'_>, hits: &Hits<'_>, out: &mut Vec<u8>) -> Written {
        out.extend_from_slice(b"{\"n\":");
        json::number(out, n);
        out.extend_from_slice(b",\"source_kind\":");
        json::string(out, event.source_kind.as_str());
        out.extend_from_slice(b",\"source_id\":");
        json::string(out, &event.source_id);
        out.extend_from_slice(b",\"tags\":");
        let written = self.write_array(event, hits, out);
        out.extend_from_slice(b",\"error\":null}\n");
        written
    }

    /// Appends the line of an event that could not be read.
    pub fn write_error(n: u64, reason: &str, message: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"n\":");
        json::number(out, n);
        out.extend_from_slice(b",\"source_kind\":null,\"source_id\":null,\"tags\":[],\"error\":{\"type\":");
        json::string(out, reason);
        out.extend_from_slice(b",\"message\":");
        json::string(out, message);
        out.extend_from_slice(b"}}\n");
    }

    /// Finds what is to be written, in order.
    fn sort(&mut self, event: &Event<'_>, hits: &Hits<'_>) -> Written {
        self.order.clear();
        let mut written = Written::default();
        if hits.is_empty() {
            return written;
        }
        self.templates.prepare(hits);
        self.key.clear();
        self.key.extend_from_slice(event.source_kind.as_str().as_bytes());
        self.key.push(b'|');
        self.key.extend_from_slice(event.source_id.as_bytes());
        let source = self.key.len();
        for hit in hits.iter() {
            let Some((_, emit)) = self.templates.get(hit) else { continue };
            // Also leaves out NaN, which no hit has.
            if hit.confidence >= self.floor {
                self.key.truncate(source);
                self.key.extend_from_slice(&emit.identity);
                self.order.push((*hit, id::of_key(&self.key)));
                written.tags += 1;
            } else {
                written.below_floor += 1;
            }
        }
        let key = |(hit, uuid): &(Hit, Uuid)| {
            hits.emit(hit).map(|(rule, emit)| {
                let sub = emit.sub_technique.as_deref().unwrap_or("");
                (emit.technique.as_str(), sub, emit.tactic.as_str(), rule.id.as_str(), *uuid)
            })
        };
        if self.order.len() > 1 {
            self.order.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        }
        if written.tags > 0 {
            self.about(event);
        }
        written
    }

    /// Renders what all tags of an event say of it.
    fn about(&mut self, event: &Event<'_>) {
        let out = &mut self.envelope;
        out.clear();
        out.extend_from_slice(b"\",\"source_kind\":");
        json::string(out, event.source_kind.as_str());
        out.extend_from_slice(b",\"source_id\":");
        json::string(out, &event.source_id);
        for (name, value) in [
            (&b",\"attacker_uuid\":"[..], &event.attacker_uuid),
            (b",\"identity_uuid\":", &event.identity_uuid),
            (b",\"session_id\":", &event.session_id),
            (b",\"decky_id\":", &event.decky_id),
        ] {
            out.extend_from_slice(name);
            json::optional(out, value.as_deref());
        }
        self.end.clear();
        json::optional(&mut self.end, event.ts.as_deref());
        self.end.push(b'}');
    }

    /// Appends one tag, by its place in the order.
    fn tag(&mut self, place: usize, event: &Event<'_>, hits: &Hits<'_>, out: &mut Vec<u8>) {
        let Some((hit, uuid)) = self.order.get(place) else { return };
        let Some((rule, emit)) = self.templates.get(hit) else { return };
        out.extend_from_slice(b"{\"uuid\":\"");
        out.extend_from_slice(uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
        out.extend_from_slice(&self.envelope);
        out.extend_from_slice(&emit.technique);
        let (confidence, text) = &emit.confidence;
        if hit.confidence.to_bits() == confidence.to_bits() {
            out.extend_from_slice(text);
        } else {
            json::number(out, hit.confidence);
        }
        out.extend_from_slice(&rule.rule);
        let limits = hits.snapshot().program.limits();
        let evidence = Evidence { names: &rule.evidence, hits, hit, limits };
        evidence::write(out, event, &evidence, &mut self.text);
        out.extend_from_slice(&emit.links);
        out.extend_from_slice(&self.end);
    }
}
