// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is kept of a session while it is open, within bounds.

use super::record::Record;
use crate::event::anchor;
use crate::event::formats::native::About;
use crate::event::text::head;

/// Bytes of one text that a session keeps; with its id and the counters, a session takes at most
/// about 2 KiB.
const TEXT_BYTES: usize = 256;

/// How many of each thing a session had; the counts number the source ids.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) commands: u64,
    pub(super) attempts: u64,
    pub(super) failures: u64,
    pub(super) successes: u64,
    pub(super) requests: u64,
    pub(super) ops: u64,
    pub(super) payloads: u64,
    pub(super) mails: u64,
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
    pub(super) decoy: Option<Box<str>>,
    pub(super) user: Option<Box<str>>,
    first_ms: Option<i64>,
    pub(super) last_ms: Option<i64>,
    last_ts: Option<Box<str>>,
    /// Connections that were opened and not closed.
    pub(super) connections: u64,
    /// The last attempt to log in doesn't say how it ended; what follows does.
    pub(super) undecided: bool,
    pub(super) counts: Counts,
}

impl Session {
    /// A session of which `record` is the first; `id` is for envelopes, `prefix` for source ids.
    pub(super) fn begin(id: Option<Box<str>>, prefix: Option<Box<str>>, record: &Record<'_>) -> Self {
        let mut session = Self { id, prefix, ..Self::default() };
        session.see(record);
        session.first_ms = session.last_ms;
        session
    }

    /// Takes from a record what every record may have.
    pub(super) fn see(&mut self, record: &Record<'_>) {
        if self.src_ip.is_none()
            && let Some(address) = record.address()
        {
            self.src_ip = Some(address.to_string().into());
            self.attacker_uuid = Some(anchor::attacker_uuid(address).to_string().into());
        }
        self.src_port = self.src_port.or_else(|| record.port());
        for (slot, text) in [(&mut self.service, record.service()), (&mut self.decoy, record.decoy())] {
            if slot.is_none() {
                *slot = text.map(keep);
            }
        }
        if let Some(ts) = record.ts() {
            self.last_ts = Some(keep(ts));
            self.last_ms = record.at_ms();
        }
    }

    /// The envelope of an event of this session, at its last record's time.
    pub(super) fn about(&self) -> About<'_> {
        About {
            attacker_uuid: self.attacker_uuid.as_deref(),
            session_id: self.id.as_deref(),
            decky_id: self.decoy.as_deref(),
            ts: self.last_ts.as_deref(),
        }
    }

    /// Seconds from the first record to the last.
    pub(super) fn seen_s(&self) -> Option<f64> {
        let span = self.last_ms?.checked_sub(self.first_ms?)?;
        (span >= 0).then_some(span as f64 / 1e3)
    }

    /// Says how the last attempt to log in ended, if it didn't itself.
    pub(super) fn decide(&mut self, success: bool) {
        if std::mem::take(&mut self.undecided) {
            self.counts.successes += u64::from(success);
            self.counts.failures += u64::from(!success);
        }
    }
}

/// A text, cut to what a session keeps.
pub(super) fn keep(text: &str) -> Box<str> {
    head(text, TEXT_BYTES).into()
}
