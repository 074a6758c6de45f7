// SPDX-License-Identifier: AGPL-3.0-or-later
//! The decoder: which record does what, and in which session.

use super::emit::{self, End};
use super::mail;
use super::record::Record;
use super::session::Session;
use crate::event::error::EventError;
use crate::event::formats::attempts::Attempts;
use crate::event::formats::kept::{Unmapped, bounded_id};
use crate::event::formats::lru::Lru;
use crate::vocab::Limits;

/// A gathered session ends when nothing comes for so long.
const QUIET_MS: u64 = 3_600_000;

/// Turns DECNET's RFC 5424 stream into native event lines.
///
/// Memory is bounded: at most [`Limits::sessions`] open sessions, login counts for as many
/// addresses, and the beginnings of as many sessions that ended. When too many are open, the one
/// that was quiet for longest is written as a session event and counted.
///
/// # Example
///
/// ```
/// use decnet_ttp::event::Event;
/// use decnet_ttp::event::formats::SyslogDecoder;
/// use decnet_ttp::vocab::Limits;
///
/// let limits = Limits::default();
/// let mut decoder = SyslogDecoder::new(&limits);
/// let mut out = Vec::new();
/// let line = "<14>1 2026-05-02T06:22:48Z web-01 bash - command - CMD uid=0 user=root src=192.0.2.1 pwd=/ cmd=id";
/// decoder.line(line, &mut out)?;
/// let event = Event::parse(std::str::from_utf8(&out)?, &limits)?;
/// assert_eq!(event.source_id, "web-01/shell/192.0.2.1@2026-05-02T06:22:48Z#0");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct SyslogDecoder {
    limits: Limits,
    open: Lru<Session>,
    begun: Lru<Begun>,
    attempts: Attempts,
    unmapped: Unmapped,
    evicted: u64,
}

/// When the last session of a key began, and how many began at that time before it.
#[derive(Debug)]
struct Begun {
    ts: Option<Box<str>>,
    before: u64,
}

/// What a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Connect,
    Closed,
    Command,
    Op,
    Login,
    Request,
    Mail,
    Payload,
    Ja4,
    Ja4h,
    /// Nothing that an event is made of.
    Other,
}

impl Kind {
    fn of(record: &Record<'_>) -> Self {
        if record.shell.is_some() {
            return Self::Command;
        }
        match record.msg_id() {
            "connect" | "connection" => Self::Connect,
            "disconnect" | "session_recorded" => Self::Closed,
            "message_stored" => Self::Mail,
            "file_captured" => Self::Payload,
            "tls_client_hello" => Self::Ja4,
            "http_request_fingerprint" => Self::Ja4h,
            // The same request comes as `request`, with its headers.
            "http_access" => Self::Other,
            _ if record.text("method").is_some() && record.text("path").is_some() => Self::Request,
            "auth" | "auth_attempt" | "auth_response" | "bind" | "login" | "login_attempt" => Self::Login,
            _ if record.text("secret_b64").is_some() => Self::Login,
            "command" | "exec" if record.first(&["command", "cmd"]).is_some() => {
                if record.is_shell() {
                    Self::Command
                } else {
                    Self::Op
                }
            }
            "unknown_command" | "download_attempt" | "publish" | "subscribe" => Self::Op,
            "request" if record.text("op").is_some() => Self::Op,
            _ => Self::Other,
        }
    }
}

impl SyslogDecoder {
    /// A decoder at the start of a log.
    pub fn new(limits: &Limits) -> Self {
        Self {
            limits: limits.clone(),
            open: Lru::new(limits.sessions),
            begun: Lru::new(limits.sessions),
            attempts: Attempts::new(limits.sessions),
            unmapped: Unmapped::default(),
            evicted: 0,
        }
    }

    /// Reads one record and appends the events it gives to `out`, one line each.
    ///
    /// # Errors
    ///
    /// A line that is not an RFC 5424 message. The decoder goes on with the next line.
    pub fn line(&mut self, line: &str, out: &mut Vec<u8>) -> Result<(), EventError> {
        let record = Record::parse(line, &self.limits)?;
        if record.is_cut() {
            self.unmapped.count("(cut inside a value)");
        }
        if let Some(now) = record.at_ms() {
            self.end_quiet(now, out);
        }
        match Kind::of(&record) {
            Kind::Other => {
                self.unmapped.count(&record.label());
                if let Some(session) = key(&record).and_then(|key| self.open.get(&key)) {
                    session.see(&record);
                }
            }
            Kind::Closed => self.close(&record, out),
            kind => self.inside(kind, &record, out),
        }
        Ok(())
    }

    /// Ends the log: writes a session event for each session that is still open.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        while let Some((_, session)) = self.open.remove_oldest() {
            emit::session(session, None, End::LogEnds, out);
        }
    }

    /// How many records were not mapped to events, by program and kind (`smtp:ehlo`); past a bound
    /// on the names, further ones are under `(other)`.
    pub fn unmapped(&self) -> impl Iterator<Item = (&str, u64)> {
        self.unmapped.iter()
    }

    /// How many sessions were written early, because too many were open.
    pub const fn evicted(&self) -> u64 {
        self.evicted
    }

    /// Ends the sessions in which nothing came for long, oldest first.
    fn end_quiet(&mut self, now: i64, out: &mut Vec<u8>) {
        let is_quiet = |session: &Session| session.last_ms.is_some_and(|last| now.abs_diff(last) > QUIET_MS);
        while self.open.oldest().is_some_and(is_quiet) {
            if let Some((_, session)) = self.open.remove_oldest() {
                emit::session(session, None, End::Quiet, out);
            }
        }
    }

    fn inside(&mut self, kind: Kind, record: &Record<'_>, out: &mut Vec<u8>) {
        let Some(key) = key(record) else {
            // Without an address, a session and a time nothing tells two such events apart.
            if kind == Kind::Connect || record.ts().is_none() {
                self.unmapped.count(&record.label());
            } else {
                let mut lone = Session::begin(None, None, record);
                event(&mut lone, &mut self.attempts, kind, record, out);
            }
            return;
        };
        let is_other = |last: &i64| record.at_ms().is_some_and(|now| now.abs_diff(*last) > QUIET_MS);
        if self.open.get(&key).and_then(|session| session.last_ms).as_ref().is_some_and(is_other)
            && let Some(session) = self.open.remove(&key)
        {
            emit::session(session, None, End::Quiet, out);
        }
        if !self.open.contains(&key) {
            let session = self.begin(&key, record);
            if let Some((_, gone)) = self.open.insert(&key, session) {
                self.evicted += 1;
                emit::session(gone, None, End::Evicted, out);
            }
        }
        if let Some(session) = self.open.get(&key) {
            session.see(record);
            event(session, &mut self.attempts, kind, record, out);
        }
    }

    /// A session whose ids were not given out before and come again on a replay.
    fn begin(&mut self, key: &str, record: &Record<'_>) -> Session {
        let ts = record.ts().map(super::session::keep);
        let before = match self.begun.get(key) {
            Some(begun) if begun.ts == ts || record.session().is_some() => begun.before + 1,
            _ => 0,
        };
        let id = match (record.session(), &ts) {
            (Some(id), _) => bounded_id(id).into_string(),
            (None, Some(ts)) => format!("{key}@{ts}"),
            (None, None) => key.to_owned(),
        };
        let prefix = if before == 0 { bounded_id(&id) } else { bounded_id(&format!("{id}.{before}")) };
        self.begun.insert(key, Begun { ts, before });
        let id = if record.session().is_some() { id.into() } else { prefix.clone() };
        Session::begin(Some(id), Some(prefix), record)
    }

    fn close(&mut self, record: &Record<'_>, out: &mut Vec<u8>) {
        let duration_s = record.real("duration_s").filter(|duration| *duration >= 0.0);
        let keys = [key(record), gathered_key(record)];
        for key in keys.iter().flatten() {
            let Some(session) = self.open.get(key) else { continue };
            session.see(record);
            session.connections = session.connections.saturating_sub(1);
            if session.connections == 0
                && let Some(session) = self.open.remove(key)
            {
                emit::session(session, Some((record, duration_s)), End::Closed, out);
            }
            return;
        }
        match (record.session(), &keys) {
            (Some(_), [Some(key), _]) => {
                let session = self.begin(key, record);
                emit::session(session, Some((record, duration_s)), End::Closed, out);
            }
            _ => self.unmapped.count(&record.label()),
        }
    }
}

/// What the record's session is kept under: the id that it names, else decoy, service and address.
fn key(record: &Record<'_>) -> Option<String> {
    match record.session() {
        Some(id) => Some(format!("{}//{}", bounded_id(record.decoy().unwrap_or("-")), bounded_id(id))),
        None => gathered_key(record),
    }
}

fn gathered_key(record: &Record<'_>) -> Option<String> {
    let address = record.address()?;
    let decoy = bounded_id(record.decoy().unwrap_or("-"));
    Some(format!("{decoy}/{}/{address}", bounded_id(record.family())))
}

/// Handles a record inside its session.
fn event(session: &mut Session, attempts: &mut Attempts, kind: Kind, record: &Record<'_>, out: &mut Vec<u8>) {
    match kind {
        Kind::Connect => session.connections += 1,
        Kind::Command => emit::command(session, record, out),
        Kind::Op => emit::op(session, record, out),
        Kind::Login => emit::login(session, attempts, record, out),
        Kind::Request => {
            emit::request(session, record, out);
            if record.text("secret_b64").is_some() {
                emit::login(session, attempts, record, out);
            }
        }
        Kind::Mail => mail::mail(session, record, out),
        Kind::Payload => emit::payload(session, record, out),
        Kind::Ja4 => emit::ja4(session, record, out),
        Kind::Ja4h => emit::ja4h(session, record, out),
        Kind::Closed | Kind::Other => {}
    }
}
