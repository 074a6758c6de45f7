// SPDX-License-Identifier: AGPL-3.0-or-later
//! The story for people.

use std::fmt::Write as _;

use crate::attack::Catalogue;
use crate::compile::ir::{Kind, Rule, Value, ValueId, value_text};
use crate::engine::explain::{Node, Seen};
use crate::tag::CONFIDENCE_FLOOR;

use super::super::text::{counted, cut, escape};
use super::story::{Chapter, Emitted, Outcome, Story};
use super::{Tone, Ui, condition};

/// Characters of a predicate that are shown when many rules are.
const PREDICATE_CHARS: usize = 160;
/// Characters of a value that are shown.
const VALUE_CHARS: usize = 240;
/// Witnesses that are shown.
const WITNESSES_SHOWN: usize = 12;

/// The rules, and a line that counts them.
pub(super) fn report(story: &Story, only: Option<&str>, attack: &Catalogue, ui: &Ui) -> String {
    // One rule is shown whole; rule files bound it.
    let predicate_chars = if only.is_some() { usize::MAX } else { PREDICATE_CHARS };
    let mut writer = Writer { ui, attack, predicate_chars, out: String::new() };
    if let (Some(kind), Some(plan)) = (story.as_written(), story.as_run()) {
        for chapter in &story.chapters {
            if let Some(rule) = story.rule(&chapter.explanation) {
                writer.chapter(chapter, rule, kind, plan);
            }
        }
    }
    let source_kind = story.source_kind;
    if let Some(only) = only
        && story.chapters.is_empty()
    {
        return format!("{} does not read {source_kind} events\n", escape(only));
    }
    if !ui.is_quiet() && only.is_none() {
        writer.counts(story);
    }
    writer.out
}

struct Writer<'a> {
    ui: &'a Ui,
    attack: &'a Catalogue,
    predicate_chars: usize,
    out: String,
}

impl Writer<'_> {
    fn chapter(&mut self, chapter: &Chapter, rule: &Rule, kind: &Kind, plan: &Kind) {
        let (tone, verdict) = match chapter.outcome {
            Outcome::Holds => (Tone::Good, "holds"),
            Outcome::Tried => (Tone::Bad, "does not hold"),
            Outcome::NotTried => (Tone::Bad, "was not tried"),
        };
        let title = self.ui.paint(Tone::Bold, &escape(&format!("{} {}", rule.id, rule.name)));
        let _ = writeln!(self.out, "{title} {}", self.ui.paint(tone, verdict));
        if chapter.outcome == Outcome::NotTried {
            self.witness(chapter, plan);
        }
        self.seen(chapter, kind);
        self.node(&chapter.explanation.condition, kind, 0, false);
        if chapter.outcome == Outcome::Holds {
            self.emits(chapter, rule, kind);
        }
        self.out.push('\n');
    }

    /// How many rules there are and how they came out.
    fn counts(&mut self, story: &Story) {
        let Story { source_kind, rules, tried, held, .. } = story;
        if *rules == 0 {
            let _ = writeln!(self.out, "no rule reads {source_kind} events");
            return;
        }
        let (failed, untried) = (tried - held, rules - tried);
        let _ = write!(self.out, "{} for {source_kind} events: {held} held", counted(*rules, "rule"));
        if failed > 0 {
            let _ = write!(self.out, ", {failed} did not");
        }
        if untried > 0 {
            let _ = write!(self.out, ", {untried} not tried (`--rule ID` shows one)");
        }
        self.out.push('\n');
    }

    /// Why the rule was not tried.
    fn witness(&mut self, chapter: &Chapter, plan: &Kind) {
        let witness = chapter.witness.as_deref().unwrap_or_default();
        let _ = match witness {
            [] => writeln!(self.out, "  it can never hold"),
            [_] => writeln!(self.out, "  it is tried only where this is true:"),
            _ => writeln!(self.out, "  it is tried only where one of these is true:"),
        };
        for tested in witness.iter().take(WITNESSES_SHOWN) {
            let text = condition::pred(plan, plan.pred(tested.pred));
            let _ = writeln!(self.out, "    {}", cut(&text, self.predicate_chars));
        }
        if let Some(more) = witness.len().checked_sub(WITNESSES_SHOWN).filter(|more| *more > 0) {
            let _ = writeln!(self.out, "    and {more} more");
        }
    }

    /// Each value that the rule reads, once.
    fn seen(&mut self, chapter: &Chapter, kind: &Kind) {
        let mut known: Vec<String> = Vec::new();
        let scales = chapter.explanation.emits.iter().filter_map(|gate| gate.scale.as_ref());
        let tested = chapter.tested();
        for (value, seen) in tested.iter().flat_map(|tested| &tested.seen).chain(scales) {
            let name = escape(&value_text(kind, *value));
            if known.contains(&name) {
                continue;
            }
            let _ = writeln!(self.out, "  sees   {name} {}", describe(kind, *value, seen));
            known.push(name);
        }
    }

    /// A part of a condition and what it is made of.
    fn node(&mut self, node: &Node, kind: &Kind, depth: usize, negated: bool) {
        let not = if negated { "not " } else { "" };
        let mut found = None;
        let (text, parts): (String, &[Node]) = match node {
            Node::Not(inner) if !negated => return self.node(inner, kind, depth, true),
            Node::Not(inner) => ("not not".to_owned(), std::slice::from_ref(inner)),
            Node::Const(value) => (format!("{not}{value}"), &[]),
            Node::Pred(tested) => {
                found = tested.found.as_ref();
                (format!("{not}{}", condition::pred(kind, kind.pred(tested.pred))), &[])
            }
            Node::And(parts) => match unequal(kind, parts) {
                Some(text) if !negated => (text, &[]),
                _ => (format!("{not}all of"), parts),
            },
            Node::Or(parts) => (format!("{not}any of"), parts),
        };
        let indent = "  ".repeat(depth);
        let truth = if node.holds() != negated {
            self.ui.paint(Tone::Good, "true ")
        } else {
            self.ui.paint(Tone::Bad, "false")
        };
        let _ = writeln!(self.out, "  {truth}  {indent}{}", cut(&text, self.predicate_chars));
        if let Some(found) = found {
            let _ =
                writeln!(self.out, "           {indent}found {}", cut(&format!("{found:?}"), VALUE_CHARS));
        }
        for part in parts {
            self.node(part, kind, depth + 1, false);
        }
    }

    /// What the rule emits, or why it doesn't.
    fn emits(&mut self, chapter: &Chapter, rule: &Rule, kind: &Kind) {
        let mut shown: Option<&Emitted> = None;
        for (emit, gate, emitted) in chapter.emits(rule) {
            let technique = emit.sub_technique.as_ref().unwrap_or(&emit.technique);
            let tactic = self.attack.tactic(&emit.tactic).map_or("", |tactic| &tactic.name);
            let name = format!("{technique} {}, for {} {tactic}", emit.technique_name, emit.tactic);
            let _ = match emitted.map(|emitted| emitted.confidence) {
                Some(confidence) if confidence >= CONFIDENCE_FLOOR => {
                    writeln!(self.out, "  emits  {name}, confidence {}", rounded(confidence))
                }
                Some(confidence) => {
                    let confidence = rounded(confidence);
                    let floor = "which is under the floor of";
                    writeln!(self.out, "  emits  {name}, confidence {confidence}, {floor} {CONFIDENCE_FLOOR}")
                }
                None => writeln!(self.out, "  does not emit {name}"),
            };
            if let Some(when) = &gate.when {
                let _ = writeln!(self.out, "         when");
                self.node(when, kind, 1, false);
            }
            // What all emits have is shown once.
            let Some(emitted) = emitted else { continue };
            if shown.is_none_or(|shown| shown.evidence != emitted.evidence) {
                for (name, value) in &emitted.evidence {
                    let value = cut(&value.to_string(), VALUE_CHARS);
                    let _ = writeln!(self.out, "         with {} = {value}", escape(name));
                }
            }
            shown = Some(emitted);
        }
    }
}

/// A value as a rule sees it.
fn describe(kind: &Kind, value: ValueId, seen: &Seen) -> String {
    let declared = || match kind.value(value) {
        Value::Field(field) => kind.field(*field).ty.as_str(),
        _ => "declared",
    };
    match seen {
        Seen::Absent => "is absent".to_owned(),
        Seen::WrongType(None) => format!("is not of type {}", declared()),
        Seen::WrongType(Some(found)) => {
            format!("= {}, not of type {}", cut(&found.to_string(), VALUE_CHARS), declared())
        }
        Seen::Value(found) => format!("= {}", cut(&found.to_string(), VALUE_CHARS)),
    }
}

/// `a != b`, where the parts of an `and` mean that.
fn unequal(kind: &Kind, parts: &[Node]) -> Option<String> {
    let pred_of = |node: &Node| match node {
        Node::Pred(tested) => Some(kind.pred(tested.pred)),
        _ => None,
    };
    let (Node::Not(equal), tests) = parts.split_last()? else { return None };
    let tests: Option<Vec<_>> = tests.iter().map(pred_of).collect();
    condition::unequal_text(kind, &tests?, pred_of(equal)?)
}

/// Without the noise that floating point leaves at the end.
fn rounded(confidence: f64) -> f64 {
    (confidence * 10_000.0).round() / 10_000.0
}
