// SPDX-License-Identifier: AGPL-3.0-or-later
//! The header of a message or of one of its parts.

use mail_parser::HeaderValue;
use mail_parser::parsers::MessageStream;

use crate::vocab::Limits;

/// Bytes of a field that are decoded as text. The decoder of encoded words tries again from each
/// `=?`, so its time is quadratic in this.
const TEXT_BYTES: usize = 8 << 10;
/// Bytes of a field with parameters; every part may have two, so it is lower.
const PARAMETER_BYTES: usize = 2 << 10;

/// Header fields as they stand, in order.
#[derive(Debug)]
pub(super) struct Headers<'m> {
    fields: Vec<(&'m [u8], &'m [u8])>,
    /// Where the body begins.
    pub(super) body_at: usize,
    /// Whether all of the header is within the bounds.
    pub(super) whole: bool,
}

/// A media type or a disposition with its parameters.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    /// `type/subtype` or the disposition, in lower case.
    pub(super) value: String,
    pub(super) list: Vec<(String, String)>,
}

impl Parameters {
    /// The first parameter of that name, which is in lower case.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.list.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl<'m> Headers<'m> {
    /// Reads the header that begins at `at`. It ends with an empty line, where `is_delimiter` says
    /// that an enclosing part ends, or at a line that is no field.
    ///
    /// # Cost
    /// One pass over the header, and over no more of it than the bounds allow.
    pub(super) fn parse(
        raw: &'m [u8],
        at: usize,
        limits: &Limits,
        is_delimiter: impl Fn(&[u8]) -> bool,
    ) -> Self {
        let mut headers = Self { fields: Vec::new(), body_at: raw.len(), whole: true };
        let stop = at.saturating_add(limits.mail_header_bytes).min(raw.len());
        let mut line_at = at;
        while line_at < raw.len() {
            let line = raw.get(line_at..stop).unwrap_or_default();
            let length = field_length(line);
            let field = trim_end(line.get(..length).unwrap_or_default());
            let is_cut = line_at + length == stop && stop < raw.len();
            if is_cut || headers.fields.len() == limits.mail_headers && !field.is_empty() {
                headers.whole = false;
                headers.body_at = line_at;
                break;
            }
            if field.is_empty() {
                headers.body_at = line_at + length;
                break;
            }
            match name_and_value(field).filter(|_| !is_delimiter(field)) {
                Some(pair) => headers.fields.push(pair),
                // What a mailbox puts before the first field.
                None if headers.fields.is_empty() && is_mailbox_line(field) => {}
                None => {
                    headers.body_at = line_at;
                    break;
                }
            }
            line_at += length;
        }
        headers
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The values of a field, as they stand.
    pub(super) fn all<'h>(&'h self, name: &'h str) -> impl Iterator<Item = &'m [u8]> + 'h {
        let is_wanted = move |field: &&(&[u8], &[u8])| field.0.eq_ignore_ascii_case(name.as_bytes());
        self.fields.iter().filter(is_wanted).map(|(_, value)| *value)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.all(name).next().is_some()
    }

    /// The first value of a field as text: unfolded, encoded words decoded, at most 8 KiB of it.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        let line = bounded(self.all(name).next()?, TEXT_BYTES);
        match MessageStream::new(&line).parse_unstructured() {
            HeaderValue::Text(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The first value of a field as text that has no encoded words: unfolded and bounded.
    pub(super) fn plain(&self, name: &str) -> Option<String> {
        self.all(name).next().and_then(plain)
    }

    /// The first value of a field such as `Content-Type`.
    pub(super) fn parameters(&self, name: &str) -> Option<Parameters> {
        let line = bounded(self.all(name).next()?, PARAMETER_BYTES);
        let HeaderValue::ContentType(parsed) = MessageStream::new(&line).parse_content_type() else {
            return None;
        };
        let value = match &parsed.c_subtype {
            Some(subtype) => format!("{}/{subtype}", parsed.c_type),
            None => parsed.c_type.to_string(),
        };
        let list = parsed.attributes.unwrap_or_default();
        let list = list.into_iter().map(|it| (it.name.to_ascii_lowercase(), it.value.into_owned()));
        Some(Parameters { value: value.to_ascii_lowercase(), list: list.collect() })
    }
}

/// A value as text: unfolded, at most 8 KiB of it.
pub(super) fn plain(value: &[u8]) -> Option<String> {
    let value = value.get(..TEXT_BYTES).unwrap_or(value);
    let text = String::from_utf8_lossy(value);
    let unfolded = text.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty());
    let text = unfolded.collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then_some(text)
}

/// A value and the line end that mail-parser asks for.
fn bounded(value: &[u8], bytes: usize) -> Vec<u8> {
    let mut line = value.get(..bytes).unwrap_or(value).to_vec();
    line.push(b'\n');
    line
}

/// The length of the field at the start of `rest`, continuation lines and line end included.
fn field_length(rest: &[u8]) -> usize {
    let mut ends = memchr::memchr_iter(b'\n', rest).peekable();
    let first = ends.peek().copied();
    // An empty line is no field that could be continued.
    if let Some(first) = first
        && trim_end(rest.get(..first).unwrap_or_default()).is_empty()
    {
        return first + 1;
    }
    ends.find(|end| !matches!(rest.get(end + 1), Some(b' ' | b'\t'))).map_or(rest.len(), |end| end + 1)
}

fn name_and_value(field: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memchr(b':', field)?;
    let name = field.get(..colon)?.trim_ascii_end();
    // More than this is allowed, but then lines of other formats would be fields.
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte);
    (!name.is_empty() && name.iter().all(is_token)).then_some((name, field.get(colon + 1..)?))
}

fn is_mailbox_line(line: &[u8]) -> bool {
    line.starts_with(b"From ") || line.starts_with(b">From ")
}

fn trim_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
