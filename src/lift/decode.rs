// SPDX-License-Identifier: AGPL-3.0-or-later
//! Percent encoding as servers take it: repeated, overlong, and Microsoft's `%u`.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

/// How often a text is decoded at the most.
const ROUNDS: usize = 4;

/// The text with percent encoding decoded until nothing changes, four times at the most.
///
/// Overlong UTF-8 is read as what it stands for (`%c0%ae` is a dot), `%u002e` too; what is no
/// UTF-8 becomes U+FFFD. A percent sign that starts no code stays.
///
/// # Cost
/// Linear; nothing is copied where there is no percent sign.
pub(super) fn percent_decoded<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    let mut text = text;
    for _ in 0..ROUNDS {
        if !text.contains('%') {
            break;
        }
        let next = decoded_once(text, arena);
        if next == text {
            break;
        }
        text = next;
    }
    text
}

/// A query's plus signs as the blanks that forms mean by them.
pub(super) fn plus_as_blank<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    if !text.contains('+') {
        return text;
    }
    let blank = |c| if c == '+' { ' ' } else { c };
    ArenaString::from_iter_in(text.chars().map(blank), arena).into_bump_str()
}

fn decoded_once<'a>(text: &str, arena: &'a Bump) -> &'a str {
    let mut bytes = ArenaVec::with_capacity_in(text.len(), arena);
    let mut rest = text.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, code(after)) {
            (b'%', Some((Code::Byte(byte), after))) => {
                bytes.push(byte);
                rest = after;
            }
            (b'%', Some((Code::Char(c), after))) => {
                bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                rest = after;
            }
            _ => bytes.push(*byte),
        }
    }
    let mut out = ArenaString::with_capacity_in(bytes.len(), arena);
    let mut rest = bytes.as_slice();
    while let Some((c, after)) = next_char(rest) {
        out.push(c);
        rest = after;
    }
    out.into_bump_str()
}

enum Code {
    Byte(u8),
    Char(char),
}

/// The code behind a percent sign, and what follows it.
fn code(text: &[u8]) -> Option<(Code, &[u8])> {
    let hex = |byte: &u8| char::from(*byte).to_digit(16);
    match text {
        [b'u' | b'U', a, b, c, d, rest @ ..] => {
            let digits = hex(a)? << 12 | hex(b)? << 8 | hex(c)? << 4 | hex(d)?;
            Some((Code::Char(char::from_u32(digits).unwrap_or(char::REPLACEMENT_CHARACTER)), rest))
        }
        [a, b, rest @ ..] => Some((Code::Byte(u8::try_from(hex(a)? << 4 | hex(b)?).ok()?), rest)),
        _ => None,
    }
}

/// The first character of bytes that may be overlong UTF-8 or none at all.
fn next_char(bytes: &[u8]) -> Option<(char, &[u8])> {
    let tail = |byte: u8| (byte & 0xc0 == 0x80).then(|| u32::from(byte & 0x3f));
    let (value, rest) = match bytes {
        [] => return None,
        [a @ 0..=0x7f, rest @ ..] => (Some(u32::from(*a)), rest),
        [a @ 0xc0..=0xdf, b, rest @ ..] if tail(*b).is_some() => {
            (tail(*b).map(|b| u32::from(a & 0x1f) << 6 | b), rest)
        }
        [a @ 0xe0..=0xef, b, c, rest @ ..] if tail(*b).is_some() && tail(*c).is_some() => {
            (tail(*b).zip(tail(*c)).map(|(b, c)| u32::from(a & 0x0f) << 12 | b << 6 | c), rest)
        }
        [a @ 0xf0..=0xf7, b, c, d, rest @ ..] if [b, c, d].iter().all(|byte| tail(**byte).is_some()) => {
            let value = tail(*b).zip(tail(*c)).zip(tail(*d));
            (value.map(|((b, c), d)| u32::from(a & 0x07) << 18 | b << 12 | c << 6 | d), rest)
        }
        [_, rest @ ..] => (None, rest),
    };
    Some((value.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER), rest))
}
