// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tags as JSON, one line each or one line per event.

use uuid::Uuid;

use crate::engine::{Hit, Hits};
use crate::event::Event;

use super::{evidence, id, json};

/// Tags of lower confidence are not stored, and not printed unless asked.
pub const CONFIDENCE_FLOOR: f64 = 0.3;

/// Writes the tags of events; keeps its buffers between them.
#[derive(Debug)]
pub struct Tagger {
    floor: f64,
    key: Vec<u8>,
    order: Vec<(Hit, Uuid)>,
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
    pub const fn new(floor: f64) -> Self {
        Self { floor, key: Vec::new(), order: Vec::new() }
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
        for (hit, uuid) in &self.order {
            write_tag(event, hits, hit, uuid, out);
            out.push(b'\n');
        }
        written
    }

    /// Appends the tags as one JSON array, in the order of [`Tagger::write`].
    pub fn write_array(&mut self, event: &Event<'_>, hits: &Hits<'_>, out: &mut Vec<u8>) -> Written {
        let written = self.sort(event, hits);
        out.push(b'[');
        for (index, (hit, uuid)) in self.order.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            write_tag(event, hits, hit, uuid, out);
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

    fn sort(&mut self, event: &Event<'_>, hits: &Hits<'_>) -> Written {
        self.order.clear();
        let mut written = Written::default();
        for hit in hits.iter() {
            let Some((rule, emit)) = hits.emit(hit) else { continue };
            // Also leaves out NaN, which no hit has.
            if hit.confidence >= self.floor {
                let sub = emit.sub_technique.as_deref();
                let rule = (rule.id.as_str(), rule.version);
                let kind = event.source_kind;
                let uuid = id::tag_id(kind, &event.source_id, rule, &emit.technique, sub, &mut self.key);
                self.order.push((*hit, uuid));
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
        self.order.sort_unstable_by(|a, b| key(a).cmp(&key(b)));
        written
    }
}

fn write_tag(event: &Event<'_>, hits: &Hits<'_>, hit: &Hit, uuid: &Uuid, out: &mut Vec<u8>) {
    let Some((rule, emit)) = hits.emit(hit) else { return };
    let program = &hits.snapshot().program;
    out.extend_from_slice(b"{\"uuid\":\"");
    out.extend_from_slice(uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
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
    out.extend_from_slice(b",\"tactic\":");
    json::string(out, &emit.tactic);
    out.extend_from_slice(b",\"technique_id\":");
    json::string(out, &emit.technique);
    out.extend_from_slice(b",\"sub_technique_id\":");
    json::optional(out, emit.sub_technique.as_deref());
    out.extend_from_slice(b",\"technique_name\":");
    json::string(out, &emit.technique_name);
    out.extend_from_slice(b",\"confidence\":");
    json::number(out, hit.confidence);
    out.extend_from_slice(b",\"rule_id\":");
    json::string(out, &rule.id);
    out.extend_from_slice(b",\"rule_version\":");
    json::number(out, rule.version);
    out.extend_from_slice(b",\"evidence\":");
    let cut = hits.counts().texts_cut > 0;
    let schema = program.schema(event.source_kind);
    evidence::write(out, event, rule, (hits, hit), schema, program.limits(), cut);
    out.extend_from_slice(b",\"attack_release\":");
    json::string(out, program.attack_release());
    out.extend_from_slice(b",\"mitre_url\":");
    json::string(out, &emit.url);
    out.extend_from_slice(b",\"ts\":");
    json::optional(out, event.ts.as_deref());
    out.push(b'}');
}
