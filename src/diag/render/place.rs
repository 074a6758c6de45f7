// SPDX-License-Identifier: AGPL-3.0-or-later
//! Bytes to lines and columns, with each source's lines found once.

use std::collections::HashMap;
use std::ops::Range;

use super::super::{SourceFile, SourceId, Sources, Span};

/// The lines of the sources that diagnostics are about.
pub(super) struct Places<'a> {
    sources: &'a Sources,
    /// The byte at which each line starts, for the sources asked for so far.
    line_starts: HashMap<SourceId, Vec<usize>>,
}

/// A place in a source, clamped to what the source has.
pub(super) struct Place<'a> {
    pub(super) file: &'a SourceFile,
    /// First and last byte, on character boundaries.
    pub(super) bytes: Range<usize>,
    /// Index of the line of the first byte, from 0.
    pub(super) line: usize,
}

impl<'a> Places<'a> {
    pub(super) fn new(sources: &'a Sources) -> Self {
        Self { sources, line_starts: HashMap::new() }
    }

    /// The place of a span, unless its source does not exist.
    pub(super) fn of(&mut self, span: Span) -> Option<Place<'a>> {
        let file = self.sources.get(span.source)?;
        let start = file.text.floor_char_boundary(span.start as usize);
        let end = file.text.floor_char_boundary(span.end as usize).max(start);
        let line = self.line_at(span.source, start);
        Some(Place { file, bytes: start..end, line })
    }

    /// The text of the line of that index, without its line break; empty past the last.
    pub(super) fn line(&mut self, source: SourceId, index: usize) -> (usize, &'a str) {
        let Some(file) = self.sources.get(source) else { return (0, "") };
        let starts = self.starts(source);
        let start = starts.get(index).copied().unwrap_or(file.text.len());
        let end = starts.get(index + 1).copied().unwrap_or(file.text.len());
        let line = file.text.get(start..end).unwrap_or_default();
        let line = line.strip_suffix('\n').unwrap_or(line);
        (start, line.strip_suffix('\r').unwrap_or(line))
    }

    /// The 1-based line and column (in characters) of a byte.
    pub(super) fn line_column(&mut self, source: SourceId, byte: usize) -> (usize, usize) {
        let index = self.line_at(source, byte);
        let start = self.starts(source).get(index).copied().unwrap_or(0);
        let text = self.sources.get(source).and_then(|file| file.text.get(start..byte));
        (index + 1, text.map_or(0, |text| text.chars().count()) + 1)
    }

    /// How many bytes of its line stand before a span.
    pub(super) fn column_bytes(&mut self, span: Span) -> usize {
        let Some(place) = self.of(span) else { return 0 };
        place.bytes.start.saturating_sub(self.line(span.source, place.line).0)
    }

    fn line_at(&mut self, source: SourceId, byte: usize) -> usize {
        self.starts(source).partition_point(|start| *start <= byte).saturating_sub(1)
    }

    fn starts(&mut self, source: SourceId) -> &[usize] {
        let sources = self.sources;
        self.line_starts.entry(source).or_insert_with(|| {
            let text = sources.get(source).map_or("", |file| &file.text);
            let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
            std::iter::once(0).chain(breaks).collect()
        })
    }
}
