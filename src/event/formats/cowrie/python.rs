// SPDX-License-Identifier: AGPL-3.0-or-later
//! Text that Python wrote as a literal of bytes.

/// The text of a Python bytes literal (`b'caf\xe9'`), or `None` if `text` is not one.
///
/// Bytes that are not UTF-8 become U+FFFD.
pub(super) fn decode(text: &str) -> Option<String> {
    let body = text.strip_prefix('b')?;
    let quote = body.chars().next().filter(|quote| matches!(quote, '\'' | '"'))?;
    let body = body.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut bytes = Vec::with_capacity(body.len());
    let mut rest = body.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => bytes.push(escape(&mut rest)?),
            // A literal has neither bare quotes nor anything but printable ASCII.
            byte if char::from(byte) == quote || !(b' '..=b'~').contains(&byte) => return None,
            byte => bytes.push(byte),
        }
    }
    Some(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// [`decode`], if the literal has a byte that would have been plain text otherwise: Cowrie writes
/// literals only for those, and `b'ls'` may well be what somebody typed.
pub(super) fn decode_if_binary(text: &str) -> Option<String> {
    if text.contains("\\x") { decode(text) } else { None }
}

fn escape(rest: &mut impl Iterator<Item = u8>) -> Option<u8> {
    Some(match rest.next()? {
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        quoted @ (b'\\' | b'\'' | b'"') => quoted,
        b'x' => {
            let mut digit = || char::from(rest.next()?).to_digit(16);
            u8::try_from(digit()? << 4 | digit()?).ok()?
        }
        _ => return None,
    })
}
