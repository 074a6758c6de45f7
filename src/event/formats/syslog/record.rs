// SPDX-License-Identifier: AGPL-3.0-or-later
//! One record of the stream: a message, unwrapped, and what DECNET puts in it.

use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use super::message::{SyslogMessage, is_time};
use super::secret;
use super::shell::ShellLine;
use crate::event::anchor;
use crate::event::error::EventError;
use crate::event::formats::kept::millisecond;
use crate::event::text::head;
use crate::vocab::Limits;

/// The structured data that is DECNET's.
const SD_ID: &str = "relay@55555";
/// Where services put the attacker's address, best first.
const ADDRESSES: [&str; 6] = ["src_ip", "src", "client_ip", "remote_ip", "remote_addr", "ip"];
/// Programs of one decoy that speak of the same shell: the login, the shell, the recorder.
const SHELL_PROGRAMS: [&str; 9] =
    ["bash", "sh", "dash", "ash", "ssh", "sshd", "telnet", "auth-helper", "sessrec"];
/// What they are gathered under.
const SHELL: &str = "shell";
/// Bytes of a label.
const LABEL_BYTES: usize = 64;

/// One record.
pub(super) struct Record<'a> {
    message: SyslogMessage<'a>,
    /// What the decoy's shell says it ran.
    pub(super) shell: Option<ShellLine<'a>>,
}

impl<'a> Record<'a> {
    /// Reads one line.
    pub(super) fn parse(line: &'a str, limits: &Limits) -> Result<Self, EventError> {
        let message = unwrap(SyslogMessage::parse(line, limits)?, limits);
        let is_command = matches!(message.msg_id, None | Some("command"));
        let shell = if is_command { ShellLine::parse(message.message) } else { None };
        Ok(Self { message, shell })
    }

    /// The kind of record, or an empty text.
    pub(super) fn msg_id(&self) -> &'a str {
        self.message.msg_id.unwrap_or_default()
    }

    pub(super) fn decoy(&self) -> Option<&'a str> {
        self.message.hostname
    }

    pub(super) fn ts(&self) -> Option<&'a str> {
        self.message.timestamp
    }

    pub(super) fn at_ms(&self) -> Option<i64> {
        self.message.timestamp.and_then(millisecond)
    }

    /// Whether the line ends inside a value.
    pub(super) fn is_cut(&self) -> bool {
        self.message.cut
    }

    /// What the record is counted under: program and kind.
    pub(super) fn label(&self) -> String {
        let name = |text: Option<&'a str>| head(text.unwrap_or("-"), LABEL_BYTES / 2 - 1);
        format!("{}:{}", name(self.message.app_name), name(self.message.msg_id))
    }

    pub(super) fn is_shell(&self) -> bool {
        self.message.app_name.is_some_and(|name| SHELL_PROGRAMS.contains(&name))
    }

    /// What sessions are told apart by, besides decoy and address.
    pub(super) fn family(&self) -> &'a str {
        if self.is_shell() || self.shell.is_some() { SHELL } else { self.message.app_name.unwrap_or("-") }
    }

    /// The service that the attacker used, where the record tells it.
    ///
    /// The shell of an SSH decoy tells the address it was reached from; that of a telnet decoy
    /// doesn't.
    pub(super) fn service(&self) -> Option<&str> {
        if let Some(shell) = &self.shell {
            return Some(if shell.src.is_some() { "ssh" } else { "telnet" });
        }
        if let Some(service) = self.text("service") {
            return Some(service);
        }
        match self.message.app_name? {
            "sshd" => Some("ssh"),
            "bash" | "sh" | "dash" | "ash" | "auth-helper" | "sessrec" => None,
            name => Some(name),
        }
    }

    /// A parameter, empty or not.
    pub(super) fn any_text(&self, name: &str) -> Option<&str> {
        self.message.param(SD_ID, name)
    }

    /// A parameter that is neither empty nor nil nor Python's `None`.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.any_text(name).filter(|text| !matches!(*text, "" | "-" | "None"))
    }

    /// The first of several that is there.
    pub(super) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.text(name))
    }

    pub(super) fn whole(&self, name: &str) -> Option<u64> {
        self.text(name)?.parse().ok()
    }

    pub(super) fn real(&self, name: &str) -> Option<f64> {
        self.text(name)?.parse().ok().filter(|number: &f64| number.is_finite())
    }

    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.text(name)? {
            "1" | "true" | "True" => Some(true),
            "0" | "false" | "False" => Some(false),
            _ => None,
        }
    }

    /// The session that the record names.
    pub(super) fn session(&self) -> Option<&str> {
        self.first(&["session_id", "sid"])
    }

    /// The attacker's address.
    pub(super) fn address(&self) -> Option<IpAddr> {
        let from_shell = self.shell.as_ref().and_then(|shell| shell.src);
        ADDRESSES.iter().filter_map(|name| self.text(name)).chain(from_shell).find_map(host)
    }

    pub(super) fn port(&self) -> Option<u64> {
        let joined = || self.text("remote_addr")?.parse().ok().map(|it: SocketAddr| u64::from(it.port()));
        self.whole("src_port").or_else(|| self.whole("remote_port")).or_else(joined)
    }

    /// The password that was tried; nothing where the protocol sends only a proof of it.
    pub(super) fn password(&self) -> Option<Cow<'_, str>> {
        if !matches!(self.text("secret_kind"), None | Some("plaintext")) {
            return None;
        }
        let exact = self.any_text("secret_b64").and_then(secret::decode_base64);
        exact
            .map(|bytes| Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()))
            .or_else(|| self.any_text("secret_printable").map(Cow::Borrowed))
            .or_else(|| self.any_text("password").map(Cow::Borrowed))
    }
}

/// What a decoy's own syslog daemon does to a message of `logger --rfc5424`: it takes the version
/// for the program's name and the rest for the text. The message inside is the one that counts.
fn unwrap<'a>(message: SyslogMessage<'a>, limits: &Limits) -> SyslogMessage<'a> {
    if message.msg_id.is_some() || !message.elements.is_empty() {
        return message;
    }
    let inside = message.message.trim_start_matches(' ');
    if !inside.split(' ').next().is_some_and(is_time) {
        return message;
    }
    SyslogMessage::parse_wrapped(inside, message.priority, limits).unwrap_or(message)
}

/// The address in `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]:80`.
fn host(text: &str) -> Option<IpAddr> {
    anchor::address(text).or_else(|| {
        let socket: SocketAddr = text.parse().ok()?;
        Some(socket.ip().to_canonical())
    })
}
