// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sessions: the coin address in a note that was left behind.

use crate::event::mail::signals::coin_address;
use crate::vocab::{FieldType, SourceKind};

use super::{Example, Lift, Lifter};

/// Looks for a coin address.
pub(super) static SESSION: Lifter = Lifter {
    name: "session",
    kinds: &[SourceKind::Session],
    inputs: &[("note_text", FieldType::Text), ("body_text", FieldType::Text)],
    outputs: &["btc_address"],
    views: false,
    lift,
    examples: &[
        Example {
            kind: SourceKind::Session,
            payload: r#"{"note_text": "send 0.1 BTC to 1BoatSLRHtKNngkdXEeobR76b53LETtpyT now"}"#,
            gives: r#"{"btc_address": "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"}"#,
        },
        Example { kind: SourceKind::Session, payload: r#"{"note_text": "hello"}"#, gives: "{}" },
    ],
};

fn lift<'a>(lift: &mut Lift<'_, 'a>) {
    let text = lift.text(1).filter(|text| !text.is_empty()).or_else(|| lift.text(0));
    lift.give_text(0, text.and_then(coin_address).map(|(_, address)| address));
}
