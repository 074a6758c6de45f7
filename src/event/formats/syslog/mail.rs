// SPDX-License-Identifier: AGPL-3.0-or-later
//! A stored message, as the mail decoy describes it.

use serde::Deserialize;

use super::emit::{begin, next};
use super::record::Record;
use super::session::Session;
use crate::event::formats::native::EventWriter;
use crate::vocab::SourceKind;

/// One attachment, as the record lists it.
#[derive(Debug, Deserialize)]
struct Attachment {
    #[serde(default)]
    filename: String,
    #[serde(default)]
    sha256: String,
    #[serde(default)]
    macro_indicator: bool,
    #[serde(default)]
    encrypted: bool,
}

/// A message that was stored; its source id is the name that the decoy chose for it.
pub(super) fn mail(session: &mut Session, record: &Record<'_>, out: &mut Vec<u8>) {
    let index = next(&mut session.counts.mails);
    let stored_as = record.text("stored_as");
    let mut event = match stored_as {
        Some(name) => {
            EventWriter::begin(out, SourceKind::Email, Some(format_args!("{name}")), &session.about())
        }
        None => begin(out, SourceKind::Email, session, format_args!(":mail#{index}")),
    };
    let from = record.text("from_hdr").map(address);
    let mail_from = record.text("mail_from").map(address);
    let return_path = record.text("return_path").map(address);
    let recipients = || record.text("rcpt_to").into_iter().flat_map(|list| list.split(',')).map(address);
    event.text("subject", record.text("subject"));
    event.text("service", session.service.as_deref());
    event.text("attacker_ip", session.src_ip.as_deref());
    event.text("from", from);
    event.text("mail_from", mail_from);
    event.text("from_domain", from.and_then(domain));
    event.text("mail_from_domain", mail_from.and_then(domain));
    event.text("return_path_domain", return_path.and_then(domain));
    event.number("rcpt_count", Some(recipients().filter(|it| !it.is_empty()).count() as u64));
    event.texts("rcpt_domains", recipients().filter_map(domain));
    event.text("x_mailer", record.text("x_mailer"));
    event.flag("dkim_signed", record.flag("dkim_signed"));
    event.flag("spf_pass", record.flag("spf_pass"));
    let urls: Vec<String> = list(record, "urls_json");
    event.texts("urls", urls.iter().map(String::as_str));
    attachments(&mut event, record);
    event.text("body_simhash", record.text("body_simhash"));
    event.number("body_base64_bytes", record.whole("body_base64_bytes"));
    event.flag("html_smuggling", record.flag("html_smuggling"));
    event.text("stored_as", stored_as);
    event.text("body_sha256", record.text("sha256"));
    event.end();
}

fn attachments(event: &mut EventWriter<'_>, record: &Record<'_>) {
    let attachments: Vec<Attachment> = list(record, "attachments_json");
    let count = record.whole("attachment_count").or_else(|| u64::try_from(attachments.len()).ok());
    event.number("attachment_count", count);
    let hashes = attachments.iter().map(|it| it.sha256.as_str());
    event.texts("attachment_sha256s", hashes.filter(|hash| !hash.is_empty()));
    let extensions: Vec<String> = attachments.iter().filter_map(|it| extension(&it.filename)).collect();
    event.texts("attachment_extensions", extensions.iter().map(String::as_str));
    if !attachments.is_empty() {
        event.flag("attachment_macros", Some(attachments.iter().any(|it| it.macro_indicator)));
        event.flag("attachment_password_protected", Some(attachments.iter().any(|it| it.encrypted)));
    }
}

/// A JSON list in a parameter; empty if it is none.
fn list<T: for<'de> Deserialize<'de>>(record: &Record<'_>, name: &str) -> Vec<T> {
    record.text(name).and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

/// The address in `Name <user@example.com>`, or in plain.
fn address(text: &str) -> &str {
    let inner = text.rsplit_once('<').and_then(|(_, rest)| rest.split('>').next());
    inner.unwrap_or(text).trim()
}

fn domain(address: &str) -> Option<&str> {
    address.rsplit_once('@').map(|(_, domain)| domain).filter(|domain| !domain.is_empty())
}

fn extension(filename: &str) -> Option<String> {
    let (stem, extension) = filename.rsplit_once('.')?;
    (!stem.is_empty() && !extension.is_empty()).then(|| extension.to_ascii_lowercase())
}
