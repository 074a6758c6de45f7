// SPDX-License-Identifier: AGPL-3.0-or-later
//! One record of the log: the values that are of use, as they stand.

use std::borrow::Cow;

use super::python;
use crate::event::error::EventError;
use crate::event::json::{RawObject, RawString, RawValue};
use crate::vocab::Limits;

macro_rules! keys {
    ($($key:ident = $name:literal,)+) => {
        /// The keys that are read.
        #[derive(Clone, Copy, Debug)]
        pub(super) enum Key { $($key,)+ }

        impl Key {
            const ALL: &'static [Self] = &[$(Self::$key,)+];
            const COUNT: usize = Self::ALL.len();

            const fn as_str(self) -> &'static str {
                match self { $(Self::$key => $name,)+ }
            }

            fn of(name: &RawString<'_>) -> Option<Self> {
                let Some(plain) = name.as_plain() else {
                    return Self::ALL.iter().copied().find(|key| name.equals(key.as_str()));
                };
                match plain { $($name => Some(Self::$key),)+ _ => None }
            }
        }
    };
}

keys! {
    EventId = "eventid",
    Session = "session",
    Timestamp = "timestamp",
    Sensor = "sensor",
    SrcIp = "src_ip",
    SrcPort = "src_port",
    DstIp = "dst_ip",
    DstPort = "dst_port",
    NewIp = "new_ip",
    NewPort = "new_port",
    Protocol = "protocol",
    Username = "username",
    Password = "password",
    Fingerprint = "fingerprint",
    Type = "type",
    Input = "input",
    Realm = "realm",
    Url = "url",
    Shasum = "shasum",
    Filename = "filename",
    Destfile = "destfile",
    Duplicate = "duplicate",
    Duration = "duration",
    DurationMs = "duration_ms",
    Hassh = "hassh",
    HasshAlgorithms = "hasshAlgorithms",
    Version = "version",
    Ja4 = "ja4",
    Ja4h = "ja4h",
    Cve = "cve",
    Name = "name",
    Value = "value",
    AttemptedCommand = "attempted_command",
    Data = "data",
}

/// One record.
pub(super) struct Record<'a> {
    values: [Option<RawValue<'a>>; Key::COUNT],
}

impl<'a> Record<'a> {
    /// Reads one line.
    pub(super) fn parse(line: &'a str, limits: &Limits) -> Result<Self, EventError> {
        let mut record = Self { values: [None; Key::COUNT] };
        for (name, value) in RawObject::parse(line, limits)?.members() {
            let slot = Key::of(&name).and_then(|key| record.values.get_mut(key as usize));
            if let Some(slot) = slot
                && slot.replace(value).is_some()
            {
                return Err(EventError::duplicate_key(name.offset_in(line)));
            }
        }
        Ok(record)
    }

    fn value(&self, key: Key) -> Option<RawValue<'a>> {
        self.values.get(key as usize).copied().flatten()
    }

    /// A text that is not empty; bytes that Python wrote as a literal are decoded.
    pub(super) fn text(&self, key: Key) -> Option<Cow<'a, str>> {
        self.any_text(key).filter(|text| !text.is_empty())
    }

    /// A text, empty or not.
    pub(super) fn any_text(&self, key: Key) -> Option<Cow<'a, str>> {
        let RawValue::String(raw) = self.value(key)? else { return None };
        let text = raw.to_text();
        Some(python::decode_if_binary(&text).map_or(text, Cow::Owned))
    }

    /// A text that is always a literal of bytes.
    pub(super) fn bytes_text(&self, key: Key) -> Option<Cow<'a, str>> {
        let RawValue::String(raw) = self.value(key)? else { return None };
        let text = raw.to_text();
        Some(python::decode(&text).map_or(text, Cow::Owned))
    }

    /// A number, or a text that is one.
    pub(super) fn real(&self, key: Key) -> Option<f64> {
        let number = match self.value(key)? {
            RawValue::Number(number) => number.as_f64(),
            RawValue::String(raw) => raw.to_text().parse().ok()?,
            _ => return None,
        };
        Some(number).filter(|number| number.is_finite())
    }

    /// A whole number, or a text that is one.
    pub(super) fn whole(&self, key: Key) -> Option<u64> {
        match self.value(key)? {
            RawValue::Number(number) => number.as_u64(),
            RawValue::String(raw) => raw.to_text().parse().ok(),
            _ => None,
        }
    }

    pub(super) fn flag(&self, key: Key) -> Option<bool> {
        match self.value(key)? {
            RawValue::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    /// `host:port`, an IPv6 address in brackets.
    pub(super) fn endpoint(&self, host: Key, port: Key) -> Option<String> {
        let host = self.text(host)?;
        let host = if host.contains(':') { format!("[{host}]") } else { host.into_owned() };
        Some(match self.whole(port) {
            Some(port) => format!("{host}:{port}"),
            None => host,
        })
    }

    /// How long, in seconds: newer versions say milliseconds.
    pub(super) fn duration_s(&self) -> Option<f64> {
        let milliseconds = self.real(Key::DurationMs).map(|duration| duration / 1000.0);
        milliseconds.or_else(|| self.real(Key::Duration))
    }
}
