// SPDX-License-Identifier: AGPL-3.0-or-later
//! URLs in texts and pages.

use std::collections::HashSet;

use memchr::memmem;

use super::text;

const SCHEMES: [&str; 3] = ["https", "http", "ftp"];
/// Attributes whose value a reader, or the page by itself, goes to.
const ATTRIBUTES: [&str; 5] = ["href", "src", "action", "formaction", "background"];
/// Of a longer URL, its beginning is kept.
const URL_BYTES: usize = 2 << 10;

/// Different URLs in the order they come, as they are written.
#[derive(Debug)]
pub(super) struct Urls {
    list: Vec<String>,
    seen: HashSet<String>,
    most: usize,
}

impl Urls {
    pub(super) fn new(most: usize) -> Self {
        Self { list: Vec::new(), seen: HashSet::new(), most }
    }

    pub(super) fn into_list(self) -> Vec<String> {
        self.list
    }

    fn is_full(&self) -> bool {
        self.list.len() >= self.most
    }

    fn push(&mut self, url: &[u8]) {
        let url = String::from_utf8_lossy(url.get(..URL_BYTES).unwrap_or(url));
        let url = url.trim_end_matches(char::REPLACEMENT_CHARACTER);
        if !self.is_full() && !self.seen.contains(url) {
            self.seen.insert(url.to_owned());
            self.list.push(url.to_owned());
        }
    }

    /// Takes the URLs that are written out in a text.
    ///
    /// # Cost
    /// One pass.
    pub(super) fn take_text(&mut self, text: &[u8]) {
        let mut free = 0;
        for at in memmem::find_iter(text, b"://") {
            if self.is_full() {
                return;
            }
            let Some(start) = scheme_start(text.get(free..at).unwrap_or_default()).map(|start| free + start)
            else {
                continue;
            };
            let rest = text.get(at + 3..).unwrap_or_default();
            let rest = rest.get(..rest.iter().position(|byte| ends_url(*byte)).unwrap_or(rest.len()));
            let rest = without_punctuation(rest.unwrap_or_default());
            free = at + 3 + rest.len();
            if !rest.is_empty() {
                self.push(text.get(start..free).unwrap_or_default());
            }
        }
    }

    /// Takes the URLs of a page: of attributes, and those that are written out elsewhere, as in
    /// scripts.
    ///
    /// # Cost
    /// One pass over the tags and one over the rest.
    pub(super) fn take_page(&mut self, page: &[u8]) {
        let mut tags = Attributes { page, at: 0, in_tag: false };
        let mut free = 0;
        while let Some((name, value)) = tags.next() {
            if self.is_full() {
                return;
            }
            if !ATTRIBUTES.iter().any(|wanted| name.eq_ignore_ascii_case(wanted.as_bytes())) {
                continue;
            }
            let (start, end) = value;
            if let Some(url) = attribute_url(page.get(start..end).unwrap_or_default()) {
                self.take_text(page.get(free..start).unwrap_or_default());
                self.push(url.as_bytes());
                free = end;
            }
        }
        self.take_text(page.get(free..).unwrap_or_default());
    }
}

/// Where a scheme begins that ends at the end of `text`.
fn scheme_start(text: &[u8]) -> Option<usize> {
    SCHEMES.iter().find_map(|scheme| {
        let start = text.len().checked_sub(scheme.len())?;
        let is_scheme = text.get(start..)?.eq_ignore_ascii_case(scheme.as_bytes());
        let before = start.checked_sub(1).and_then(|at| text.get(at));
        (is_scheme && !before.is_some_and(u8::is_ascii_alphanumeric)).then_some(start)
    })
}

const fn ends_url(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'<' | b'>' | b'"' | b'\'' | b'`' | 0x7f)
}

/// A URL without the punctuation of the sentence around it.
fn without_punctuation(url: &[u8]) -> &[u8] {
    let kept = url.iter().rposition(|byte| !b".,;:!?)]}*_".contains(byte)).map_or(0, |at| at + 1);
    url.get(..kept).unwrap_or(url)
}

/// The URL that a browser makes of an attribute's value: entities decoded, line ends and tabs left
/// out. `None` if it leads to no host.
fn attribute_url(value: &[u8]) -> Option<String> {
    let value = value.get(..2 * URL_BYTES).unwrap_or(value);
    let value = String::from_utf8_lossy(value);
    let mut url = String::with_capacity(value.len());
    let mut push = |text: &str| url.extend(text.split(['\t', '\r', '\n']));
    let mut rest = &*value;
    while let Some(at) = memchr::memchr(b'&', rest.as_bytes()) {
        push(rest.get(..at)?);
        rest = rest.get(at..)?;
        let (decoded, length) = text::entity(rest);
        push(&decoded);
        rest = rest.get(length..)?;
    }
    push(rest);
    let url = url.trim_matches(|c: char| c <= ' ');
    let (scheme, rest) = url.split_once(':')?;
    let is_known = SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    (is_known && !rest.trim_matches(['/', '\\']).is_empty()).then(|| url.to_owned())
}

/// The attributes of a page's tags: their name, and where their value begins and ends.
struct Attributes<'p> {
    page: &'p [u8],
    at: usize,
    in_tag: bool,
}

impl<'p> Attributes<'p> {
    fn next(&mut self) -> Option<(&'p [u8], (usize, usize))> {
        loop {
            if !self.in_tag {
                self.at += memchr::memchr(b'<', self.page.get(self.at..)?)? + 1;
                self.in_tag = self.page.get(self.at).is_some_and(u8::is_ascii_alphabetic);
                continue;
            }
            let byte = *self.page.get(self.at)?;
            match byte {
                b'>' | b'<' => self.in_tag = false,
                b'=' => {
                    let name = self.name();
                    let value = self.value();
                    return Some((name, value));
                }
                _ => self.at += 1,
            }
        }
    }

    /// The name before the `=` at `at`.
    fn name(&self) -> &'p [u8] {
        // Names that are asked for are short, and so are the blanks behind them.
        let from = self.at.saturating_sub(32);
        let before = self.page.get(from..self.at).unwrap_or_default().trim_ascii_end();
        let start = before.iter().rposition(|byte| !byte.is_ascii_alphabetic()).map_or(0, |at| at + 1);
        before.get(start..).unwrap_or_default()
    }

    /// Reads the value behind the `=` at `at`, and goes on behind it.
    fn value(&mut self) -> (usize, usize) {
        self.at += 1;
        let blanks = self.page.get(self.at..).unwrap_or_default();
        self.at += blanks.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let rest = self.page.get(self.at..).unwrap_or_default();
        let (start, length) = match rest.first() {
            Some(quote @ (b'"' | b'\'')) => {
                let inner = rest.get(1..).unwrap_or_default();
                (self.at + 1, memchr::memchr(*quote, inner).unwrap_or(inner.len()))
            }
            _ => {
                let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
                (self.at, rest.iter().position(ends).unwrap_or(rest.len()))
            }
        };
        let end = start + length;
        // A quote at the end belongs to the value.
        self.at = (end + start - self.at).min(self.page.len());
        (start, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_found_where_readers_find_them() {
        let mut urls = Urls::new(10);
        urls.take_text(b"see HTTP://a.example/x, (https://b.example/?q=1). xhttp://no ://no http:// \"ftp://c\" http://d.example/http://e");
        assert_eq!(
            urls.into_list(),
            ["HTTP://a.example/x", "https://b.example/?q=1", "ftp://c", "http://d.example/http://e"]
        );
    }

    #[test]
    fn attributes_are_read_as_a_browser_reads_them() {
        let mut urls = Urls::new(10);
        urls.take_page(
            b"<a class=x href = \"ht\ntp://a.example/?a&amp;b\">http://b.example</a><A HREF=https:c.example>\
              <img src='&#104;ttps://d.example'><form action=/local><a title=\"href=http://no\" href=\"mailto:x@y\">\
              <script>location='https://e.example/'</script><a href=\"http://f.example",
        );
        assert_eq!(
            urls.into_list(),
            [
                "http://a.example/?a&b",
                "http://b.example",
                "https:c.example",
                "https://d.example",
                "http://no",
                "https://e.example/",
                "http://f.example"
            ]
        );
    }

    #[test]
    fn further_urls_are_passed_over() {
        let mut urls = Urls::new(2);
        urls.take_text(b"http://a http://a http://b http://c");
        assert_eq!(urls.into_list(), ["http://a", "http://b"]);
    }
}
