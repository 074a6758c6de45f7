// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is said of the items of a list: `any`, `all`, `first`, `filter`, `len`; and `if`.
//!
//! Over a constant list the condition is written out once per item, so that each becomes a
//! predicate like any other, answered by the scan and shared between rules.

use crate::compile::ir::{Cond, CondId, Num, Pred, Value, ValueId, ValueType};
use crate::compile::parse::ast::{Expr, ExprKind, PairSide, ParamValue};
use crate::diag::{Code, Diagnostic, Span, Spanned};

use super::scope::{It, Operand, Scope};

/// Bytes that writing conditions out may make of one rule on one kind.
const RULE_BYTES: usize = 1 << 20;
/// Bytes that writing conditions out may make of a pack.
const PACK_BYTES: usize = 32 << 20;

/// What writing conditions out has made so far, in bytes of expression.
#[derive(Debug, Default)]
pub(super) struct Written {
    rule: usize,
    pack: usize,
}

impl Written {
    /// Begins a rule on a kind.
    pub(super) const fn begin(&mut self) {
        self.rule = 0;
    }

    fn add(&mut self, bytes: usize) -> bool {
        self.rule = self.rule.saturating_add(bytes);
        self.pack = self.pack.saturating_add(bytes);
        self.rule <= RULE_BYTES && self.pack <= PACK_BYTES
    }
}

/// A list that a condition on `it` is asked of.
enum List {
    /// One that only the event knows, and the type of its items.
    Value(ValueId, ValueType),
    /// A constant one.
    Items(Vec<It>),
    /// Nothing more can be said of it.
    Settled(Operand),
}

impl Scope<'_> {
    /// `any(list, cond)` and `all(list, cond)`.
    pub(super) fn quantifier(&mut self, all: bool, list: &Expr, body: &Expr) -> CondId {
        match self.list_of(if all { "all" } else { "any" }, list) {
            List::Settled(_) => self.never(),
            List::Value(list, item) => {
                let body = self.under(It::Item(item), body);
                self.kind.add_pred(Pred::Quantified { all, list, body })
            }
            List::Items(items) => {
                let Some(parts) = self.unroll(items, body) else { return self.never() };
                let parts = parts.into_iter().map(|(cond, _)| cond).collect();
                self.kind.add_cond(if all { Cond::And(parts) } else { Cond::Or(parts) })
            }
        }
    }

    /// `first(list, cond)` and `filter(list, cond)`; of pairs they give the second sides.
    pub(super) fn selection(&mut self, name: &Spanned<String>, args: &[Expr]) -> Operand {
        let first = name.value == "first";
        let [list, body] = args else {
            let message = format!("`{}` takes a list and a condition on `it`", name.value);
            return self.bad(
                Diagnostic::new(Code::WrongArguments, name.span, message)
                    .help(format!("for example `{}(urls, it contains \"xn--\")`", name.value)),
            );
        };
        match self.list_of(&name.value, list) {
            List::Settled(operand) => operand,
            List::Value(list, item) => {
                let body = self.under(It::Item(item), body);
                let ty = if first { item } else { list_type(item) };
                Operand::Value(self.kind.add_value(Value::Select { first, list, body }), ty)
            }
            List::Items(items) => {
                let numbers = matches!(items.first(), Some(It::Number(_)));
                let item = if numbers { ValueType::Number } else { ValueType::Text };
                let Some(branches) = self.unroll(items, body) else { return Operand::Bad };
                let branches =
                    branches.into_iter().filter_map(|(cond, it)| Some((cond, self.constant_item(it)?)));
                let branches = branches.collect();
                if first {
                    Operand::Value(self.kind.add_value(Value::Choose(branches)), item)
                } else {
                    Operand::Value(self.kind.add_value(Value::Collect(branches)), list_type(item))
                }
            }
        }
    }

    /// `if(cond, a, b)`.
    pub(super) fn choice(&mut self, name: &Spanned<String>, args: &[Expr]) -> Operand {
        let [cond, yes, no] = args else {
            let message = "`if` takes a condition and two values";
            return self.bad(
                Diagnostic::new(Code::WrongArguments, name.span, message)
                    .help("for example `if(exists(verdict), 1, 0.5)`"),
            );
        };
        let cond = self.cond(cond);
        let (Some((yes, ty)), Some((no, other))) = (self.branch(yes), self.branch(no)) else {
            return Operand::Bad;
        };
        let ty = match (ty, other) {
            (None, None) => return Operand::Absent,
            (Some(ty), None) | (None, Some(ty)) => ty,
            (Some(ty), Some(other)) if ty == other => ty,
            (Some(ty), Some(other)) if ty.is_textual() && other.is_textual() => ValueType::Text,
            (Some(ty), Some(other)) => {
                let message = format!("`if` gives {} or {}", ty.as_str(), other.as_str());
                let diagnostic = Diagnostic::new(Code::TypeMismatch, name.span, message);
                return self.bad(diagnostic.label("both must be of one type"));
            }
        };
        let always = self.kind.add_cond(Cond::Const(true));
        let value = Value::Choose(vec![(cond, yes), (always, no)]);
        Operand::Value(self.kind.add_value(value), ty)
    }

    /// A value of `if`, without a type where it is always absent; `None` for an error.
    fn branch(&mut self, expr: &Expr) -> Option<(ValueId, Option<ValueType>)> {
        match self.operand(expr) {
            Operand::Absent => Some((self.kind.add_value(Value::Choose(Vec::new())), None)),
            Operand::Bad => None,
            operand => match self.value_of(&operand) {
                Some((id, ty)) => Some((id, Some(ty))),
                None => {
                    let message =
                        format!("`if` gives text, numbers or lists, this is {}", operand.describe());
                    self.bad(Diagnostic::new(Code::TypeMismatch, expr.span, message));
                    None
                }
            },
        }
    }

    /// The value that an operand is, constants wrapped; `None` for what no value can be.
    pub(super) fn value_of(&mut self, operand: &Operand) -> Option<(ValueId, ValueType)> {
        let items = match operand {
            Operand::Value(id, ty) => return Some((*id, *ty)),
            Operand::Text(text) => {
                return Some((self.kind.add_value(Value::Text(text.clone())), ValueType::Text));
            }
            Operand::Number(number) => {
                return Some((self.kind.add_value(Value::Number(Num::new(*number))), ValueType::Number));
            }
            Operand::Texts(texts) => texts.iter().map(|text| It::Text(text.clone(), None)).collect(),
            Operand::Numbers(numbers) => numbers.iter().map(|number| It::Number(*number)).collect(),
            _ => Vec::new(),
        };
        let ty = match operand {
            Operand::Texts(_) => ValueType::TextList,
            Operand::Numbers(_) => ValueType::NumberList,
            _ => return None,
        };
        let always = self.kind.add_cond(Cond::Const(true));
        let branches = items.into_iter().filter_map(|it| Some((always, self.constant_item(it)?))).collect();
        Some((self.kind.add_value(Value::Collect(branches)), ty))
    }

    /// `len(list)`: a constant, for a constant list.
    pub(super) fn length(&mut self, name: &Spanned<String>, args: &[Expr]) -> Operand {
        #[expect(clippy::cast_precision_loss, reason = "a list of a rule file is short")]
        let count = |items: usize| Operand::Number(items as f64);
        let list = |expr: &Expr| {
            matches!(expr.kind, ExprKind::Param(_) | ExprKind::NamedList(_) | ExprKind::List(_))
        };
        let Some(arg) = args.first().filter(|arg| list(arg)) else { return self.call(name, args) };
        match self.operand(arg) {
            Operand::Texts(items) => count(items.len()),
            Operand::Numbers(items) => count(items.len()),
            Operand::Pairs(items) => count(items.len()),
            operand if operand.is_settled() => operand,
            _ => self.call(name, args),
        }
    }

    /// `it`.
    pub(super) fn item(&mut self, span: Span) -> Operand {
        match self.it.clone() {
            Some(It::Item(ty)) => Operand::Value(self.kind.add_value(Value::It(ty)), ty),
            Some(It::Text(text, _)) => Operand::Text(text),
            Some(It::Number(number)) => Operand::Number(number),
            Some(It::Pair(_)) => self.bad(
                Diagnostic::new(Code::TypeMismatch, span, "`it` is a pair here")
                    .help("`it.1` and `it.2` are its sides"),
            ),
            None => self.bad(
                Diagnostic::new(Code::ItOutsideQuantifier, span, "`it` stands outside `any(…)` and `all(…)`")
                    .help("`it` is the item of a list: `any(urls, it contains \"xn--\")`"),
            ),
        }
    }

    /// `it.1` and `it.2`.
    pub(super) fn item_part(&mut self, side: PairSide, span: Span) -> Operand {
        match (&self.it, side) {
            (Some(It::Pair([text, _])), PairSide::First) | (Some(It::Pair([_, text])), PairSide::Second) => {
                Operand::Text(text.clone())
            }
            _ => self.bad(
                Diagnostic::new(
                    Code::ItOutsideQuantifier,
                    span,
                    format!("`{}` stands where `it` is no pair", side.as_str()),
                )
                .help("pairs are the items of a parameter of type `pair_list`"),
            ),
        }
    }

    /// Where the text of an expression is written: for a parameter or an item of one, in the rule.
    pub(super) fn place(&self, expr: &Expr) -> Span {
        let given = match (&expr.kind, &self.it) {
            (ExprKind::It, Some(It::Text(_, span))) => *span,
            (ExprKind::Param(name), _) => self.argument_of(name).map(|value| value.span),
            _ => None,
        };
        given.unwrap_or(expr.span)
    }

    fn argument_of(&self, name: &str) -> Option<&Spanned<ParamValue>> {
        let params = self.params.as_ref()?;
        params.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// The list at an expression.
    fn list_of(&mut self, word: &str, expr: &Expr) -> List {
        if let ExprKind::Param(name) = &expr.kind
            && let Some(Spanned { value: ParamValue::TextList(items), .. }) = self.argument_of(name)
        {
            return List::Items(
                items.iter().map(|item| It::Text(item.value.clone(), Some(item.span))).collect(),
            );
        }
        match self.operand(expr) {
            Operand::Value(id, ty) if ty.item().is_some() => List::Value(id, ty.item().unwrap_or(ty)),
            Operand::Texts(texts) => {
                List::Items(texts.into_iter().map(|text| It::Text(text, None)).collect())
            }
            Operand::Numbers(numbers) => List::Items(numbers.into_iter().map(It::Number).collect()),
            Operand::Pairs(pairs) => List::Items(pairs.into_iter().map(It::Pair).collect()),
            operand if operand.is_settled() => List::Settled(operand),
            operand => {
                let message = format!("`{word}` needs a list, this is {}", operand.describe());
                let diagnostic = Diagnostic::new(Code::TypeMismatch, expr.span, message);
                List::Settled(self.bad(diagnostic.label("not a list")))
            }
        }
    }

    /// A condition with `it` bound.
    fn under(&mut self, it: It, body: &Expr) -> CondId {
        let outer = self.it.replace(it);
        let body = self.cond(body);
        self.it = outer;
        body
    }

    /// The condition once per item; `None` where it has errors, which are reported for one item.
    fn unroll(&mut self, items: Vec<It>, body: &Expr) -> Option<Vec<(CondId, It)>> {
        let errors = self.errors();
        let mut conds = Vec::with_capacity(items.len());
        let bytes = (body.span.end - body.span.start) as usize;
        for it in items {
            if !self.written.add(bytes + 16) {
                let message = "this condition is written out for too many items of constant lists";
                self.diags.push(
                    Diagnostic::new(Code::ExpressionLimit, body.span, message)
                        .help("shorten the lists, or write `x in @list`, which has no such bound"),
                );
                return None;
            }
            let cond = self.under(it.clone(), body);
            if self.errors() > errors {
                return None;
            }
            conds.push((cond, it));
        }
        Some(conds)
    }

    /// Counts a constant that is copied for every item of another.
    pub(super) fn count_copy(&mut self, operand: Operand) -> Operand {
        if matches!(self.it, None | Some(It::Item(_))) {
            return operand;
        }
        let bytes = match &operand {
            Operand::Text(text) => text.len(),
            Operand::Texts(texts) => texts.iter().map(|text| text.len() + 16).sum(),
            _ => 0,
        };
        // What passes the bound is reported with the next item.
        self.written.add(bytes);
        operand
    }

    fn errors(&self) -> usize {
        self.diags.iter().filter(|found| found.code.severity() == crate::diag::Severity::Error).count()
    }

    /// The value of a constant item, for a pair its second side.
    fn constant_item(&mut self, it: It) -> Option<ValueId> {
        match it {
            It::Text(text, _) | It::Pair([_, text]) => Some(self.kind.add_value(Value::Text(text))),
            It::Number(number) => Some(self.kind.add_value(Value::Number(Num::new(number)))),
            It::Item(_) => None,
        }
    }
}

const fn list_type(item: ValueType) -> ValueType {
    match item {
        ValueType::Number => ValueType::NumberList,
        _ => ValueType::TextList,
    }
}
