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

/// Fields that a stored message begins with, in lower case. Names that records of other kinds
/// begin with (`date`, `user-agent`, …) are left out.
#[cfg(feature = "mail")]
const MAIL_FIELDS: [&str; 22] = [
    "authentication-results",
    "bcc",
    "cc",
    "content-type",
    "delivered-to",
    "dkim-signature",
    "domainkey-signature",
    "envelope-to",
    "from",
    "list-unsubscribe",
    "message-id",
    "mime-version",
    "received",
    "received-spf",
    "reply-to",
    "resent-from",
    "return-path",
    "sender",
    "subject",
    "to",
    "x-mailer",
    "x-original-to",
];

/// Whether lines begin as a message does: with a field that messages have and another field or the
/// rest of the first, or with what stands before each message in a mailbox.
#[cfg(feature = "mail")]
pub(super) fn is_mail(lines: Lines<'_>) -> bool {
    let mut lines = lines.map(|line| line.bytes);
    let Some(first) = lines.next() else { return false };
    let Some(second) = lines.next() else { return false };
    let is_field = field_name(second).is_some();
    if first.starts_with(b"From ") {
        return is_field;
    }
    let is_known = |name: &[u8]| {
        let is = |start: &[u8]| name.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start));
        is(b"x-") || is(b"arc-") || MAIL_FIELDS.iter().any(|it| name.eq_ignore_ascii_case(it.as_bytes()))
    };
    field_name(first).is_some_and(is_known)
        && (is_field || second.starts_with(b" ") || second.starts_with(b"\t"))
}

/// The name of a header field.
#[cfg(feature = "mail")]
fn field_name(line: &[u8]) -> Option<&[u8]> {
    let name = line.get(..memchr::memchr(b':', line)?)?.trim_ascii_end();
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (!name.is_empty() && name.iter().all(is_name)).then_some(name)
}
