// SPDX-License-Identifier: AGPL-3.0-or-later
//! The decoder: which record does what.

use super::emit::{self, End, Transfer};
use super::record::{Key, Record};
use super::session::{self, OfferedKey, Session};
use crate::event::error::EventError;
use crate::event::formats::attempts::Attempts;
use crate::event::formats::kept::{Unmapped, millisecond};
use crate::event::formats::lru::Lru;
use crate::vocab::Limits;

/// Turns Cowrie's JSON log into native event lines.
///
/// Memory is bounded: at most [`Limits::sessions`] open sessions, as many closed ones (so that
/// late records keep counting where the session ended), and login counts for as many addresses,
/// each a few KiB at most. When too many are open, the one that was quiet for longest is written
/// as a session event and counted.
///
/// # Example
///
/// ```
/// use decnet_ttp::event::Event;
/// use decnet_ttp::event::formats::CowrieDecoder;
/// use decnet_ttp::vocab::Limits;
///
/// let limits = Limits::default();
/// let mut decoder = CowrieDecoder::new(&limits);
/// let mut out = Vec::new();
/// decoder.line(r#"{"eventid":"cowrie.session.connect","session":"c1","src_ip":"192.0.2.1"}"#, &mut out)?;
/// decoder.line(r#"{"eventid":"cowrie.command.input","session":"c1","input":"uname -a"}"#, &mut out)?;
/// let event = Event::parse(std::str::from_utf8(&out)?, &limits)?;
/// assert_eq!(event.source_id, "c1#0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CowrieDecoder {
    limits: Limits,
    open: Lru<Session>,
    closed: Lru<Session>,
    attempts: Attempts,
    unmapped: Unmapped,
    evicted: u64,
}

/// What a record is, by its `eventid`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Connect,
    Closed,
    Login {
        success: bool,
    },
    OfferedKey,
    Command,
    Input,
    Chpasswd,
    /// The same line was a command.
    Echo,
    Payload(Transfer),
    Forward {
        redirected: bool,
    },
    ForwardedData,
    Exploit {
        success: bool,
    },
    Version,
    Kex,
    Ja4,
    Ja4h,
}

impl Kind {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "session.connect" => Self::Connect,
            "session.closed" => Self::Closed,
            "login.failed" => Self::Login { success: false },
            "login.success" => Self::Login { success: true },
            "client.fingerprint" => Self::OfferedKey,
            "command.input" => Self::Command,
            "session.input" => Self::Input,
            "command.chpasswd" => Self::Chpasswd,
            "command.failed" | "command.success" => Self::Echo,
            "session.file_download" => Self::Payload(Transfer::Download),
            "session.file_download.failed" => Self::Payload(Transfer::FailedDownload),
            "session.file_upload" => Self::Payload(Transfer::Upload),
            "direct-tcpip.request" => Self::Forward { redirected: false },
            "direct-tcpip.redirect" | "direct-tcpip.tunnel" => Self::Forward { redirected: true },
            "direct-tcpip.data" | "tunnelproxy-tcpip.data" => Self::ForwardedData,
            "telnet.exploit_attempt" => Self::Exploit { success: false },
            "telnet.exploit_success" => Self::Exploit { success: true },
            "client.version" => Self::Version,
            "client.kex" => Self::Kex,
            "direct-tcpip.ja4" => Self::Ja4,
            "direct-tcpip.ja4h" => Self::Ja4h,
            _ => return None,
        })
    }
}

impl CowrieDecoder {
    /// A decoder at the start of a log.
    pub fn new(limits: &Limits) -> Self {
        Self {
            limits: limits.clone(),
            open: Lru::new(limits.sessions),
            closed: Lru::new(limits.sessions),
            attempts: Attempts::new(limits.sessions),
            unmapped: Unmapped::default(),
            evicted: 0,
        }
    }

    /// Reads one record and appends the events it gives to `out`, one line each.
    ///
    /// # Errors
    ///
    /// A line that is not one JSON object, has a key twice that matters, or no `eventid`. The
    /// decoder goes on with the next line.
    pub fn line(&mut self, line: &str, out: &mut Vec<u8>) -> Result<(), EventError> {
        let record = Record::parse(line, &self.limits)?;
        let name = record.text(Key::EventId).ok_or_else(EventError::no_event_id)?;
        let Some(kind) = name.strip_prefix("cowrie.").and_then(Kind::of) else {
            self.unmapped.count(&name);
            return Ok(());
        };
        if kind == Kind::Echo {
            return Ok(());
        }
        let id = record.text(Key::Session);
        match (id.as_deref(), kind) {
            (Some(id), Kind::Connect) => self.connect(id, &record, out),
            (Some(id), Kind::Closed) => self.close(id, &record, out),
            (None, Kind::Connect | Kind::Closed) => self.unmapped.count(&name),
            (Some(id), kind) => {
                self.ensure(id, &record, out);
                let list = if self.open.contains(id) { &mut self.open } else { &mut self.closed };
                if let Some(session) = list.get(id) {
                    session.see(&record);
                    inside(session, &mut self.attempts, kind, &record, out);
                }
            }
            (None, kind) => {
                let mut session = Session::begin(None, &record, false);
                inside(&mut session, &mut self.attempts, kind, &record, out);
                settle_key(&mut session, out);
            }
        }
        Ok(())
    }

    /// Ends the log: writes a session event for each session that is still open.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        while let Some((_, mut session)) = self.open.remove_oldest() {
            settle_key(&mut session, out);
            emit::session(&session, None, End::LogEnds, out);
        }
    }

    /// How many records of each `eventid` were not mapped to events, by name; past a bound on the
    /// names, further ones are under `(other)`.
    pub fn unmapped(&self) -> impl Iterator<Item = (&str, u64)> {
        self.unmapped.iter()
    }

    /// How many sessions were written early, because too many were open.
    pub const fn evicted(&self) -> u64 {
        self.evicted
    }

    fn connect(&mut self, id: &str, record: &Record<'_>, out: &mut Vec<u8>) {
        let mut session = Session::begin(Some(id), record, true);
        session.src_port = record.whole(Key::SrcPort);
        self.closed.remove(id);
        self.insert(id, session, out);
    }

    /// Makes sure that a record's session is known.
    fn ensure(&mut self, id: &str, record: &Record<'_>, out: &mut Vec<u8>) {
        if !self.open.contains(id) && !self.closed.contains(id) {
            self.insert(id, Session::begin(Some(id), record, false), out);
        }
    }

    fn insert(&mut self, id: &str, session: Session, out: &mut Vec<u8>) {
        let Some((gone_id, mut gone)) = self.open.insert(id, session) else { return };
        settle_key(&mut gone, out);
        if *gone_id == *id {
            emit::session(&gone, None, End::Replaced, out);
        } else {
            self.evicted += 1;
            emit::session(&gone, None, End::Evicted, out);
            self.closed.insert(&gone_id, gone);
        }
    }

    fn close(&mut self, id: &str, record: &Record<'_>, out: &mut Vec<u8>) {
        let known = self.open.remove(id).or_else(|| self.closed.remove(id));
        let mut session = known.unwrap_or_else(|| Session::begin(Some(id), record, false));
        if !session.closed {
            session.see(record);
            settle_key(&mut session, out);
            emit::session(&session, record.duration_s(), End::Closed, out);
            session.closed = true;
        }
        self.closed.insert(id, session);
    }
}

/// Handles a record inside its session.
fn inside(
    session: &mut Session,
    attempts: &mut Attempts,
    kind: Kind,
    record: &Record<'_>,
    out: &mut Vec<u8>,
) {
    let offered = session.offered_key.as_ref().and_then(|key| key.fingerprint.as_deref());
    let same_key = offered.is_some() && offered == session::keep(record, Key::Fingerprint).as_deref();
    if matches!(kind, Kind::Login { .. }) && same_key {
        // The login record says how the offer ended.
        session.offered_key = None;
    }
    settle_key(session, out);
    match kind {
        Kind::Login { success } => login(session, attempts, record, success, out),
        Kind::OfferedKey => {
            session.offered_key = Some(OfferedKey {
                ts: session.last_ts.clone(),
                username: session::keep(record, Key::Username),
                fingerprint: session::keep(record, Key::Fingerprint),
                key_type: session::keep(record, Key::Type),
            });
        }
        Kind::Command => emit::command(session, record, false, out),
        Kind::Input => emit::command(session, record, true, out),
        Kind::Chpasswd => emit::chpasswd(session, record, out),
        Kind::Payload(transfer) => emit::payload(session, record, transfer, out),
        Kind::Forward { redirected } => emit::forward(session, record, redirected, out),
        Kind::ForwardedData => emit::forwarded_data(session, record, out),
        Kind::Exploit { success } => emit::exploit(session, record, success, out),
        Kind::Version => {
            session.client_version = session::keep(record, Key::Version);
            emit::fingerprint(session, record, Key::Version, "ssh_banner", out);
        }
        Kind::Kex => {
            session.hassh = session::keep(record, Key::Hassh);
            emit::fingerprint(session, record, Key::Hassh, "hassh", out);
        }
        Kind::Ja4 => emit::fingerprint(session, record, Key::Ja4, "ja4", out),
        Kind::Ja4h => emit::fingerprint(session, record, Key::Ja4h, "ja4h", out),
        Kind::Connect | Kind::Closed | Kind::Echo => {}
    }
}

fn login(
    session: &mut Session,
    attempts: &mut Attempts,
    record: &Record<'_>,
    success: bool,
    out: &mut Vec<u8>,
) {
    let username = record.any_text(Key::Username).unwrap_or_default();
    // Only guesses count: clients offer keys on their own.
    let counted = record.any_text(Key::Password).map(|password| {
        let at_ms = session.last_ts.as_deref().and_then(millisecond);
        let address = session.src_ip.as_deref().unwrap_or_default();
        attempts.count(address, at_ms, &username, &password, success)
    });
    if success {
        session.user = session::keep(record, Key::Username);
    }
    emit::login(session, record, success, counted, out);
}

/// Writes an offered key that nothing followed.
fn settle_key(session: &mut Session, out: &mut Vec<u8>) {
    if let Some(key) = session.offered_key.take() {
        emit::refused_key(session, &key, out);
    }
}
