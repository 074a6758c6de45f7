// SPDX-License-Identifier: AGPL-3.0-or-later
//! Trails as a table and as JSON.

use serde_json::{Value as Json, json};

use crate::attack::kill_chain::{Actor, Phase, Time, Trail};

use super::super::text::counted;
use super::{Counts, Ui};

/// Marks a phase that decoys see little of, in the table.
const UNSEEN: &str = "*";

/// One row a trail.
pub(super) fn table(trails: &[Trail], ui: &Ui) -> String {
    let heading = ["WHO", "DECOY", "FIRST", "AT", "LAST", "AT", "PHASES"];
    let mut table = ui.table(&heading, trails.iter().map(row).collect());
    let unseen = |trail: &Trail| trail.phases().any(|(phase, _)| !phase.is_observable());
    if trails.iter().any(unseen) {
        table.push_str("\n* mostly out of a decoy's sight: what is shown of it is not all there was\n");
    }
    table
}

fn row(trail: &Trail) -> Vec<String> {
    let who = match &trail.actor {
        Actor::Identity(id) => format!("identity {id}"),
        Actor::Attacker(id) => format!("attacker {id}"),
    };
    let phases: Vec<String> = trail.phases().map(|(phase, _)| name(phase)).collect();
    let step = |step: Option<(Time, Phase)>| match step {
        Some((time, phase)) => [name(phase), time.to_string()],
        None => ["-".to_owned(), "-".to_owned()],
    };
    let decoy = trail.decoy.as_deref().unwrap_or("-").to_owned();
    let ([first, began], [last, ended]) = (step(trail.first), step(trail.last));
    vec![who, decoy, first, began, last, ended, phases.join(", ")]
}

fn name(phase: Phase) -> String {
    let mark = if phase.is_observable() { "" } else { UNSEEN };
    format!("{}{mark}", phase.as_str().replace('_', " "))
}

/// One object a trail.
pub(super) fn json(trails: &[Trail]) -> Vec<Json> {
    trails.iter().map(trail_json).collect()
}

fn trail_json(trail: &Trail) -> Json {
    let (identity, attacker) = match &trail.actor {
        Actor::Identity(id) => (Some(id), None),
        Actor::Attacker(id) => (None, Some(id)),
    };
    let step = |step: Option<(Time, Phase)>| {
        step.map(|(time, phase)| json!({"phase": phase.as_str(), "at": time.to_string()}))
    };
    let phases = trail.phases().map(|(phase, tags)| {
        json!({
            "phase": phase.as_str(),
            "stage": phase.stage().as_str(),
            "observable": phase.is_observable(),
            "tags": tags,
        })
    });
    json!({
        "identity_uuid": identity,
        "attacker_uuid": attacker,
        "decky_id": trail.decoy,
        "first": step(trail.first),
        "last": step(trail.last),
        "phases": phases.collect::<Vec<_>>(),
    })
}

/// What was read, and what of it is in no row.
pub(super) fn summary(trails: &[Trail], counts: &Counts) -> String {
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let mut text = format!("{} on {}", counted(number(counts.tags), "tag"), counted(trails.len(), "trail"));
    for (count, what) in [
        (counts.no_time, "at no time that can be read"),
        (counts.unknown_tactics, "with a tactic of no phase, passed over"),
        (counts.nobody, "with neither identity nor attacker, passed over"),
        (counts.too_many, "past the bound on trails, passed over"),
        (counts.unreadable, "unreadable"),
    ] {
        if count > 0 {
            text.push_str(&format!("; {count} {what}"));
        }
    }
    text
}
