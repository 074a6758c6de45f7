// SPDX-License-Identifier: AGPL-3.0-or-later
//! The lines of a source that a diagnostic shows: few, short and harmless.

use std::ops::Range;

use super::super::{SourceId, Span};
use super::is_hidden;
use super::place::Places;

/// Characters that carets may underline.
const CARET_CHARS: usize = 100;
/// Characters shown after the last caret of a line.
const TAIL_CHARS: usize = 120;

/// Some lines of one source, and the byte ranges in them that carets point at.
pub(super) struct Excerpt {
    /// The 1-based number of the first line.
    pub(super) first_line: usize,
    /// The lines; those that no caret points at and that are not shown are empty.
    pub(super) text: String,
    /// One for each span asked for.
    pub(super) carets: Vec<Range<usize>>,
}

impl Excerpt {
    /// The excerpt that shows every span. All are in `source`; each is cut to its first line.
    ///
    /// # Cost
    /// Linear in the number of lines between the first and the last span and in the length of the
    /// lines shown up to their last caret.
    pub(super) fn new(places: &mut Places<'_>, source: SourceId, spans: &[Span]) -> Option<Self> {
        let mut marks = Vec::with_capacity(spans.len());
        for span in spans {
            let place = places.of(*span)?;
            let (start, line) = places.line(source, place.line);
            let from = place.bytes.start.saturating_sub(start).min(line.len());
            let to = place.bytes.end.saturating_sub(start).clamp(from, line.len());
            marks.push((place.line, from..cut(line, from..to, CARET_CHARS)));
        }
        let first = marks.iter().map(|(line, _)| *line).min()?;
        let last = marks.iter().map(|(line, _)| *line).max()?;
        let mut excerpt =
            Self { first_line: first + 1, text: String::new(), carets: vec![0..0; spans.len()] };
        for index in first..=last {
            if index > first {
                excerpt.text.push('\n');
            }
            let marked = |line: usize| marks.iter().any(|(at, _)| *at == line);
            // A single line between two that are shown is shown too, rather than an ellipsis.
            let between = || index > first && marked(index - 1) && marked(index + 1);
            if marked(index) || between() {
                let (_, line) = places.line(source, index);
                excerpt.push_line(line, index, &marks);
            }
        }
        Some(excerpt)
    }

    /// Adds a line to a bit past its last caret, with every hidden character replaced by one
    /// visible one, so that columns stay.
    fn push_line(&mut self, line: &str, index: usize, marks: &[(usize, Range<usize>)]) {
        let here = || marks.iter().zip(0..).filter(|((at, _), _)| *at == index);
        let shown = here().map(|((_, mark), _)| mark.end).max().unwrap_or(0);
        let line = line.get(..cut(line, shown..line.len(), TAIL_CHARS)).unwrap_or_default();
        // Where each byte of the line goes.
        let mut moved = Vec::with_capacity(line.len() + 1);
        for c in line.chars() {
            moved.extend(std::iter::repeat_n(self.text.len(), c.len_utf8()));
            self.text.push(visible(c));
        }
        moved.push(self.text.len());
        let to = |byte: usize| moved.get(byte).copied().unwrap_or(self.text.len());
        for ((_, mark), number) in here() {
            if let Some(caret) = self.carets.get_mut(number) {
                *caret = to(mark.start)..to(mark.end);
            }
        }
    }
}

/// The end of the range, or of its first `chars` characters.
fn cut(line: &str, range: Range<usize>, chars: usize) -> usize {
    let text = line.get(range.clone()).unwrap_or_default();
    text.char_indices().nth(chars).map_or(range.end, |(at, _)| range.start + at)
}

/// One visible character for any character.
fn visible(c: char) -> char {
    match c {
        '\t' => '\t',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER),
        '\u{7f}' => '\u{2421}',
        c if is_hidden(c) => char::REPLACEMENT_CHARACTER,
        c => c,
    }
}
