// SPDX-License-Identifier: AGPL-3.0-or-later
//! What happened, for people and as JSON.

use std::fmt::Write as _;

use serde_json::json;

use crate::attack::Catalogue;
use crate::compile::program::Program;
use crate::tag::{ANCHORS_MAX, Report};
use crate::vocab::SourceKind;

/// How many techniques the summary lists.
const TECHNIQUES_MAX: usize = 40;
/// How many kinds of unmapped records the summary names.
const UNMAPPED_MAX: usize = 6;

/// Everything that the summary tells of.
pub(super) struct Summary<'a> {
    pub(super) report: &'a Report,
    pub(super) program: &'a Program,
    pub(super) attack: &'a Catalogue,
    /// Records that gave no event, by kind.
    pub(super) unmapped: &'a [(String, u64)],
    pub(super) floor: f64,
}

impl Summary<'_> {
    /// The summary for people.
    pub(super) fn text(&self) -> String {
        let report = self.report;
        let mut text = String::new();
        let events: u64 = report.events.iter().sum();
        let techniques = report.techniques(self.program);
        let mut ids: Vec<&str> = techniques.iter().map(|technique| technique.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{} of {} tagged: {}, {}, {}",
            group(report.tagged),
            count(events, "event"),
            count(report.tags, "tag"),
            count(ids.len() as u64, "technique"),
            self.attackers(),
        );
        self.table(&techniques, &mut text);
        self.notes(&mut text);
        text
    }

    fn attackers(&self) -> String {
        let found = self.report.anchors.len();
        let more = if found >= ANCHORS_MAX { "at least " } else { "" };
        format!("{more}{}", count(found as u64, "attacker"))
    }

    fn table(&self, techniques: &[crate::tag::Technique], text: &mut String) {
        if techniques.is_empty() {
            return;
        }
        let rows: Vec<[String; 5]> = techniques
            .iter()
            .take(TECHNIQUES_MAX)
            .map(|technique| {
                let tactic =
                    self.attack.tactic(&technique.tactic).map_or(&*technique.tactic, |tactic| &tactic.name);
                let rules: Vec<&str> = technique.rules.iter().map(String::as_str).collect();
                [
                    group(technique.tags),
                    technique.id.clone(),
                    technique.name.clone(),
                    tactic.to_owned(),
                    rules.join(" "),
                ]
            })
            .collect();
        let head = ["tags", "technique", "", "tactic", "rules"].map(str::to_owned);
        let width = |column: usize| {
            let cells = rows.iter().chain([&head]).filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths = [width(0), width(1), width(2), width(3)];
        text.push('\n');
        for [tags, id, name, tactic, rules] in [&head].into_iter().chain(&rows) {
            let [a, b, c, d] = widths;
            let line = format!("{tags:>a$}  {id:<b$}  {name:<c$}  {tactic:<d$}  {rules}");
            let _ = writeln!(text, "  {}", line.trim_end());
        }
        if techniques.len() > TECHNIQUES_MAX {
            let _ = writeln!(text, "  … and {} more", techniques.len() - TECHNIQUES_MAX);
        }
    }

    fn notes(&self, text: &mut String) {
        let report = self.report;
        let mut notes = Vec::new();
        if !report.reasons.is_empty() {
            let mut reasons: Vec<_> = report.reasons.iter().collect();
            reasons.sort_by(|a, b| b.1.cmp(a.1).then_with(|| a.0.cmp(b.0)));
            let reasons: Vec<_> = reasons.iter().map(|(reason, count)| format!("{reason} {count}")).collect();
            let lines = report.reasons.values().sum();
            notes.push(format!(
                "{} with a problem, {} of them not tagged: {}",
                count(lines, "line"),
                group(report.unreadable),
                reasons.join(", ")
            ));
        }
        if report.cut > 0 {
            notes.push(format!("{} longer than the limits: evaluated in part", count(report.cut, "event")));
        }
        if report.anchorless > 0 {
            notes.push(format!("{} without attacker and identity", count(report.anchorless, "event")));
        }
        if report.wrong_types > 0 {
            notes.push(format!(
                "{} of another type than declared: passed over",
                count(report.wrong_types, "field")
            ));
        }
        if report.below_floor > 0 {
            notes.push(format!(
                "{} under confidence {} left out",
                count(report.below_floor, "tag"),
                self.floor
            ));
        }
        if !self.unmapped.is_empty() {
            let total = self.unmapped.iter().map(|(_, count)| count).sum();
            let mut kinds: Vec<_> = self
                .unmapped
                .iter()
                .take(UNMAPPED_MAX)
                .map(|(kind, count)| format!("{kind} {count}"))
                .collect();
            if self.unmapped.len() > UNMAPPED_MAX {
                kinds.push("…".to_owned());
            }
            notes.push(format!(
                "{} that are no event of their own: {}",
                count(total, "record"),
                kinds.join(", ")
            ));
        }
        if !notes.is_empty() {
            text.push('\n');
        }
        for note in notes {
            let _ = writeln!(text, "{note}");
        }
    }

    /// The summary as one JSON object.
    pub(super) fn json(&self) -> serde_json::Value {
        let report = self.report;
        let kinds: serde_json::Map<String, serde_json::Value> = SourceKind::ALL
            .into_iter()
            .zip(report.events)
            .filter(|(_, count)| *count > 0)
            .map(|(kind, count)| (kind.as_str().to_owned(), json!(count)))
            .collect();
        let mut reasons: Vec<_> = report.reasons.iter().collect();
        reasons.sort();
        let reasons: serde_json::Map<_, _> =
            reasons.into_iter().map(|(reason, count)| ((*reason).to_owned(), json!(count))).collect();
        let techniques: Vec<_> = report
            .techniques(self.program)
            .into_iter()
            .map(|technique| {
                json!({
                    "tactic": technique.tactic,
                    "technique_id": technique.id,
                    "technique_name": technique.name,
                    "tags": technique.tags,
                    "rules": technique.rules,
                })
            })
            .collect();
        let unmapped: serde_json::Map<_, _> =
            self.unmapped.iter().map(|(kind, count)| (kind.clone(), json!(count))).collect();
        json!({
            "lines": report.lines,
            "events": report.events.iter().sum::<u64>(),
            "events_by_kind": kinds,
            "tagged": report.tagged,
            "tags": report.tags,
            "below_floor": report.below_floor,
            "attackers": report.anchors.len(),
            "anchorless": report.anchorless,
            "cut": report.cut,
            "wrong_types": report.wrong_types,
            "unreadable": report.unreadable,
            "problems": reasons,
            "unmapped": unmapped,
            "techniques": techniques,
        })
    }
}

/// `1 event`, `2,000 events`.
fn count(number: u64, noun: &str) -> String {
    format!("{} {noun}{}", group(number), if number == 1 { "" } else { "s" })
}

/// Digits in groups of three.
fn group(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
