// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is kept of a session while it is open, within bounds.

use super::record::{Key, Record};
use crate::event::anchor;
use crate::event::formats::kept::{bounded_id, millisecond};
use crate::event::formats::native::About;
use crate::event::text::head;

/// Bytes of one text that a session keeps; with its id and the counters, a session takes at
/// most about 3 KiB.
const TEXT_BYTES: usize = 256;

/// An offered key whose fate the next record may tell.
#[derive(Debug)]
pub(super) struct OfferedKey {
    pub(super) ts: Option<Box<str>>,
    pub(super) username: Option<Box<str>>,
    pub(super) fingerprint: Option<Box<str>>,
    pub(super) key_type: Option<Box<str>>,
}

/// How many of each thing a session had; the counts number the source ids.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) commands: u64,
    pub(super) attempts: u64,
    pub(super) failures: u64,
    pub(super) successes: u64,
    pub(super) payloads: u64,
    pub(super) downloads: u64,
    pub(super) uploads: u64,
    pub(super) ops: u64,
    pub(super) forwards: u64,
    pub(super) fingerprints: u64,
}

/// One session.
#[derive(Debug, Default)]
pub(super) struct Session {
    /// The session's id in envelopes, if it has one.
    pub(super) id: Option<Box<str>>,
    /// What its source ids begin with.
    pub(super) prefix: Option<Box<str>>,
    pub(super) attacker_uuid: Option<Box<str>>,
    pub(super) src_ip: Option<Box<str>>,
    pub(super) src_port: Option<u64>,
    pub(super) service: Option<Box<str>>,
    pub(super) sensor: Option<Box<str>>,
    pub(super) user: Option<Box<str>>,
    pub(super) hassh: Option<Box<str>>,
    pub(super) client_version: Option<Box<str>>,
    first_ts: Option<Box<str>>,
    pub(super) last_ts: Option<Box<str>>,
    pub(super) offered_key: Option<OfferedKey>,
    pub(super) counts: Counts,
    /// Its end was seen, so it gives no further session event.
    pub(super) closed: bool,
}

impl Session {
    /// A session of which `record` is the first that was seen; `whole` if it is its beginning.
    pub(super) fn begin(id: Option<&str>, record: &Record<'_>, whole: bool) -> Self {
        let mut session = Self { id: id.map(bounded_id), ..Self::default() };
        session.see(record);
        session.prefix = match (&session.id, &session.first_ts) {
            (Some(id), Some(ts)) if !whole => Some(format!("{id}@{ts}").into()),
            (id, _) => id.clone(),
        };
        session
    }

    /// Takes from a record what every record has.
    pub(super) fn see(&mut self, record: &Record<'_>) {
        if self.src_ip.is_none() {
            let address = record.text(Key::SrcIp).as_deref().and_then(anchor::address);
            self.src_ip = match address {
                Some(address) => Some(address.to_string().into()),
                None => keep(record, Key::SrcIp),
            };
            self.attacker_uuid = address.map(|it| anchor::attacker_uuid(it).to_string().into());
        }
        for (slot, key) in [
            (&mut self.service, Key::Protocol),
            (&mut self.sensor, Key::Sensor),
            (&mut self.first_ts, Key::Timestamp),
        ] {
            if slot.is_none() {
                *slot = keep(record, key);
            }
        }
        if let Some(ts) = keep(record, Key::Timestamp) {
            self.last_ts = Some(ts);
        }
    }

    /// The envelope of an event of this session, at its last record's time.
    pub(super) fn about(&self) -> About<'_> {
        About {
            attacker_uuid: self.attacker_uuid.as_deref(),
            session_id: self.id.as_deref(),
            decky_id: self.sensor.as_deref(),
            ts: self.last_ts.as_deref(),
        }
    }

    /// Seconds from the first record to the last.
    pub(super) fn seen_s(&self) -> Option<f64> {
        let first = millisecond(self.first_ts.as_deref()?)?;
        let last = millisecond(self.last_ts.as_deref()?)?;
        Some(last.checked_sub(first).filter(|span| *span >= 0)? as f64 / 1e3)
    }
}

/// A record's text, cut to what a session keeps.
pub(super) fn keep(record: &Record<'_>, key: Key) -> Option<Box<str>> {
    record.text(key).map(|text| head(&text, TEXT_BYTES).into())
}
