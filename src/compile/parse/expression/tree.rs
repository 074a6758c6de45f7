// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the grammar found, as a tree.

use std::ops::Range;

use pest::iterators::{Pair, Pairs};

use super::super::ast::{BinaryOp, Expr, ExprKind, PairSide};
use super::{Fault, Rule};
use crate::diag::render::quote;
use crate::diag::{Code, Span, Spanned};

/// Builds the tree of an expression that the grammar accepted; strings and numbers may still be
/// wrong, and all of those are reported.
pub(super) fn build(
    pairs: Pairs<'_, Rule>,
    place: &dyn Fn(Range<usize>) -> Span,
) -> Result<Expr, Vec<Fault>> {
    let mut builder = Builder { place, faults: Vec::new() };
    let root = pairs.flat_map(Pair::into_inner).find(|pair| pair.as_rule() == Rule::disjunction);
    let expr = root.and_then(|root| builder.expr(root));
    match expr {
        Some(expr) if builder.faults.is_empty() => Ok(expr),
        _ => Err(builder.faults),
    }
}

struct Builder<'a> {
    place: &'a dyn Fn(Range<usize>) -> Span,
    faults: Vec<Fault>,
}

impl Builder<'_> {
    /// Any pair that has a value; the grammar leaves none without one. Recursion is bounded by the
    /// check of the shape.
    fn expr(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let kind = match pair.as_rule() {
            Rule::disjunction => return self.junction(pair, ExprKind::Or),
            Rule::conjunction => return self.junction(pair, ExprKind::And),
            Rule::negation => return self.prefixed(pair, Rule::not, |expr| ExprKind::Not(Box::new(expr))),
            Rule::factor | Rule::element => return self.factor(pair),
            Rule::comparison => return self.comparison(pair),
            Rule::sum | Rule::product => return self.chain(pair),
            Rule::quantifier => self.quantifier(pair)?,
            Rule::call => self.call(pair)?,
            Rule::list => ExprKind::List(self.values(pair)?),
            Rule::named_list => ExprKind::NamedList(unmarked(&pair)),
            Rule::parameter => ExprKind::Param(unmarked(&pair)),
            Rule::number => ExprKind::Number(self.number(&pair)),
            Rule::boolean => ExprKind::Bool(pair.as_str() == "true"),
            Rule::raw_string => ExprKind::Text(inside_quotes(&pair).replace("''", "'")),
            Rule::string => ExprKind::Text(self.unescape(&pair)),
            Rule::item => ExprKind::It,
            Rule::item_part if pair.as_str().ends_with('1') => ExprKind::ItPart(PairSide::First),
            Rule::item_part => ExprKind::ItPart(PairSide::Second),
            Rule::field => ExprKind::Field(pair.as_str().to_owned()),
            _ => return None,
        };
        Some(Expr { kind, span })
    }

    /// The values among the pair's parts, in order.
    fn values(&mut self, pair: Pair<'_, Rule>) -> Option<Vec<Expr>> {
        let values = pair.into_inner().filter(|part| is_value(part.as_rule()));
        values.map(|part| self.expr(part)).collect()
    }

    fn junction(&mut self, pair: Pair<'_, Rule>, join: fn(Vec<Expr>) -> ExprKind) -> Option<Expr> {
        let span = self.span(&pair);
        let mut values = self.values(pair)?;
        if values.len() == 1 { values.pop() } else { Some(Expr { kind: join(values), span }) }
    }

    /// A value after any number of one prefix operator.
    fn prefixed(&mut self, pair: Pair<'_, Rule>, prefix: Rule, wrap: fn(Expr) -> ExprKind) -> Option<Expr> {
        let mut starts = Vec::new();
        let mut value = None;
        for part in pair.into_inner() {
            if part.as_rule() == prefix {
                starts.push(self.span(&part).start);
            } else if is_value(part.as_rule()) {
                value = self.expr(part);
            }
        }
        let wrapped = |expr: Expr, start| Expr { span: Span { start, ..expr.span }, kind: wrap(expr) };
        value.map(|value| starts.into_iter().rev().fold(value, wrapped))
    }

    /// A primary after any number of minus signs; one right before a number belongs to it.
    fn factor(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let number = pair.clone().into_inner().any(|part| part.as_rule() == Rule::number);
        let expr = self.prefixed(pair, Rule::minus, |expr| ExprKind::Negate(Box::new(expr)))?;
        Some(if number { fold_sign(expr) } else { expr })
    }

    fn comparison(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut parts = pair.into_inner();
        let lhs = self.expr(parts.next()?)?;
        let Some(comparator) = parts.next() else { return Some(lhs) };
        let rhs = self.expr(parts.next()?)?;
        let nocase = parts.any(|part| part.as_rule() == Rule::nocase);
        let negated = comparator.clone().into_inner().any(|part| part.as_rule() == Rule::not_in);
        let op = if negated { BinaryOp::In } else { binary_op(comparator.as_str().trim())? };
        let op = Spanned::new(op, self.span(&comparator));
        let expr =
            Expr { kind: ExprKind::Binary { op, lhs: Box::new(lhs), rhs: Box::new(rhs), nocase }, span };
        Some(if negated { Expr { kind: ExprKind::Not(Box::new(expr)), span } } else { expr })
    }

    /// Values joined by operators of one rank, from the left.
    fn chain(&mut self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let start = pair.as_span().start();
        let mut parts = pair.into_inner();
        let mut expr = self.expr(parts.next()?)?;
        while let Some(op) = parts.next() {
            let op = Spanned::new(binary_op(op.as_str())?, self.span(&op));
            let value = parts.next()?;
            let span = (self.place)(start..self.bytes(&value).end);
            let rhs = Box::new(self.expr(value)?);
            expr = Expr { kind: ExprKind::Binary { op, lhs: Box::new(expr), rhs, nocase: false }, span };
        }
        Some(expr)
    }

    fn quantifier(&mut self, pair: Pair<'_, Rule>) -> Option<ExprKind> {
        let all = pair.as_str().starts_with("all");
        let mut values = self.values(pair)?.into_iter();
        Some(ExprKind::Quantifier { all, list: Box::new(values.next()?), body: Box::new(values.next()?) })
    }

    fn call(&mut self, pair: Pair<'_, Rule>) -> Option<ExprKind> {
        let name = pair.clone().into_inner().find(|part| part.as_rule() == Rule::name)?;
        let name = Spanned::new(name.as_str().to_owned(), self.span(&name));
        Some(ExprKind::Call { name, args: self.values(pair)? })
    }

    fn number(&mut self, pair: &Pair<'_, Rule>) -> f64 {
        let value: f64 = pair.as_str().parse().unwrap_or(f64::INFINITY);
        if value.is_infinite() {
            let fault = Fault::new(Code::ExpressionSyntax, self.bytes(pair), "this number is too large");
            self.faults.push(fault.help("the largest is about 1.8e308"));
        }
        value
    }

    /// The text of a string in double quotes.
    fn unescape(&mut self, pair: &Pair<'_, Rule>) -> String {
        let text = inside_quotes(pair);
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find('\\') {
            out.push_str(rest.get(..at).unwrap_or_default());
            let escape = rest.get(at..).unwrap_or_default();
            let (c, len) = unescape_one(escape);
            match c {
                Some(c) => out.push(c),
                None => {
                    let start = pair.as_span().start() + 1 + text.len() - escape.len();
                    self.faults.push(unknown_escape(start, escape.get(..len).unwrap_or_default()));
                }
            }
            rest = escape.get(len..).unwrap_or_default();
        }
        out.push_str(rest);
        out
    }

    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        (self.place)(self.bytes(pair))
    }

    /// The bytes of a pair; the grammar lets some end in blanks.
    fn bytes(&self, pair: &Pair<'_, Rule>) -> Range<usize> {
        let start = pair.as_span().start();
        start..start + pair.as_str().trim_end().len()
    }
}

/// Whether a pair of that rule has a value, rather than being punctuation.
fn is_value(rule: Rule) -> bool {
    use Rule as R;
    !matches!(rule, R::or | R::and | R::any | R::all | R::name | R::comma | R::close | R::close_list)
}

/// Makes `-` before a number part of the number.
fn fold_sign(expr: Expr) -> Expr {
    match expr.kind {
        ExprKind::Negate(inner) => match inner.kind {
            ExprKind::Number(value) => Expr { kind: ExprKind::Number(-value), span: expr.span },
            _ => Expr { kind: ExprKind::Negate(Box::new(fold_sign(*inner))), span: expr.span },
        },
        _ => expr,
    }
}

fn binary_op(text: &str) -> Option<BinaryOp> {
    BinaryOp::ALL.into_iter().find(|op| op.as_str() == text)
}

/// The name after `@` or `$`.
fn unmarked(pair: &Pair<'_, Rule>) -> String {
    pair.as_str().get(1..).unwrap_or_default().to_owned()
}

fn inside_quotes<'i>(pair: &Pair<'i, Rule>) -> &'i str {
    let text = pair.as_str();
    text.get(1..text.len() - 1).unwrap_or_default()
}

/// The character that the escape at the start of the text means, and the escape's length.
fn unescape_one(text: &str) -> (Option<char>, usize) {
    let Some(letter) = text.chars().nth(1) else { return (None, text.len()) };
    let simple = |c| (Some(c), 2);
    match letter {
        '\\' => simple('\\'),
        '"' => simple('"'),
        'n' => simple('\n'),
        't' => simple('\t'),
        'r' => simple('\r'),
        '0' => simple('\0'),
        'x' => match text.get(2..4).filter(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit())) {
            Some(digits) => (u8::from_str_radix(digits, 16).ok().filter(u8::is_ascii).map(char::from), 4),
            None => (None, 2),
        },
        'u' => match text.get(2..).and_then(|rest| rest.strip_prefix('{')?.split_once('}')) {
            Some((digits, _)) if (1..=6).contains(&digits.len()) => {
                let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
                let code = u32::from_str_radix(digits, 16).ok().filter(|_| hex);
                (code.and_then(char::from_u32), digits.len() + 4)
            }
            _ => (None, 2),
        },
        other => (None, 1 + other.len_utf8()),
    }
}

fn unknown_escape(at: usize, escape: &str) -> Fault {
    let message = format!("{} is no escape", quote(escape));
    let fault = Fault::new(Code::ExpressionSyntax, at..at + escape.len(), message);
    if escape.starts_with("\\x") || escape.starts_with("\\u") {
        fault.help("escapes are `\\x00` to `\\x7f` and `\\u{…}` with a character's number")
    } else {
        fault.help("in single quotes a backslash is only a backslash: `'\\bcat\\b'`")
    }
}
