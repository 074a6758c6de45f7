// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is decided when a rule asks.

use crate::compile::ir;
use crate::compile::program::code::{ACCEPT, REJECT, emit};
use crate::compile::program::literals::Anchor;
use crate::compile::program::{Nocase, Probe, Regex, Test, Value};

use super::builder::Builder;

impl Builder<'_> {
    /// The test of a predicate that the scan does not decide.
    pub(super) fn test(&mut self, kind: &ir::Kind, pred: &ir::Pred) -> Test {
        match pred {
            ir::Pred::Exists(a) => Test::Exists(a.0),
            ir::Pred::Typed(a) => Test::Typed(a.0),
            ir::Pred::IsTrue(a) => Test::IsTrue(a.0),
            ir::Pred::Text(a, test) => self.probe(test).map_or(Test::Scanned, |probe| Test::Text(a.0, probe)),
            ir::Pred::TextCompare { lhs, op, rhs, nocase } => {
                Test::TextCompare { lhs: lhs.0, op: *op, rhs: rhs.0, nocase: *nocase }
            }
            ir::Pred::Number(a, op, number) => Test::Number(a.0, *op, number.get()),
            ir::Pred::NumberIn(a, set) => Test::NumberIn(a.0, set.iter().map(|n| n.get()).collect()),
            ir::Pred::NumberCompare(a, op, b) => Test::NumberCompare(a.0, *op, b.0),
            ir::Pred::BoolCompare(a, b) => Test::BoolCompare(a.0, b.0),
            ir::Pred::Time(a, op, time) => Test::Time(a.0, *op, *time),
            ir::Pred::TimeCompare(a, op, b) => Test::TimeCompare(a.0, *op, b.0),
            ir::Pred::Ip(a, op, address) => Test::Ip(a.0, *op, *address),
            ir::Pred::IpCompare(a, op, b) => Test::IpCompare(a.0, *op, b.0),
            ir::Pred::IpIn(a, nets) => Test::IpIn(a.0, nets.as_slice().into()),
            ir::Pred::Quantified { all, list, body } => Test::Quantified {
                all: *all,
                list: list.0,
                body: emit(&mut self.code, kind, *body, ACCEPT, REJECT),
            },
        }
    }

    pub(super) fn value(&mut self, kind: &ir::Kind, value: &ir::Value) -> Value {
        let mut code = |cond| emit(&mut self.code, kind, cond, ACCEPT, REJECT);
        let mut branches =
            |all: &[(ir::CondId, ir::ValueId)]| all.iter().map(|(c, v)| (code(*c), v.0)).collect();
        match value {
            ir::Value::Field(slot) => Value::Slot(*slot),
            ir::Value::It(_) => Value::It,
            ir::Value::Number(number) => Value::Number(number.get()),
            ir::Value::Text(text) => Value::Text(text.as_str().into()),
            ir::Value::Call(function, args) => Value::Call(*function, args.iter().map(|arg| arg.0).collect()),
            ir::Value::Arithmetic(op, a, b) => Value::Arithmetic(*op, a.0, b.0),
            ir::Value::Choose(all) => Value::Choose(branches(all)),
            ir::Value::Collect(all) => Value::Collect(branches(all)),
            ir::Value::Select { first, list, body } => {
                Value::Select { first: *first, list: list.0, body: code(*body) }
            }
        }
    }

    fn probe(&mut self, test: &ir::TextTest) -> Option<Probe> {
        use ir::TextTest as T;
        let nocase = |text: &str, anchor| Probe::Nocase(Box::new(Nocase::new(text, anchor)));
        let pattern = match test {
            T::Equals { text, nocase: false } => return Some(Probe::Equals(text.as_str().into())),
            T::Contains { text, nocase: false } => {
                return Some(Probe::Contains(Box::new(
                    memchr::memmem::Finder::new(text.as_bytes()).into_owned(),
                )));
            }
            T::StartsWith { text, nocase: false } => return Some(Probe::StartsWith(text.as_str().into())),
            T::EndsWith { text, nocase: false } => return Some(Probe::EndsWith(text.as_str().into())),
            T::In { set, nocase: false } => {
                return Some(Probe::In(set.iter().map(|text| text.as_str().into()).collect()));
            }
            T::Order(op, text) => return Some(Probe::Order(*op, text.as_str().into())),
            T::Equals { text, .. } => return Some(nocase(text, Anchor::Whole)),
            T::Contains { text, .. } => return Some(nocase(text, Anchor::Anywhere)),
            T::StartsWith { text, .. } => return Some(nocase(text, Anchor::Start)),
            T::EndsWith { text, .. } => return Some(nocase(text, Anchor::End)),
            T::In { set, .. } => {
                let words: Vec<_> = set.iter().map(|text| regex_syntax::escape(text)).collect();
                if words.is_empty() {
                    return Some(Probe::In([].into()));
                }
                format!(r"\A(?i:{})\z", words.join("|"))
            }
            T::ContainsAny(needles) if needles.len() <= ANY_MAX => {
                let one = |needle: &ir::Needle| {
                    let (text, nocase) = (needle.text.clone(), needle.nocase);
                    self.probe(&T::Contains { text, nocase })
                };
                return needles.iter().map(one).collect::<Option<Box<[Probe]>>>().map(Probe::Any);
            }
            T::ContainsAny(needles) => {
                let word = |needle: &ir::Needle| match needle.nocase {
                    true => format!("(?i:{})", regex_syntax::escape(&needle.text)),
                    false => regex_syntax::escape(&needle.text),
                };
                let words: Vec<_> = needles.iter().map(word).collect();
                words.join("|")
            }
            T::Matches(regex) => return self.regex(regex).map(Probe::Regex),
        };
        let regex = ir::Regex::parse(&pattern).ok()?;
        self.regex(&regex).map(Probe::Regex)
    }

    /// The index of a regular expression, compiled once per kind.
    fn regex(&mut self, regex: &ir::Regex) -> Option<u32> {
        if let Some(index) = self.known.get(regex) {
            return Some(*index);
        }
        let index = self.compile(std::slice::from_ref(regex), usize::MAX)?;
        self.known.insert(regex.clone(), index);
        Some(index)
    }

    /// Compiles regular expressions into one automaton of at most `bytes_max`; `None` where it
    /// would take more. That the pack's bound is passed is remembered, and refuses the pack.
    pub(super) fn compile(&mut self, regexes: &[ir::Regex], bytes_max: usize) -> Option<u32> {
        let left = self.bytes_left?;
        let Some(regex) = Regex::new(regexes, left.min(bytes_max)) else {
            if left <= bytes_max {
                self.bytes_left = None;
            }
            return None;
        };
        self.bytes_left = left.checked_sub(regex.automaton.bytes());
        self.regexes.push(regex);
        u32::try_from(self.regexes.len() - 1).ok()
    }
}

/// Literals that are looked for one after the other; more of them are one regular expression.
const ANY_MAX: usize = 16;
