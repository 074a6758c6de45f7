// SPDX-License-Identifier: AGPL-3.0-or-later
//! Source ids for events that bring none.
//!
//! A tag's uuid is made from the source id and has no attacker in it, so a source id must be
//! unique and the same on every replay by construction.

use sha2::{Digest, Sha256};

use super::anchor;
use super::json::{RawObject, RawValue};
use crate::vocab::SourceKind;

/// What a source id can be made of.
pub(super) struct Parts<'p> {
    pub(super) kind: SourceKind,
    /// The attacker's uuid, else the identity's.
    pub(super) anchor: Option<&'p str>,
    pub(super) session_id: Option<&'p str>,
    pub(super) ts: Option<&'p str>,
    /// The position of a command in its session, from the envelope.
    pub(super) index: Option<u64>,
    pub(super) payload: RawObject<'p>,
}

/// The source id of an event that has none, or `None` if there is nothing to make it of.
///
/// | kind | id |
/// | --- | --- |
/// | command | `<session_id>#<index>`, where the event has an `index` |
/// | session | `<session_id>` |
/// | intel | `<intel_uuid>` |
/// | `ipv6_leak` | `<attacker>:<canonical address>` |
/// | canary, `canary_fingerprint` | `<token_id>:<trigger_id>` |
/// | any, where that is missing | SHA-256 of kind, anchor, `ts` and payload, 32 digits |
///
/// The last needs an anchor or a time.
#[cold]
pub(super) fn derive(parts: &Parts<'_>) -> Option<String> {
    by_name(parts).or_else(|| by_content(parts))
}

fn by_name(parts: &Parts<'_>) -> Option<String> {
    match parts.kind {
        SourceKind::Command => {
            let index = parts.index.or_else(|| whole_number(parts.payload.get("index")?))?;
            Some(format!("{}#{index}", parts.session_id?))
        }
        SourceKind::Session => parts.session_id.map(str::to_owned),
        SourceKind::Intel => text_of(parts.payload, "intel_uuid"),
        SourceKind::Ipv6Leak => {
            let address = anchor::address(&text_of(parts.payload, "addr")?)?;
            Some(format!("{}:{address}", parts.anchor?))
        }
        SourceKind::Canary | SourceKind::CanaryFingerprint => {
            let token = text_of(parts.payload, "token_id")?;
            Some(format!("{token}:{}", text_of(parts.payload, "trigger_id")?))
        }
        _ => None,
    }
}

fn by_content(parts: &Parts<'_>) -> Option<String> {
    if parts.anchor.is_none() && parts.ts.is_none() {
        return None;
    }
    let index = parts.index.map(|index| index.to_string()).unwrap_or_default();
    let texts = [
        parts.kind.as_str(),
        parts.anchor.unwrap_or_default(),
        parts.session_id.unwrap_or_default(),
        parts.ts.unwrap_or_default(),
        &index,
        parts.payload.as_str(),
    ];
    let mut hash = Sha256::new();
    for text in texts {
        // The length keeps neighbours apart.
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text.as_bytes());
    }
    Some(hex(hash.finalize().get(..16)?))
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    hex_digits(bytes).collect()
}

/// Lower-case hexadecimal digits, one by one.
pub(crate) fn hex_digits(bytes: &[u8]) -> impl Iterator<Item = char> {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap_or('0');
    bytes.iter().flat_map(move |byte| [digit(byte >> 4), digit(byte & 15)])
}

pub(super) fn whole_number(value: RawValue<'_>) -> Option<u64> {
    match value {
        RawValue::Number(number) => number.as_u64(),
        _ => None,
    }
}

fn text_of(payload: RawObject<'_>, key: &str) -> Option<String> {
    match payload.get(key)? {
        RawValue::String(text) => Some(text.to_text().into_owned()).filter(|text| !text.is_empty()),
        _ => None,
    }
}
