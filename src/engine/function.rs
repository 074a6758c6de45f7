// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the functions of the expression language compute: pure, total, linear in their argument.

use std::fmt::Write as _;
use std::net::IpAddr;

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use crate::compile::ir::{Function, Network};
use crate::event::mail::signals::{domain, is_punycode, url_host};
use crate::lift::entropy;

use super::Slot;

/// Applies a function; absent where an argument is absent or of another type.
///
/// # Cost
/// Linear in the text; texts that change are written to the arena.
pub fn apply<'a>(function: Function, first: Slot<'a>, second: Slot<'a>, arena: &'a Bump) -> Slot<'a> {
    let text = first.text();
    let numbers = || Some((first.number()?, second.number()?));
    let maybe_text = |text: Option<&'a str>| text.map_or(Slot::Absent, Slot::Text);
    match function {
        Function::Len => match first {
            Slot::Text(text) => Slot::Number(count(text.chars().count())),
            Slot::Texts(items) => Slot::Number(count(items.len())),
            Slot::Numbers(items) => Slot::Number(count(items.len())),
            _ => Slot::Absent,
        },
        Function::Lower => maybe_text(text.map(|text| lower(text, arena))),
        Function::Domain => maybe_text(text.and_then(domain).map(|domain| lower(domain, arena))),
        Function::AfterAt => maybe_text(text.map(|text| lower(after_at(text), arena))),
        Function::Host => maybe_text(text.and_then(url_host).map(|host| lower(host, arena))),
        Function::Path => maybe_text(text.map(path)),
        Function::Ext => maybe_text(text.and_then(ext).map(|ext| lower(ext, arena))),
        Function::RegisteredDomain => {
            maybe_text(text.map(|text| lower(text, arena)).and_then(registered_domain))
        }
        Function::IsPunycode => text.map_or(Slot::Absent, |text| Slot::Bool(is_punycode(text))),
        Function::IsPrivateIp => text.map_or(Slot::Absent, |text| Slot::Bool(is_private_ip(text))),
        Function::Entropy => text.map_or(Slot::Absent, |text| Slot::Number(entropy(text.as_bytes()))),
        Function::Min => numbers().map_or(Slot::Absent, |(a, b)| Slot::Number(a.min(b))),
        Function::Max => numbers().map_or(Slot::Absent, |(a, b)| Slot::Number(a.max(b))),
        Function::Chomp => maybe_text(text.map(|text| text.strip_suffix('\n').unwrap_or(text))),
        Function::ToNumber => text.and_then(to_number).map_or(Slot::Absent, Slot::Number),
        Function::Concat => concat(first, second, arena),
        Function::Abs => first.number().map_or(Slot::Absent, |a| Slot::Number(a.abs())),
    }
}

/// Equal character by character in lower case: what `nocase` means between two fields.
pub(super) fn equals_nocase(a: &str, b: &str) -> bool {
    a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase))
}

/// The number that a text is; words that Rust reads as floats (`inf`, `nan`) are none.
fn to_number(text: &str) -> Option<f64> {
    let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'.' | b'e' | b'E');
    text.parse().ok().filter(|_| text.bytes().all(plain))
}

/// Counts are far below 2^53, where every integer is a float.
fn count(items: usize) -> f64 {
    u32::try_from(items).map_or(f64::from(u32::MAX), f64::from)
}

/// The text in lower case, as it is where it has no other letters.
pub(super) fn lower<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    if !text.chars().any(|c| c.is_ascii_uppercase() || !c.is_ascii()) {
        return text;
    }
    let mut lowered = ArenaString::with_capacity_in(text.len(), arena);
    lowered.extend(text.chars().flat_map(char::to_lowercase));
    lowered.into_bump_str()
}

fn concat<'a>(first: Slot<'a>, second: Slot<'a>, arena: &'a Bump) -> Slot<'a> {
    let mut joined = ArenaString::new_in(arena);
    for side in [first, second] {
        // Writing to an arena string cannot fail.
        let _ = match side {
            Slot::Text(text) => joined.write_str(text),
            Slot::Number(number) => write!(joined, "{number}"),
            _ => return Slot::Absent,
        };
    }
    if joined.len() > CONCAT_BYTES { Slot::Absent } else { Slot::Text(joined.into_bump_str()) }
}

/// The longest text that `concat` makes; a longer one is absent.
const CONCAT_BYTES: usize = 4096;

fn after_at(address: &str) -> &str {
    address.split_once('@').map_or(address, |(_, domain)| domain).trim()
}

/// What follows `scheme://` or `//`.
fn after_scheme(url: &str) -> Option<&str> {
    let url = url.trim_start();
    if let Some(rest) = url.strip_prefix("//") {
        return Some(rest);
    }
    let (scheme, rest) = url.split_once("://")?;
    let word = scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
    (word && !scheme.is_empty()).then_some(rest)
}

fn path(url: &str) -> &str {
    let (rest, had_host) = match after_scheme(url) {
        Some(rest) => (rest, true),
        None => (url, false),
    };
    let end = rest.find(['?', '#']).unwrap_or(rest.len());
    let rest = rest.get(..end).unwrap_or("");
    if !had_host {
        return rest;
    }
    rest.find('/').and_then(|start| rest.get(start..)).unwrap_or("/")
}

fn ext(name: &str) -> Option<&str> {
    let base = name.rsplit(['/', '\\']).next()?;
    let (stem, ext) = base.rsplit_once('.')?;
    (!ext.is_empty() && !stem.is_empty()).then_some(ext)
}

#[cfg(feature = "domains")]
fn registered_domain(host: &str) -> Option<&str> {
    let host = host.trim_end_matches('.');
    if host.parse::<IpAddr>().is_ok() {
        return None;
    }
    psl::domain_str(host)
}

#[cfg(not(feature = "domains"))]
const fn registered_domain(_host: &str) -> Option<&str> {
    None
}

/// Networks that no public route leads to.
const PRIVATE: [&str; 12] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
];

fn is_private_ip(text: &str) -> bool {
    text.trim().parse::<IpAddr>().is_ok_and(|address| {
        PRIVATE.iter().filter_map(|net| Network::parse(net)).any(|net| net.contains(address))
    })
}
