// SPDX-License-Identifier: AGPL-3.0-or-later
//! Raw messages, one a file, or a mailbox of them.

use sha2::{Digest as _, Sha256};

use super::native::{About, EventWriter};
use crate::event::error::EventError;
use crate::event::mail::{Contents, Mail};
use crate::event::source_id::hex;
use crate::vocab::{Limits, SourceKind};

/// Turns a raw message into one native `email` event.
///
/// A whole input is one message. If it begins with a line `From ADDRESS TIME`, as a mailbox (mbox)
/// does, then each such line after an empty one begins another message.
///
/// The source id is `eml:` and 32 digits of the SHA-256 of the message's bytes. Who sent it is not
/// known from a file, so the event has no attacker.
///
/// Memory is bounded: no more than [`Limits::mail_bytes`] of one message are kept. Of a message past
/// a bound the event has what its header says, and `partial`.
///
/// # Example
///
/// ```
/// use decnet_ttp::event::Event;
/// use decnet_ttp::event::formats::EmlDecoder;
/// use decnet_ttp::vocab::Limits;
///
/// let limits = Limits::default();
/// let mut decoder = EmlDecoder::new(&limits);
/// let mut out = Vec::new();
/// assert!(decoder.take(b"Subject: hello\r\n", 1, &mut out).is_empty());
/// decoder.take(b"\r\nhttps://a.example/\r\n", 2, &mut out);
/// let message = decoder.finish(&mut out).unwrap();
/// assert_eq!((message.line, message.result.is_ok()), (1, true));
/// let event = Event::parse(std::str::from_utf8(&out)?, &limits)?;
/// assert!(event.payload.as_str().contains(r#""urls":["https://a.example/"]"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct EmlDecoder {
    limits: Limits,
    form: Form,
    /// The message so far, no longer than one byte past the bound.
    message: Vec<u8>,
    digest: Sha256,
    /// The line that it begins with.
    line: u64,
    after_blank: bool,
}

/// What the input's first line shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Unknown,
    Message,
    Mailbox,
}

/// A message that ended.
#[derive(Debug)]
pub struct EmlMessage {
    /// The number of its first line.
    pub line: u64,
    /// Whether it is past a bound, so that its event says only what its header says; an error if it
    /// gave no event.
    pub result: Result<bool, EventError>,
}

impl EmlDecoder {
    /// A decoder at the start of an input.
    pub fn new(limits: &Limits) -> Self {
        Self {
            limits: limits.clone(),
            form: Form::Unknown,
            message: Vec::new(),
            digest: Sha256::new(),
            line: 1,
            after_blank: true,
        }
    }

    /// Takes whole lines, line ends included; `line` is the number of the first one. Appends the
    /// events of the messages that end to `out`, one line each, and returns how each ended.
    pub fn take(&mut self, bytes: &[u8], line: u64, out: &mut Vec<u8>) -> Vec<EmlMessage> {
        if self.form == Form::Unknown && !bytes.is_empty() {
            let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
            self.form = if is_separator(first) { Form::Mailbox } else { Form::Message };
            self.line = line;
        }
        let mut ended = Vec::new();
        if self.form != Form::Mailbox {
            self.add(bytes);
            return ended;
        }
        // Bytes before this belong to messages that ended.
        let mut from = 0;
        let mut at = 0;
        for (index, text) in (0..).zip(bytes.split_inclusive(|byte| *byte == b'\n')) {
            if self.after_blank && is_separator(text) {
                self.add(bytes.get(from..at).unwrap_or_default());
                ended.extend(self.finish(out));
                (from, self.line) = (at, line + index);
            }
            self.after_blank = text.trim_ascii().is_empty();
            at += text.len();
        }
        self.add(bytes.get(from..).unwrap_or_default());
        ended
    }

    /// Ends the message and appends its event to `out`; `None` if there is none.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Option<EmlMessage> {
        let raw = std::mem::take(&mut self.message);
        let digest = hex(self.digest.finalize_reset().get(..16).unwrap_or_default());
        if raw.trim_ascii().is_empty() {
            return None;
        }
        let result = match Mail::analyse(&raw, &self.limits) {
            Some(mail) => {
                write(&mail, &digest, out);
                Ok(mail.is_partial())
            }
            None => Err(EventError::not_mail()),
        };
        Some(EmlMessage { line: self.line, result })
    }

    fn add(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        // One byte more tells that it is past the bound.
        let room = (self.limits.mail_bytes + 1).saturating_sub(self.message.len());
        let bytes = bytes.get(..room).unwrap_or(bytes);
        if self.message.capacity() - self.message.len() < bytes.len() {
            // Not by doubling: the message is most of what is held.
            let more = (self.message.len() / 4).max(bytes.len()).min(room);
            self.message.reserve_exact(more);
        }
        self.message.extend_from_slice(bytes);
    }
}

/// Whether a line is what a mailbox puts before a message: `From`, an address and a time. A line of
/// a message that begins so is escaped, but not by everybody; it seldom has a time.
fn is_separator(line: &[u8]) -> bool {
    let is_time = |word: &[u8]| matches!(word, [a, b, b':', c, d, ..] if [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()));
    let rest = line.strip_prefix(b"From ");
    rest.is_some_and(|rest| rest.split(|byte| *byte == b' ').take(16).any(is_time))
}

fn write(mail: &Mail, digest: &str, out: &mut Vec<u8>) {
    let id = format_args!("eml:{digest}");
    let mut event = EventWriter::begin(out, SourceKind::Email, Some(id), &About::default());
    event.text("subject", mail.subject.as_deref());
    event.text("from", mail.from.as_deref());
    event.text("mail_from", mail.mail_from.as_deref());
    event.text("from_domain", mail.from_domain.as_deref());
    event.text("mail_from_domain", mail.mail_from_domain.as_deref());
    event.text("return_path_domain", mail.return_path_domain.as_deref());
    event.number("rcpt_count", Some(mail.rcpt_count));
    event.texts("rcpt_domains", mail.rcpt_domains.iter().map(String::as_str));
    event.text("x_mailer", mail.x_mailer.as_deref());
    event.flag("dkim_signed", Some(mail.dkim_signed));
    event.flag("spf_pass", mail.spf_pass);
    event.text("auth_results", mail.auth_results.as_deref());
    match &mail.contents {
        Some(contents) => write_contents(contents, &mut event),
        None => event.flag("partial", Some(true)),
    }
    event.end();
}

fn write_contents(contents: &Contents, event: &mut EventWriter<'_>) {
    event.texts("urls", contents.urls.iter().map(String::as_str));
    let attachments = &contents.attachments;
    event.number("attachment_count", Some(attachments.len() as u64));
    event.texts("attachment_sha256s", attachments.iter().map(|it| it.sha256.as_str()));
    event.texts("attachment_extensions", attachments.iter().filter_map(|it| it.extension.as_deref()));
    if !attachments.is_empty() {
        event.flag("attachment_macros", Some(attachments.iter().any(|it| it.macros)));
        event.flag("attachment_password_protected", Some(attachments.iter().any(|it| it.is_protected)));
    }
    event.flag("html_smuggling", Some(contents.html_smuggling));
    event.text("body_sha256", contents.body_sha256.as_deref());
    event.text("body_simhash", contents.body_simhash.map(|hash| format!("{hash:016x}")).as_deref());
    event.number("body_base64_bytes", Some(contents.body_base64_bytes));
    event.text("body_text", contents.body_text.as_deref());
}
