// SPDX-License-Identifier: AGPL-3.0-or-later
//! Diagnostics as text, in the look of rustc.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::super::{Diagnostic, Diagnostics, Severity, SourceId, Sources, Span};
use super::escape;
use super::excerpt::Excerpt;
use super::place::Places;

/// Characters of a line, its margin included.
const WIDTH: usize = 140;
/// Bytes between the columns of two marks that one excerpt shows.
const NEAR_BYTES: usize = 100;

/// Shows every diagnostic with its place, the line itself, carets and help, and a closing line
/// with the counts. Empty when there is nothing to show.
///
/// With `color`, the text has ANSI colours; nothing else in it is a control but line feeds.
///
/// # Cost
/// Linear in the diagnostics, and for each in the length of the line it is about.
pub fn text(sources: &Sources, diagnostics: &Diagnostics, color: bool) -> String {
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let mut places = Places::new(sources);
    let mut out = String::new();
    for diagnostic in diagnostics.iter() {
        let group = group(&mut places, diagnostic);
        out.push_str(renderer.render(&[group]).trim_end());
        out.push_str("\n\n");
    }
    if !diagnostics.is_empty() {
        out.push_str(&summary(diagnostics));
        out.push('\n');
    }
    out
}

/// One diagnostic, ready to render.
fn group<'a>(places: &mut Places<'_>, diagnostic: &Diagnostic) -> Group<'a> {
    let level = match diagnostic.code.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(escape(&diagnostic.message)).id(diagnostic.code.as_str());
    let mut group = Group::with_title(title);
    if let Some(span) = diagnostic.span {
        let label = diagnostic.label.as_deref().unwrap_or_default();
        let mut marks = vec![(span, label)];
        marks.extend(diagnostic.related.iter().map(|(span, text)| (*span, text.as_str())));
        for source in sources_of(&marks) {
            group = add_source(group, places, source, &marks);
        }
    }
    let helps = diagnostic.help.iter().map(|help| Level::HELP.message(escape(help)));
    group.elements(helps)
}

/// The sources of the marks, each once, in the order in which they come.
fn sources_of(marks: &[(Span, &str)]) -> Vec<SourceId> {
    let mut seen = BTreeSet::new();
    marks.iter().map(|(span, _)| span.source).filter(|source| seen.insert(*source)).collect()
}

/// Adds the excerpts of one source with every mark in it; the first mark of all is the primary
/// one. Marks too far right or left of the first get an excerpt of their own, because all lines of
/// one are shown from the same column.
fn add_source<'a>(
    group: Group<'a>,
    places: &mut Places<'_>,
    source: SourceId,
    marks: &[(Span, &str)],
) -> Group<'a> {
    let mut here = marks.iter().enumerate().filter(|(_, (span, _))| span.source == source);
    let Some((index, first)) = here.next() else { return group };
    let Some(place) = places.of(first.0) else { return group };
    let path = escape(&place.file.path);
    let first_column = places.column_bytes(first.0);
    let (near, apart): (Vec<_>, Vec<_>) =
        here.partition(|(_, (span, _))| places.column_bytes(*span).abs_diff(first_column) < NEAR_BYTES);
    let mut near: Vec<_> = near.into_iter().map(|(_, mark)| (*mark, AnnotationKind::Context)).collect();
    let kind = if index == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
    near.insert(0, (*first, kind));
    let mut group = add_excerpt(group, places, &path, source, &near);
    for (_, mark) in apart {
        group = add_excerpt(group, places, &path, source, &[(*mark, AnnotationKind::Context)]);
    }
    group
}

/// Adds one excerpt.
fn add_excerpt<'a>(
    group: Group<'a>,
    places: &mut Places<'_>,
    path: &str,
    source: SourceId,
    marks: &[((Span, &str), AnnotationKind)],
) -> Group<'a> {
    let spans: Vec<Span> = marks.iter().map(|((span, _), _)| *span).collect();
    let excerpt = Excerpt::new(places, source, &spans).filter(|excerpt| !excerpt.text.is_empty());
    let Some(excerpt) = excerpt else {
        // An empty line, or a file that could not be read and so has no lines at all.
        let origin = Origin::path(path.to_owned());
        let place =
            spans.first().and_then(|span| places.of(*span)).filter(|place| !place.file.text.is_empty());
        return group.element(match place {
            Some(place) => origin.line(place.line + 1).char_column(1),
            None => origin,
        });
    };
    let mut snippet = Snippet::source(excerpt.text).line_start(excerpt.first_line).path(path.to_owned());
    for (((_, label), kind), caret) in marks.iter().zip(excerpt.carets) {
        let label = Some(escape(label)).filter(|label| !label.is_empty());
        snippet = snippet.annotation(kind.span(caret).label(label));
    }
    group.element(snippet)
}

/// `3 errors, 1 warning in 2 files`.
fn summary(diagnostics: &Diagnostics) -> String {
    let count = |severity| diagnostics.iter().filter(|item| item.code.severity() == severity).count();
    let files: BTreeSet<SourceId> =
        diagnostics.iter().filter_map(|item| item.span).map(|span| span.source).collect();
    let mut line = String::new();
    for (number, noun) in [(count(Severity::Error), "error"), (count(Severity::Warning), "warning")] {
        if number > 0 {
            let comma = if line.is_empty() { "" } else { ", " };
            let _ = write!(line, "{comma}{}", counted(number, noun));
        }
    }
    if !files.is_empty() {
        let _ = write!(line, " in {}", counted(files.len(), "file"));
    }
    line
}

fn counted(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
