// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tests that run when a rule asks: values computed, then compared.

use std::net::IpAddr;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use jiff::Timestamp;

use crate::compile::ir::Function;
use crate::compile::program::{Probe, Test, Value};

use super::decide::Decider;
use super::scratch::Buffers;
use super::{Slot, function};

impl<'a> Decider<'a, '_> {
    /// A value for this event; `it` is the item under the innermost quantifier.
    ///
    /// Recursion is bounded by the limit on an expression's nesting.
    pub(super) fn value(&mut self, id: u32, it: Option<Slot<'a>>) -> Slot<'a> {
        let kind = self.kind;
        let Some(value) = kind.values.get(id as usize) else { return Slot::Absent };
        match value {
            Value::Slot(slot) => self.slot(*slot),
            Value::It => it.unwrap_or(Slot::Absent),
            Value::Number(number) => Slot::Number(*number),
            Value::Text(text) => Slot::Text(self.arena.alloc_str(text)),
            Value::Call(function, args) => self.call(*function, args, it),
            Value::Arithmetic(op, a, b) => match (self.value(*a, it).number(), self.value(*b, it).number()) {
                (Some(a), Some(b)) => op.apply(a, b).map_or(Slot::Absent, Slot::Number),
                _ => Slot::Absent,
            },
            Value::Choose(branches) => match branches.iter().find(|(code, _)| self.run(*code, it)) {
                Some((_, value)) => self.value(*value, it),
                None => Slot::Absent,
            },
            Value::Collect(branches) => {
                let mut list = List::new_in(self.arena);
                for (code, value) in branches {
                    if self.run(*code, it) {
                        list.push(self.value(*value, it));
                    }
                }
                list.slot()
            }
            Value::Select { first, list, body } => self.select(*first, *list, *body, it),
        }
    }

    fn select(&mut self, first: bool, list: u32, body: u32, it: Option<Slot<'a>>) -> Slot<'a> {
        let list = self.value(list, it);
        if first {
            return list.items().find(|item| self.run(body, Some(*item))).unwrap_or(Slot::Absent);
        }
        match list {
            Slot::Texts(_) | Slot::Numbers(_) => {
                let mut kept = List::new_in(self.arena);
                list.items().filter(|item| self.run(body, Some(*item))).for_each(|item| kept.push(item));
                kept.slot()
            }
            other => other,
        }
    }

    fn call(&mut self, function: Function, args: &[u32], it: Option<Slot<'a>>) -> Slot<'a> {
        let first = args.first().map_or(Slot::Absent, |id| self.value(*id, it));
        let second = args.get(1).map_or(Slot::Absent, |id| self.value(*id, it));
        function::apply(function, first, second, self.arena)
    }

    /// The value of a predicate that the scan does not decide.
    pub(super) fn run_test(&mut self, test: &Test, it: Option<Slot<'a>>) -> bool {
        match test {
            Test::Scanned => false,
            Test::Text(value, probe) => {
                self.value(*value, it).text().is_some_and(|text| self.probe(probe, text))
            }
            Test::Exists(value) => self.value(*value, it) != Slot::Absent,
            Test::Typed(value) => !matches!(self.value(*value, it), Slot::Absent | Slot::Wrong),
            Test::IsTrue(value) => self.value(*value, it) == Slot::Bool(true),
            Test::TextCompare { lhs, op, rhs, nocase } => {
                match (self.value(*lhs, it).text(), self.value(*rhs, it).text()) {
                    (Some(a), Some(b)) if *nocase => function::equals_nocase(a, b),
                    (Some(a), Some(b)) => op.holds(Some(a.cmp(b))),
                    _ => false,
                }
            }
            Test::Number(value, op, number) => {
                op.holds(self.value(*value, it).number().and_then(|value| value.partial_cmp(number)))
            }
            Test::NumberIn(value, set) => self
                .value(*value, it)
                .number()
                .is_some_and(|number| set.binary_search_by(|known| known.total_cmp(&number)).is_ok()),
            Test::NumberCompare(a, op, b) => {
                let (a, b) = (self.value(*a, it).number(), self.value(*b, it).number());
                op.holds(a.zip(b).and_then(|(a, b)| a.partial_cmp(&b)))
            }
            Test::BoolCompare(a, b) => {
                let (a, b) = (self.value(*a, it).boolean(), self.value(*b, it).boolean());
                a.is_some() && a == b
            }
            Test::Time(value, op, time) => op.holds(self.time(*value, it).map(|value| value.cmp(time))),
            Test::TimeCompare(a, op, b) => {
                op.holds(self.time(*a, it).zip(self.time(*b, it)).map(|(a, b)| a.cmp(&b)))
            }
            Test::Ip(value, op, address) => {
                op.holds(self.address(*value, it).map(|value| value.cmp(address)))
            }
            Test::IpCompare(a, op, b) => {
                op.holds(self.address(*a, it).zip(self.address(*b, it)).map(|(a, b)| a.cmp(&b)))
            }
            Test::IpIn(value, nets) => {
                self.address(*value, it).is_some_and(|address| nets.iter().any(|net| net.contains(address)))
            }
            Test::Quantified { all, list, body } => self.quantified(*all, *list, *body, it),
        }
    }

    fn quantified(&mut self, all: bool, list: u32, body: u32, it: Option<Slot<'a>>) -> bool {
        let list = self.value(list, it);
        match list {
            Slot::Texts(_) | Slot::Numbers(_) if all => list.items().all(|item| self.run(body, Some(item))),
            _ => list.items().any(|item| self.run(body, Some(item))),
        }
    }

    fn probe(&mut self, probe: &Probe, text: &str) -> bool {
        match probe {
            Probe::Equals(wanted) => text == &**wanted,
            Probe::In(set) => set.binary_search_by(|known| (**known).cmp(text)).is_ok(),
            Probe::Contains(finder) => finder.find(text.as_bytes()).is_some(),
            Probe::StartsWith(prefix) => text.starts_with(&**prefix),
            Probe::EndsWith(suffix) => text.ends_with(&**suffix),
            Probe::Order(op, other) => op.holds(Some(text.cmp(other))),
            Probe::Any(all) => all.iter().any(|probe| self.probe(probe, text)),
            Probe::Nocase(needle) => needle.is_in(text, self.arena),
            Probe::Regex(regex) => {
                let Buffers { lazy, base, .. } = &mut *self.buffers;
                let Some(automaton) = self.kind.regexes.get(*regex as usize) else { return false };
                let mut found = false;
                lazy.search(&automaton.automaton, *base + *regex, text, text.is_ascii(), |_| {
                    found = true;
                    false
                });
                found
            }
        }
    }

    fn time(&mut self, value: u32, it: Option<Slot<'a>>) -> Option<i128> {
        self.value(value, it).text()?.parse::<Timestamp>().ok().map(Timestamp::as_nanosecond)
    }

    fn address(&mut self, value: u32, it: Option<Slot<'a>>) -> Option<IpAddr> {
        self.value(value, it).text()?.parse::<IpAddr>().ok().map(|address| address.to_canonical())
    }
}

/// A list while it is put together: of strings or of numbers, as its first item is.
struct List<'a> {
    texts: ArenaVec<'a, &'a str>,
    numbers: ArenaVec<'a, f64>,
}

impl<'a> List<'a> {
    fn new_in(arena: &'a Bump) -> Self {
        Self { texts: ArenaVec::new_in(arena), numbers: ArenaVec::new_in(arena) }
    }

    /// Adds an item; one that is absent or of another type than the list's adds nothing.
    fn push(&mut self, item: Slot<'a>) {
        match item {
            Slot::Text(text) if self.numbers.is_empty() => self.texts.push(text),
            Slot::Number(number) if self.texts.is_empty() => self.numbers.push(number),
            _ => {}
        }
    }

    fn slot(self) -> Slot<'a> {
        match self.numbers.is_empty() {
            true => Slot::Texts(self.texts.into_bump_slice()),
            false => Slot::Numbers(self.numbers.into_bump_slice()),
        }
    }
}
