// SPDX-License-Identifier: AGPL-3.0-or-later
//! E-mails: what sender, links, attachments and body show.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use crate::event::mail::signals::{
    Attached, Masquerade, Sender, attachment_triggers, base64_bytes, coin_address, domain, is_punycode,
    url_host,
};
use crate::vocab::{FieldType, Slot, SourceKind};

use super::{Example, Lift, Lifter};

const TEXT: FieldType = FieldType::Text;
const BOOL: FieldType = FieldType::Bool;

/// Reads the header's and the attachments' signs.
pub(super) static EMAIL: Lifter = Lifter {
    name: "email",
    kinds: &[SourceKind::Email],
    inputs: &[
        ("from_domain", TEXT),
        ("from", TEXT),
        ("mail_from_domain", TEXT),
        ("mail_from", TEXT),
        ("return_path_domain", TEXT),
        ("dkim_signed", BOOL),
        ("spf_pass", BOOL),
        ("attachment_macros", BOOL),
        ("attachment_password_protected", BOOL),
        ("html_smuggling", BOOL),
        ("mal_hash_match", BOOL),
        ("attachment_extensions", FieldType::TextList),
        ("urls", FieldType::TextList),
        ("rcpt_domains", FieldType::TextList),
    ],
    outputs: &["masquerade_signals", "attachment_triggers", "url_hosts", "punycode_hosts", "rcpt_domain_set"],
    views: false,
    lift,
    examples: &[Example {
        kind: SourceKind::Email,
        payload: r#"{
            "from_domain": "bank.example", "return_path_domain": "evil.example", "spf_pass": false,
            "attachment_macros": true, "attachment_extensions": ["DOCM", ".iso"],
            "urls": ["https://u:p@XN--pypal-4ve.example:8443/login", "http://bank.example/"],
            "rcpt_domains": ["B.example", "a.example", "Bea <bea@b.example>", "c.example (Cee)"]
        }"#,
        gives: r#"{
            "masquerade_signals": ["from_returnpath_mismatch", "spf_fail"],
            "attachment_triggers": ["office_macro", "iso"],
            "url_hosts": ["xn--pypal-4ve.example", "bank.example"],
            "punycode_hosts": ["xn--pypal-4ve.example"],
            "rcpt_domain_set": ["a.example", "b.example"]
        }"#,
    }],
};

fn lift<'a>(lift: &mut Lift<'_, 'a>) {
    let arena = lift.arena;
    let sender = Sender {
        // What is sent for a domain and is none says nothing; the address may.
        from: lift.text(0).and_then(domain).or_else(|| lift.text(1)),
        return_path: lift.text(4),
        mail_from: lift.text(2).and_then(domain).or_else(|| lift.text(3)),
        dkim_signed: lift.input(5).boolean(),
        spf_pass: lift.input(6).boolean(),
    };
    let wants_domains = lift.wants(4);
    let (extensions, urls, rcpt_domains) = (lift.texts(11), lift.texts(12), lift.texts(13));
    let signals = Masquerade::ALL.into_iter().filter(|sign| sign.is_shown(&sender));
    let signals = list(signals.map(|sign| -> &'a str { sign.as_str() }), arena);
    let flag = |index| lift.input(index) == Slot::Bool(true);
    let attached = Attached {
        macros: flag(7),
        password_protected: flag(8),
        html_smuggling: flag(9),
        mal_hash_match: flag(10),
    };
    let triggers = list(attachment_triggers(attached, extensions).map(|name| -> &'a str { name }), arena);
    let hosts = list(urls.iter().filter_map(|url| url_host(url)).map(|host| lower(host, arena)), arena);
    let domains: &[&str] = if wants_domains { domain_set(rcpt_domains, arena) } else { &[] };
    lift.give(0, Slot::Texts(signals));
    lift.give(1, Slot::Texts(triggers));
    lift.give(2, Slot::Texts(hosts));
    lift.give(3, Slot::Texts(list(hosts.iter().copied().filter(|host| is_punycode(host)), arena)));
    lift.give(4, Slot::Texts(domains));
}

/// Opens the body where the message is stored.
pub(super) static EMAIL_BODY: Lifter = Lifter {
    name: "email_body",
    kinds: &[SourceKind::Email],
    inputs: &[("stored_as", TEXT)],
    outputs: &["body_text"],
    views: false,
    lift: lift_body,
    // Nothing is stored where examples run.
    examples: &[Example {
        kind: SourceKind::Email,
        payload: r#"{"stored_as": "2026-05-02T06:22:48Z_0123456789ab_mail.eml"}"#,
        gives: "{}",
    }],
};

fn lift_body<'a>(lift: &mut Lift<'_, 'a>) {
    let arena = lift.arena;
    let stored = lift.text(0).zip(lift.site.decky_id);
    let body = stored.and_then(|(name, decky)| lift.site.body(decky, name));
    lift.give_text(0, body.map(|body| &*arena.alloc_str(&body)));
}

/// Looks into the body.
pub(super) static EMAIL_BODY_SIGNS: Lifter = Lifter {
    name: "email_body_signs",
    kinds: &[SourceKind::Email],
    inputs: &[("body_text", TEXT), ("body_base64_bytes", FieldType::Number)],
    outputs: &["btc_address", "encoded_byte_count"],
    views: false,
    lift: lift_signs,
    examples: &[
        Example {
            kind: SourceKind::Email,
            payload: r#"{"body_text": "Pay to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "body_base64_bytes": 9000}"#,
            gives: r#"{"btc_address": "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "encoded_byte_count": 9000}"#,
        },
        Example { kind: SourceKind::Email, payload: "{}", gives: "{}" },
    ],
};

fn lift_signs<'a>(lift: &mut Lift<'_, 'a>) {
    let body = lift.text(0);
    lift.give_text(0, body.and_then(coin_address).map(|(_, address)| address));
    let counted = || body.map(|body| f64::from(u32::try_from(base64_bytes(body)).unwrap_or(u32::MAX)));
    let count = lift.input(1).number().or_else(counted);
    lift.give(1, count.map_or(Slot::Absent, Slot::Number));
}

fn list<'a>(items: impl Iterator<Item = &'a str>, arena: &'a Bump) -> &'a [&'a str] {
    ArenaVec::from_iter_in(items, arena).into_bump_slice()
}

/// The domains in lower case, sorted, each once. Tags show them, so of an address that is sent for a
/// domain only the domain is taken, and what is none is left out.
fn domain_set<'a>(domains: &[&'a str], arena: &'a Bump) -> &'a [&'a str] {
    let is_domain = |c: char| c.is_alphanumeric() || matches!(c, '-' | '.' | '_' | ':' | '[' | ']');
    let domains = domains.iter().filter_map(|text| domain(text)).filter(|text| text.chars().all(is_domain));
    let mut set = ArenaVec::from_iter_in(domains.map(|text| lower(text, arena)), arena);
    set.sort_unstable();
    set.dedup();
    set.into_bump_slice()
}

fn lower<'a>(host: &'a str, arena: &'a Bump) -> &'a str {
    if !host.chars().any(|c| c.is_uppercase()) {
        return host;
    }
    ArenaString::from_iter_in(host.chars().flat_map(char::to_lowercase), arena).into_bump_str()
}
