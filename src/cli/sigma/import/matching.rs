// SPDX-License-Identifier: AGPL-3.0-or-later
//! A Sigma condition as an expression of ours.
//!
//! # Soundness
//! A test of a field that our events lack never holds on them, and so it is left out of an "or".
//! Where its absence would make a rule hold for more, in an exclusion, the rule is refused.

use std::collections::BTreeSet;

use super::fields::{Kind, Target};
use crate::compile::ir::{Ordering, TextTest};
use crate::compile::parse::ast::{BinaryOp, Expr, ExprKind};
use crate::compile::sigma::ast::{self, Op, Test};
use crate::diag::{SourceId, Span, Spanned};

/// What a rule's condition comes to.
pub(super) struct Found {
    pub(super) expr: Expr,
    /// The tests that are left out, in words.
    pub(super) lacks: BTreeSet<String>,
}

/// A part of it.
enum Part {
    /// What always or never holds for our events.
    Const(bool),
    Expr(Expr),
    /// An exclusion that cannot be kept.
    Lost(String),
}

/// The expression, or why there is none.
pub(super) fn matching(rule: &ast::Rule, kind: Kind) -> Result<Found, String> {
    let mut converter = Converter { rule, kind, lacks: BTreeSet::new() };
    let part = converter.part(&rule.condition, true);
    let lacks = converter.lacks;
    let listed = || lacks.iter().map(String::as_str).collect::<Vec<_>>().join("; ");
    match part {
        Part::Expr(expr) => Ok(Found { expr, lacks }),
        Part::Lost(what) => Err(format!("an exclusion needs {what}, which our events lack")),
        Part::Const(false) => Err(format!("it needs {}, which our events lack", listed())),
        Part::Const(true) => Err("it would hold for every event".to_owned()),
    }
}

struct Converter<'r> {
    rule: &'r ast::Rule,
    kind: Kind,
    lacks: BTreeSet<String>,
}

impl Converter<'_> {
    /// One part; `positive` where its holding makes the rule hold. Depth is that of the rule.
    fn part(&mut self, expr: &ast::Expr, positive: bool) -> Part {
        match expr {
            ast::Expr::Selection(at) => match self.rule.selections.get(*at) {
                Some(selection) => self.part(&selection.expr, positive),
                None => Part::Const(false),
            },
            ast::Expr::Not(inner) => match self.part(inner, !positive) {
                Part::Const(value) => Part::Const(!value),
                Part::Expr(expr) => Part::Expr(node(ExprKind::Not(Box::new(expr)))),
                Part::Lost(what) => Part::Lost(what),
            },
            ast::Expr::And(parts) => self.joined(parts, positive, true),
            ast::Expr::Or(parts) => self.joined(parts, positive, false),
            ast::Expr::Test(test) => self.test(test, positive),
        }
    }

    /// An and of parts (`all`), or an or.
    fn joined(&mut self, parts: &[ast::Expr], positive: bool, all: bool) -> Part {
        let mut kept = Vec::new();
        let mut lost = None;
        for part in parts {
            match self.part(part, positive) {
                Part::Const(value) if value != all => return Part::Const(value),
                Part::Const(_) => {}
                Part::Expr(expr) => kept.push(expr),
                Part::Lost(what) => lost = Some(what),
            }
        }
        match (lost, kept.len()) {
            (Some(what), _) => Part::Lost(what),
            (None, 0) => Part::Const(all),
            (None, _) => Part::Expr(join(kept, all)),
        }
    }

    fn test(&mut self, test: &Test, positive: bool) -> Part {
        let field = test.field.as_deref();
        let converted = self.kind.target(field).and_then(|target| convert(target, &test.op));
        if let Some(expr) = converted {
            return Part::Expr(expr);
        }
        let name = field.unwrap_or("keywords");
        let known = self.kind.target(field).is_some();
        let what = if known { format!("{name} ({})", op_name(&test.op)) } else { name.to_owned() };
        if positive {
            self.lacks.insert(what);
            Part::Const(false)
        } else {
            Part::Lost(what)
        }
    }
}

fn op_name(op: &Op) -> &'static str {
    match op {
        Op::Exists => "its presence",
        Op::Text(TextTest::Matches(_)) => "a pattern",
        Op::Text(_) => "a folder, or a part of a number",
        Op::Number(..) => "a number",
        Op::Network(_) => "a network",
        Op::SameAs { .. } => "another field",
    }
}

/// A test of one of our fields; `None` where it has none.
fn convert(target: Target, op: &Op) -> Option<Expr> {
    match (target, op) {
        (Target::Text(fields), Op::Exists) => Some(any(fields, exists)),
        (Target::Text(fields), Op::Text(test)) => text_tests(fields, test),
        (Target::Program(list), Op::Exists) => Some(exists(list)),
        (Target::Program(list), Op::Text(test)) => {
            let body = program(test)?;
            let list = Box::new(field(list));
            Some(node(ExprKind::Quantifier { all: false, list, body: Box::new(body) }))
        }
        (Target::Number(name), Op::Exists) => Some(exists(name)),
        (Target::Number(name), Op::Number(ordering, number)) => {
            Some(binary(binary_op(*ordering), field(name), node(ExprKind::Number(number.get())), false))
        }
        (Target::Number(name), Op::Text(test)) => numbers(name, test),
        _ => None,
    }
}

fn text_tests(fields: &[&str], test: &TextTest) -> Option<Expr> {
    match test {
        // Every text has it.
        TextTest::Contains { text, .. } if text.is_empty() => Some(any(fields, exists)),
        _ => {
            let parts: Option<Vec<Expr>> = fields.iter().map(|name| text_test(field(name), test)).collect();
            Some(join(parts?, false))
        }
    }
}

/// A test of a text.
fn text_test(value: Expr, test: &TextTest) -> Option<Expr> {
    let (op, rhs, nocase) = match test {
        TextTest::Equals { text: given, nocase } => (BinaryOp::Eq, text(given), *nocase),
        TextTest::In { set, nocase } => (BinaryOp::In, list(set.iter()), *nocase),
        TextTest::Contains { text: given, nocase } => (BinaryOp::Contains, text(given), *nocase),
        TextTest::ContainsAny(needles) => {
            let nocase = needles.iter().all(|needle| needle.nocase);
            (BinaryOp::Contains, list(needles.iter().map(|needle| &needle.text)), nocase)
        }
        TextTest::StartsWith { text: given, nocase } => (BinaryOp::StartsWith, text(given), *nocase),
        TextTest::EndsWith { text: given, nocase } => (BinaryOp::EndsWith, text(given), *nocase),
        TextTest::Matches(regex) => (BinaryOp::Matches, text(regex.pattern()), false),
        TextTest::Order(..) => return None,
    };
    Some(binary(op, value, rhs, nocase))
}

/// A test of a program's path as one of its base name: of a path, what follows the last separator.
fn program(test: &TextTest) -> Option<Expr> {
    let it = || node(ExprKind::It);
    match test {
        TextTest::Equals { text, nocase } => {
            text_test(it(), &TextTest::Equals { text: base(text)?.to_owned(), nocase: *nocase })
        }
        TextTest::In { set, nocase } => {
            let mut set = set.iter().map(|path| base(path).map(str::to_owned)).collect::<Option<Vec<_>>>()?;
            set.sort_unstable();
            set.dedup();
            text_test(it(), &TextTest::In { set, nocase: *nocase })
        }
        // `/name` at the end is a whole base name, `name` the end of one.
        TextTest::EndsWith { text, nocase } => {
            let name = base(text)?;
            let whole = name.len() < text.len();
            let (text, nocase) = (name.to_owned(), *nocase);
            text_test(
                it(),
                &if whole { TextTest::Equals { text, nocase } } else { TextTest::EndsWith { text, nocase } },
            )
        }
        TextTest::Contains { text, nocase } => {
            if text.is_empty() {
                return text_test(it(), test);
            }
            let name = text.strip_prefix(SEPARATORS).unwrap_or(text);
            let begins = name.len() < text.len();
            let (text, nocase) = (base(name).filter(|base| *base == name)?.to_owned(), *nocase);
            text_test(
                it(),
                &if begins {
                    TextTest::StartsWith { text, nocase }
                } else {
                    TextTest::Contains { text, nocase }
                },
            )
        }
        TextTest::ContainsAny(needles) => {
            let parts = needles.iter().map(|needle| {
                program(&TextTest::Contains { text: needle.text.clone(), nocase: needle.nocase })
            });
            Some(join(parts.collect::<Option<_>>()?, false))
        }
        TextTest::StartsWith { text, .. } if !text.contains(SEPARATORS) => text_test(it(), test),
        TextTest::StartsWith { .. } | TextTest::Matches(_) | TextTest::Order(..) => None,
    }
}

const SEPARATORS: [char; 2] = ['/', '\\'];

/// What follows the last separator of a path, where that is something.
fn base(path: &str) -> Option<&str> {
    path.rsplit(SEPARATORS).next().filter(|name| !name.is_empty())
}

fn numbers(name: &str, test: &TextTest) -> Option<Expr> {
    let number = |text: &String| text.parse().ok().filter(|value: &f64| value.is_finite());
    match test {
        TextTest::Equals { text, .. } => {
            Some(binary(BinaryOp::Eq, field(name), node(ExprKind::Number(number(text)?)), false))
        }
        TextTest::In { set, .. } => {
            let items = set.iter().map(|text| Some(node(ExprKind::Number(number(text)?))));
            let items = node(ExprKind::List(items.collect::<Option<_>>()?));
            Some(binary(BinaryOp::In, field(name), items, false))
        }
        _ => None,
    }
}

const fn binary_op(ordering: Ordering) -> BinaryOp {
    match ordering {
        Ordering::Lt => BinaryOp::Lt,
        Ordering::Le => BinaryOp::Le,
        Ordering::Eq => BinaryOp::Eq,
        Ordering::Ge => BinaryOp::Ge,
        Ordering::Gt => BinaryOp::Gt,
    }
}

/// Stands for the place of what no file holds yet.
const NOWHERE: Span = Span { source: SourceId(u32::MAX), start: 0, end: 0 };

const fn node(kind: ExprKind) -> Expr {
    Expr { kind, span: NOWHERE }
}

fn field(name: &str) -> Expr {
    node(ExprKind::Field(name.to_owned()))
}

fn text(text: &str) -> Expr {
    node(ExprKind::Text(text.to_owned()))
}

fn list<'t>(texts: impl Iterator<Item = &'t String>) -> Expr {
    node(ExprKind::List(texts.map(|item| text(item)).collect()))
}

fn binary(op: BinaryOp, lhs: Expr, rhs: Expr, nocase: bool) -> Expr {
    let (op, lhs, rhs) = (Spanned::new(op, NOWHERE), Box::new(lhs), Box::new(rhs));
    node(ExprKind::Binary { op, lhs, rhs, nocase })
}

fn exists(name: &str) -> Expr {
    node(ExprKind::Call { name: Spanned::new("exists".to_owned(), NOWHERE), args: vec![field(name)] })
}

fn any(fields: &[&str], test: impl Fn(&str) -> Expr) -> Expr {
    join(fields.iter().map(|name| test(name)).collect(), false)
}

/// The and (`all`) or the or of parts, of one that one.
fn join(mut parts: Vec<Expr>, all: bool) -> Expr {
    match (parts.len(), parts.pop()) {
        (1, Some(one)) => one,
        (_, last) => {
            parts.extend(last);
            node(if all { ExprKind::And(parts) } else { ExprKind::Or(parts) })
        }
    }
}
