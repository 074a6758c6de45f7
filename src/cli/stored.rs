// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tags that were printed before: read line by line, each kept as it was written.

use std::borrow::Cow;
use std::io::{self, BufRead, BufReader, Read, Write};

use crate::event::{RawObject, RawValue};
use crate::tag::PROBLEMS_MAX;
use crate::vocab::Limits;

use super::Ui;
use super::text::escape;

/// UTF-8's byte-order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// A stream's lines, each with its end, within the bound on a line.
pub(super) struct Lines<R> {
    stream: BufReader<R>,
    most: u64,
    bytes: Vec<u8>,
    number: u64,
    long: bool,
}

impl<R: Read> Lines<R> {
    pub(super) fn new(stream: R, limits: &Limits) -> Self {
        // The bound is on the line without its end.
        let most = limits.line_bytes as u64 + 2;
        Self {
            stream: BufReader::with_capacity(64 << 10, stream),
            most,
            bytes: Vec::new(),
            number: 0,
            long: false,
        }
    }

    /// Reads the next line; `false` at the end. What was left of a long line is passed over.
    ///
    /// # Errors
    /// What the stream reports.
    pub(super) fn read(&mut self) -> io::Result<bool> {
        self.rest(&mut io::sink())?;
        self.bytes.clear();
        self.stream.by_ref().take(self.most).read_until(b'\n', &mut self.bytes)?;
        self.long = self.bytes.len() as u64 == self.most && !self.bytes.ends_with(b"\n");
        self.number += 1;
        Ok(!self.bytes.is_empty())
    }

    /// Copies what is left of a long line.
    ///
    /// # Errors
    /// What the stream or `out` reports.
    pub(super) fn rest(&mut self, out: &mut impl Write) -> io::Result<()> {
        while self.long {
            let room = self.stream.fill_buf()?;
            let end = memchr::memchr(b'\n', room).map(|at| at + 1);
            let part = room.get(..end.unwrap_or(room.len())).unwrap_or_default();
            self.long = end.is_none() && !part.is_empty();
            out.write_all(part)?;
            let read = part.len();
            self.stream.consume(read);
        }
        Ok(())
    }

    /// The line with its end; of a long one, its start.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The line's number, from 1.
    pub(super) const fn number(&self) -> u64 {
        self.number
    }

    /// The line as a tag; `None` for a blank one.
    ///
    /// # Errors
    /// What was expected instead.
    pub(super) fn tag(&self, limits: &Limits) -> Result<Option<StoredTag<'_>>, String> {
        if self.long {
            return Err(format!("a line of at most {} bytes is expected", limits.line_bytes));
        }
        let bytes = self.bytes.strip_prefix(MARK).filter(|_| self.number == 1).unwrap_or(&self.bytes);
        if bytes.trim_ascii().is_empty() {
            return Ok(None);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| "UTF-8 is expected".to_owned())?;
        StoredTag::parse(text, limits).map(Some)
    }
}

/// A tag as it was written; only the members that are asked for are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct StoredTag<'a> {
    pub(super) object: RawObject<'a>,
}

impl<'a> StoredTag<'a> {
    fn parse(text: &'a str, limits: &Limits) -> Result<Self, String> {
        let object = RawObject::parse(text, limits)
            .map_err(|error| format!("a tag is expected, a JSON object: {error}"))?;
        Ok(Self { object })
    }

    /// The only member of that name.
    fn member(&self, key: &str) -> Result<Option<RawValue<'a>>, String> {
        let mut found = self.object.members().filter(|(name, _)| name.equals(key)).map(|(_, value)| value);
        let first = found.next();
        match found.next() {
            Some(_) => Err(format!("`{key}` is expected once")),
            None => Ok(first),
        }
    }

    /// The text of a member that may be null or missing.
    ///
    /// # Errors
    /// It is something else, or stands twice.
    pub(super) fn optional(&self, key: &str) -> Result<Option<Cow<'a, str>>, String> {
        match self.member(key)? {
            None | Some(RawValue::Null) => Ok(None),
            Some(RawValue::String(string)) => Ok(Some(match string.as_plain() {
                Some(plain) => Cow::Borrowed(plain),
                None => {
                    let mut text = String::with_capacity(string.decoded_len_bound());
                    // A string reports nothing.
                    let _ = string.decode_into(&mut text);
                    Cow::Owned(text)
                }
            })),
            Some(_) => Err(format!("`{key}` is expected to be text or null")),
        }
    }

    /// The text of a member that must be there.
    ///
    /// # Errors
    /// It is not, is no text, or stands twice.
    pub(super) fn text(&self, key: &str) -> Result<Cow<'a, str>, String> {
        self.optional(key)?.ok_or_else(|| format!("`{key}` is expected, as text"))
    }

    /// The members of a member that may be null or missing.
    ///
    /// # Errors
    /// It is no object, or stands twice.
    pub(super) fn object(&self, key: &str) -> Result<Option<RawObject<'a>>, String> {
        match self.member(key)? {
            None | Some(RawValue::Null) => Ok(None),
            Some(RawValue::Object(object)) => Ok(Some(object)),
            Some(_) => Err(format!("`{key}` is expected to be an object or null")),
        }
    }
}

/// Says what is wrong with lines; past the first ones they are only counted.
pub(super) struct Problems<'u> {
    ui: &'u Ui,
    pub(super) count: u64,
}

impl<'u> Problems<'u> {
    pub(super) const fn new(ui: &'u Ui) -> Self {
        Self { ui, count: 0 }
    }

    pub(super) fn say(&mut self, name: &str, line: u64, problem: &str) {
        self.count += 1;
        let shown = PROBLEMS_MAX as u64;
        if self.count <= shown {
            self.ui.complain(&escape(&format!("{name}:{line}: {problem}")));
        } else if self.count == shown + 1 {
            self.ui.complain("further problems are counted only");
        }
    }
}
