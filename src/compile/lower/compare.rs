// SPDX-License-Identifier: AGPL-3.0-or-later
//! `==`, `!=`, `<`, `<=`, `>`, `>=` on every type.

use std::net::IpAddr;

use crate::compile::ir::{Cond, CondId, Num, Ordering, Pred, TextTest, Value, ValueId, ValueType};
use crate::compile::parse::ast::BinaryOp;
use crate::diag::{Code, Diagnostic, Span};

use super::scope::{Operand, Scope};

impl Scope<'_> {
    /// A comparison. `!=` is "there, of that type, and not equal", so an absent value is false.
    pub(super) fn comparison(
        &mut self,
        op: BinaryOp,
        lhs: (Operand, Span),
        rhs: (Operand, Span),
        nocase: bool,
    ) -> CondId {
        let (ordering, negate) = match op {
            BinaryOp::Lt => (Ordering::Lt, false),
            BinaryOp::Le => (Ordering::Le, false),
            BinaryOp::Gt => (Ordering::Gt, false),
            BinaryOp::Ge => (Ordering::Ge, false),
            BinaryOp::Ne => (Ordering::Eq, true),
            _ => (Ordering::Eq, false),
        };
        let typed: Vec<ValueId> = [&lhs.0, &rhs.0]
            .into_iter()
            .filter_map(|operand| match operand {
                Operand::Value(id, _) => Some(*id),
                _ => None,
            })
            .collect();
        let Some(equal) = self.ordered(ordering, lhs, rhs, nocase) else {
            return self.never();
        };
        if !negate {
            return equal;
        }
        let mut parts: Vec<CondId> =
            typed.into_iter().map(|id| self.kind.add_pred(Pred::Typed(id))).collect();
        parts.push(self.kind.add_cond(Cond::Not(equal)));
        self.kind.add_cond(Cond::And(parts))
    }

    /// The comparison itself; `None` where an error has been reported.
    fn ordered(
        &mut self,
        op: Ordering,
        lhs: (Operand, Span),
        rhs: (Operand, Span),
        nocase: bool,
    ) -> Option<CondId> {
        use Operand as O;
        use ValueType as T;
        Some(match (lhs.0, rhs.0) {
            // Constants go to the right.
            (constant @ (O::Text(_) | O::Number(_) | O::Bool(_)), value @ O::Value(..)) => {
                return self.ordered(op.flipped(), (value, rhs.1), (constant, lhs.1), nocase);
            }
            (O::Number(a), O::Number(b)) => self.constant(op.holds(a.partial_cmp(&b))),
            (O::Text(a), O::Text(b)) if !nocase => self.constant(op.holds(Some(a.cmp(&b)))),
            (text @ O::Text(_), O::Text(other)) => {
                let text = self.text_value(text);
                return self.ordered(op, (text, lhs.1), (O::Text(other), rhs.1), nocase);
            }
            (O::Bool(a), O::Bool(b)) if op == Ordering::Eq => self.constant(a == b),
            (O::Value(id, T::Number), O::Number(number)) => {
                self.kind.add_pred(Pred::Number(id, op, Num::new(number)))
            }
            (O::Value(id, T::Bool), O::Bool(expected)) if op == Ordering::Eq => self.boolean(id, expected),
            (O::Value(id, T::Time), O::Text(text)) => self.time(id, op, &text, rhs.1),
            (O::Value(id, T::Ip), O::Text(text)) => self.address(id, op, &text, rhs.1),
            (O::Value(id, T::Text), O::Text(text)) => self.kind.add_pred(Pred::Text(
                id,
                if op == Ordering::Eq {
                    TextTest::Equals { text, nocase }
                } else {
                    TextTest::Order(op, text)
                },
            )),
            (O::Value(a, T::Number), O::Value(b, T::Number)) => {
                self.kind.add_pred(Pred::NumberCompare(a, op, b))
            }
            (O::Value(a, T::Bool), O::Value(b, T::Bool)) if op == Ordering::Eq => {
                self.kind.add_pred(Pred::BoolCompare(a, b))
            }
            (O::Value(a, T::Time), O::Value(b, T::Time)) => self.kind.add_pred(Pred::TimeCompare(a, op, b)),
            (O::Value(a, T::Ip), O::Value(b, T::Ip)) => self.kind.add_pred(Pred::IpCompare(a, op, b)),
            (O::Value(a, x), O::Value(b, y)) if x.is_textual() && y.is_textual() => {
                self.kind.add_pred(Pred::TextCompare { lhs: a, op, rhs: b, nocase })
            }
            (left, right) => {
                let message =
                    format!("`{}` cannot compare {} with {}", op.as_str(), left.describe(), right.describe());
                let mut diagnostic =
                    Diagnostic::new(Code::TypeMismatch, rhs.1, message).label("of another type");
                if matches!((&left, &right), (O::Value(_, ty), _) if ty.item().is_some()) {
                    diagnostic = diagnostic.help("use `has`, `has_any`, `any(…)` or `len(…)` on a list");
                }
                self.diags.push(diagnostic);
                return None;
            }
        })
    }

    fn constant(&mut self, value: bool) -> CondId {
        self.kind.add_cond(Cond::Const(value))
    }

    /// `flag == true`, or `flag == false`: there, a boolean, and not true.
    fn boolean(&mut self, id: ValueId, expected: bool) -> CondId {
        let is_true = self.kind.add_pred(Pred::IsTrue(id));
        if expected {
            return is_true;
        }
        let typed = self.kind.add_pred(Pred::Typed(id));
        let not = self.kind.add_cond(Cond::Not(is_true));
        self.kind.add_cond(Cond::And(vec![typed, not]))
    }

    fn time(&mut self, id: ValueId, op: Ordering, text: &str, span: Span) -> CondId {
        match text.parse::<jiff::Timestamp>() {
            Ok(time) => self.kind.add_pred(Pred::Time(id, op, time.as_nanosecond())),
            Err(_) => self.reject(
                Diagnostic::new(Code::BadLiteral, span, format!("`{text}` is not a time"))
                    .help("write an RFC 3339 time with its offset: `2026-05-02T06:22:48Z`"),
            ),
        }
    }

    fn address(&mut self, id: ValueId, op: Ordering, text: &str, span: Span) -> CondId {
        match text.parse::<IpAddr>() {
            Ok(address) => self.kind.add_pred(Pred::Ip(id, op, address.to_canonical())),
            Err(_) => self.reject(
                Diagnostic::new(Code::BadLiteral, span, format!("`{text}` is not an IP address"))
                    .help("for a network write `in cidr(\"10.0.0.0/8\")`"),
            ),
        }
    }

    /// A constant's type must be comparable; wraps a text constant as a value.
    pub(super) fn text_value(&mut self, operand: Operand) -> Operand {
        match operand {
            Operand::Text(text) => Operand::Value(self.kind.add_value(Value::Text(text)), ValueType::Text),
            operand => operand,
        }
    }
}
