// SPDX-License-Identifier: AGPL-3.0-or-later
//! Addresses: URLs in words, and the hosts that they and the operands of network tools name.

/// The URL in a word, from its scheme to the word's end.
pub(super) fn url(word: &str) -> Option<&str> {
    let at = memchr::memmem::find(word.as_bytes(), b"://")?;
    let head = word.get(..at)?;
    let is_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    let start = head.trim_end_matches(is_scheme).len();
    (at - start >= 2 && !word.contains([' ', '\n', '\t'])).then(|| word.get(start..)).flatten()
}

/// The host of a URL, or of an address without a scheme: no user, no port.
pub(super) fn host(address: &str) -> &str {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
    let place = authority.rsplit('@').next().unwrap_or("");
    if let Some(inner) = place.strip_prefix('[') {
        return inner.split(']').next().unwrap_or("");
    }
    match place.split_once(':') {
        // More than one colon without brackets: an IPv6 address.
        Some((_, port)) if port.contains(':') => place,
        Some((host, _)) => host,
        None => place,
    }
}

/// Whether a text can only be meant as a host: a dotted name, an address, a number as long as one.
pub(super) fn is_host(text: &str) -> bool {
    let bytes = text.as_bytes();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':');
    if !bytes.iter().all(plain) || text.starts_with(['.', '-']) || text.ends_with(['.', '-']) {
        return false;
    }
    let digits = text.strip_prefix("0x").unwrap_or(text);
    let number = digits.len() >= 8 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let decimal = bytes.iter().all(u8::is_ascii_digit);
    text == "localhost"
        || text.contains('.')
        || bytes.iter().filter(|byte| **byte == b':').count() > 1
        || (number && (decimal || digits.len() < text.len()))
}

/// The host in `user@host`, `user@host:path` or `host:path`.
pub(super) fn remote(operand: &str) -> Option<&str> {
    if operand.contains("://") || operand.contains([' ', '\n']) {
        return None;
    }
    if let Some((user, rest)) = operand.split_once('@') {
        let host = host(rest);
        let named = !host.is_empty() && host.bytes().all(|byte| is_host_byte(byte));
        return (named && !user.contains('/')).then_some(host);
    }
    let (head, _) = operand.split_once(':').filter(|(_, path)| !path.contains(':')).unwrap_or((operand, ""));
    is_host(head).then_some(head)
}

fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b':')
}

/// The host of `/dev/tcp/HOST/PORT`, a path that bash makes a connection of.
pub(super) fn socket(path: &str) -> Option<&str> {
    let rest = path.strip_prefix("/dev/tcp/").or_else(|| path.strip_prefix("/dev/udp/"))?;
    rest.split('/').next().filter(|host| !host.is_empty())
}
