// SPDX-License-Identifier: AGPL-3.0-or-later
//! Bytes of a YAML scalar's value to bytes of the file, so that carets point into the file.

use std::ops::Range;

use super::scalar::{Scalar, Style};
use crate::diag::Span;

/// Where each byte of a scalar's value stands in its file.
///
/// YAML changes only white space (indentation, folded lines), doubled single quotes and, in
/// double quotes, escapes. So value and source are walked together: a character that is no
/// white space stands at the next place in the source that is none.
#[derive(Clone, Debug)]
pub(in crate::compile) struct TextMap {
    span: Span,
    /// In order of value; none overlaps the next.
    runs: Vec<Run>,
}

/// Bytes of the value and the bytes of the file they come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    value: usize,
    value_len: usize,
    source: usize,
    source_len: usize,
}

impl TextMap {
    /// The map of a scalar that stands at `span` in the file `text`.
    ///
    /// # Cost
    /// Linear in the scalar; memory only for the places where value and source part.
    pub(in crate::compile) fn new(scalar: &Scalar, span: Span, text: &str) -> Self {
        let mut cursor = span.start as usize;
        if matches!(scalar.style, Style::SingleQuoted | Style::DoubleQuoted) {
            cursor += 1;
        }
        let walk = Walk { source: text, style: scalar.style, cursor };
        let mut map = Self { span, runs: Vec::new() };
        map.fill(&scalar.text, walk);
        map
    }

    /// The place in the file of a byte range of the value.
    pub(in crate::compile) fn span(&self, value: Range<usize>) -> Span {
        let start = self.source_of(value.start).start;
        let end = match value.end.checked_sub(1) {
            Some(last) if last >= value.start => self.source_of(last).end.max(start),
            _ => start,
        };
        let clamp = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Span { source: self.span.source, start: clamp(start), end: clamp(end) }
    }

    /// The source bytes of the character at a byte of the value; past the value, its end.
    fn source_of(&self, value: usize) -> Range<usize> {
        let after = self.runs.partition_point(|run| run.value <= value);
        let Some(run) = after.checked_sub(1).and_then(|at| self.runs.get(at)) else {
            return self.span.start as usize..self.span.start as usize;
        };
        let offset = value - run.value;
        if offset >= run.value_len {
            let end = run.source + run.source_len;
            return end..end;
        }
        if run.value_len == run.source_len {
            // The same text: byte for byte.
            return run.source + offset..run.source + offset + 1;
        }
        run.source..run.source + run.source_len
    }

    fn fill(&mut self, value: &str, mut walk: Walk<'_>) {
        for (at, c) in value.char_indices() {
            let source = walk.next(c);
            let run =
                Run { value: at, value_len: c.len_utf8(), source: source.start, source_len: source.len() };
            match self.runs.last_mut() {
                Some(last) if last.continues(run) => {
                    last.value_len += run.value_len;
                    last.source_len += run.source_len;
                }
                _ => self.runs.push(run),
            }
        }
    }
}

impl Run {
    /// Whether both are the same text in value and source, and the second follows the first.
    fn continues(self, next: Self) -> bool {
        self.value_len == self.source_len
            && next.value_len == next.source_len
            && self.source + self.source_len == next.source
    }
}

/// Walks the source of a scalar along with its value.
struct Walk<'a> {
    source: &'a str,
    style: Style,
    cursor: usize,
}

impl Walk<'_> {
    /// The source bytes of the next character of the value.
    fn next(&mut self, c: char) -> Range<usize> {
        let start = self.cursor;
        if is_space(c) {
            if self.rest().starts_with(c) {
                return self.take(c.len_utf8());
            }
            // An escaped blank, or one of a folded line: then the blanks are passed over with the
            // next character.
            self.pass_blanks();
            if let Some(len) = self.escape().filter(|len| self.escapes_space(c, *len)) {
                return self.take(len);
            }
            self.cursor = start;
            return start..start;
        }
        self.pass_blanks();
        if let Some(len) = self.escape() {
            return self.take(len);
        }
        if self.style == Style::SingleQuoted && self.rest().starts_with("''") {
            return self.take(2);
        }
        self.take(if self.rest().starts_with(c) { c.len_utf8() } else { 0 })
    }

    fn rest(&self) -> &str {
        self.source.get(self.cursor..).unwrap_or_default()
    }

    fn take(&mut self, len: usize) -> Range<usize> {
        let start = self.cursor;
        self.cursor += len;
        start..self.cursor
    }

    /// Passes over blanks, line breaks and, in double quotes, escaped line breaks.
    fn pass_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start_matches(is_space).len();
            let joined = self.style == Style::DoubleQuoted
                && rest
                    .get(blanks..)
                    .is_some_and(|rest| rest.starts_with("\\\n") || rest.starts_with("\\\r"));
            self.cursor += blanks + usize::from(joined);
            if !joined {
                return;
            }
        }
    }

    /// The length of the escape at the cursor, if there is one.
    fn escape(&self) -> Option<usize> {
        let escape = self.rest().strip_prefix('\\').filter(|_| self.style == Style::DoubleQuoted)?;
        let letter = escape.chars().next()?;
        Some(match letter {
            'x' => 4,
            // A character beyond the basic plane may be a pair of surrogates, as in JSON.
            'u' if escape.get(1..3).is_some_and(is_high_surrogate) && escape.get(5..7) == Some("\\u") => 12,
            'u' => 6,
            'U' => 10,
            _ => 1 + letter.len_utf8(),
        })
    }

    /// Whether the escape of that length at the cursor means the blank `c`.
    fn escapes_space(&self, c: char, len: usize) -> bool {
        let escape = self.rest().get(1..len).unwrap_or_default();
        let named = match c {
            ' ' => " ",
            '\t' => "t",
            '\n' => "n",
            _ => "r",
        };
        let code = escape.get(1..).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        escape == named || escape == "\t" || code == Some(u32::from(c))
    }
}

/// White space that YAML may add, drop or fold.
fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// Whether a code unit that starts with these two hexadecimal digits is a high surrogate.
fn is_high_surrogate(digits: &str) -> bool {
    u8::from_str_radix(digits, 16).is_ok_and(|high| (0xd8..=0xdb).contains(&high))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compile::parse::problems::Problems;
    use crate::compile::parse::yaml::{Node, Value, parse};
    use crate::diag::{Diagnostics, SourceId};
    use crate::vocab::Limits;
    use proptest::prelude::*;

    /// Every character of the value of `text`'s one key, with the source it maps to.
    fn mapped(text: &str) -> Vec<(char, String)> {
        let mut diagnostics = Diagnostics::new();
        let mut problems = Problems::new(SourceId(0), &mut diagnostics);
        let root = parse(text, &Limits::default(), &mut problems).expect(text);
        let Value::Mapping(entries) = root.value else { panic!("{text}") };
        let Node { span, value: Value::Scalar(scalar) } = &entries[0].value else { panic!("{text}") };
        let map = TextMap::new(scalar, *span, text);
        let place = |(at, c): (usize, char)| {
            let span = map.span(at..at + c.len_utf8());
            (c, text[span.start as usize..span.end as usize].to_owned())
        };
        scalar.text.char_indices().map(place).collect()
    }

    #[test]
    fn escapes_map_to_their_whole_source() {
        let found = mapped(
            r#"a: "é\t\"\x41\u00e9\ud83d\ude00 \
              \ b""#,
        );
        let expected = ["é", r"\t", r#"\""#, r"\x41", r"\u00e9", r"\ud83d\ude00", " ", r"\ ", "b"];
        assert_eq!(found.iter().map(|(_, source)| source.as_str()).collect::<Vec<_>>(), expected);
        assert_eq!(mapped("a: 'it''s'")[2], ('\'', "''".to_owned()));
    }

    proptest! {
        #[test]
        fn unescaped_characters_map_to_themselves(
            lines in prop::collection::vec("[a-zé'\" (]{0,6}[a-z)]", 1..5), style in 0..5, blank in any::<bool>(),
        ) {
            let gap = if blank { "\n\n  " } else { "\n  " };
            let text = match style {
                0 => format!("a: x{}", lines.join(gap).replace('"', "_")),
                1 => format!("a: '{}'", lines.join(gap).replace('\'', "''")),
                2 => format!("a: \"{}\"", lines.join(gap).replace('"', "\\\"")),
                3 => format!("a: |2\n  {}\n", lines.join(gap)),
                _ => format!("a: >2-\n  {}\n\n", lines.join(gap)),
            };
            for (c, source) in mapped(&text) {
                let doubled = matches!((c, source.as_str()), ('\'', "''") | ('"', "\\\""));
                prop_assert!(doubled || is_space(c) || source == c.to_string(), "{c:?} from {source:?} in {text:?}");
            }
        }
    }
}
