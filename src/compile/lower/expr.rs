// SPDX-License-Identifier: AGPL-3.0-or-later
//! Conditions: boolean operators, bare booleans, `exists`, quantifiers.

use crate::compile::ir::{Cond, CondId, Function, Pred, TextTest, Value, ValueType};
use crate::compile::parse::ast::{BinaryOp, Expr, ExprKind};
use crate::diag::{Code, Diagnostic, Span, Spanned};

use super::scope::{It, Operand, Scope};

impl Scope<'_> {
    /// Lowers an expression that must be a condition.
    ///
    /// Recursion is bounded by the parser's limit on nesting.
    pub(super) fn cond(&mut self, expr: &Expr) -> CondId {
        match &expr.kind {
            ExprKind::Not(inner) => {
                let inner = self.cond(inner);
                self.kind.add_cond(Cond::Not(inner))
            }
            ExprKind::And(parts) => {
                let parts = parts.iter().map(|part| self.cond(part)).collect();
                self.kind.add_cond(Cond::And(parts))
            }
            ExprKind::Or(parts) => {
                let parts = parts.iter().map(|part| self.cond(part)).collect();
                self.kind.add_cond(Cond::Or(parts))
            }
            ExprKind::Quantifier { all, list, body } => self.quantifier(*all, list, body),
            ExprKind::Binary { op, lhs, rhs, nocase } => self.binary(*op, lhs, rhs, *nocase, expr.span),
            ExprKind::Call { name, args } if name.value == "exists" => self.exists(name.span, args),
            _ => self.bare(expr),
        }
    }

    /// A value that stands where a condition is asked for: only a boolean may.
    fn bare(&mut self, expr: &Expr) -> CondId {
        match self.operand(expr) {
            Operand::Bool(value) => self.kind.add_cond(Cond::Const(value)),
            Operand::Value(id, ValueType::Bool) => self.kind.add_pred(Pred::IsTrue(id)),
            operand if operand.is_settled() => self.never(),
            operand => {
                let diagnostic = Diagnostic::new(
                    Code::TypeMismatch,
                    expr.span,
                    format!("a condition is expected, this is {}", operand.describe()),
                )
                .label("not true or false")
                .help("compare it: `==`, `contains`, `matches`, `in`, `exists(…)`, …");
                self.reject(diagnostic)
            }
        }
    }

    /// `exists(field)`.
    fn exists(&mut self, name: Span, args: &[Expr]) -> CondId {
        let [Expr { kind: ExprKind::Field(field), span }] = args else {
            let diagnostic =
                Diagnostic::new(Code::WrongArguments, name, "`exists` takes the name of one field")
                    .help("for example `exists(user_agent)`");
            return self.reject(diagnostic);
        };
        match self.field(field, *span) {
            Operand::Value(id, _) => self.kind.add_pred(Pred::Exists(id)),
            _ => self.never(),
        }
    }

    /// `a OP b`.
    fn binary(&mut self, op: Spanned<BinaryOp>, lhs: &Expr, rhs: &Expr, nocase: bool, span: Span) -> CondId {
        use BinaryOp as Op;
        let word = op.value.as_str();
        let case_matters = matches!(
            op.value,
            Op::Eq
                | Op::Ne
                | Op::Contains
                | Op::StartsWith
                | Op::EndsWith
                | Op::Matches
                | Op::Like
                | Op::In
                | Op::Has
                | Op::HasAny
                | Op::HasAll
        );
        if nocase && !case_matters {
            let diagnostic =
                Diagnostic::new(Code::TypeMismatch, span, format!("`{word}` does not take `nocase`"))
                    .label("numbers and order have no case");
            return self.reject(diagnostic);
        }
        if matches!(op.value, Op::Add | Op::Sub | Op::Mul | Op::Div) {
            let diagnostic =
                Diagnostic::new(Code::TypeMismatch, span, "a condition is expected, this is a number")
                    .label("compare it with `==`, `<`, `>=`, …");
            return self.reject(diagnostic);
        }
        let (left, right) = (self.operand(lhs), self.operand(rhs));
        if left.is_settled() || right.is_settled() {
            return self.never();
        }
        match op.value {
            Op::Contains | Op::StartsWith | Op::EndsWith | Op::Matches | Op::Like => {
                self.text_operator(op, (left, lhs.span), (right, rhs), nocase)
            }
            Op::In => self.membership((left, lhs.span), (right, rhs.span), nocase),
            Op::Has | Op::HasAny | Op::HasAll => {
                self.list_operator(op.value, (left, lhs.span), (right, rhs.span), nocase)
            }
            _ => self.comparison(op.value, (left, lhs.span), (right, rhs.span), nocase),
        }
    }

    /// `x in …`.
    pub(super) fn membership(&mut self, lhs: (Operand, Span), rhs: (Operand, Span), nocase: bool) -> CondId {
        match (lhs.0, rhs.0) {
            // A constant in a list field is `list has constant`.
            (constant, Operand::Value(list, ty)) if ty.item().is_some() => self.list_operator(
                BinaryOp::Has,
                (Operand::Value(list, ty), rhs.1),
                (constant, lhs.1),
                nocase,
            ),
            (Operand::Text(text), Operand::Texts(set)) if !nocase => {
                self.kind.add_cond(Cond::Const(set.contains(&text)))
            }
            (text @ Operand::Text(_), set @ Operand::Texts(_)) => {
                let text = self.text_value(text);
                self.membership((text, lhs.1), (set, rhs.1), nocase)
            }
            (Operand::Number(number), Operand::Numbers(set)) => {
                self.kind.add_cond(Cond::Const(set.contains(&number)))
            }
            (Operand::Value(id, ValueType::Number), Operand::Numbers(mut set)) => {
                set.sort_by(f64::total_cmp);
                set.dedup();
                let set = set.into_iter().map(crate::compile::ir::Num::new).collect();
                self.kind.add_pred(Pred::NumberIn(id, set))
            }
            (Operand::Value(id, ValueType::Ip), Operand::Texts(set)) => {
                let nets: Vec<_> = set.iter().filter_map(|text| self.network(text, rhs.1)).collect();
                self.kind.add_pred(Pred::IpIn(id, nets))
            }
            (Operand::Value(id, ty), Operand::Networks(nets)) if ty.is_textual() => {
                self.kind.add_pred(Pred::IpIn(id, nets))
            }
            (Operand::Value(id, ty), Operand::Texts(mut set)) if ty.is_textual() => {
                set.sort();
                set.dedup();
                self.kind.add_pred(Pred::Text(id, TextTest::In { set, nocase }))
            }
            (left, right) => {
                let message = format!("`in` cannot look for {} in {}", left.describe(), right.describe());
                self.mismatch(rhs.1, message, "expected a list of the same type, `@list` or `cidr(…)`")
            }
        }
    }

    /// `list has x`, `list has_any […]`, `list has_all […]`.
    fn list_operator(
        &mut self,
        op: BinaryOp,
        lhs: (Operand, Span),
        rhs: (Operand, Span),
        nocase: bool,
    ) -> CondId {
        let (list, item) = match lhs.0 {
            Operand::Value(id, ty) if ty.item().is_some() => (id, ty.item().unwrap_or(ValueType::Text)),
            other => {
                let message = format!("`{}` needs a list field, this is {}", op.as_str(), other.describe());
                return self.mismatch(lhs.1, message, "not a list");
            }
        };
        let wanted: Vec<Operand> = match (op, rhs.0) {
            (BinaryOp::HasAll, Operand::Texts(texts)) => texts.into_iter().map(Operand::Text).collect(),
            (BinaryOp::HasAll, Operand::Numbers(numbers)) => {
                numbers.into_iter().map(Operand::Number).collect()
            }
            (BinaryOp::HasAny, set @ (Operand::Texts(_) | Operand::Numbers(_))) => vec![set],
            (BinaryOp::Has, one @ (Operand::Text(_) | Operand::Number(_) | Operand::Value(..))) => vec![one],
            (_, other) => {
                let expected =
                    if op == BinaryOp::Has { "one value" } else { "a list such as `[\"a\", \"b\"]`" };
                let message = format!("`{}` takes {expected}, this is {}", op.as_str(), other.describe());
                return self.mismatch(rhs.1, message, "of the wrong type");
            }
        };
        let outer = self.it.replace(It::Item(item));
        let parts: Vec<CondId> = wanted
            .into_iter()
            .map(|wanted| {
                let it = (Operand::Value(self.kind.add_value(Value::It(item)), item), lhs.1);
                let body = if op == BinaryOp::HasAny {
                    self.membership(it, (wanted, rhs.1), nocase)
                } else {
                    self.comparison(BinaryOp::Eq, it, (wanted, rhs.1), nocase)
                };
                self.kind.add_pred(Pred::Quantified { all: false, list, body })
            })
            .collect();
        self.it = outer;
        match parts.as_slice() {
            [one] => *one,
            _ => self.kind.add_cond(Cond::And(parts)),
        }
    }

    /// Lowers an expression that must be a number.
    pub(super) fn number(&mut self, expr: &Expr) -> Option<crate::compile::ir::ValueId> {
        match self.operand(expr) {
            Operand::Number(number) => {
                Some(self.kind.add_value(Value::Number(crate::compile::ir::Num::new(number))))
            }
            Operand::Value(id, ValueType::Number) => Some(id),
            operand if operand.is_settled() => None,
            operand => {
                let message = format!("a number is expected, this is {}", operand.describe());
                self.mismatch(expr.span, message, "not a number");
                None
            }
        }
    }

    /// Reports a function that does not exist.
    pub(super) fn unknown_function(&mut self, name: &Spanned<String>) {
        let names = Function::ALL.map(|function| function.signature().name);
        let forms = ["exists", "any", "all", "first", "filter", "if", "cidr"];
        let help = crate::diag::did_you_mean(&name.value, names.into_iter().chain(forms));
        self.diags.push(
            Diagnostic::new(Code::UnknownFunction, name.span, format!("unknown function `{}`", name.value))
                .maybe_help(help.map(|word| format!("did you mean `{word}`?"))),
        );
    }
}
