// SPDX-License-Identifier: AGPL-3.0-or-later
//! The shape of ATT&CK ids, and what follows from it.

/// The ATT&CK for ICS tactics that rules may emit although the enterprise table lacks them:
/// Collection, Discovery, Impact, Impair Process Control.
pub const ICS_TACTICS: [&str; 4] = ["TA0100", "TA0102", "TA0105", "TA0106"];

/// Whether `id` is one of [`ICS_TACTICS`], which are exempt from the enterprise table.
pub fn is_ics_tactic(id: &str) -> bool {
    ICS_TACTICS.contains(&id)
}

/// Whether `id` has the shape of a tactic's id (`TA0001`); it may still not exist.
pub fn is_tactic_id(id: &str) -> bool {
    id.strip_prefix("TA").is_some_and(|digits| is_digits(digits, 4))
}

/// Whether `id` has the shape of a technique's or sub-technique's id (`T1059`, `T1059.004`); it
/// may still not exist.
pub fn is_technique_id(id: &str) -> bool {
    let Some(number) = id.strip_prefix('T') else { return false };
    match number.split_once('.') {
        None => is_digits(number, 4),
        Some((technique, sub)) => is_digits(technique, 4) && is_digits(sub, 3),
    }
}

/// Whether `id` has the shape of a group's id (`G0007`); it may still not exist.
pub fn is_group_id(id: &str) -> bool {
    id.strip_prefix('G').is_some_and(|digits| is_digits(digits, 4))
}

/// The technique that a sub-technique's id names as its parent: `T1059` for `T1059.004`, `None`
/// for a technique.
pub fn parent_id(id: &str) -> Option<&str> {
    id.split_once('.').map(|(parent, _)| parent)
}

/// The address of a tactic's, technique's or group's page, in the form MITRE's bundles have it
/// (`https://attack.mitre.org/techniques/T1059/004`, no final slash).
pub(super) fn canonical_url(id: &str) -> String {
    let folder = match id.as_bytes() {
        [b'T', b'A', ..] => "tactics",
        [b'T', ..] => "techniques",
        _ => "groups",
    };
    match id.split_once('.') {
        None => ["https://attack.mitre.org/", folder, "/", id].concat(),
        Some((parent, sub)) => ["https://attack.mitre.org/", folder, "/", parent, "/", sub].concat(),
    }
}

fn is_digits(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit())
}
