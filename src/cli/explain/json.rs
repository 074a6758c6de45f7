// SPDX-License-Identifier: AGPL-3.0-or-later
//! The story as JSON.

use serde_json::{Map, Value as Json, json};

use crate::compile::ir::{Kind, Rule, ValueId, value_text};
use crate::engine::explain::{Node, Seen, Tested};

use super::condition;
use super::stages::Stages;
use super::story::{Chapter, Emitted, Outcome, Story};

/// Characters of a text value, and items of a list, that are kept.
const KEPT: usize = 1024;

/// One object; what was not asked for is null.
pub(super) fn report(stages: &Stages, story: Option<&Story>) -> Json {
    json!({
        "ir": stages.ir.as_ref().map(|(lowered, optimized)| json!({"lowered": lowered, "optimized": optimized})),
        "plan": stages.plan,
        "event": story.map(event),
    })
}

fn event(story: &Story) -> Json {
    let chapter = |chapter: &Chapter| {
        Some(rule(chapter, story.rule(&chapter.explanation)?, story.as_written()?, story.as_run()?))
    };
    json!({
        "source_kind": story.source_kind.as_str(),
        "counts": {"rules": story.rules, "tried": story.tried, "held": story.held},
        "agreed": story.agreed,
        "rules": story.chapters.iter().filter_map(chapter).collect::<Vec<_>>(),
    })
}

fn rule(chapter: &Chapter, rule: &Rule, kind: &Kind, plan: &Kind) -> Json {
    let witness = chapter
        .witness
        .as_ref()
        .map(|witness| witness.iter().map(|tested| self::tested(tested, plan)).collect::<Vec<_>>());
    let emits = chapter.emits(rule).map(|(emit, gate, emitted)| {
        let evidence = |emitted: &Emitted| {
            emitted.evidence.iter().map(|(name, value)| (name.clone(), bounded(value))).collect::<Map<_, _>>()
        };
        json!({
            "tactic": emit.tactic,
            "technique_id": emit.technique,
            "sub_technique_id": emit.sub_technique,
            "technique_name": emit.technique_name,
            "when": gate.when.as_ref().map(|when| node(when, kind)),
            "scale": gate.scale.as_ref().map(|(value, seen)| self::seen(*value, seen, kind)),
            "confidence": emitted.map(|emitted| emitted.confidence),
            "computed_evidence": emitted.map(evidence),
        })
    });
    json!({
        "rule_id": rule.id,
        "rule_version": rule.version,
        "name": rule.name,
        "outcome": match chapter.outcome {
            Outcome::Holds => "holds",
            Outcome::Tried => "does_not_hold",
            Outcome::NotTried => "not_tried",
        },
        "witness": witness,
        "condition": node(&chapter.explanation.condition, kind),
        "emits": emits.collect::<Vec<_>>(),
    })
}

/// A part of a condition. Recursion is bounded by the limit on an expression's nesting.
fn node(part: &Node, kind: &Kind) -> Json {
    let parts = |op: &str, parts: &[Node]| {
        let inner: Vec<Json> = parts.iter().map(|part| node(part, kind)).collect();
        json!({"op": op, "holds": part.holds(), "parts": inner})
    };
    match part {
        Node::Const(value) => json!({"op": "constant", "holds": value}),
        Node::Pred(tested) => self::tested(tested, kind),
        Node::Not(inner) => parts("not", std::slice::from_ref(inner)),
        Node::And(all) => parts("and", all),
        Node::Or(all) => parts("or", all),
    }
}

fn tested(tested: &Tested, kind: &Kind) -> Json {
    let seen: Vec<Json> = tested.seen.iter().map(|(value, seen)| self::seen(*value, seen, kind)).collect();
    json!({
        "op": "test",
        "holds": tested.holds,
        "found": tested.found.as_ref().map(|found| bounded(&found.as_str().into())),
        "text": condition::pred(kind, kind.pred(tested.pred)),
        "seen": seen,
    })
}

fn seen(value: ValueId, seen: &Seen, kind: &Kind) -> Json {
    let name = value_text(kind, value);
    match seen {
        Seen::Absent => json!({"name": name, "state": "absent", "value": null}),
        Seen::WrongType(value) => {
            json!({"name": name, "state": "wrong_type", "value": value.as_ref().map(bounded)})
        }
        Seen::Value(value) => json!({"name": name, "state": "present", "value": bounded(value)}),
    }
}

/// The value without the rest of what is very long. Objects become text, of which the same holds.
fn bounded(value: &Json) -> Json {
    let cut = |text: &str| Json::from(text.chars().take(KEPT).collect::<String>());
    match value {
        Json::String(text) => cut(text),
        Json::Array(items) => items.iter().take(KEPT).map(bounded).collect(),
        Json::Object(_) => cut(&value.to_string()),
        other => other.clone(),
    }
}
