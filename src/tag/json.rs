// SPDX-License-Identifier: AGPL-3.0-or-later
//! JSON text straight into a byte buffer.

use std::io::Write as _;

use wide::u8x16;

/// Appends a JSON string.
///
/// Beyond what JSON asks, everything that a terminal or a reader could take for structure is
/// escaped: DEL, C1 controls, line separators and bidirectional controls.
pub(super) fn string(out: &mut Vec<u8>, text: &str) {
    joined(out, &[text]);
}

/// Appends a JSON string made of parts.
pub(super) fn joined(out: &mut Vec<u8>, parts: &[&str]) {
    out.push(b'"');
    for part in parts {
        escaped(out, part);
    }
    out.push(b'"');
}

fn escaped(out: &mut Vec<u8>, text: &str) {
    let mut rest = text;
    loop {
        let (plain, marked) = rest.split_at_checked(plain_length(rest.as_bytes())).unwrap_or((rest, ""));
        out.extend_from_slice(plain.as_bytes());
        let mut characters = marked.chars();
        let Some(first) = characters.next() else { return };
        character(out, first);
        rest = characters.as_str();
        // Other scripts come in runs, in which looking for plain text does not pay.
        while let Some(next) = characters.next().filter(|next| !next.is_ascii()) {
            character(out, next);
            rest = characters.as_str();
        }
    }
}

/// How many bytes at the start need no look: printable ASCII but quotes and backslashes.
#[inline]
fn plain_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(part) = bytes.get(at..).and_then(<[u8]>::first_chunk::<16>) {
        let part = u8x16::new(*part);
        let low = part.max(u8x16::splat(b' ')).simd_eq(part);
        let high = part.min(u8x16::splat(b'~')).simd_eq(part);
        let marks = part.simd_eq(u8x16::splat(b'"')) | part.simd_eq(u8x16::splat(b'\\'));
        let plain = (low & high).to_bitmask() & !marks.to_bitmask() & 0xffff;
        if plain != 0xffff {
            return at + plain.trailing_ones() as usize;
        }
        at += 16;
    }
    while bytes.get(at).is_some_and(|byte| is_plain(*byte)) {
        at += 1;
    }
    at
}

/// Appends `null` or a JSON string.
pub(super) fn optional(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        Some(text) => string(out, text),
        None => out.extend_from_slice(b"null"),
    }
}

/// Appends a number that is finite.
pub(super) fn number(out: &mut Vec<u8>, number: impl std::fmt::Display) {
    let _ = write!(out, "{number}");
}

const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\')
}

fn character(out: &mut Vec<u8>, c: char) {
    match c {
        '"' => out.extend_from_slice(b"\\\""),
        '\\' => out.extend_from_slice(b"\\\\"),
        '\n' => out.extend_from_slice(b"\\n"),
        '\r' => out.extend_from_slice(b"\\r"),
        '\t' => out.extend_from_slice(b"\\t"),
        c if is_hazard(c) => {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
        c => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Characters that steer a terminal or reorder text.
const fn is_hazard(c: char) -> bool {
    matches!(
        c,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}
