// SPDX-License-Identifier: AGPL-3.0-or-later
//! Bytes of a part as text, pages as text.

use std::borrow::Cow;

use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::html::add_html_token;
use memchr::memmem;

/// The longest entity that is decoded, `&` and `;` included.
const ENTITY_BYTES: usize = 32;

/// Bytes in a charset as text; of more than `most` bytes their head (three quarters) and tail.
///
/// # Cost
/// One pass over what is taken; allocates where it is cut or not UTF-8.
pub(super) fn decode<'b>(bytes: &'b [u8], charset: Option<&str>, most: usize) -> Cow<'b, str> {
    if bytes.len() <= most {
        return decode_all(bytes, charset);
    }
    let head = most / 4 * 3;
    let tail = bytes.len() - (most - head);
    let head = decode_all(bytes.get(..head).unwrap_or_default(), charset);
    let tail = decode_all(bytes.get(tail..).unwrap_or_default(), charset);
    Cow::Owned(head.into_owned() + &tail)
}

fn decode_all<'b>(bytes: &'b [u8], charset: Option<&str>) -> Cow<'b, str> {
    // What is valid UTF-8 is hardly ever meant as anything else, unless its bytes are no ASCII.
    if !charset.is_some_and(is_wide)
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Cow::Borrowed(text);
    }
    match charset.and_then(|name| charset_decoder(name.as_bytes())) {
        Some(decode) => Cow::Owned(decode(bytes)),
        None => String::from_utf8_lossy(bytes),
    }
}

/// Whether ASCII text has other bytes in this charset.
pub(super) fn is_wide(charset: &str) -> bool {
    let charset = charset.trim_start_matches(['"', ' ']);
    ["utf-7", "utf-16", "utf16", "ucs-2", "unicode"]
        .iter()
        .any(|name| charset.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name)))
}

/// What a page says: tags, comments, scripts and styles left out, entities decoded, white space
/// joined. Tags that break a line end one here; others don't part a word.
///
/// # Cost
/// One pass; the text is no longer than the page.
pub(super) fn of_page(page: &str) -> String {
    let mut text = String::with_capacity(page.len() / 4);
    let mut rest = page;
    while let Some(at) = memchr::memchr(b'<', rest.as_bytes()) {
        push_text(&mut text, rest.get(..at).unwrap_or(""));
        let tag = rest.get(at..).unwrap_or("");
        let length = tag_length(tag);
        if length == 0 {
            push_text(&mut text, "<");
            rest = tag.get(1..).unwrap_or("");
            continue;
        }
        if breaks_line(tag_name(tag)) {
            push_break(&mut text, '\n');
        }
        rest = tag.get(length..).unwrap_or("");
    }
    push_text(&mut text, rest);
    text.truncate(text.trim_end().len());
    text
}

/// The length of the tag at the start of `text`, for a script or a style up to its end; 0 if it is
/// no tag.
fn tag_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let until =
        |needle: &str| memmem::find(bytes, needle.as_bytes()).map_or(bytes.len(), |at| at + needle.len());
    if text.starts_with("<!--") {
        return until("-->");
    }
    if !bytes.get(1).is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!' | b'?')) {
        return 0;
    }
    let length = until(">");
    let name = tag_name(text);
    let opens = !text.starts_with("</");
    let end = ["script", "style"].into_iter().find(|element| opens && name.eq_ignore_ascii_case(element));
    match end {
        Some(element) => {
            let closing = |at: &usize| {
                let name = bytes.get(at + 2..at + 2 + element.len());
                name.is_some_and(|name| name.eq_ignore_ascii_case(element.as_bytes()))
            };
            let rest = bytes.get(length..).unwrap_or_default();
            let ends = memmem::find_iter(rest, b"</").map(|at| length + at).find(closing);
            ends.unwrap_or(bytes.len())
        }
        None => length,
    }
}

/// `br` of `<br>` and `</br>`.
fn tag_name(tag: &str) -> &str {
    let name = tag.get(1..).unwrap_or("");
    let name = name.strip_prefix('/').unwrap_or(name);
    let end = name.bytes().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(name.len());
    name.get(..end).unwrap_or("")
}

fn breaks_line(name: &str) -> bool {
    const BREAKING: [&str; 16] = [
        "br",
        "p",
        "div",
        "tr",
        "td",
        "th",
        "li",
        "ul",
        "ol",
        "table",
        "hr",
        "h1",
        "h2",
        "h3",
        "title",
        "blockquote",
    ];
    BREAKING.iter().any(|tag| name.eq_ignore_ascii_case(tag))
}

/// Adds text with its entities decoded and its white space joined.
fn push_text(text: &mut String, raw: &str) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        push_words(text, rest.get(..at).unwrap_or(""));
        rest = rest.get(at..).unwrap_or("");
        let (decoded, length) = entity(rest);
        push_words(text, &decoded);
        rest = rest.get(length..).unwrap_or("");
    }
    push_words(text, rest);
}

fn push_words(text: &mut String, raw: &str) {
    for c in raw.chars() {
        if c.is_whitespace() { push_break(text, ' ') } else { text.push(c) }
    }
}

/// Adds a blank or a line end; one of them stands for many.
fn push_break(text: &mut String, with: char) {
    if with == '\n' && text.ends_with(' ') {
        text.pop();
    }
    if !text.is_empty() && !text.ends_with(char::is_whitespace) {
        text.push(with);
    }
}

/// What the entity at the start of `text` stands for, and its length; its first character if it
/// is none.
pub(super) fn entity(text: &str) -> (Cow<'_, str>, usize) {
    let window = text.as_bytes().get(..ENTITY_BYTES).unwrap_or(text.as_bytes());
    let end = window.iter().position(|byte| *byte == b';').filter(|_| text.starts_with('&'));
    if let Some(entity) = end.and_then(|end| text.get(..=end)) {
        let mut decoded = String::new();
        add_html_token(&mut decoded, entity.as_bytes(), false);
        if decoded != entity {
            return (Cow::Owned(decoded), entity.len());
        }
    }
    let first = text.chars().next().map_or(0, char::len_utf8);
    (Cow::Borrowed(text.get(..first).unwrap_or("")), first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_read_as_they_are_seen() {
        for (page, expected) in [
            ("<p>Please <b>wi</b>re&nbsp;the&#32;money</p><p>now", "Please wire the money\nnow"),
            ("<style>p{}</style>a<script>if (a < b) x()</SCRIPT>b<!-- c -->d", "abd"),
            ("1 < 2 &amp;&amp; 3 &bogus; &", "1 < 2 && 3 &bogus; &"),
            ("<td>a</td><td>b</td>\r\n\t<br/>c", "a\nb\nc"),
            ("<script>never ends", ""),
            ("<!-- never ends", ""),
            ("\u{a0}\u{e9}<i\u{e9}>x", "\u{e9}x"),
        ] {
            assert_eq!(of_page(page), expected, "{page}");
        }
    }

    #[test]
    fn a_long_text_keeps_head_and_tail() {
        assert_eq!(decode(b"0123456789", None, 4), "0129");
        assert_eq!(decode(b"caf\xe9", Some("iso-8859-1"), 9), "caf\u{e9}");
        assert_eq!(decode(b"h\0i\0", Some("UTF-16LE"), 9), "hi");
        assert_eq!(decode(b"caf\xe9", Some("klingon"), 9), "caf\u{fffd}");
    }
}
