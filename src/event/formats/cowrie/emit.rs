// SPDX-License-Identifier: AGPL-3.0-or-later
//! Records to native events, one function for each kind of record.

use super::record::{Key, Record};
use super::session::{OfferedKey, Session};
use crate::event::formats::attempts::Counted;
use crate::event::formats::native::{About, EventWriter};
use crate::vocab::SourceKind;

/// Begins an event whose source id is the session's with `$suffix` after it.
macro_rules! begin {
    ($out:expr, $session:expr, $kind:ident, $about:expr, $($suffix:tt)+) => {
        match $session.prefix.as_deref() {
            Some(prefix) => EventWriter::begin(
                $out,
                SourceKind::$kind,
                Some(format_args!("{prefix}{}", format_args!($($suffix)+))),
                $about,
            ),
            None => EventWriter::begin($out, SourceKind::$kind, None, $about),
        }
    };
}

/// Why a session event is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// The log says so.
    Closed,
    /// The log ends.
    LogEnds,
    /// Another session of the same id begins.
    Replaced,
    /// Too many are open, and this one was quiet for longest.
    Evicted,
}

/// A session, at its end or when no more of it can be kept.
pub(super) fn session(session: &Session, duration_s: Option<f64>, end: End, out: &mut Vec<u8>) {
    let mut event = begin!(out, session, Session, &session.about(), "");
    let counts = &session.counts;
    event.text("service", session.service.as_deref());
    event.text("src_ip", session.src_ip.as_deref());
    event.number("src_port", session.src_port);
    event.real("duration_s", duration_s.or_else(|| session.seen_s()));
    event.number("commands", Some(counts.commands));
    event.number("login_failures", Some(counts.failures));
    event.number("login_successes", Some(counts.successes));
    event.number("downloads", Some(counts.downloads));
    event.number("uploads", Some(counts.uploads));
    event.number("forwards", Some(counts.forwards));
    event.text("user", session.user.as_deref());
    event.text("hassh", session.hassh.as_deref());
    event.text("client_version", session.client_version.as_deref());
    let end = match end {
        End::Closed => "closed",
        End::LogEnds => "end_of_input",
        End::Replaced => "replaced",
        End::Evicted => "evicted",
    };
    event.text("end", Some(end));
    event.end();
}

/// A command line, or with `stdin` what was given to a running command.
pub(super) fn command(session: &mut Session, record: &Record<'_>, stdin: bool, out: &mut Vec<u8>) {
    let index = session.counts.commands;
    session.counts.commands += 1;
    let realm = record.text(Key::Realm);
    let mut event = command_event(session, index, &record.any_text(Key::Input).unwrap_or_default(), out);
    event.flag("stdin", Some(true).filter(|_| stdin || realm.is_some()));
    event.text("realm", realm.as_deref());
    event.end();
}

/// A password that `chpasswd` was told to change.
pub(super) fn chpasswd(session: &mut Session, record: &Record<'_>, out: &mut Vec<u8>) {
    let index = session.counts.commands;
    session.counts.commands += 1;
    let mut event = command_event(session, index, "chpasswd", out);
    event.text("realm", Some("chpasswd"));
    event.text("account", record.text(Key::Username).as_deref());
    event.end();
}

fn command_event<'o>(session: &Session, index: u64, text: &str, out: &'o mut Vec<u8>) -> EventWriter<'o> {
    let mut event = begin!(out, session, Command, &session.about(), "#{index}");
    event.text("command_text", Some(text));
    let user = session.user.as_deref();
    // The log has no uid; only this one is the same everywhere.
    event.text("uid", user.filter(|user| *user == "root").map(|_| "0"));
    event.text("user", user);
    event.text("src", session.src_ip.as_deref());
    event.text("service", session.service.as_deref());
    event.text("decky", session.sensor.as_deref());
    event
}

/// An attempt to log in by password, by key, or with neither.
pub(super) fn login(
    session: &mut Session,
    record: &Record<'_>,
    success: bool,
    counted: Option<Counted>,
    out: &mut Vec<u8>,
) {
    let index = next_attempt(session, success);
    let mut event = begin!(out, session, AuthAttempt, &session.about(), ":auth#{index}");
    let password = record.any_text(Key::Password);
    let fingerprint = record.text(Key::Fingerprint);
    event.text("username", Some(&record.any_text(Key::Username).unwrap_or_default()));
    event.text("password", password.as_deref());
    event.text("service", session.service.as_deref());
    event.text("result", Some(if success { "success" } else { "fail" }));
    event.number("fail_count", counted.map(|counted| counted.fail_count));
    event.number("password_count", counted.map(|counted| counted.password_count));
    event.flag("prior_brute", counted.map(|counted| counted.prior_brute));
    let method = match (&password, &fingerprint) {
        (Some(_), _) => "password",
        (None, Some(_)) => "publickey",
        (None, None) => "none",
    };
    event.text("method", Some(method));
    event.text("key_fingerprint", fingerprint.as_deref());
    event.text("key_type", record.text(Key::Type).as_deref());
    event.text("src_ip", session.src_ip.as_deref());
    event.end();
}

/// A key that was offered and that no login record follows: it was refused.
pub(super) fn refused_key(session: &mut Session, key: &OfferedKey, out: &mut Vec<u8>) {
    let index = next_attempt(session, false);
    let about = About { ts: key.ts.as_deref(), ..session.about() };
    let mut event = begin!(out, session, AuthAttempt, &about, ":auth#{index}");
    event.text("username", Some(key.username.as_deref().unwrap_or_default()));
    event.text("service", session.service.as_deref());
    event.text("result", Some("fail"));
    event.text("method", Some("publickey"));
    event.text("key_fingerprint", key.fingerprint.as_deref());
    event.text("key_type", key.key_type.as_deref());
    event.text("src_ip", session.src_ip.as_deref());
    event.end();
}

fn next_attempt(session: &mut Session, success: bool) -> u64 {
    let counts = &mut session.counts;
    counts.successes += u64::from(success);
    counts.failures += u64::from(!success);
    counts.attempts += 1;
    counts.attempts - 1
}

/// How a file came to the honeypot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    Download,
    FailedDownload,
    Upload,
}

/// A file that was fetched, redirected into or sent.
pub(super) fn payload(session: &mut Session, record: &Record<'_>, transfer: Transfer, out: &mut Vec<u8>) {
    let index = session.counts.payloads;
    session.counts.payloads += 1;
    if transfer == Transfer::Upload {
        session.counts.uploads += 1;
    } else {
        session.counts.downloads += 1;
    }
    let url = record.text(Key::Url).filter(|_| transfer != Transfer::Upload);
    let destfile = record.text(Key::Destfile);
    let filename = record.text(Key::Filename);
    let source = match (transfer, url.as_deref(), destfile.as_deref()) {
        (Transfer::Upload, ..) => "upload",
        (_, Some(url), _) => scheme(url),
        (_, None, Some(_)) => "redirect",
        (_, None, None) => "stdin",
    };
    let name = filename.as_deref().or(destfile.as_deref()).or(url.as_deref()).and_then(last_segment);
    let mut event = begin!(out, session, Payload, &session.about(), ":payload#{index}");
    event.text("sha256", record.text(Key::Shasum).as_deref());
    event.text("filename", name);
    event.text("url", url.as_deref());
    event.text("destfile", destfile.as_deref());
    event.text("source", Some(source));
    event.text("result", Some(if transfer == Transfer::FailedDownload { "fail" } else { "success" }));
    event.flag("duplicate", record.flag(Key::Duplicate));
    event.text("service", session.service.as_deref());
    event.text("src_ip", session.src_ip.as_deref());
    event.end();
}

/// What a URL is fetched with.
fn scheme(url: &str) -> &'static str {
    const SCHEMES: [&str; 6] = ["http", "https", "ftp", "tftp", "sftp", "scp"];
    let name = url.split_once("://").map_or("", |(name, _)| name);
    SCHEMES.into_iter().find(|scheme| scheme.eq_ignore_ascii_case(name)).unwrap_or("url")
}

/// The file name at the end of a path or URL.
fn last_segment(path: &str) -> Option<&str> {
    let path = path.split_once("://").map_or(path, |(_, rest)| rest.split(['?', '#']).next().unwrap_or(rest));
    path.rsplit('/').next().filter(|name| !name.is_empty())
}

/// A request to forward a connection, or its redirection.
pub(super) fn forward(session: &mut Session, record: &Record<'_>, redirected: bool, out: &mut Vec<u8>) {
    session.counts.forwards += u64::from(!redirected);
    let target = record.endpoint(Key::DstIp, Key::DstPort);
    let mut event = op_event(session, "tcpip-forward", out);
    event.text("op_text", target.as_deref());
    event.text("dst_host", record.text(Key::DstIp).as_deref());
    event.number("dst_port", record.whole(Key::DstPort));
    event.text("redirected_to", record.endpoint(Key::NewIp, Key::NewPort).as_deref());
    event.end();
}

/// What was sent through a forwarded connection.
pub(super) fn forwarded_data(session: &mut Session, record: &Record<'_>, out: &mut Vec<u8>) {
    let mut event = op_event(session, "tcpip-data", out);
    event.text("op_text", record.bytes_text(Key::Data).as_deref());
    event.text("dst_host", record.text(Key::DstIp).as_deref());
    event.number("dst_port", record.whole(Key::DstPort));
    event.end();
}

/// An exploit of the telnet service itself.
pub(super) fn exploit(session: &mut Session, record: &Record<'_>, success: bool, out: &mut Vec<u8>) {
    let text = match (record.text(Key::Name), record.any_text(Key::Value)) {
        (Some(name), Some(value)) => Some(format!("{name}={value}").into()),
        _ => record.text(Key::AttemptedCommand),
    };
    let mut event = op_event(session, "exploit", out);
    event.text("op_text", text.as_deref());
    event.text("cve", record.text(Key::Cve).as_deref());
    event.text("result", Some(if success { "success" } else { "attempt" }));
    event.text("username", record.text(Key::Username).as_deref());
    event.end();
}

fn op_event<'o>(session: &mut Session, op: &str, out: &'o mut Vec<u8>) -> EventWriter<'o> {
    let index = session.counts.ops;
    session.counts.ops += 1;
    let mut event = begin!(out, session, ServiceOp, &session.about(), ":op#{index}");
    event.text("service", session.service.as_deref());
    event.text("op", Some(op));
    event.text("src_ip", session.src_ip.as_deref());
    event
}

/// A fingerprint of the client; `key` has it, `name` is what kind it is.
pub(super) fn fingerprint(
    session: &mut Session,
    record: &Record<'_>,
    key: Key,
    name: &str,
    out: &mut Vec<u8>,
) {
    let index = session.counts.fingerprints;
    session.counts.fingerprints += 1;
    let value = record.text(key);
    let is_banner = matches!(key, Key::Version);
    let mut event = begin!(out, session, Fingerprint, &session.about(), ":fingerprint#{index}");
    event.text("type", Some(name));
    event.text("hash", value.as_deref().filter(|_| !is_banner));
    event.text(if is_banner { "banner" } else { name }, value.as_deref());
    event.text("algorithms", record.text(Key::HasshAlgorithms).as_deref());
    event.text("protocol", session.service.as_deref());
    event.text("client_ip", session.src_ip.as_deref());
    event.text("seen_at", session.last_ts.as_deref());
    event.end();
}
