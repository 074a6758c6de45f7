// SPDX-License-Identifier: AGPL-3.0-or-later
//! Records to native events, one function for each kind of record.

use std::borrow::Cow;

use super::record::Record;
use super::secret::join_list;
use super::session::{Session, keep};
use crate::event::formats::attempts::Attempts;
use crate::event::formats::native::EventWriter;
use crate::event::json::{RawObject, RawValue};
use crate::vocab::{Limits, SourceKind};

/// Begins an event whose source id is the session's with a suffix, or is left to be derived.
pub(super) fn begin<'o>(
    out: &'o mut Vec<u8>,
    kind: SourceKind,
    session: &Session,
    suffix: std::fmt::Arguments<'_>,
) -> EventWriter<'o> {
    match session.prefix.as_deref() {
        Some(prefix) => {
            EventWriter::begin(out, kind, Some(format_args!("{prefix}{suffix}")), &session.about())
        }
        None => EventWriter::begin(out, kind, None, &session.about()),
    }
}

/// Adds one to a count and returns what it was.
pub(super) fn next(count: &mut u64) -> u64 {
    *count += 1;
    *count - 1
}

/// Why a session event is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// A record says so.
    Closed,
    /// Nothing came for long.
    Quiet,
    /// The log ends.
    LogEnds,
    /// Too many are open, and this one was quiet for longest.
    Evicted,
}

/// A session at its end; `closing` is the record that ends it and how long it says it was.
pub(super) fn session(
    mut session: Session,
    closing: Option<(&Record<'_>, Option<f64>)>,
    end: End,
    out: &mut Vec<u8>,
) {
    session.decide(false);
    let mut event = begin(out, SourceKind::Session, &session, format_args!(""));
    let counts = &session.counts;
    let (record, duration_s) = closing.unzip();
    event.text("service", session.service.as_deref());
    event.text("src_ip", session.src_ip.as_deref());
    event.number("src_port", session.src_port);
    event.real("duration_s", duration_s.flatten().or_else(|| session.seen_s()));
    event.number("commands", Some(counts.commands));
    event.number("login_failures", Some(counts.failures));
    event.number("login_successes", Some(counts.successes));
    event.number("request_count", Some(counts.requests).filter(|count| *count > 0));
    event.text("user", session.user.as_deref());
    event.text("sid", record.and_then(Record::session));
    let end = match end {
        End::Closed => "closed",
        End::Quiet => "quiet",
        End::LogEnds => "end_of_input",
        End::Evicted => "evicted",
    };
    event.text("end", Some(end));
    event.end();
}

/// A command line of the decoy's shell.
pub(super) fn command(session: &mut Session, record: &Record<'_>, out: &mut Vec<u8>) {
    session.decide(true);
    let counted = next(&mut session.counts.commands);
    let index = record.whole("index").filter(|_| record.session().is_some()).unwrap_or(counted);
    let shell = record.shell.unwrap_or_default();
    let text = match record.shell {
        Some(shell) => shell.command,
        None => record.first(&["command", "cmd"]).unwrap_or_default(),
    };
    let user = shell.user.or_else(|| record.text("user"));
    if let Some(user) = user {
        session.user = Some(keep(user));
    }
    let mut event = begin(out, SourceKind::Command, session, format_args!("#{index}"));
    event.text("command_text", Some(text));
    event.text("uid", shell.uid.or_else(|| record.text("uid")));
    event.text("user", user);
    event.text("src", session.src_ip.as_deref());
    event.text("pwd", shell.pwd.or_else(|| record.text("pwd")));
    event.text("service", session.service.as_deref());
    event.text("decky", session.decoy.as_deref());
    event.end();
}

/// A command of another protocol, or a file or topic asked for.
pub(super) fn op(session: &mut Session, record: &Record<'_>, out: &mut Vec<u8>) {
    let name = match record.msg_id() {
        "download_attempt" => Some("RETR"),
        "publish" => Some("PUBLISH"),
        "subscribe" => Some("SUBSCRIBE"),
        _ => record.first(&["cmd", "command", "op"]),
    };
    let rest = ["args", "filename", "path", "topic", "topics", "payload"];
    let mut text = name.unwrap_or_default().to_owned();
    for value in rest.iter().filter_map(|key| record.text(key)) {
        let value = join_list(value);
        if !value.is_empty() {
            text.push(' ');
            text.push_str(&value);
        }
    }
    let index = next(&mut session.counts.ops);
    let mut event = begin(out, SourceKind::ServiceOp, session, format_args!(":op#{index}"));
    event.text("op", name.and_then(|name| name.split(' ').next()));
    event.text("op_text", Some(&text));
    event.text("service", session.service.as_deref());
    event.text("username", session.user.as_deref());
    event.text("src_ip", session.src_ip.as_deref());
    event.end();
}

/// An attempt to log in.
pub(super) fn login(session: &mut Session, attempts: &mut Attempts, record: &Record<'_>, out: &mut Vec<u8>) {
    session.decide(false);
    let username = record.first(&["principal", "username", "dn", "user"]).unwrap_or_default();
    let password = record.password();
    let success = match record.first(&["outcome", "result", "success"]) {
        Some("success" | "ok" | "accepted" | "true" | "True" | "1") => Some(true),
        Some(_) => Some(false),
        None => None,
    };
    match success {
        Some(true) => session.counts.successes += 1,
        Some(false) => session.counts.failures += 1,
        None => session.undecided = true,
    }
    // A proof differs each time, though the password may be the same.
    let counted = session.src_ip.as_deref().zip(password.as_deref()).map(|(address, password)| {
        attempts.count(address, session.last_ms, username, password, success == Some(true))
    });
    if !username.is_empty() {
        session.user = Some(keep(username));
    }
    let index = next(&mut session.counts.attempts);
    let mut event = begin(out, SourceKind::AuthAttempt, session, format_args!(":auth#{index}"));
    event.text("username", Some(username));
    event.text("password", password.as_deref());
    event.text("service", session.service.as_deref());
    event.text("result", success.map(|success| if success { "success" } else { "fail" }));
    event.number("fail_count", counted.map(|counted| counted.fail_count));
    event.number("password_count", counted.map(|counted| counted.password_count));
    event.flag("prior_brute", counted.map(|counted| counted.prior_brute));
    let method = if password.is_some() { Some("password") } else { record.text("secret_kind") };
    event.text("method", Some(method.unwrap_or("none")));
    event.text("src_ip", session.src_ip.as_deref());
    event.end();
}

/// A request to a web service.
pub(super) fn request(session: &mut Session, record: &Record<'_>, out: &mut Vec<u8>) {
    let index = next(&mut session.counts.requests);
    let target = record.text("path").unwrap_or_default();
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target, record.first(&["query_string", "query"])),
    };
    let url = match query {
        Some(query) => Cow::Owned(format!("{path}?{query}")),
        None => Cow::Borrowed(target),
    };
    let headers = record.text("headers").and_then(|text| RawObject::parse(text, &Limits::default()).ok());
    let headers = headers.filter(|headers| !headers.is_deep());
    let agent = headers.and_then(|headers| header(headers, "user-agent"));
    let mut event = begin(out, SourceKind::HttpRequest, session, format_args!(":http#{index}"));
    event.text("raw_url", Some(&url));
    event.text("method", record.text("method"));
    event.text("path", Some(path));
    event.text("query", query);
    event.text("user_agent", agent.as_deref().or_else(|| record.text("user_agent")));
    event.object("headers", headers);
    event.text("body_text", record.first(&["body", "body_preview"]));
    event.number("status", record.whole("status"));
    event.end();
}

/// A header's text; names are told apart by letters, not by their case.
fn header<'h>(headers: RawObject<'h>, name: &str) -> Option<Cow<'h, str>> {
    headers.members().find_map(|(key, value)| match value {
        RawValue::String(text) if key.to_text().eq_ignore_ascii_case(name) => Some(text.to_text()),
        _ => None,
    })
}

/// A file that was written inside the decoy.
pub(super) fn payload(session: &mut Session, record: &Record<'_>, out: &mut Vec<u8>) {
    session.decide(true);
    let index = next(&mut session.counts.payloads);
    let path = record.text("orig_path");
    let name = path.and_then(|path| path.rsplit('/').next()).filter(|name| !name.is_empty());
    let mut event = begin(out, SourceKind::Payload, session, format_args!(":payload#{index}"));
    event.text("sha256", record.text("sha256"));
    event.text("filename", name.or_else(|| record.text("stored_as")));
    event.number("size", record.whole("size"));
    event.text("destfile", path);
    event.text("result", Some("success"));
    event.text("service", session.service.as_deref());
    event.text("src_ip", session.src_ip.as_deref());
    event.end();
}

/// A TLS client's hello, as the sniffer saw it.
pub(super) fn ja4(session: &mut Session, record: &Record<'_>, out: &mut Vec<u8>) {
    let index = next(&mut session.counts.fingerprints);
    let mut event = begin(out, SourceKind::Fingerprint, session, format_args!(":fingerprint#{index}"));
    event.text("type", Some("ja4"));
    event.text("hash", record.text("ja4"));
    event.text("ja4", record.text("ja4"));
    event.text("ja3", record.text("ja3"));
    event.text("protocol", Some("tls"));
    event.text("client_ip", session.src_ip.as_deref());
    event.text("seen_at", record.ts());
    event.end();
}

/// An HTTP client, by its headers.
pub(super) fn ja4h(session: &mut Session, record: &Record<'_>, out: &mut Vec<u8>) {
    let index = next(&mut session.counts.fingerprints);
    let mut event = begin(out, SourceKind::HttpFingerprint, session, format_args!(":fingerprint#{index}"));
    event.text("type", Some("ja4h"));
    event.text("hash", record.text("ja4h"));
    event.text("ja4h", record.text("ja4h"));
    event.text("protocol", record.first(&["proto", "protocol"]));
    event.text("client_ip", session.src_ip.as_deref());
    event.text("seen_at", record.ts());
    event.end();
}
