// SPDX-License-Identifier: AGPL-3.0-or-later
//! The reference evaluator: slow, obvious, and what the fast engine must agree with.
//!
//! It walks the IR as lowering made it, over a parsed JSON tree, with a general regular
//! expression engine. It shares with the engine only the language's functions and the view of
//! over-long texts.

use std::cell::RefCell;
use std::collections::HashMap;
use std::net::IpAddr;

use bumpalo::Bump;
use jiff::Timestamp;
use regex_automata::meta::Regex;
use serde_json::Value as Json;

use crate::compile::ir::{Cond, CondId, Entry, Field, Kind, Pack, Pred, TextTest, Value, ValueId};
use crate::event::Event;
use crate::lift::shell::Via;
use crate::lift::{self, Site};
use crate::vocab::{FieldType, Limits, Origin};

use super::fields::SEAM;
use super::lifted::{self, Fields};
use super::{Slot, function, text_view};

/// What the reference says a rule emits.
#[derive(Clone, Debug, PartialEq)]
pub struct Emission {
    /// The rule.
    pub rule_id: String,
    /// The emit, by its place in the rule.
    pub emit: u32,
    /// Confidence after `scale`.
    pub confidence: f64,
}

/// Evaluates lowered rules by walking them.
#[derive(Debug)]
pub struct Reference {
    pack: Pack,
    pub(super) limits: Limits,
    regexes: RefCell<HashMap<String, Regex>>,
    #[cfg(all(feature = "mail", target_os = "linux"))]
    messages: Option<lift::Messages>,
}

impl Reference {
    /// A reference over a pack as lowering made it.
    pub fn new(pack: Pack, limits: Limits) -> Self {
        Self {
            pack,
            limits,
            regexes: RefCell::default(),
            #[cfg(all(feature = "mail", target_os = "linux"))]
            messages: None,
        }
    }

    /// Opens the bodies of e-mails where they are stored, as [`Engine::with_messages`](super::Engine::with_messages).
    #[cfg(all(feature = "mail", target_os = "linux"))]
    #[must_use]
    pub fn with_messages(mut self, messages: lift::Messages) -> Self {
        self.messages = Some(messages);
        self
    }

    /// What lifters may use for an event.
    fn site<'s>(&'s self, event: &'s Event<'_>) -> Site<'s> {
        Site {
            #[cfg(all(feature = "mail", target_os = "linux"))]
            messages: self.messages.as_ref(),
            ..Site::new(event.decky_id.as_deref(), true)
        }
    }

    /// What every rule emits for an event, in order of rule and emit.
    ///
    /// # Errors
    /// The payload is JSON that a general parser does not take (a lone surrogate, a number out
    /// of range).
    pub fn evaluate(&self, event: &Event<'_>) -> Result<Vec<Emission>, serde_json::Error> {
        let payload: Json = serde_json::from_str(event.payload.as_str())?;
        let Some(kind) = self.pack.kinds.iter().find(|kind| kind.source_kind == Some(event.source_kind))
        else {
            return Ok(Vec::new());
        };
        let arena = Bump::new();
        let mut emissions: Vec<(u32, Emission)> = Vec::new();
        for (via, walk) in self.walks(kind, event, &payload, &arena) {
            for entry in kind.entries.iter().filter(|entry| walk.cond(entry.cond, None)) {
                self.emissions(entry, &walk, via, &mut emissions);
            }
        }
        emissions.sort_by_key(|(rule, emission)| (*rule, emission.emit));
        Ok(emissions.into_iter().map(|(_, emission)| emission).collect())
    }

    /// What a rule that holds emits in one view, less what it emitted in views before.
    fn emissions(
        &self,
        entry: &Entry,
        walk: &Walk<'_>,
        via: Option<Via>,
        emissions: &mut Vec<(u32, Emission)>,
    ) {
        let Some(rule) = self.pack.rules.get(entry.rule as usize) else { return };
        for (index, (emit, gate)) in (0_u32..).zip(rule.emits.iter().zip(&entry.emits)) {
            let known = emissions.iter().any(|(rule, known)| *rule == entry.rule && known.emit == index);
            if known || !gate.when.is_none_or(|when| walk.cond(when, None)) {
                continue;
            }
            let scale = gate.scale.map_or(1.0, |scale| {
                let scale = walk.value(scale, None).number().unwrap_or(0.0);
                if gate.unclamped { scale } else { scale.clamp(0.0, 1.0) }
            });
            let confidence = emit.confidence * scale * via.map_or(1.0, Via::factor);
            emissions.push((entry.rule, Emission { rule_id: rule.id.clone(), emit: index, confidence }));
        }
    }

    /// The event as it stands, and each further view of it.
    pub(super) fn walks<'a>(
        &'a self,
        kind: &'a Kind,
        event: &Event<'_>,
        payload: &'a Json,
        arena: &'a Bump,
    ) -> Vec<(Option<Via>, Walk<'a>)> {
        let walk = |lifted| Walk { reference: self, kind, payload, arena, lifted };
        let lifted = lifted::all(event.source_kind, self.site(event), arena, |known, name, ty| {
            walk(known.clone()).field(name, ty)
        });
        let mut walks = vec![(lift::first_view(event.source_kind), walk(lifted.base.clone()))];
        for (via, mut fields) in lifted.views {
            // What the view does not give is as in the event.
            fields.extend(lifted.base.iter().copied());
            walks.push((Some(via), walk(fields)));
        }
        walks
    }

    /// The pack that it evaluates.
    pub const fn pack(&self) -> &Pack {
        &self.pack
    }

    fn matches(&self, pattern: &str, text: &str) -> bool {
        self.with_regex(pattern, |regex| regex.is_match(text)).unwrap_or(false)
    }

    fn with_regex<T>(&self, pattern: &str, ask: impl FnOnce(&Regex) -> T) -> Option<T> {
        let mut regexes = self.regexes.borrow_mut();
        if !regexes.contains_key(pattern)
            && let Ok(regex) = Regex::new(pattern)
        {
            regexes.insert(pattern.to_owned(), regex);
        }
        regexes.get(pattern).map(ask)
    }
}

/// One event before the rules of its kind.
pub(super) struct Walk<'a> {
    pub(super) reference: &'a Reference,
    pub(super) kind: &'a Kind,
    pub(super) payload: &'a Json,
    pub(super) arena: &'a Bump,
    /// Derived fields; the first of a name counts.
    pub(super) lifted: Fields<'a>,
}

impl<'a> Walk<'a> {
    pub(super) fn cond(&self, id: CondId, it: Option<Slot<'a>>) -> bool {
        match self.kind.cond(id) {
            Cond::Const(value) => *value,
            Cond::Pred(pred) => self.pred(self.kind.pred(*pred), it),
            Cond::Not(inner) => !self.cond(*inner, it),
            Cond::And(parts) => parts.iter().all(|part| self.cond(*part, it)),
            Cond::Or(parts) => parts.iter().any(|part| self.cond(*part, it)),
        }
    }

    pub(super) fn pred(&self, pred: &Pred, it: Option<Slot<'a>>) -> bool {
        let value = |id: &ValueId| self.value(*id, it);
        match pred {
            Pred::Exists(a) => value(a) != Slot::Absent,
            Pred::Typed(a) => !matches!(value(a), Slot::Absent | Slot::Wrong),
            Pred::IsTrue(a) => value(a) == Slot::Bool(true),
            Pred::Text(a, test) => value(a).text().is_some_and(|text| self.text(test, text)),
            Pred::TextCompare { lhs, op, rhs, nocase } => match (value(lhs).text(), value(rhs).text()) {
                (Some(a), Some(b)) if *nocase => function::equals_nocase(a, b),
                (Some(a), Some(b)) => op.holds(Some(a.cmp(b))),
                _ => false,
            },
            Pred::Number(a, op, number) => {
                op.holds(value(a).number().and_then(|a| a.partial_cmp(&number.get())))
            }
            Pred::NumberIn(a, set) => {
                value(a).number().is_some_and(|a| set.iter().any(|number| number.get() == a))
            }
            Pred::NumberCompare(a, op, b) => {
                op.holds(value(a).number().zip(value(b).number()).and_then(|(a, b)| a.partial_cmp(&b)))
            }
            Pred::BoolCompare(a, b) => {
                value(a).boolean().zip(value(b).boolean()).is_some_and(|(a, b)| a == b)
            }
            Pred::Time(a, op, when) => op.holds(time(value(a)).map(|a| a.cmp(when))),
            Pred::TimeCompare(a, op, b) => {
                op.holds(time(value(a)).zip(time(value(b))).map(|(a, b)| a.cmp(&b)))
            }
            Pred::Ip(a, op, to) => op.holds(address(value(a)).map(|a| a.cmp(to))),
            Pred::IpCompare(a, op, b) => {
                op.holds(address(value(a)).zip(address(value(b))).map(|(a, b)| a.cmp(&b)))
            }
            Pred::IpIn(a, nets) => address(value(a)).is_some_and(|a| nets.iter().any(|net| net.contains(a))),
            Pred::Quantified { all, list, body } => {
                let items: Vec<Slot<'a>> = match value(list) {
                    Slot::Texts(items) => items.iter().map(|item| Slot::Text(item)).collect(),
                    Slot::Numbers(items) => items.iter().map(|item| Slot::Number(*item)).collect(),
                    // A field of a log record that is no array is a list of one.
                    text @ Slot::Text(_) => vec![text],
                    _ => return false,
                };
                let mut results = items.into_iter().map(|item| self.cond(*body, Some(item)));
                if *all { results.all(|holds| holds) } else { results.any(|holds| holds) }
            }
        }
    }

    fn text(&self, test: &TextTest, text: &str) -> bool {
        let nocase = |needle: &str, start: &str, end: &str| {
            let pattern = format!("{start}(?i:{}){end}", regex_syntax::escape(needle));
            self.reference.matches(&pattern, text)
        };
        match test {
            TextTest::Equals { text: needle, nocase: true } => nocase(needle, r"\A", r"\z"),
            TextTest::Contains { text: needle, nocase: true } => nocase(needle, "", ""),
            TextTest::StartsWith { text: needle, nocase: true } => nocase(needle, r"\A", ""),
            TextTest::EndsWith { text: needle, nocase: true } => nocase(needle, "", r"\z"),
            TextTest::In { set, nocase: true } => set.iter().any(|needle| nocase(needle, r"\A", r"\z")),
            TextTest::ContainsAny(needles) => needles.iter().any(|needle| {
                if needle.nocase { nocase(&needle.text, "", "") } else { text.contains(needle.text.as_str()) }
            }),
            TextTest::Equals { text: needle, .. } => text == needle,
            TextTest::Contains { text: needle, .. } => text.contains(needle.as_str()),
            TextTest::StartsWith { text: needle, .. } => text.starts_with(needle.as_str()),
            TextTest::EndsWith { text: needle, .. } => text.ends_with(needle.as_str()),
            TextTest::In { set, .. } => set.iter().any(|needle| needle == text),
            TextTest::Matches(regex) => self.reference.matches(regex.pattern(), text),
            TextTest::Order(op, other) => op.holds(Some(text.cmp(other.as_str()))),
        }
    }

    pub(super) fn value(&self, id: ValueId, it: Option<Slot<'a>>) -> Slot<'a> {
        match self.kind.value(id) {
            Value::Field(index) => {
                let field = self.kind.field(*index);
                self.field(&field.name, field.ty)
            }
            Value::It(_) => it.unwrap_or(Slot::Absent),
            Value::Number(number) => Slot::Number(number.get()),
            Value::Text(text) => Slot::Text(self.arena.alloc_str(text)),
            Value::Call(function, args) => {
                let mut args = args.iter().map(|arg| self.value(*arg, it));
                let first = args.next().unwrap_or(Slot::Absent);
                function::apply(*function, first, args.next().unwrap_or(Slot::Absent), self.arena)
            }
            Value::Arithmetic(op, a, b) => match (self.value(*a, it).number(), self.value(*b, it).number()) {
                (Some(a), Some(b)) => op.apply(a, b).map_or(Slot::Absent, Slot::Number),
                _ => Slot::Absent,
            },
            Value::Choose(branches) => {
                let mut holding = branches.iter().filter(|(cond, _)| self.cond(*cond, it));
                holding.next().map_or(Slot::Absent, |(_, value)| self.value(*value, it))
            }
            Value::Collect(branches) => {
                let holding = branches.iter().filter(|(cond, _)| self.cond(*cond, it));
                self.list(holding.map(|(_, value)| self.value(*value, it)).collect())
            }
            Value::Select { first, list, body } => {
                let list = self.value(*list, it);
                let is_list = matches!(list, Slot::Texts(_) | Slot::Numbers(_));
                let kept: Vec<Slot<'a>> = list.items().filter(|item| self.cond(*body, Some(*item))).collect();
                match (first, is_list) {
                    (true, _) => kept.first().copied().unwrap_or(Slot::Absent),
                    (false, true) => self.list(kept),
                    (false, false) => list,
                }
            }
        }
    }

    fn list(&self, items: Vec<Slot<'a>>) -> Slot<'a> {
        let numbers: Vec<f64> = items.iter().filter_map(|item| item.number()).collect();
        let texts: Vec<&'a str> = items.iter().filter_map(|item| item.text()).collect();
        match numbers.is_empty() {
            true => Slot::Texts(self.arena.alloc_slice_copy(&texts)),
            false => Slot::Numbers(self.arena.alloc_slice_copy(&numbers)),
        }
    }

    /// The value of a field: a member, or a member of an object, found ASCII case aside.
    fn field(&self, name: &str, ty: FieldType) -> Slot<'a> {
        if matches!(ty, FieldType::Any | FieldType::All) {
            return self.record_field(name, ty);
        }
        let found = self.find(name);
        let there = found.is_some_and(|value| !value.is_null());
        let on_demand = |field: &&Field| field.name == name && field.origin == Origin::OnDemand;
        if let Some((_, value)) = self.lifted.iter().find(|(known, _)| *known == name)
            && !(there && self.kind.fields.iter().find(on_demand).is_some())
        {
            return *value;
        }
        let is_member = name.contains('.');
        let texts = |items: Vec<&'a str>| {
            let items: Vec<&'a str> = items
                .into_iter()
                .take(self.reference.limits.list_items)
                .map(|text| self.view(text))
                .collect();
            Slot::Texts(self.arena.alloc_slice_copy(&items))
        };
        match (found, ty) {
            (None | Some(Json::Null), _) => Slot::Absent,
            (Some(Json::String(text)), FieldType::Text | FieldType::Time | FieldType::Ip) => {
                Slot::Text(self.view(text))
            }
            (Some(Json::String(text)), FieldType::Map) if is_member => Slot::Text(self.view(text)),
            (Some(Json::Number(number)), FieldType::Number) => {
                Slot::Number(number.as_f64().unwrap_or(f64::INFINITY))
            }
            (Some(Json::Bool(value)), FieldType::Bool) => Slot::Bool(*value),
            (Some(Json::Array(items)), FieldType::TextList) => {
                texts(items.iter().filter_map(Json::as_str).collect())
            }
            (Some(Json::Array(items)), FieldType::NumberList) => {
                let items: Vec<f64> =
                    items.iter().filter_map(Json::as_f64).take(self.reference.limits.list_items).collect();
                Slot::Numbers(self.arena.alloc_slice_copy(&items))
            }
            (Some(Json::Object(members)), FieldType::Map) if !is_member => {
                texts(members.values().filter_map(Json::as_str).collect())
            }
            _ => Slot::Wrong,
        }
    }

    /// What a pattern finds first in a text.
    pub(super) fn found(&self, pattern: &str, text: &str) -> Option<String> {
        let range = self.reference.with_regex(pattern, |regex| regex.find(text))??.range();
        text.get(range).map(str::to_owned)
    }

    /// The JSON of a field.
    pub(super) fn find(&self, name: &str) -> Option<&'a Json> {
        let Some((key, member)) = name.split_once('.') else { return self.payload.get(name) };
        let object = self.payload.get(key)?.as_object()?;
        object.iter().rev().find(|(name, _)| name.eq_ignore_ascii_case(member)).map(|(_, value)| value)
    }

    pub(super) fn view(&self, text: &'a str) -> &'a str {
        match text_view(text, self.reference.limits.text_bytes) {
            Some((head, tail)) => self.arena.alloc_str(&format!("{head}{SEAM}{tail}")),
            None => text,
        }
    }
}

fn time(slot: Slot<'_>) -> Option<i128> {
    slot.text()?.parse::<Timestamp>().ok().map(Timestamp::as_nanosecond)
}

fn address(slot: Slot<'_>) -> Option<IpAddr> {
    slot.text()?.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}
