// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where a line that is too long is cut, so that what is left can still be read.
//!
//! The usual long line is JSON with one long string in it. Cut inside that string, at whole
//! characters and outside escapes, head and tail joined are JSON again.

/// The length of the longest start of `head` after which the line may be cut.
pub(super) fn head_end(head: &[u8]) -> usize {
    let whole = whole_characters(head);
    let text = head.get(..whole).unwrap_or_default();
    // A `\u` may lack up to four of its digits, anything else only its second byte.
    let from = text.len().saturating_sub(5);
    let last = text.get(from..).unwrap_or_default();
    let Some(backslash) = memchr::memrchr(b'\\', last).map(|at| from + at) else { return whole };
    let active = trailing_backslashes(text.get(..=backslash).unwrap_or_default()) % 2 == 1;
    let open = match text.get(backslash + 1) {
        None => true,
        Some(byte) => *byte == b'u',
    };
    if active && open { backslash } else { whole }
}

/// Where in `bytes` the tail may begin at the earliest, from `at` on; `escaped` if a backslash
/// before it is for the byte there.
pub(super) fn tail_start(bytes: &[u8], at: usize, escaped: bool) -> usize {
    let start = (at + usize::from(escaped)).min(bytes.len());
    // Bytes that are no UTF-8 are left alone: a character has at most three of these.
    let rest = bytes.get(start..).unwrap_or_default().iter().take(3);
    start + rest.take_while(|byte| is_continuation(**byte)).count()
}

/// Whether the byte after `bytes` is escaped; `before` says it of the byte they begin with.
pub(super) fn escapes_next(bytes: &[u8], before: bool) -> bool {
    let run = trailing_backslashes(bytes);
    (run % 2 == 1) ^ (run == bytes.len() && before)
}

fn trailing_backslashes(text: &[u8]) -> usize {
    text.iter().rev().take_while(|byte| **byte == b'\\').count()
}

/// The length of `head` without the started character at its end. Bytes that are no UTF-8 are
/// left alone.
fn whole_characters(head: &[u8]) -> usize {
    let tail = head.iter().rev().take(4);
    let started = tail.take_while(|byte| is_continuation(**byte)).count();
    let Some(lead_at) = head.len().checked_sub(started + 1) else { return head.len() };
    let length = match head.get(lead_at) {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return head.len(),
    };
    if started + 1 < length { lead_at } else { head.len() }
}

const fn is_continuation(byte: u8) -> bool {
    byte & 0xc0 == 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_stand_outside_characters_and_escapes() {
        for (head, expected) in [
            ("", ""),
            ("abc", "abc"),
            (r"ab\", "ab"),
            (r"ab\\", r"ab\\"),
            (r"ab\n", r"ab\n"),
            (r"ab\u00e", "ab"),
            (r"ab\\u00e", r"ab\\u00e"),
            (r"ab\u00e9", r"ab\u00e9"),
            ("abé", "abé"),
        ] {
            assert_eq!(head_end(head.as_bytes()), expected.len(), "{head}");
        }
        assert_eq!(head_end(b"ab\xc3"), 2);
        assert_eq!(head_end(b"ab\xf0\x9f\x98"), 2);
        assert_eq!(head_end(b"\x80\x80\x80\x80\x80\x80"), 6);
        for (text, at, expected) in [("abcd", 2, 2), (r"a\nb", 2, 3), (r"a\\nb", 3, 3), ("aéb", 2, 3)] {
            let (before, _) = text.as_bytes().split_at(at);
            let escaped = escapes_next(before, false);
            assert_eq!(tail_start(text.as_bytes(), at, escaped), expected, "{text}");
        }
        assert!(escapes_next(br"\\", escapes_next(br"a\\\", false)));
    }
}
