// SPDX-License-Identifier: AGPL-3.0-or-later
//! Diagnostics as JSON lines.

use std::fmt::Write as _;

use serde::Serialize;

use super::super::{Diagnostic, Diagnostics, Sources, Span};
use super::is_hidden;
use super::place::Places;

/// One diagnostic; lines and columns are 1-based, columns count characters, ends are exclusive.
#[derive(Serialize)]
struct Line<'a> {
    code: &'static str,
    severity: &'static str,
    message: &'a str,
    #[serde(flatten)]
    place: Place<'a>,
    label: Option<&'a str>,
    help: &'a [String],
    related: Vec<Related<'a>>,
}

/// Where; every member is null for a diagnostic about the pack as a whole.
#[derive(Default, Serialize)]
struct Place<'a> {
    file: Option<&'a str>,
    line: Option<usize>,
    column: Option<usize>,
    end_line: Option<usize>,
    end_column: Option<usize>,
}

#[derive(Serialize)]
struct Related<'a> {
    #[serde(flatten)]
    place: Place<'a>,
    message: &'a str,
}

/// One JSON object a line for each diagnostic: `code`, `severity`, `message`, `file`, `line`,
/// `column`, `end_line`, `end_column`, `label`, `help` and `related`.
///
/// Characters that a terminal would obey or hide are written as `\u` escapes.
pub fn json(sources: &Sources, diagnostics: &Diagnostics) -> String {
    let mut places = Places::new(sources);
    let mut out = String::new();
    for diagnostic in diagnostics.iter() {
        // Strings and numbers always serialise.
        let line = serde_json::to_string(&line(&mut places, diagnostic)).unwrap_or_default();
        push_inert(&mut out, &line);
        out.push('\n');
    }
    out
}

fn line<'a>(places: &mut Places<'a>, diagnostic: &'a Diagnostic) -> Line<'a> {
    let related = diagnostic.related.iter();
    Line {
        code: diagnostic.code.as_str(),
        severity: diagnostic.code.severity().as_str(),
        message: &diagnostic.message,
        place: diagnostic.span.map(|span| place(places, span)).unwrap_or_default(),
        label: diagnostic.label.as_deref(),
        help: &diagnostic.help,
        related: related.map(|(span, message)| Related { place: place(places, *span), message }).collect(),
    }
}

fn place<'a>(places: &mut Places<'a>, span: Span) -> Place<'a> {
    let Some(found) = places.of(span) else { return Place::default() };
    let (line, column) = places.line_column(span.source, found.bytes.start);
    let (end_line, end_column) = places.line_column(span.source, found.bytes.end);
    Place {
        file: Some(&found.file.path),
        line: Some(line),
        column: Some(column),
        end_line: Some(end_line),
        end_column: Some(end_column),
    }
}

/// Adds JSON text with hidden characters escaped; outside strings JSON has none.
fn push_inert(out: &mut String, json: &str) {
    for c in json.chars() {
        if is_hidden(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
}
