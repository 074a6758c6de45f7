// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tag ids.

use std::sync::OnceLock;

use uuid::Uuid;

use crate::vocab::SourceKind;

/// The namespace of tag ids: UUIDv5 of `decnet:ttp_tag:v1` in the URL namespace.
pub fn namespace() -> Uuid {
    static NAMESPACE: OnceLock<Uuid> = OnceLock::new();
    *NAMESPACE.get_or_init(|| Uuid::new_v5(&Uuid::NAMESPACE_URL, b"decnet:ttp_tag:v1"))
}

/// The id of a tag: UUIDv5 over
/// `source_kind|source_id|rule_id|rule_version|technique_id|sub_technique_id`, where a missing
/// sub-technique is empty. Equal to the ids that DECNET gives.
///
/// There is no attacker in it, so source ids must be unique by construction.
///
/// # Cost
/// One SHA-1 of the key; no allocation once `key` has grown.
///
/// # Example
/// ```
/// use decnet_ttp::{tag, vocab::SourceKind};
///
/// let id = tag::tag_id(SourceKind::Command, "cmd-1", ("R0014", 1), "T1003", Some("T1003.008"), &mut Vec::new());
/// assert_eq!(id.to_string(), "a6e28fa4-5ad4-584d-be8c-e94766c64537");
/// ```
pub fn tag_id(
    source_kind: SourceKind,
    source_id: &str,
    (rule_id, rule_version): (&str, u32),
    technique_id: &str,
    sub_technique_id: Option<&str>,
    key: &mut Vec<u8>,
) -> Uuid {
    use std::io::Write as _;
    key.clear();
    // Writing to a vector cannot fail.
    let _ = write!(
        key,
        "{source_kind}|{source_id}|{rule_id}|{rule_version}|{technique_id}|{}",
        sub_technique_id.unwrap_or("")
    );
    of_key(key)
}

/// The id of the tag that this key identifies.
pub(super) fn of_key(key: &[u8]) -> Uuid {
    Uuid::new_v5(&namespace(), key)
}
