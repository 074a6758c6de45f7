// SPDX-License-Identifier: AGPL-3.0-or-later
//! Values that come encoded.

/// The bytes of a base64 text, with or without padding, or `None` if it is not one.
pub(super) fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=');
    if text.len() - digits.len() > 2 || digits.len() % 4 == 1 {
        return None;
    }
    let mut bytes = Vec::with_capacity(digits.len() / 4 * 3 + 2);
    let (mut bits, mut count) = (0_u32, 0_u32);
    for digit in digits.bytes() {
        bits = bits << 6 | u32::from(sextet(digit)?);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
            bits &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

const fn sextet(digit: u8) -> Option<u8> {
    Some(match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    })
}

/// The items of a Python list of texts as Python prints it (`['SET', "it's"]`), joined by spaces;
/// any other text as it is.
pub(super) fn join_list(text: &str) -> String {
    items(text).map_or_else(|| text.to_owned(), |items| items.join(" "))
}

fn items(text: &str) -> Option<Vec<String>> {
    let mut rest = text.strip_prefix('[')?.strip_suffix(']')?.chars();
    let mut items = Vec::new();
    while let Some(quote) = rest.next() {
        if !matches!(quote, '\'' | '"') {
            return None;
        }
        let mut item = String::new();
        loop {
            match rest.next()? {
                '\\' => match rest.next()? {
                    'n' => item.push('\n'),
                    'r' => item.push('\r'),
                    't' => item.push('\t'),
                    c @ ('\\' | '\'' | '"') => item.push(c),
                    c => item.extend(['\\', c]),
                },
                c if c == quote => break,
                c => item.push(c),
            }
        }
        items.push(item);
        match (rest.next(), rest.next()) {
            (None, _) => break,
            (Some(','), Some(' ')) => {}
            _ => return None,
        }
    }
    Some(items)
}

#[cfg(test)]
mod tests {
    use super::{decode_base64, join_list};

    #[test]
    fn encoded_values_are_read_or_left_alone() {
        for (text, bytes) in [
            ("", Some(&b""[..])),
            ("aHVudGVyMg==", Some(b"hunter2")),
            ("aHVudGVyMg", Some(b"hunter2")),
            ("/+8=", Some(b"\xff\xef")),
            ("aHVud", None),
            ("a===", None),
            ("a b=", None),
        ] {
            assert_eq!(decode_base64(text).as_deref(), bytes, "{text}");
        }
        for (text, joined) in [
            (r#"['set', "it's", 'a\\b\n']"#, "set it's a\\b\n"),
            ("[]", ""),
            ("['a'", "['a'"),
            ("['a','b']", "['a','b']"),
            ("plain", "plain"),
        ] {
            assert_eq!(join_list(text), joined, "{text}");
        }
    }
}
