// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why a rule holds for an event or does not: every part of its condition, with what it saw.
//!
//! The reference evaluator does the work, without stopping early, so what is shown is the meaning
//! of the rule and not a plan.

use bumpalo::Bump;
use serde_json::Value as Json;

use crate::compile::ir::{Cond, CondId, Entry, Kind, Pred, PredId, TextTest, Value, ValueId};
use crate::event::Event;
use crate::lift::shell::Via;

use super::Slot;
use super::reference::{Reference, Walk};

/// What one rule of the event's kind says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The rule, by its place in [`Pack::rules`](crate::compile::ir::Pack::rules).
    pub rule: u32,
    /// The view that is explained, for events that have several: the first in which the rule holds.
    pub via: Option<Via>,
    /// The condition, part by part.
    pub condition: Node,
    /// The predicates one of which must be true for the rule to be tried; `None` where it is tried
    /// for every event. Only the optimizer chooses them, so rules as lowered have none.
    pub witness: Option<Vec<Tested>>,
    /// Per emit of the rule: its `when`, and its `scale`.
    pub emits: Vec<Gate>,
}

/// A part of a condition; how it came out is [`Node::holds`].
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Always or never.
    Const(bool),
    /// A predicate.
    Pred(Tested),
    /// The negation.
    Not(Box<Self>),
    /// All of them.
    And(Vec<Self>),
    /// At least one of them.
    Or(Vec<Self>),
}

/// A predicate that was tested.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// Which.
    pub pred: PredId,
    /// How it came out.
    pub holds: bool,
    /// For a regular expression that matches: the first match.
    pub found: Option<String>,
    /// The values it read, each after the fields inside it; constants left out.
    pub seen: Vec<(ValueId, Seen)>,
}

/// `when` and `scale` of one emit.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    /// What must hold for the emit to happen.
    pub when: Option<Node>,
    /// What multiplies the confidence.
    pub scale: Option<(ValueId, Seen)>,
}

/// A value of the event.
#[derive(Clone, Debug, PartialEq)]
pub enum Seen {
    /// Missing or null.
    Absent,
    /// There, but of another type than declared; the value as it is in the event, where it is a field.
    WrongType(Option<Json>),
    /// The value, as it was evaluated: long texts from their head and tail.
    Value(Json),
}

impl Node {
    /// Whether the part holds.
    pub fn holds(&self) -> bool {
        match self {
            Self::Const(value) => *value,
            Self::Pred(tested) => tested.holds,
            Self::Not(inner) => !inner.holds(),
            Self::And(parts) => parts.iter().all(Self::holds),
            Self::Or(parts) => parts.iter().any(Self::holds),
        }
    }
}

impl Reference {
    /// The part of the pack that evaluates events of this kind; `None` where no rule reads it.
    pub fn kind(&self, event: &Event<'_>) -> Option<&Kind> {
        self.pack().kinds.iter().find(|kind| kind.source_kind == Some(event.source_kind))
    }

    /// What every rule of the event's kind says of it, in order of rule.
    ///
    /// # Cost
    /// Every predicate of every rule is tested and every value copied: for people, not for streams.
    ///
    /// # Errors
    /// As [`Reference::evaluate`].
    ///
    /// # Example
    /// ```
    /// use decnet_ttp::compile::{self, parse::PackFiles};
    /// use decnet_ttp::engine::reference::Reference;
    /// use decnet_ttp::event::Event;
    /// use decnet_ttp::vocab::Limits;
    ///
    /// let pack = compile::compile(&PackFiles::builtin(), &Default::default(), None);
    /// let line = r#"{"source_kind":"command","source_id":"s#0","payload":{"command_text":"cat /etc/shadow"}}"#;
    /// let event = Event::parse(line, &Limits::default())?;
    /// let reference = Reference::new(pack.lowered, Limits::default());
    /// let held = reference.explain(&event)?.into_iter().filter(|rule| rule.condition.holds());
    /// let ids: Vec<&str> = held.map(|rule| reference.pack().rules[rule.rule as usize].id.as_str()).collect();
    /// assert!(ids.contains(&"R0014"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn explain(&self, event: &Event<'_>) -> Result<Vec<Explanation>, serde_json::Error> {
        let payload: Json = serde_json::from_str(event.payload.as_str())?;
        let Some(kind) = self.kind(event) else { return Ok(Vec::new()) };
        let arena = Bump::new();
        let walks = self.walks(kind, event, &payload, &arena);
        let explain = |entry: &Entry| {
            // The first view in which the rule holds, else the event as it stands.
            let held = walks.iter().find(|(_, walk)| walk.node(entry.cond).holds());
            held.or(walks.first()).map(|(via, walk)| walk.explain(entry, *via))
        };
        Ok(kind.entries.iter().filter_map(explain).collect())
    }
}

impl Walk<'_> {
    fn explain(&self, entry: &Entry, via: Option<Via>) -> Explanation {
        let witness = entry.witness.as_ref();
        Explanation {
            rule: entry.rule,
            via,
            condition: self.node(entry.cond),
            witness: witness.map(|preds| preds.iter().map(|pred| self.tested(*pred)).collect()),
            emits: entry
                .emits
                .iter()
                .map(|gate| Gate {
                    when: gate.when.map(|when| self.node(when)),
                    scale: gate.scale.map(|scale| (scale, self.seen(scale))),
                })
                .collect(),
        }
    }

    /// Recursion is bounded by the limit on an expression's nesting.
    fn node(&self, id: CondId) -> Node {
        let nodes = |parts: &[CondId]| parts.iter().map(|part| self.node(*part)).collect();
        match self.kind.cond(id) {
            Cond::Const(value) => Node::Const(*value),
            Cond::Pred(pred) => Node::Pred(self.tested(*pred)),
            Cond::Not(inner) => Node::Not(Box::new(self.node(*inner))),
            Cond::And(parts) => Node::And(nodes(parts)),
            Cond::Or(parts) => Node::Or(nodes(parts)),
        }
    }

    fn tested(&self, id: PredId) -> Tested {
        let pred = self.kind.pred(id);
        let mut values = Vec::new();
        pred.values().for_each(|value| self.reads(value, &mut values));
        if let Pred::Quantified { body, .. } = pred {
            self.reads_in(*body, &mut values);
        }
        let seen = values.into_iter().map(|value| (value, self.seen(value))).collect();
        let found = match pred {
            Pred::Text(value, TextTest::Matches(regex)) => {
                self.value(*value, None).text().and_then(|text| self.found(regex.pattern(), text))
            }
            _ => None,
        };
        Tested { pred: id, holds: self.pred(pred, None), found, seen }
    }

    /// The fields inside the value, then the value itself, unless they are constants, items or there already.
    fn reads(&self, id: ValueId, values: &mut Vec<ValueId>) {
        let value = self.kind.value(id);
        let known = || values.iter().any(|known| self.kind.value(*known) == value);
        if !self.is_of_event(id) || known() {
            return;
        }
        value.conditions().into_iter().for_each(|cond| self.reads_in(cond, values));
        if let Value::Select { body, .. } = value {
            self.reads_in(*body, values);
        }
        value.operands().into_iter().for_each(|operand| self.reads(operand, values));
        values.push(id);
    }

    /// What a quantifier's body reads besides the items.
    fn reads_in(&self, cond: CondId, values: &mut Vec<ValueId>) {
        match self.kind.cond(cond) {
            Cond::Const(_) => {}
            Cond::Pred(pred) => {
                let pred = self.kind.pred(*pred);
                pred.values().for_each(|value| self.reads(value, values));
                if let Pred::Quantified { body, .. } = pred {
                    self.reads_in(*body, values);
                }
            }
            Cond::Not(inner) => self.reads_in(*inner, values),
            Cond::And(parts) | Cond::Or(parts) => {
                parts.iter().for_each(|part| self.reads_in(*part, values));
            }
        }
    }

    /// Whether the value depends on the event, and not on an item.
    fn is_of_event(&self, id: ValueId) -> bool {
        self.leaves(id).iter().any(|leaf| matches!(leaf, Value::Field(_)))
            && !self.leaves(id).iter().any(|leaf| matches!(leaf, Value::It(_)))
    }

    /// The fields, constants and items that a value is made of. What a quantifier or a selection
    /// asks of its items is left out: there, `it` is theirs.
    fn leaves(&self, id: ValueId) -> Vec<&Value> {
        let mut leaves = Vec::new();
        let (mut values, mut conds) = (vec![id], Vec::new());
        loop {
            if let Some(id) = values.pop() {
                let value = self.kind.value(id);
                let operands = value.operands();
                conds.extend(value.conditions());
                if operands.is_empty() {
                    leaves.push(value);
                }
                values.extend(operands);
            } else if let Some(cond) = conds.pop() {
                match self.kind.cond(cond) {
                    Cond::Const(_) => {}
                    Cond::Pred(pred) => values.extend(self.kind.pred(*pred).values()),
                    Cond::Not(inner) => conds.push(*inner),
                    Cond::And(parts) | Cond::Or(parts) => conds.extend(parts),
                }
            } else {
                return leaves;
            }
        }
    }

    fn seen(&self, id: ValueId) -> Seen {
        match self.value(id, None) {
            Slot::Absent | Slot::Deferred(_) => Seen::Absent,
            Slot::Wrong => Seen::WrongType(match self.kind.value(id) {
                Value::Field(field) => self.find(&self.kind.field(*field).name).cloned(),
                _ => None,
            }),
            value => Seen::Value(json(value)),
        }
    }
}

/// A value as JSON; one that is not there is null.
pub fn json(value: Slot<'_>) -> Json {
    match value {
        Slot::Absent | Slot::Deferred(_) | Slot::Wrong => Json::Null,
        Slot::Text(text) => text.into(),
        Slot::Number(value) => number(value),
        Slot::Bool(value) => value.into(),
        Slot::Texts(items) => items.into(),
        Slot::Numbers(items) => items.iter().map(|item| number(*item)).collect(),
    }
}

/// The number as JSON, whole ones without a decimal point; infinity, which JSON lacks, as text.
fn number(number: f64) -> Json {
    // Below 2^53 every whole number is exact.
    if number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0 {
        #[expect(clippy::cast_possible_truncation, reason = "whole and below 2^53")]
        return Json::from(number as i64);
    }
    serde_json::Number::from_f64(number).map_or_else(|| number.to_string().into(), Json::Number)
}
