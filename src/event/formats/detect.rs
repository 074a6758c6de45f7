// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which format an input is in.

use super::Format;
use crate::event::json::{RawObject, RawValue};
use crate::event::lines::Lines;
use crate::event::text;
use crate::vocab::Limits;

/// Records that are looked at before giving up.
const RECORDS_MAX: usize = 16;

pub(super) fn of_record(record: &str, limits: &Limits) -> Option<Format> {
    if is_syslog(record) {
        return Some(Format::Syslog);
    }
    let object = RawObject::parse(record, limits).ok()?;
    let mut found = None;
    for (key, value) in object.members() {
        let RawValue::String(text) = value else { continue };
        if key.equals("eventid") && text.to_text().starts_with("cowrie.") {
            return Some(Format::Cowrie);
        }
        if key.equals("source_kind") {
            found = Some(Format::Decnet);
        }
    }
    found
}

pub(super) fn of_lines(lines: Lines<'_>, limits: &Limits) -> Option<Format> {
    lines.take(RECORDS_MAX).find_map(|line| of_record(&text(line.bytes).0, limits))
}

/// Whether a record begins with a priority and version 1, as in `<134>1 `.
fn is_syslog(record: &str) -> bool {
    let priority = record.strip_prefix('<').and_then(|rest| rest.split_once(">1 "));
    priority.is_some_and(|(digits, _)| {
        (1..=3).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}
