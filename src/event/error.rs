// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why a record gives no event.

use std::fmt;

use super::json::{Fault, JsonError};

/// Bytes of an unknown name that an error carries at most.
const NAME_BYTES: usize = 64;

/// Why a record gives no event; small, and holds nothing of the record but a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventError {
    reason: Reason,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    Json(JsonError),
    WrongType {
        field: &'static str,
        expected: &'static str,
    },
    NoSourceKind,
    UnknownSourceKind(Box<str>),
    NoSourceId,
    NoEventId,
    NotSyslog {
        expected: &'static str,
        offset: usize,
    },
    TooManyParams {
        offset: usize,
    },
    #[cfg(feature = "mail")]
    NotMail,
}

impl EventError {
    #[cold]
    pub(super) fn wrong_type(field: &'static str, expected: &'static str) -> Self {
        Self { reason: Reason::WrongType { field, expected } }
    }

    #[cold]
    pub(super) fn duplicate_key(offset: usize) -> Self {
        JsonError::new(Fault::DuplicateKey, offset).into()
    }

    #[cold]
    pub(super) fn no_source_kind() -> Self {
        Self { reason: Reason::NoSourceKind }
    }

    #[cold]
    pub(super) fn unknown_source_kind(name: &str) -> Self {
        Self { reason: Reason::UnknownSourceKind(super::text::head(name, NAME_BYTES).into()) }
    }

    #[cold]
    pub(super) fn no_source_id() -> Self {
        Self { reason: Reason::NoSourceId }
    }

    #[cold]
    pub(super) fn no_event_id() -> Self {
        Self { reason: Reason::NoEventId }
    }

    #[cold]
    pub(super) fn not_syslog(expected: &'static str, offset: usize) -> Self {
        Self { reason: Reason::NotSyslog { expected, offset } }
    }

    #[cold]
    pub(super) fn too_many_params(offset: usize) -> Self {
        Self { reason: Reason::TooManyParams { offset } }
    }

    #[cfg(feature = "mail")]
    #[cold]
    pub(super) fn not_mail() -> Self {
        Self { reason: Reason::NotMail }
    }

    /// A stable word for counting and for dead letters: `syntax`, `truncated`, `too_many_keys`,
    /// `duplicate_key`, `wrong_type`, `no_source_kind`, `unknown_source_kind`, `no_source_id` or
    /// `no_eventid`.
    pub const fn reason(&self) -> &'static str {
        match &self.reason {
            Reason::Json(error) => error.reason(),
            Reason::WrongType { .. } => "wrong_type",
            Reason::NoSourceKind => "no_source_kind",
            Reason::UnknownSourceKind(_) => "unknown_source_kind",
            Reason::NoSourceId => "no_source_id",
            Reason::NoEventId => "no_eventid",
            Reason::NotSyslog { .. } => "syntax",
            #[cfg(feature = "mail")]
            Reason::NotMail => "syntax",
            Reason::TooManyParams { .. } => "too_many_keys",
        }
    }

    /// The byte of the record at which its syntax is wrong.
    pub fn offset(&self) -> Option<usize> {
        match &self.reason {
            Reason::Json(error) => Some(error.offset()),
            Reason::NotSyslog { offset, .. } | Reason::TooManyParams { offset } => Some(*offset),
            _ => None,
        }
    }

    /// The field that has the wrong type.
    pub const fn field(&self) -> Option<&'static str> {
        match &self.reason {
            Reason::WrongType { field, .. } => Some(field),
            _ => None,
        }
    }

    /// The source kind that does not exist, cut to 64 bytes.
    pub fn source_kind(&self) -> Option<&str> {
        match &self.reason {
            Reason::UnknownSourceKind(name) => Some(name),
            _ => None,
        }
    }
}

impl From<JsonError> for EventError {
    fn from(error: JsonError) -> Self {
        Self { reason: Reason::Json(error) }
    }
}

impl fmt::Display for EventError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::Json(error) => error.fmt(f),
            Reason::WrongType { field, expected } => write!(f, "`{field}` must be {expected}"),
            Reason::NoSourceKind => f.write_str("no `source_kind`"),
            Reason::UnknownSourceKind(name) => write!(f, "unknown source kind `{}`", name.escape_debug()),
            Reason::NoSourceId => f.write_str("no `source_id`, and nothing to derive one from"),
            Reason::NoEventId => f.write_str("no `eventid`"),
            Reason::NotSyslog { expected, offset } => {
                write!(f, "not a syslog message: expected {expected} at byte {offset}")
            }
            #[cfg(feature = "mail")]
            Reason::NotMail => f.write_str("not a message: it has no header"),
            Reason::TooManyParams { offset } => write!(f, "too many parameters at byte {offset}"),
        }
    }
}

impl std::error::Error for EventError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.reason {
            Reason::Json(error) => Some(error),
            _ => None,
        }
    }
}
