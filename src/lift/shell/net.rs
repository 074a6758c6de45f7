// SPDX-License-Identifier: AGPL-3.0-or-later
//! Addresses: URLs in words, and the hosts that they and the operands of network tools name.

/// The place of `://` in a text.
pub(super) fn scheme_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // Words are short: a loop is faster than a search that has to get going.
    let is_end = |(at, byte): &(usize, &u8)| **byte == b':' && bytes.get(at + 1..at + 3) == Some(b"//");
    bytes.iter().enumerate().find(is_end).map(|(at, _)| at)
}

/// The URL in a word, from its scheme to the word's end.
pub(super) fn url(word: &str) -> Option<&str> {
    let at = scheme_end(word)?;
    let bytes = word.as_bytes();
    let is_scheme = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let length = bytes.get(..at)?.iter().rev().take_while(|byte| is_scheme(byte)).count();
    let is_data = bytes.iter().any(|byte| matches!(byte, b' ' | b'\n' | b'\t'));
    (length >= 2 && !is_data).then(|| word.get(at - length..)).flatten()
}

/// The host of a URL, or of an address without a scheme: no user, no port.
pub(super) fn host(address: &str) -> &str {
    let start = scheme_end(address).map_or(0, |at| at + 3);
    let rest = address.get(start..).unwrap_or("");
    let end = rest.bytes().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let authority = rest.get(..end).unwrap_or("");
    let user = authority.bytes().rposition(|byte| byte == b'@').map_or(0, |at| at + 1);
    let place = authority.get(user..).unwrap_or("");
    if let Some(inner) = place.strip_prefix('[') {
        return inner.split(']').next().unwrap_or("");
    }
    match place.bytes().position(|byte| byte == b':') {
        Some(port) if place.bytes().rposition(|byte| byte == b':') == Some(port) => {
            place.get(..port).unwrap_or("")
        }
        // More than one colon without brackets: an IPv6 address.
        _ => place,
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
        let named = !host.is_empty() && host.bytes().all(is_host_byte);
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
