// SPDX-License-Identifier: AGPL-3.0-or-later
//! Diagnostics as text and as JSON: the look, the bounds, and that nothing in them is obeyed.

use decnet_ttp::diag::{Code, Diagnostic, Diagnostics, SourceId, Sources, Span, render};
use proptest::prelude::*;

/// One source and the diagnostics about it.
fn sources(path: &str, text: &str) -> (Sources, SourceId) {
    let mut sources = Sources::default();
    let id = sources.add(path, text);
    (sources, id)
}

/// The place of a word in a text.
fn span(source: SourceId, text: &str, word: &str) -> Span {
    let start = text.find(word).unwrap();
    Span { source, start: start as u32, end: (start + word.len()) as u32 }
}

fn all(items: impl IntoIterator<Item = Diagnostic>) -> Diagnostics {
    let mut diagnostics = Diagnostics::new();
    items.into_iter().for_each(|item| diagnostics.push(item));
    diagnostics
}

/// Diagnostics of every shape: one place, two in a file, two files, none, a warning.
fn samples() -> (Sources, Diagnostics) {
    let text = "rule_id: R1\nname: a\n\nmatch:\n  pattern: x\n  field: comand_text\n";
    let (mut sources, a) = sources("rules/R1.yaml", text);
    let b = sources.add("rules/R2.yaml", "rule_id: R1\n");
    let diagnostics = all([
        Diagnostic::new(Code::UnknownField, span(a, text, "comand_text"), "unknown field `comand_text`")
            .label("no such field for source kind `command`")
            .help("did you mean `command_text`?"),
        Diagnostic::new(Code::DuplicateId, span(b, "rule_id: R1", "R1"), "two rules have the id `R1`")
            .label("again here")
            .related(span(a, text, "R1"), "first here"),
        Diagnostic::new(Code::BadValue, span(a, text, "field"), "two places in one file")
            .related(span(a, text, "name"), "far above")
            .related(span(a, text, "pattern"), "right above"),
        Diagnostic::new(Code::MissingTests, span(a, text, "R1"), "no examples"),
        Diagnostic::global(Code::PackLimit, "the pack is too large").help("split it"),
    ]);
    (sources, diagnostics)
}

#[test]
fn text_has_places_carets_help_and_a_closing_line() {
    let (sources, diagnostics) = samples();
    insta::assert_snapshot!(render::text(&sources, &diagnostics, false));
}

#[test]
fn json_has_one_object_a_line() {
    let (sources, diagnostics) = samples();
    let json = render::json(&sources, &diagnostics);
    assert_eq!(json.lines().count(), diagnostics.len());
    let objects: Vec<serde_json::Value> =
        json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    insta::assert_json_snapshot!(objects);
}

#[test]
fn colour_only_adds_colour() {
    let (sources, diagnostics) = samples();
    let plain = render::text(&sources, &diagnostics, false);
    let coloured = render::text(&sources, &diagnostics, true);
    assert!(coloured.contains("\u{1b}["));
    let mut stripped = String::new();
    for (index, part) in coloured.split("\u{1b}[").enumerate() {
        stripped.push_str(if index == 0 { part } else { part.split_once('m').unwrap().1 });
    }
    assert_eq!(stripped, plain);
}

#[test]
fn nothing_is_printed_for_nothing() {
    assert_eq!(render::text(&Sources::default(), &Diagnostics::new(), true), "");
    assert_eq!(render::json(&Sources::default(), &Diagnostics::new()), "");
}

#[test]
fn hostile_text_is_shown_and_not_obeyed() {
    let text = "name: \"\u{1b}[2J\u{7}\u{202e}evil\u{2066}\u{200b}\u{9b}31m\u{7f}\r\u{e0041}é\tx\"\n";
    let path = "a\u{1b}]0;owned\u{7}\n.yaml";
    let (sources, id) = sources(path, text);
    let place = span(id, text, "evil");
    let diagnostics = all([Diagnostic::new(Code::BadValue, place, format!("bad {}", render::quote(text)))
        .label("\u{1b}[31m")
        .help("\u{202e}\nx")
        .related(span(id, text, "x"), "\u{85}")]);
    insta::assert_snapshot!(render::text(&sources, &diagnostics, false));
    insta::assert_snapshot!(render::json(&sources, &diagnostics));
}

#[test]
fn long_lines_and_wide_spans_are_cut_to_a_window() {
    let line = format!("{}field: {}", "a: b, ".repeat(20_000), "x".repeat(120_000));
    let (sources, id) = sources("one_line.yaml", &line);
    let start = line.find("field").unwrap() as u32;
    let whole = Span { source: id, start, end: line.len() as u32 };
    let diagnostics = all([
        Diagnostic::new(Code::BadValue, whole, "wide").label("all of this"),
        Diagnostic::new(Code::BadValue, Span { start: 0, ..whole }, "wider").related(whole, "far right"),
    ]);
    let text = render::text(&sources, &diagnostics, false);
    assert!(text.len() < 4_000, "{} bytes", text.len());
    assert!(text.contains("one_line.yaml:1:120001"), "{text}");
}

#[test]
fn spans_that_do_not_fit_their_source_are_clamped() {
    let (sources, id) = sources("a.yaml", "é\nb");
    for (start, end) in [(1, 1), (1, 2), (0, 1), (2, 900), (900, 1000), (3, 1), (u32::MAX, u32::MAX)] {
        for source in [id, SourceId(7)] {
            let diagnostics = all([Diagnostic::new(Code::File, Span { source, start, end }, "x")]);
            assert!(render::text(&sources, &diagnostics, false).starts_with("error[E013]: x\n"));
            assert_eq!(render::json(&sources, &diagnostics).lines().count(), 1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_and_any_span_render_inert(
        text in any::<String>(), message in any::<String>(), places in prop::collection::vec((0..200u32, 0..200u32), 1..4),
    ) {
        let (sources, source) = sources(&message, &text);
        let mut spans = places.into_iter().map(|(start, end)| Span { source, start, end });
        let mut diagnostic = Diagnostic::new(Code::BadValue, spans.next().unwrap(), message.clone()).label(message.clone());
        for span in spans {
            diagnostic = diagnostic.related(span, message.clone());
        }
        let diagnostics = all([diagnostic.help(message.clone())]);
        for out in [render::text(&sources, &diagnostics, false), render::json(&sources, &diagnostics)] {
            prop_assert!(out.chars().all(|c| c == '\n' || !c.is_control()), "{out:?}");
            prop_assert!(!out.contains(['\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}']), "{out:?}");
        }
        let line = render::json(&sources, &diagnostics);
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        prop_assert_eq!(object["message"].as_str(), Some(message.as_str()));
    }
}
