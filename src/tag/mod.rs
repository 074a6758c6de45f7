// SPDX-License-Identifier: AGPL-3.0-or-later
//! Hits to tags: identity, confidence, evidence, and the tag's JSON.

mod evidence;
mod id;
mod ingest;
mod json;
mod report;
mod template;
mod write;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::engine::Hits;
use crate::event::Event;

pub use id::{namespace, tag_id};
pub use ingest::Ingest;
pub use report::{ANCHORS_MAX, LineProblem, PROBLEMS_MAX, Report, Technique};
pub use write::{CONFIDENCE_FLOOR, Tagger, Written};

/// One technique that one rule saw in one event, with its evidence.
///
/// The field order is the order of keys in the output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tag {
    /// UUIDv5 over source, rule and technique: equal for a replay of the same event.
    pub uuid: Uuid,
    /// The event's kind.
    pub source_kind: String,
    /// The event's id.
    pub source_id: String,
    /// The attacker.
    pub attacker_uuid: Option<String>,
    /// The identity.
    pub identity_uuid: Option<String>,
    /// The session.
    pub session_id: Option<String>,
    /// The decoy.
    pub decky_id: Option<String>,
    /// The tactic, `TA0006`.
    pub tactic: String,
    /// The technique, `T1003`.
    pub technique_id: String,
    /// The sub-technique, `T1003.008`.
    pub sub_technique_id: Option<String>,
    /// The most specific technique's full name.
    pub technique_name: String,
    /// From 0 to 1.
    pub confidence: f64,
    /// The rule.
    pub rule_id: String,
    /// The rule's version.
    pub rule_version: u32,
    /// What the rule's evidence fields held, bounded; `truncated` where something was cut.
    pub evidence: serde_json::Map<String, serde_json::Value>,
    /// The ATT&CK release that the ids are of.
    pub attack_release: String,
    /// The technique's page.
    pub mitre_url: String,
    /// The event's time.
    pub ts: Option<String>,
}

/// The tags of an event's hits, those under the floor left out.
///
/// # Cost
/// Allocates per tag; [`Tagger::write`] does not.
///
/// # Errors
/// None in practice: what is read here was written by [`Tagger::write`].
pub fn tags(event: &Event<'_>, hits: &Hits<'_>) -> Result<Vec<Tag>, serde_json::Error> {
    let mut out = Vec::new();
    Tagger::new(CONFIDENCE_FLOOR).write_array(event, hits, &mut out);
    serde_json::from_slice(&out)
}
