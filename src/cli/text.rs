// SPDX-License-Identifier: AGPL-3.0-or-later
//! Text for terminals: nothing from a file or an attacker reaches one unescaped.

use std::fmt::Write as _;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};
use serde::Serialize;

pub(super) use crate::diag::render::escape;
use crate::diag::render::is_hidden;

/// Columns that prose is wrapped to.
pub(super) const WIDTH: usize = 100;
/// Blanks between the columns of a table.
const COLUMN_GAP: u16 = 2;
/// Width that the last column of a table needs to be folded.
const LAST_COLUMN: u16 = 24;

/// As [`escape`], but line feeds stay.
pub(super) fn escape_lines(text: &str) -> String {
    text.split('\n').map(escape).collect::<Vec<_>>().join("\n")
}

/// Escaped, and cut in the middle to about `chars` characters where it is longer.
///
/// # Cost
/// Linear in the text; what is cut out is only counted.
pub(super) fn cut(text: &str, chars: usize) -> String {
    let count = text.chars().count();
    if count <= chars {
        return escape(text);
    }
    let tail = chars / 4;
    let byte = |index: usize| text.char_indices().nth(index).map_or(text.len(), |(byte, _)| byte);
    let head = text.get(..byte(chars - tail)).unwrap_or_default();
    let end = text.get(byte(count - tail)..).unwrap_or_default();
    format!("{} … {} characters … {}", escape(head), count - chars, escape(end))
}

/// `1 rule`, `2 rules`.
pub(super) fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// `no errors`, `1 error`, `2 errors`.
pub(super) fn counted_or_no(number: usize, noun: &str) -> String {
    if number == 0 { format!("no {noun}s") } else { counted(number, noun) }
}

/// Prose in lines of at most `width` characters, each after `indent`; longer words stand alone.
pub(super) fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            column = 0;
        }
        if column == 0 {
            out.push_str(indent);
            column = indent.chars().count();
        } else {
            out.push(' ');
            column += 1;
        }
        out.push_str(&escape(word));
        column += length;
    }
    if column > 0 {
        out.push('\n');
    }
    out
}

/// Columns under a heading, each cell escaped; on a terminal with room for it, what is too wide is
/// folded within the last column.
pub(super) fn table(heading: &[&str], rows: Vec<Vec<String>>, terminal: bool) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(heading.iter().copied());
    for row in rows {
        table.add_row(row.iter().map(|cell| escape(cell)));
    }
    for column in table.column_iter_mut() {
        column.set_padding((0, COLUMN_GAP));
    }
    // Ids and addresses are of no use in pieces, so the other columns are as wide as they need.
    let widths = table.column_max_content_widths();
    let others = widths.iter().rev().skip(1).map(|width| width.saturating_add(COLUMN_GAP));
    let needed = others.fold(LAST_COLUMN, u16::saturating_add);
    if terminal && table.width().is_some_and(|width| width >= needed) {
        table.set_content_arrangement(ContentArrangement::Dynamic);
        for column in table.column_iter_mut().take(heading.len().saturating_sub(1)) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let mut out = table.trim_fmt();
    out.push('\n');
    out
}

/// JSON on one line, with what a terminal would obey or hide as `\u` escapes.
pub(super) fn json(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(value).map(|text| inert(&text))
}

/// JSON over several lines, likewise.
pub(super) fn json_pretty(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string_pretty(value).map(|text| inert(&text))
}

/// JSON text with hidden characters escaped; outside strings it has only line feeds.
fn inert(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if c != '\n' && is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_keeps_its_head_and_tail() {
        assert_eq!(cut("ab\u{1b}c", 10), "ab\\u{1b}c");
        assert_eq!(cut("aaaaaaaaaaaabbbb", 8), "aaaaaa … 8 characters … bb");
        assert_eq!(cut("éééé", 4), "éééé");
    }

    #[test]
    fn prose_is_wrapped_between_words() {
        assert_eq!(wrap("one two  three\nfour", 9, " "), " one two\n three\n four\n");
        assert_eq!(wrap("", 9, " "), "");
    }

    #[test]
    fn json_shows_no_controls() -> serde_json::Result<()> {
        assert_eq!(json(&"a\u{9b}\u{202e}\u{e0041}\n")?, r#""a\u009b\u202e\udb40\udc41\n""#);
        Ok(())
    }
}
