// SPDX-License-Identifier: AGPL-3.0-or-later
//! Intelligence: each provider's verdict as a share of 1.

use crate::vocab::{FieldType, Slot, SourceKind};

use super::{Example, Lift, Lifter};

/// Brings the providers' scales to one.
pub(super) static INTEL: Lifter = Lifter {
    name: "intel",
    kinds: &[SourceKind::Intel],
    inputs: &[
        ("abuseipdb_score", FieldType::Number),
        ("greynoise_classification", FieldType::Text),
        ("feodo_listed", FieldType::Bool),
        ("threatfox_confidence", FieldType::Number),
    ],
    outputs: &["abuseipdb_weight", "greynoise_weight", "feodo_weight", "threatfox_weight"],
    views: false,
    lift,
    examples: &[
        Example {
            kind: SourceKind::Intel,
            payload: r#"{"abuseipdb_score": 150, "greynoise_classification": "malicious", "feodo_listed": false}"#,
            gives: r#"{"abuseipdb_weight": 1, "greynoise_weight": 1, "feodo_weight": 0, "threatfox_weight": 1}"#,
        },
        Example {
            kind: SourceKind::Intel,
            payload: r#"{"abuseipdb_score": true, "greynoise_classification": "?", "threatfox_confidence": 75}"#,
            gives: r#"{"threatfox_weight": 0.75}"#,
        },
    ],
};

fn lift<'a>(lift: &mut Lift<'_, 'a>) {
    let share = |number: f64| Slot::Number((number / 100.0).clamp(0.0, 1.0));
    if let Some(score) = lift.input(0).number() {
        lift.give(0, share(score));
    }
    let greynoise = match lift.text(1) {
        Some("benign") => Some(0.0),
        Some("unknown") => Some(0.5),
        Some("malicious" | "scanner") => Some(1.0),
        _ => None,
    };
    lift.give(1, greynoise.map_or(Slot::Absent, Slot::Number));
    if let Some(listed) = lift.input(2).boolean() {
        lift.give(2, Slot::Number(f64::from(u8::from(listed))));
    }
    match lift.input(3) {
        Slot::Number(confidence) => lift.give(3, share(confidence)),
        Slot::Absent => lift.give(3, Slot::Number(1.0)),
        _ => {}
    }
}
