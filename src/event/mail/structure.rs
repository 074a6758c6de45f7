// SPDX-License-Identifier: AGPL-3.0-or-later
//! The parts of a message.
//!
//! Parts are found here, within bounds, before anything is decoded: a message may have millions of
//! them, nested without end. What is found borrows from the message.

use super::attachment;
use super::headers::{Headers, Parameters};
use super::transfer::Transfer;
use crate::vocab::Limits;

/// One part that has a body of its own, or a message within the message.
#[derive(Debug)]
pub(super) struct Part<'m> {
    /// `type/subtype`, in lower case.
    pub(super) media: String,
    pub(super) charset: Option<String>,
    /// The file name, decoded.
    pub(super) name: Option<String>,
    /// Whether the sender calls it an attachment.
    is_declared: bool,
    pub(super) transfer: Transfer,
    pub(super) body: &'m [u8],
    /// Whether it stands in a message within the message.
    pub(super) is_nested: bool,
}

impl Part<'_> {
    /// Whether it is an attachment: it says so, it has a file name, or nothing would show it.
    pub(super) fn is_attachment(&self) -> bool {
        let is_shown = ["text/plain", "text/html"].contains(&self.media.as_str())
            || ["image/", "audio/", "video/"].iter().any(|kind| self.media.starts_with(kind));
        self.is_declared || self.name.is_some() || !is_shown
    }

    pub(super) fn is_plain(&self) -> bool {
        self.media == "text/plain"
    }

    /// Whether a browser would show it as a page.
    pub(super) fn is_page(&self) -> bool {
        let by_media = ["text/html", "application/xhtml+xml", "image/svg+xml"].contains(&self.media.as_str());
        let by_name = || {
            let extension = self.name.as_deref().and_then(attachment::extension);
            extension.is_some_and(|it| ["htm", "html", "xhtml", "shtml", "svg", "hta"].contains(&it.as_str()))
        };
        by_media || by_name()
    }
}

/// The message has more parts, or is nested deeper, than the bounds allow.
#[derive(Debug)]
pub(super) struct OutOfBounds;

/// Finds the parts of a message whose header is read.
///
/// # Cost
/// The message is searched for line ends with `--` behind them once for each level of nesting.
///
/// # Errors
/// More parts, deeper nesting or a longer header of a part than the bounds allow.
pub(super) fn parts<'m>(
    raw: &'m [u8],
    top: &Headers<'m>,
    limits: &Limits,
) -> Result<Vec<Part<'m>>, OutOfBounds> {
    let mut walk = Walk { raw, limits, levels: Vec::new(), messages: 0, entities: 0, parts: Vec::new() };
    let mut then = walk.entity(top, false)?;
    loop {
        let (headers, in_digest) = match then {
            Then::Message(body_at) => (walk.header(body_at)?, false),
            Then::Delimiter(delimiter) => match walk.after(delimiter)? {
                Some(found) => found,
                None => return Ok(walk.parts),
            },
        };
        then = walk.entity(&headers, in_digest)?;
    }
}

/// A multipart that is open.
struct Level {
    boundary: Vec<u8>,
    /// Whether its parts are messages unless they say otherwise.
    is_digest: bool,
    /// How many messages within messages it stands in.
    messages: usize,
}

struct Walk<'m, 'l> {
    raw: &'m [u8],
    limits: &'l Limits,
    levels: Vec<Level>,
    messages: usize,
    entities: usize,
    parts: Vec<Part<'m>>,
}

/// What follows an entity.
enum Then {
    /// The header of a message that it contains.
    Message(usize),
    /// The line that ended it; `None` at the end of the message.
    Delimiter(Option<Delimiter>),
}

/// A line that separates parts.
#[derive(Clone, Copy)]
struct Delimiter {
    /// The line end before it belongs to it.
    start: usize,
    end: usize,
    level: usize,
    closes: bool,
}

impl<'m> Walk<'m, '_> {
    fn header(&self, at: usize) -> Result<Headers<'m>, OutOfBounds> {
        let is_delimiter = |line: &[u8]| line.starts_with(b"--") && self.level_of(line).is_some();
        let headers = Headers::parse(self.raw, at, self.limits, is_delimiter);
        if headers.whole { Ok(headers) } else { Err(OutOfBounds) }
    }

    /// Takes an entity by its header.
    fn entity(&mut self, headers: &Headers<'m>, in_digest: bool) -> Result<Then, OutOfBounds> {
        self.entities += 1;
        if self.entities > self.limits.mail_parts {
            return Err(OutOfBounds);
        }
        let content = headers.parameters("content-type").unwrap_or_else(|| Parameters {
            value: if in_digest { "message/rfc822" } else { "text/plain" }.to_owned(),
            ..Parameters::default()
        });
        if content.value.starts_with("multipart/")
            && let Some(delimiter) = self.open(&content, headers.body_at)?
        {
            return Ok(Then::Delimiter(Some(delimiter)));
        }
        let delimiter = self.find(headers.body_at);
        let end = delimiter.map_or(self.raw.len(), |it| it.start).max(headers.body_at);
        let body = self.raw.get(headers.body_at..end).unwrap_or_default();
        let part = part(headers, &content, body, self.messages > 0);
        let is_message = ["message/rfc822", "message/global"].contains(&part.media.as_str());
        let goes_on = is_message && part.transfer == Transfer::Plain;
        self.parts.push(part);
        if goes_on {
            self.messages += 1;
            self.check_depth()?;
            return Ok(Then::Message(headers.body_at));
        }
        Ok(Then::Delimiter(delimiter))
    }

    /// Opens a multipart; `None` if its boundary never comes.
    fn open(&mut self, content: &Parameters, body_at: usize) -> Result<Option<Delimiter>, OutOfBounds> {
        let boundary = content.get("boundary").map(str::trim_end).unwrap_or_default();
        if boundary.is_empty() || boundary.contains(char::is_control) {
            return Ok(None);
        }
        let level = self.levels.len();
        self.levels.push(Level {
            boundary: boundary.as_bytes().to_vec(),
            is_digest: content.value == "multipart/digest",
            messages: self.messages,
        });
        let delimiter = self.find(body_at).filter(|it| it.level == level);
        if delimiter.is_some() {
            self.check_depth()?;
        } else {
            self.levels.pop();
        }
        Ok(delimiter)
    }

    fn check_depth(&self) -> Result<(), OutOfBounds> {
        let depth = self.levels.len() + self.messages;
        if depth > self.limits.mail_depth { Err(OutOfBounds) } else { Ok(()) }
    }

    /// The header of the entity behind a delimiter, and whether it stands in a digest.
    fn after(
        &mut self,
        mut delimiter: Option<Delimiter>,
    ) -> Result<Option<(Headers<'m>, bool)>, OutOfBounds> {
        while let Some(Delimiter { end, level, closes, .. }) = delimiter {
            self.levels.truncate(level + 1);
            let Some(open) = self.levels.last() else { break };
            self.messages = open.messages;
            let is_digest = open.is_digest;
            if !closes {
                return Ok(Some((self.header(end)?, is_digest)));
            }
            self.levels.pop();
            delimiter = self.find(end);
        }
        Ok(None)
    }

    /// The next delimiter of an open multipart; `from` is the start of a line.
    fn find(&self, from: usize) -> Option<Delimiter> {
        if self.levels.is_empty() {
            return None;
        }
        let rest = self.raw.get(from..)?;
        let first = rest.starts_with(b"--").then_some(0);
        let more = memchr::memmem::find_iter(rest, b"\n--").map(|at| at + 1);
        first.into_iter().chain(more).find_map(|at| {
            let line = rest.get(at..)?;
            let length = memchr::memchr(b'\n', line).map_or(line.len(), |end| end + 1);
            let (level, closes) = self.level_of(line.get(..length)?)?;
            let before = rest.get(..at)?;
            let before = before.strip_suffix(b"\n").unwrap_or(before);
            let before = before.strip_suffix(b"\r").unwrap_or(before);
            Some(Delimiter { start: from + before.len(), end: from + at + length, level, closes })
        })
    }

    /// The innermost open multipart that a line beginning with `--` separates, and whether it
    /// closes it.
    fn level_of(&self, line: &[u8]) -> Option<(usize, bool)> {
        let line = line.get(2..)?.trim_ascii_end();
        self.levels.iter().enumerate().rev().find_map(|(index, level)| {
            match line.strip_prefix(level.boundary.as_slice())? {
                b"" => Some((index, false)),
                b"--" => Some((index, true)),
                _ => None,
            }
        })
    }
}

fn part<'m>(headers: &Headers<'m>, content: &Parameters, body: &'m [u8], is_nested: bool) -> Part<'m> {
    let disposition = headers.parameters("content-disposition").unwrap_or_default();
    let name = disposition.get("filename").or_else(|| content.get("name"));
    // A multipart whose boundary never comes is shown as text.
    let is_text = content.value.starts_with("multipart/") || !content.value.contains('/');
    Part {
        media: if is_text { "text/plain".to_owned() } else { content.value.clone() },
        charset: content.get("charset").map(str::to_owned),
        name: name.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned),
        is_declared: disposition.value == "attachment",
        transfer: Transfer::of(headers.plain("content-transfer-encoding").as_deref()),
        body,
        is_nested,
    }
}
