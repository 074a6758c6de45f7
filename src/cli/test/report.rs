// SPDX-License-Identifier: AGPL-3.0-or-later
//! The outcome for people and as JSON.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use super::score::Score;
use super::text::{counted, cut, escape};
use super::{Failure, Outcome, Tone, Ui};

/// Mistakes on corpora that are shown.
const MISTAKES_SHOWN: usize = 50;
/// Characters of a payload that are shown.
const PAYLOAD_CHARS: usize = 400;

/// Failures, the table of scores, and a summary.
pub(super) fn text(outcome: &Outcome<'_>, ui: &Ui) -> String {
    let mut out = String::new();
    let corpora = &outcome.corpora;
    let shown = corpora.mistakes.iter().take(MISTAKES_SHOWN);
    for failure in outcome.failed_cases().chain(shown) {
        push_failure(&mut out, failure, ui);
    }
    let more = corpora.mistake_count.saturating_sub(MISTAKES_SHOWN);
    if more > 0 {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "and {} on corpora\n", counted(more, "more mistake"));
    }
    if ui.is_quiet() {
        return out;
    }
    let rows: Vec<Vec<String>> = corpora.tested().map(|(rule, score)| row(rule, score, outcome)).collect();
    if !rows.is_empty() {
        let heading = ["RULE", "NAME", "TP", "FP", "FN", "PRECISION", "RECALL", "VERDICT"];
        out.push_str(&ui.table(&heading, rows));
        out.push('\n');
    }
    push_summary(&mut out, outcome, ui);
    out
}

fn push_failure(out: &mut String, failure: &Failure, ui: &Ui) {
    let what = ui.paint(Tone::Bad, failure.what);
    let _ = writeln!(out, "{what} {} {}", escape(&failure.place), escape(&failure.rule_id));
    let _ = writeln!(out, "  payload   {}", cut(&failure.payload, PAYLOAD_CHARS));
    let _ = writeln!(out, "  expected  {}", escape(&failure.expected));
    let _ = writeln!(out, "  got       {}", escape(&failure.got));
    if let Some(note) = &failure.note {
        let _ = writeln!(out, "  note      {}", cut(note, PAYLOAD_CHARS));
    }
    out.push('\n');
}

fn row(rule: &str, score: &Score, outcome: &Outcome<'_>) -> Vec<String> {
    let name = outcome.pack.program.rule(rule).map_or("", |rule| &rule.name);
    let ratio = |ratio: Option<f64>| ratio.map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.3}"));
    let lacks = score.shortfalls();
    vec![
        rule.to_owned(),
        name.to_owned(),
        score.right.to_string(),
        score.wrong.to_string(),
        score.missed.to_string(),
        ratio(score.precision()),
        ratio(score.recall()),
        if lacks.is_empty() { "ok".to_owned() } else { lacks.join(", ") },
    ]
}

fn push_summary(out: &mut String, outcome: &Outcome<'_>, ui: &Ui) {
    let (cases, failed) = (outcome.cases.len(), outcome.failed_cases().count());
    let tone = |fine| if fine { Tone::Good } else { Tone::Bad };
    let rules = counted(outcome.pack.program.rules().len(), "rule");
    let line = match failed {
        _ if cases == 0 => format!("{rules}, no examples"),
        0 => format!("{rules}, {} passed", counted(cases, "example")),
        _ => format!("{rules}, {failed} of {} failed", counted(cases, "example")),
    };
    let _ = writeln!(out, "{}", ui.paint(tone(failed == 0), &line));
    let corpora = &outcome.corpora;
    if !corpora.files.is_empty() {
        let (tested, short) = (
            corpora.tested().count(),
            corpora.tested().filter(|(_, score)| !score.shortfalls().is_empty()).count(),
        );
        let mut line = format!(
            "{} in {}, {} tested, {}",
            counted(corpora.events(), "labelled event"),
            counted(corpora.files.len(), "file"),
            counted(tested, "rule"),
            if short == 0 { "all good enough".to_owned() } else { format!("{short} not good enough") }
        );
        if corpora.disagreements > 0 {
            let _ = write!(line, ", {}", counted(corpora.disagreements, "disagreement"));
        }
        let _ = writeln!(out, "{}", ui.paint(tone(corpora.is_fine()), &line));
    }
    let _ = writeln!(out, "{}", ui.paint(Tone::Dim, &format!("{} ms", outcome.ms)));
}

/// One JSON object.
pub(super) fn json(outcome: &Outcome<'_>) -> Json {
    let corpora = &outcome.corpora;
    let failed = outcome.failed_cases().count();
    let scores = corpora.tested().map(|(rule, score)| {
        json!({
            "rule_id": rule,
            "true_positives": score.right,
            "false_positives": score.wrong,
            "false_negatives": score.missed,
            "precision": score.precision(),
            "precision_min": score.precision_min,
            "recall": score.recall(),
            "ok": score.shortfalls().is_empty(),
        })
    });
    json!({
        "ok": outcome.is_fine(),
        "rules": outcome.pack.program.rules().len(),
        "examples": {"passed": outcome.cases.len() - failed, "failed": failed},
        "failures": outcome.failed_cases().map(failure_json).collect::<Vec<_>>(),
        "corpora": corpora.files.iter().map(|(file, events)| json!({"file": file, "events": events})).collect::<Vec<_>>(),
        "scores": scores.collect::<Vec<_>>(),
        "mistakes": corpora.mistakes.iter().map(failure_json).collect::<Vec<_>>(),
        "mistakes_total": corpora.mistake_count,
        "disagreements": corpora.disagreements,
        "ms": u64::try_from(outcome.ms).unwrap_or(u64::MAX),
    })
}

fn failure_json(failure: &Failure) -> Json {
    json!({
        "what": failure.what.to_lowercase().replace(' ', "_"),
        "place": failure.place,
        "rule_id": (!failure.rule_id.is_empty()).then_some(&failure.rule_id),
        "payload": failure.payload,
        "expected": failure.expected,
        "got": failure.got,
        "note": failure.note,
    })
}
