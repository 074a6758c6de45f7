// SPDX-License-Identifier: AGPL-3.0-or-later
//! One event.

use std::borrow::Cow;

use super::error::EventError;
use super::formats::decnet;
use super::json::{MemberList, RawObject};
use crate::vocab::{Limits, SourceKind};

/// One event, borrowed from its line.
///
/// Texts are decoded; they are owned only where an escape stands in them.
#[derive(Clone, Debug, PartialEq)]
pub struct Event<'a> {
    /// What kind of observation it is.
    pub source_kind: SourceKind,
    /// The observation's id: unique, and the same on every replay. Never empty.
    pub source_id: Cow<'a, str>,
    /// The attacker.
    pub attacker_uuid: Option<Cow<'a, str>>,
    /// The identity that the attacker was resolved to.
    pub identity_uuid: Option<Cow<'a, str>>,
    /// The session it was seen in.
    pub session_id: Option<Cow<'a, str>>,
    /// The decoy that saw it.
    pub decky_id: Option<Cow<'a, str>>,
    /// When, RFC 3339.
    pub ts: Option<Cow<'a, str>>,
    /// The fields of its source kind.
    pub payload: RawObject<'a>,
    /// Whether this is a bounded view of a longer record; whoever cut it says so.
    pub truncated: bool,
}

impl<'a> Event<'a> {
    /// An event of nothing but a payload, for trying rules: no attacker, session or time.
    pub const fn of_payload(source_kind: SourceKind, source_id: &'a str, payload: RawObject<'a>) -> Self {
        Self {
            source_kind,
            source_id: Cow::Borrowed(source_id),
            attacker_uuid: None,
            identity_uuid: None,
            session_id: None,
            decky_id: None,
            ts: None,
            payload,
            truncated: false,
        }
    }

    /// Reads one line of the native format.
    ///
    /// The keys come in any order; unknown ones are passed over, `null` and `""` are the same as absent. A
    /// missing payload is `{}`. A missing or empty `source_id` is derived from the rest where
    /// that gives a unique and stable one.
    ///
    /// # Cost
    ///
    /// One pass; allocates only for envelope texts with escapes and for a derived `source_id`.
    ///
    /// # Errors
    ///
    /// Text that is not one JSON object, a duplicate envelope key, an envelope value of the wrong
    /// type, a missing or unknown source kind, no source id.
    ///
    /// # Example
    ///
    /// ```
    /// use decnet_ttp::event::Event;
    /// use decnet_ttp::vocab::{Limits, SourceKind};
    ///
    /// let line = r#"{"source_kind":"command","source_id":"s1#0","payload":{"command_text":"id"}}"#;
    /// let event = Event::parse(line, &Limits::default())?;
    /// assert_eq!(event.source_kind, SourceKind::Command);
    /// assert_eq!(event.payload.as_str(), r#"{"command_text":"id"}"#);
    /// # Ok::<(), decnet_ttp::event::EventError>(())
    /// ```
    pub fn parse(line: &'a str, limits: &Limits) -> Result<Self, EventError> {
        decnet::parse(line, limits)
    }

    /// Does what [`Event::parse`] does and remembers the payload's members, so that nobody looks
    /// for them again.
    ///
    /// # Cost
    ///
    /// One quick pass; a line that is wrong, very long, deep or has raw control characters takes a
    /// second one. Allocates as [`Event::parse`] does, once `list` is warm.
    ///
    /// # Errors
    ///
    /// As [`Event::parse`].
    pub fn parse_with(line: &'a str, limits: &Limits, list: &'a mut MemberList) -> Result<Self, EventError> {
        decnet::parse_with(line, limits, list)
    }

    /// The attacker's uuid, else the identity's.
    pub fn anchor(&self) -> Option<&str> {
        self.attacker_uuid.as_deref().or(self.identity_uuid.as_deref())
    }
}
