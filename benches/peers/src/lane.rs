// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lanes of events, one JSON object a line.

use std::borrow::Cow;
use std::path::Path;
use std::{fs, iter};

use anyhow::{Context, Result, bail};
use memchr::memchr;
use serde::Deserialize;
use serde_json::json;

/// The lines of a lane without their ends; the last one may have none.
pub(crate) fn lines(ndjson: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = ndjson;
    iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (line, behind) = match memchr(b'\n', rest) {
            Some(end) => (rest.get(..end)?, rest.get(end + 1..)?),
            None => (rest, &[][..]),
        };
        rest = behind;
        Some(line)
    })
}

/// Events in both forms that sides take.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    /// The lines as they came.
    pub(crate) ndjson: Vec<u8>,
    /// The command of each line; empty for lanes of other events.
    pub(crate) commands: Vec<String>,
    /// The same as payloads of one field.
    pub(crate) payloads: Vec<String>,
    /// How many events there are.
    pub(crate) events: usize,
}

/// As much of a native command event as the matchers need.
#[derive(Deserialize)]
pub(crate) struct CommandLine<'a> {
    #[serde(borrow)]
    payload: Payload<'a>,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(borrow)]
    command_text: Cow<'a, str>,
}

impl<'a> CommandLine<'a> {
    /// The command of one line; `None` where it is no command event.
    pub(crate) fn read(line: &'a [u8]) -> Option<Cow<'a, str>> {
        serde_json::from_slice::<Self>(line).ok().map(|event| event.payload.command_text)
    }
}

impl Lane {
    /// Takes lines as they are, at most `most` of them.
    ///
    /// # Errors
    /// Where there are more lines than pairs can name.
    pub(crate) fn new(mut ndjson: Vec<u8>, most: Option<usize>) -> Result<Self> {
        if let Some(most) = most {
            let bytes: usize = lines(&ndjson).take(most).map(|line| line.len() + 1).sum();
            ndjson.truncate(bytes);
        }
        let events = lines(&ndjson).count();
        if u32::try_from(events).is_err() {
            bail!("{events} lines are too many");
        }
        Ok(Self { ndjson, events, ..Self::default() })
    }

    /// Reads a file.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(crate) fn read(path: &Path, most: Option<usize>) -> Result<Self> {
        let ndjson = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        Self::new(ndjson, most)
    }

    /// Reads the commands out of the lines.
    ///
    /// # Errors
    /// Where a line is no native command event.
    pub(crate) fn with_commands(mut self) -> Result<Self> {
        let commands: Option<Vec<String>> =
            lines(&self.ndjson).map(|line| CommandLine::read(line).map(Cow::into_owned)).collect();
        self.commands = commands.context("the lane has lines that are no command events")?;
        self.payloads = self.commands.iter().map(|text| json!({"command_text": text}).to_string()).collect();
        Ok(self)
    }

    /// The lane's first events.
    ///
    /// # Errors
    /// As [`Lane::new`].
    pub(crate) fn head(&self, most: usize) -> Result<Self> {
        let mut head = Self::new(self.ndjson.clone(), Some(most))?;
        head.commands = self.commands.iter().take(most).cloned().collect();
        head.payloads = self.payloads.iter().take(most).cloned().collect();
        Ok(head)
    }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn lines_are_those_of_the_text() {
        for (text, count) in [("", 0), ("a", 1), ("a\n", 1), ("a\n\nb", 3), ("\n", 1)] {
            assert_eq!(lines(text.as_bytes()).count(), count, "{text:?}");
        }
        assert_eq!(lines(b"a\nbc\n").collect::<Vec<_>>(), [&b"a"[..], b"bc"]);
    }
}
