// SPDX-License-Identifier: AGPL-3.0-or-later
//! Transfer encodings. As mail clients do, and not as the standard asks, what is no code is passed
//! over: a stray byte must not hide an attachment.

use std::borrow::Cow;

use super::alphabet::base64_value;

/// How a part's body is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transfer {
    Plain,
    Base64,
    QuotedPrintable,
}

impl Transfer {
    pub(super) fn of(name: Option<&str>) -> Self {
        match name.map(str::trim) {
            Some(name) if name.eq_ignore_ascii_case("base64") => Self::Base64,
            Some(name) if name.eq_ignore_ascii_case("quoted-printable") => Self::QuotedPrintable,
            _ => Self::Plain,
        }
    }

    /// The bytes that were written; never more than `body` has.
    pub(super) fn decode(self, body: &[u8]) -> Cow<'_, [u8]> {
        match self {
            Self::Plain => Cow::Borrowed(body),
            Self::Base64 => Cow::Owned(base64(body)),
            Self::QuotedPrintable => Cow::Owned(quoted_printable(body)),
        }
    }
}

fn base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3 + 3);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for byte in body {
        if let Some(value) = base64_value(*byte) {
            bits = bits << 6 | u32::from(value);
            count += 1;
            if count == 4 {
                out.extend_from_slice(bits.to_be_bytes().get(1..).unwrap_or_default());
                count = 0;
            }
        } else if *byte == b'=' {
            flush(bits, count, &mut out);
            count = 0;
        }
    }
    flush(bits, count, &mut out);
    out
}

/// Gives out a last group that is short.
fn flush(bits: u32, count: u32, out: &mut Vec<u8>) {
    let group = (bits << (24_u32.saturating_sub(6 * count))).to_be_bytes();
    let bytes = match count {
        2 => 1,
        3 => 2,
        _ => 0,
    };
    out.extend_from_slice(group.get(1..=bytes).unwrap_or_default());
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some(first) = rest.first() {
        if *first != b'=' {
            let (text, code) = rest.split_at(memchr::memchr(b'=', rest).unwrap_or(rest.len()));
            out.extend_from_slice(text);
            rest = code;
            continue;
        }
        let after = rest.get(1..).unwrap_or_default();
        let length = if let Some(byte) = hex_pair(after) {
            out.push(byte);
            2
        } else if let Some(length) = soft_break(after) {
            length
        } else {
            out.push(b'=');
            0
        };
        rest = after.get(length..).unwrap_or_default();
    }
    out
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    u8::try_from(digit(0)? << 4 | digit(1)?).ok()
}

/// The length of the line end, and of blanks before it, that a `=` joins lines over.
fn soft_break(bytes: &[u8]) -> Option<usize> {
    // Blanks that were added on the way; more than a line has are text.
    let blanks = bytes.iter().take(80).take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    match bytes.get(blanks..)? {
        [b'\r', b'\n', ..] => Some(blanks + 2),
        [b'\n', ..] => Some(blanks + 1),
        [] => Some(blanks),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_code_is_passed_over() {
        for (transfer, body, expected) in [
            (Transfer::Base64, "aGVs\r\nbG8=", "hello"),
            (Transfer::Base64, "aG!!Vs-bG\u{e9}8", "hello"),
            (Transfer::Base64, "aGVsbG8=aGk=", "hellohi"),
            (Transfer::Base64, "aGVsbA==bG8h", "helllo!"),
            (Transfer::Base64, "a", ""),
            (Transfer::QuotedPrintable, "a=3Db=\r\nc=  \nd=zz=4", "a=bcd=zz=4"),
            (Transfer::QuotedPrintable, "caf=C3=A9=", "caf\u{e9}"),
            (Transfer::Plain, "a=3D", "a=3D"),
        ] {
            assert_eq!(&*transfer.decode(body.as_bytes()), expected.as_bytes(), "{body}");
        }
    }
}
