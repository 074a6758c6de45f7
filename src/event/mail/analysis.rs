// SPDX-License-Identifier: AGPL-3.0-or-later
//! A message's facts.

use std::collections::BTreeSet;

use sha2::{Digest as _, Sha256};

use super::address::addresses;
use super::attachment;
use super::auth::Auth;
use super::headers::{Headers, plain};
use super::signals::{base64_bytes, domain};
use super::simhash::simhash;
use super::smuggling::is_smuggling;
use super::structure::{Part, parts};
use super::text;
use super::urls::Urls;
use crate::event::source_id::hex;
use crate::vocab::Limits;

/// What a raw message says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// `Subject`, decoded.
    pub subject: Option<String>,
    /// The first address of `From`.
    pub from: Option<String>,
    /// Its domain, in lower case.
    pub from_domain: Option<String>,
    /// The envelope sender, where a server on the way wrote it down.
    pub mail_from: Option<String>,
    /// Its domain, in lower case.
    pub mail_from_domain: Option<String>,
    /// The domain of `Return-Path`, in lower case.
    pub return_path_domain: Option<String>,
    /// The addresses of `To`, `Cc` and `Bcc`, each once: what stands for the envelope's.
    pub rcpt_count: u64,
    /// Their domains in lower case, sorted, each once.
    pub rcpt_domains: Vec<String>,
    /// `X-Mailer`, decoded.
    pub x_mailer: Option<String>,
    /// Whether the message has a signature, and no server found it to be wrong.
    pub dkim_signed: bool,
    /// Whether SPF passed; `None` where nobody says.
    pub spf_pass: Option<bool>,
    /// `Authentication-Results`, the fields with ` | ` between them, topmost first.
    pub auth_results: Option<String>,
    /// What is in the message; `None` past a bound.
    pub contents: Option<Contents>,
}

/// What is in a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contents {
    /// URLs of texts and pages, in order, each once and as written; they may carry user info.
    pub urls: Vec<String>,
    /// Attachments in order, messages within the message included.
    pub attachments: Vec<Attachment>,
    /// Whether a page builds a file in the browser.
    pub html_smuggling: bool,
    /// The first plain text that says something, else the first page as text; of a longer one
    /// than [`Limits::mail_text_bytes`], head and tail.
    pub body_text: Option<String>,
    /// SHA-256 of the body as UTF-8, in hexadecimal; of a longer one than the bound, of its bytes.
    pub body_sha256: Option<String>,
    /// The similarity hash of the body, if there are words in it.
    pub body_simhash: Option<u64>,
    /// Bytes that the longest base64 run of a shown text or page decodes to.
    pub body_base64_bytes: u64,
}

/// One attachment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// The file name, decoded.
    pub name: Option<String>,
    /// The name's extension in lower case, without the dot.
    pub extension: Option<String>,
    /// The media type that the sender gives.
    pub media_type: String,
    /// SHA-256 of the decoded bytes, in hexadecimal.
    pub sha256: String,
    /// Whether it is an office document with macros.
    pub macros: bool,
    /// Whether it is an encrypted archive or document.
    pub is_protected: bool,
}

impl Mail {
    /// Analyses a raw message; `None` if it has no header.
    ///
    /// # Cost
    /// A few passes over the message. At most one decoded part is held at a time, which is no
    /// larger than the message.
    ///
    /// # Example
    ///
    /// ```
    /// use decnet_ttp::event::mail::Mail;
    /// use decnet_ttp::vocab::Limits;
    ///
    /// let raw = b"From: =?utf-8?q?Help_Desk?= <help@Bank.example>\r\nReturn-Path: <x@evil.example>\r\n\r\n\
    ///             Sign in at https://xn--pypal-4ve.example/login";
    /// let mail = Mail::analyse(raw, &Limits::default()).unwrap();
    /// assert_eq!(mail.from_domain.as_deref(), Some("bank.example"));
    /// assert_eq!(mail.contents.unwrap().urls, ["https://xn--pypal-4ve.example/login"]);
    /// ```
    pub fn analyse(raw: &[u8], limits: &Limits) -> Option<Self> {
        let (headers, parts) = open(raw, limits)?;
        let mut mail = Self::of_header(&headers);
        mail.contents = parts.map(|parts| Contents::of(&parts, limits));
        Some(mail)
    }

    fn of_header(headers: &Headers<'_>) -> Self {
        let lower = |address: &str| domain(address).map(str::to_lowercase);
        let address = |field: &str| {
            let value = headers.all(field).next().and_then(plain)?;
            addresses(&value).next().map(str::to_owned)
        };
        let auth = Auth::of(headers);
        let from = address("from");
        let mail_from =
            auth.mail_from.or_else(|| address("x-envelope-from")).or_else(|| address("envelope-from"));
        let (rcpt_count, rcpt_domains) = recipients(headers);
        Self {
            subject: headers.text("subject"),
            from_domain: from.as_deref().and_then(lower),
            from,
            mail_from_domain: mail_from.as_deref().and_then(lower),
            mail_from,
            return_path_domain: address("return-path").as_deref().and_then(lower),
            rcpt_count,
            rcpt_domains,
            x_mailer: headers.text("x-mailer"),
            dkim_signed: headers.has("dkim-signature") && !auth.dkim_failed,
            spf_pass: auth.spf_pass,
            auth_results: auth.results,
            contents: None,
        }
    }

    /// Whether the message is past a bound, so that only its header was looked at.
    pub const fn is_partial(&self) -> bool {
        self.contents.is_none()
    }
}

/// The body of a raw message as text, as [`Contents::body_text`]; `None` where there is none, and
/// past a bound.
///
/// # Cost
/// As [`Mail::analyse`] without attachments.
pub fn body_text(raw: &[u8], limits: &Limits) -> Option<String> {
    let (_, parts) = open(raw, limits)?;
    let mut best = None;
    for part in &parts? {
        if Body::is_better(best.as_ref(), part) {
            best = Body::of(part, &part.transfer.decode(part.body), limits).or(best);
        }
    }
    best.map(|body| body.text)
}

/// The header of a message, and its parts if they are within bounds.
fn open<'m>(raw: &'m [u8], limits: &Limits) -> Option<(Headers<'m>, Option<Vec<Part<'m>>>)> {
    let blanks =
        raw.iter().take(limits.mail_header_bytes).take_while(|byte| byte.is_ascii_whitespace()).count();
    let headers = Headers::parse(raw, blanks, limits, |_| false);
    if headers.is_empty() {
        return None;
    }
    if !headers.whole || raw.len() > limits.mail_bytes {
        return Some((headers, None));
    }
    let parts = parts(raw, &headers, limits).ok();
    Some((headers, parts))
}

/// How many addresses a message is for, and their domains.
fn recipients(headers: &Headers<'_>) -> (u64, Vec<String>) {
    let mut seen = BTreeSet::new();
    let mut domains = BTreeSet::new();
    for value in ["to", "cc", "bcc"].into_iter().flat_map(|field| headers.all(field)) {
        let value = String::from_utf8_lossy(value);
        for address in addresses(&value) {
            let address = address.to_lowercase();
            if let Some(domain) = domain(&address) {
                if !domains.contains(domain) {
                    domains.insert(domain.to_owned());
                }
                seen.insert(address);
            }
        }
    }
    (seen.len() as u64, domains.into_iter().collect())
}

impl Contents {
    fn of(parts: &[Part<'_>], limits: &Limits) -> Self {
        let mut urls = Urls::new(limits.mail_urls);
        let mut contents = Self::default();
        let mut body = None;
        for part in parts {
            let bytes = part.transfer.decode(part.body);
            contents.take(part, &bytes, &mut urls, limits);
            if Body::is_better(body.as_ref(), part) {
                body = Body::of(part, &bytes, limits).or(body);
            }
        }
        contents.urls = urls.into_list();
        if let Some(body) = body {
            contents.body_simhash = simhash(&body.text);
            contents.body_sha256 = Some(body.sha256);
            contents.body_text = Some(body.text);
        }
        contents
    }

    fn take(&mut self, part: &Part<'_>, bytes: &[u8], urls: &mut Urls, limits: &Limits) {
        let is_attachment = part.is_attachment();
        if is_attachment {
            let found = attachment::content(bytes);
            self.attachments.push(Attachment {
                name: part.name.clone(),
                extension: part.name.as_deref().and_then(attachment::extension),
                media_type: part.media.clone(),
                sha256: hex(&Sha256::digest(bytes)),
                macros: found.macros,
                is_protected: found.is_protected,
            });
        }
        let is_page = part.is_page();
        if !is_page && (is_attachment || !part.is_plain()) {
            return;
        }
        // ASCII is looked for in the bytes as they are, which may be many; only where it is written
        // in other bytes is the text decoded.
        let charset = part.charset.as_deref();
        let decoded = charset.filter(|it| text::is_wide(it));
        let decoded = decoded.map(|_| text::decode(bytes, charset, limits.mail_text_bytes));
        let bytes = decoded.as_deref().map_or(bytes, str::as_bytes);
        if is_page {
            urls.take_page(bytes);
            self.html_smuggling |= is_smuggling(bytes);
        } else {
            urls.take_text(bytes);
        }
        if !is_attachment {
            self.body_base64_bytes = self.body_base64_bytes.max(base64_bytes(bytes) as u64);
        }
    }
}

/// What is a message's body so far.
#[derive(Debug)]
struct Body {
    rank: u8,
    sha256: String,
    text: String,
}

impl Body {
    /// Which of several texts is the body, lowest first: plain text before pages, and a message's
    /// own texts before those of messages within it. `None` for what is no text.
    fn rank(part: &Part<'_>) -> Option<u8> {
        let is_text = !part.is_attachment() && (part.is_plain() || part.is_page());
        is_text.then(|| u8::from(part.is_nested) << 1 | u8::from(!part.is_plain()))
    }

    /// Whether a part would come before what is known.
    fn is_better(best: Option<&Self>, part: &Part<'_>) -> bool {
        Self::rank(part).is_some_and(|rank| best.is_none_or(|best| rank < best.rank))
    }

    /// The body that a part is; `None` if it is no text or says nothing.
    fn of(part: &Part<'_>, bytes: &[u8], limits: &Limits) -> Option<Self> {
        let rank = Self::rank(part)?;
        let text = text::decode(bytes, part.charset.as_deref(), limits.mail_text_bytes);
        let text = if part.is_plain() { text } else { text::of_page(&text).into() };
        if text.trim().is_empty() {
            return None;
        }
        let is_whole = bytes.len() <= limits.mail_text_bytes;
        let sha256 = hex(&Sha256::digest(if is_whole { text.as_bytes() } else { bytes }));
        Some(Self { rank, sha256, text: text.into_owned() })
    }
}
