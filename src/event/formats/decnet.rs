// SPDX-License-Identifier: AGPL-3.0-or-later
//! The native format: one event, one JSON object a line.

use std::borrow::Cow;

use super::super::envelope::Event;
use super::super::error::EventError;
use super::super::json::{Cursor, JsonError, MemberList, OUTER, Quick, RawObject, RawString, RawValue};
use super::super::source_id;
use crate::vocab::{Limits, SourceKind};

/// The keys of the envelope; each stands at most once.
#[derive(Clone, Copy)]
enum Key {
    SourceKind,
    SourceId,
    AttackerUuid,
    IdentityUuid,
    SessionId,
    DeckyId,
    Ts,
    Payload,
    Index,
}

impl Key {
    const ALL: [Self; 9] = [
        Self::SourceKind,
        Self::SourceId,
        Self::AttackerUuid,
        Self::IdentityUuid,
        Self::SessionId,
        Self::DeckyId,
        Self::Ts,
        Self::Payload,
        Self::Index,
    ];

    const fn as_str(self) -> &'static str {
        match self {
            Self::SourceKind => "source_kind",
            Self::SourceId => "source_id",
            Self::AttackerUuid => "attacker_uuid",
            Self::IdentityUuid => "identity_uuid",
            Self::SessionId => "session_id",
            Self::DeckyId => "decky_id",
            Self::Ts => "ts",
            Self::Payload => "payload",
            Self::Index => "index",
        }
    }

    /// Whether its value is a text.
    const fn is_text(self) -> bool {
        !matches!(self, Self::Payload | Self::Index)
    }

    /// The key that a member's name is. Names are compared decoded: an escape must not smuggle a
    /// second `payload` past the check for duplicates.
    #[inline]
    fn of(name: &RawString<'_>) -> Option<Self> {
        let Some(plain) = name.as_plain() else {
            return Self::ALL.into_iter().find(|key| name.equals(key.as_str()));
        };
        Some(match plain {
            "source_kind" => Self::SourceKind,
            "source_id" => Self::SourceId,
            "attacker_uuid" => Self::AttackerUuid,
            "identity_uuid" => Self::IdentityUuid,
            "session_id" => Self::SessionId,
            "decky_id" => Self::DeckyId,
            "ts" => Self::Ts,
            "payload" => Self::Payload,
            "index" => Self::Index,
            _ => return None,
        })
    }
}

/// What reads the members of a line's object; `None` is its end or a fault.
trait Reader<'a> {
    fn key(&mut self) -> Option<RawString<'a>>;
    fn at_string(&mut self) -> bool;
    fn string(&mut self) -> Option<RawString<'a>>;
    fn value(&mut self, key: Option<Key>) -> Option<RawValue<'a>>;
    /// Fails after a fault and where anything but white space follows.
    fn end(&mut self) -> Result<(), JsonError>;
    fn error(&self) -> JsonError;
}

impl<'a> Reader<'a> for Cursor<'a> {
    #[inline(always)]
    fn key(&mut self) -> Option<RawString<'a>> {
        Cursor::key(self)
    }

    #[inline(always)]
    fn at_string(&mut self) -> bool {
        Cursor::at_string(self)
    }

    #[inline(always)]
    fn string(&mut self) -> Option<RawString<'a>> {
        Cursor::string(self)
    }

    #[inline(always)]
    fn value(&mut self, _: Option<Key>) -> Option<RawValue<'a>> {
        self.value::<OUTER>()
    }

    fn end(&mut self) -> Result<(), JsonError> {
        Cursor::end(self)
    }

    fn error(&self) -> JsonError {
        Cursor::error(self)
    }
}

impl<'a> Reader<'a> for Quick<'a, '_> {
    #[inline(always)]
    fn key(&mut self) -> Option<RawString<'a>> {
        Quick::key(self)
    }

    #[inline(always)]
    fn at_string(&mut self) -> bool {
        Quick::at_string(self)
    }

    #[inline(always)]
    fn string(&mut self) -> Option<RawString<'a>> {
        Quick::string(self)
    }

    #[inline(always)]
    fn value(&mut self, key: Option<Key>) -> Option<RawValue<'a>> {
        self.value(matches!(key, Some(Key::Payload)))
    }

    #[inline(always)]
    fn end(&mut self) -> Result<(), JsonError> {
        Quick::end(self)
    }

    fn error(&self) -> JsonError {
        Quick::GAVE_UP
    }
}

/// Reads one line, see [`Event::parse`].
pub(in super::super) fn parse<'a>(line: &'a str, limits: &Limits) -> Result<Event<'a>, EventError> {
    read(&mut Cursor::open(line, limits)?, line)
}

/// Reads one line, see [`Event::parse_with`].
#[inline]
pub(in super::super) fn parse_with<'a>(
    line: &'a str,
    limits: &Limits,
    list: &'a mut MemberList,
) -> Result<Event<'a>, EventError> {
    let Some(mut event) = quick(line, limits, list) else { return parse(line, limits) };
    event.payload = event.payload.listed(list);
    Ok(event)
}

/// Reads a line in the quick way; `None` says nothing about what is wrong with it.
#[inline]
fn quick<'a>(line: &'a str, limits: &Limits, list: &mut MemberList) -> Option<Event<'a>> {
    read(&mut Quick::open(line, limits, list)?, line).ok()
}

#[inline(always)]
fn read<'a>(reader: &mut impl Reader<'a>, line: &'a str) -> Result<Event<'a>, EventError> {
    let mut envelope = Envelope::new();
    let mut seen = 0_u16;
    while let Some(name) = reader.key() {
        let Some(key) = Key::of(&name) else {
            reader.value(None).ok_or_else(|| reader.error())?;
            continue;
        };
        let bit = 1 << key as u16;
        if seen & bit != 0 {
            return Err(EventError::duplicate_key(name.offset_in(line)));
        }
        seen |= bit;
        if key.is_text() && reader.at_string() {
            let text = reader.string().ok_or_else(|| reader.error())?;
            envelope.set_text(key, text)?;
        } else {
            let value = reader.value(Some(key)).ok_or_else(|| reader.error())?;
            envelope.set(key, value)?;
        }
    }
    reader.end()?;
    envelope.finish()
}

/// An event on its way.
struct Envelope<'a> {
    event: Event<'a>,
    kind: Option<SourceKind>,
    index: Option<u64>,
}

impl<'a> Envelope<'a> {
    fn new() -> Self {
        let event = Event {
            source_kind: SourceKind::Command,
            source_id: Cow::Borrowed(""),
            attacker_uuid: None,
            identity_uuid: None,
            session_id: None,
            decky_id: None,
            ts: None,
            payload: RawObject::EMPTY,
            truncated: false,
        };
        Self { event, kind: None, index: None }
    }

    #[inline]
    fn set_text(&mut self, key: Key, text: RawString<'a>) -> Result<(), EventError> {
        let event = &mut self.event;
        let text = text.to_text();
        let slot = match key {
            Key::SourceKind => {
                let unknown = || EventError::unknown_source_kind(&text);
                self.kind = Some(SourceKind::from_name(&text).ok_or_else(unknown)?);
                return Ok(());
            }
            Key::SourceId => {
                event.source_id = text;
                return Ok(());
            }
            Key::AttackerUuid => &mut event.attacker_uuid,
            Key::IdentityUuid => &mut event.identity_uuid,
            Key::SessionId => &mut event.session_id,
            Key::DeckyId => &mut event.decky_id,
            Key::Ts => &mut event.ts,
            Key::Payload | Key::Index => return Ok(()),
        };
        if !text.is_empty() {
            *slot = Some(text);
        }
        Ok(())
    }

    /// Takes a value that is not a text where a text belongs.
    #[inline]
    fn set(&mut self, key: Key, value: RawValue<'a>) -> Result<(), EventError> {
        match (key, value) {
            (Key::Index, value) => self.index = source_id::whole_number(value),
            (Key::Payload, RawValue::Object(payload)) => self.event.payload = payload,
            (Key::Payload, RawValue::Opaque(text)) if text.starts_with('{') => {
                self.event.payload = RawObject::DEEP;
            }
            (_, RawValue::Null) => {}
            (Key::Payload, _) => return Err(EventError::wrong_type(key.as_str(), "an object")),
            _ => return Err(EventError::wrong_type(key.as_str(), "a string")),
        }
        Ok(())
    }

    #[inline]
    fn finish(self) -> Result<Event<'a>, EventError> {
        let mut event = self.event;
        event.source_kind = self.kind.ok_or_else(EventError::no_source_kind)?;
        if event.source_id.is_empty() {
            let parts = source_id::Parts {
                kind: event.source_kind,
                anchor: event.anchor(),
                session_id: event.session_id.as_deref(),
                ts: event.ts.as_deref(),
                index: self.index,
                payload: event.payload,
            };
            event.source_id =
                source_id::derive(&parts).map(Cow::Owned).ok_or_else(EventError::no_source_id)?;
        }
        Ok(event)
    }
}
