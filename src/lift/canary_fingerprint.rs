// SPDX-License-Identifier: AGPL-3.0-or-later
//! Browser fingerprints: the names of the signatures they bear. The fingerprints themselves stay here.

use bumpalo::collections::Vec as ArenaVec;

use crate::vocab::{FieldType, Slot, SourceKind};

use super::{Example, Lift, Lifter};

/// Names what is odd about a browser.
pub(super) static CANARY_FINGERPRINT: Lifter = Lifter {
    name: "canary_fingerprint",
    kinds: &[SourceKind::CanaryFingerprint],
    inputs: &[
        ("navigator_webdriver", FieldType::Bool),
        ("webrtc_geo_mismatch", FieldType::Bool),
        ("lang_country_mismatch", FieldType::Bool),
        ("platform_ua_inconsistent", FieldType::Bool),
        ("ua_webgl_mismatch", FieldType::Bool),
        ("tz_mismatch_zones", FieldType::Number),
    ],
    outputs: &["signature_ids"],
    views: false,
    lift,
    examples: &[
        Example {
            kind: SourceKind::CanaryFingerprint,
            payload: r#"{"navigator_webdriver": true, "tz_mismatch_zones": 3, "ua_webgl_mismatch": false}"#,
            gives: r#"{"signature_ids": ["navigator.webdriver_true", "tz_zones>=3"]}"#,
        },
        Example { kind: SourceKind::CanaryFingerprint, payload: "{}", gives: r#"{"signature_ids": []}"# },
    ],
};

/// In order of the inputs that are booleans.
const SIGNATURES: [&str; 5] = [
    "navigator.webdriver_true",
    "webrtc_private_vs_source_ip",
    "lang_vs_source_country",
    "navigator.platform_vs_userAgent",
    "userAgent_vs_webgl_renderer",
];

fn lift<'a>(lift: &mut Lift<'_, 'a>) {
    let mut found = ArenaVec::new_in(lift.arena);
    found.extend(
        SIGNATURES
            .into_iter()
            .zip(lift.inputs)
            .filter(|(_, input)| **input == Slot::Bool(true))
            .map(|(name, _)| name),
    );
    if lift.input(5).number().is_some_and(|zones| zones >= 3.0) {
        found.push("tz_zones>=3");
    }
    lift.give(0, Slot::Texts(found.into_bump_slice()));
}
