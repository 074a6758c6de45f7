// SPDX-License-Identifier: AGPL-3.0-or-later
//! Logins: what may be told of a password that itself never leaves.

use sha2::{Digest as _, Sha256};

use crate::event::hex_digits;
use crate::vocab::{FieldType, Slot, SourceKind};

use super::{Example, Lift, Lifter};

/// Hashes the password that was tried.
pub(super) static AUTH_ATTEMPT: Lifter = Lifter {
    name: "auth_attempt",
    kinds: &[SourceKind::AuthAttempt],
    inputs: &[("password", FieldType::Text)],
    outputs: &["password_hash", "password_length"],
    views: false,
    lift,
    examples: &[
        Example {
            kind: SourceKind::AuthAttempt,
            payload: r#"{"username": "root", "password": "abc"}"#,
            gives: r#"{
                "password_hash": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                "password_length": 3
            }"#,
        },
        Example { kind: SourceKind::AuthAttempt, payload: r#"{"username": "root"}"#, gives: "{}" },
    ],
};

fn lift<'a>(lift: &mut Lift<'_, 'a>) {
    let Some(password) = lift.text(0) else { return };
    if lift.wants(0) {
        let hash = Sha256::digest(password.as_bytes());
        let mut hex = bumpalo::collections::String::with_capacity_in(64, lift.arena);
        hex.extend(hex_digits(&hash));
        lift.give(0, Slot::Text(hex.into_bump_str()));
    }
    let length = u32::try_from(password.chars().count()).unwrap_or(u32::MAX);
    lift.give(1, Slot::Number(f64::from(length)));
}
