// SPDX-License-Identifier: AGPL-3.0-or-later
//! Backslash escapes, as `$'…'`, `printf` and `echo -e` read them.

use bumpalo::collections::Vec as ArenaVec;

/// Who reads the escapes; they differ in little.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// `$'…'`: `\NNN`, `\'`, `\cX`.
    Quote,
    /// The format of `printf`: `\NNN`.
    Format,
    /// `echo -e` and `%b`: `\0NNN`, and `\c` ends the output.
    Echo,
}

/// Decodes a text to bytes; whether the output goes on after it (`\c` ends it).
pub(super) fn decode(text: &str, reader: Reader, out: &mut ArenaVec<'_, u8>) -> bool {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (head, tail) = rest.split_at(at);
        out.extend_from_slice(head.as_bytes());
        let tail = tail.get(1..).unwrap_or("");
        let Some(c) = tail.chars().next() else {
            out.push(b'\\');
            return true;
        };
        let after = tail.get(c.len_utf8()..).unwrap_or("");
        rest = match c {
            'x' => number(after, 2, 16, "\\x", false, out),
            'u' => number(after, 4, 16, "\\u", true, out),
            'U' => number(after, 8, 16, "\\U", true, out),
            '0' if reader == Reader::Echo => number(after, 3, 8, "\\0", false, out),
            '0'..='7' => number(tail, 3, 8, "\\", false, out),
            'c' if reader == Reader::Echo => return false,
            _ => {
                match simple(c) {
                    Some(byte) => out.push(byte),
                    None => {
                        out.push(b'\\');
                        out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                }
                after
            }
        };
    }
    out.extend_from_slice(rest.as_bytes());
    true
}

fn simple(c: char) -> Option<u8> {
    Some(match c {
        'n' => b'\n',
        't' => b'\t',
        'r' => b'\r',
        'a' => 7,
        'b' => 8,
        'v' => 11,
        'f' => 12,
        'e' | 'E' => 27,
        '\\' | '\'' | '"' | '?' => c as u8,
        _ => return None,
    })
}

/// Takes a number's digits off `text`; without any, the mark stands for itself.
fn number<'t>(
    text: &'t str,
    digits_max: usize,
    radix: u32,
    mark: &str,
    is_character: bool,
    out: &mut ArenaVec<'_, u8>,
) -> &'t str {
    let digits = text.chars().take(digits_max).take_while(|c| c.is_digit(radix)).count();
    let (digits, rest) = text.split_at(digits);
    match u32::from_str_radix(digits, radix) {
        Ok(number) if is_character => {
            if let Some(c) = char::from_u32(number) {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        Ok(number) => out.push(number as u8),
        // `\0` alone is a NUL.
        Err(_) if mark == "\\0" => out.push(0),
        Err(_) => out.extend_from_slice(mark.as_bytes()),
    }
    rest
}
