// SPDX-License-Identifier: AGPL-3.0-or-later
//! Values: literals, fields, functions, arithmetic, lists and networks.

use crate::compile::ir::{Arithmetic, Function, Network, Num, Value, ValueId, ValueType};
use crate::compile::parse::ast::{BinaryOp, Expr, ExprKind, ParamValue};
use crate::diag::{Code, Diagnostic, Span, Spanned, did_you_mean};

use super::scope::{Operand, Scope};

impl Scope<'_> {
    /// Lowers an expression that stands for a value.
    pub(super) fn operand(&mut self, expr: &Expr) -> Operand {
        match &expr.kind {
            ExprKind::Text(text) => Operand::Text(text.clone()),
            ExprKind::Number(number) => Operand::Number(*number),
            ExprKind::Bool(value) => Operand::Bool(*value),
            ExprKind::Field(name) => self.field(name, expr.span),
            ExprKind::It => self.item(expr.span),
            ExprKind::ItPart(side) => self.item_part(*side, expr.span),
            ExprKind::Param(name) => {
                let operand = self.parameter(name, expr.span);
                self.count_copy(operand)
            }
            ExprKind::List(items) => self.list(items),
            ExprKind::NamedList(name) => {
                let operand = self.named_list(name, expr.span);
                self.count_copy(operand)
            }
            ExprKind::Negate(inner) => self.negate(inner),
            ExprKind::Call { name, args } if name.value == "cidr" => self.networks(name.span, args),
            ExprKind::Call { name, args } => match name.value.as_str() {
                "first" | "filter" => self.selection(name, args),
                "if" => self.choice(name, args),
                "len" if args.len() == 1 => self.length(name, args),
                _ => self.call(name, args),
            },
            ExprKind::Binary { op, lhs, rhs, .. } => match arithmetic(op.value) {
                Some(arithmetic) => self.arithmetic(arithmetic, lhs, rhs),
                None => self.not_a_value(expr.span),
            },
            ExprKind::Not(_) | ExprKind::And(_) | ExprKind::Or(_) | ExprKind::Quantifier { .. } => {
                self.not_a_value(expr.span)
            }
        }
    }

    /// Reports a condition where a value is asked for.
    pub(super) fn not_a_value(&mut self, span: Span) -> Operand {
        self.bad(
            Diagnostic::new(Code::TypeMismatch, span, "a value is expected, this is a condition")
                .help("conditions are joined by `and`, `or`, `not`; they are not compared"),
        )
    }

    /// Reports an error and gives the operand that says so.
    pub(super) fn bad(&mut self, diagnostic: Diagnostic) -> Operand {
        self.diags.push(diagnostic);
        Operand::Bad
    }

    fn parameter(&mut self, name: &str, span: Span) -> Operand {
        if let Some((_, operand)) = self.bound.iter().find(|(known, _)| *known == name) {
            return operand.clone();
        }
        let Some(params) = &self.params else {
            return self.bad(
                Diagnostic::new(
                    Code::ParameterOutsidePredicate,
                    span,
                    format!("`${name}` outside a named predicate"),
                )
                .help("parameters exist in rules/predicates.yaml only; write the value here"),
            );
        };
        match params.iter().find(|(known, _)| *known == name).map(|(_, value)| &value.value) {
            Some(ParamValue::Number(number)) => Operand::Number(*number),
            Some(ParamValue::Text(text)) => Operand::Text(text.clone()),
            Some(ParamValue::Bool(value)) => Operand::Bool(*value),
            Some(ParamValue::TextList(list)) => {
                Operand::Texts(list.iter().map(|item| item.value.clone()).collect())
            }
            Some(ParamValue::PairList(pairs)) => Operand::Pairs(pairs.clone()),
            Some(ParamValue::Mixed(_) | ParamValue::Other(_)) => Operand::Bad,
            None => {
                let help = did_you_mean(name, params.iter().map(|(known, _)| *known));
                let diagnostic =
                    Diagnostic::new(Code::PredicateParameter, span, format!("unknown parameter `${name}`"))
                        .maybe_help(help.map(|word| format!("did you mean `${word}`?")));
                self.bad(diagnostic)
            }
        }
    }

    /// `[…]`: constants of one type.
    fn list(&mut self, items: &[Expr]) -> Operand {
        let mut texts = Vec::new();
        let mut numbers = Vec::new();
        for item in items {
            match self.operand(item) {
                Operand::Text(text) => texts.push(text),
                Operand::Number(number) => numbers.push(number),
                operand if operand.is_settled() => return Operand::Bad,
                operand => {
                    let message = format!("a list holds constants, this is {}", operand.describe());
                    return self.bad(Diagnostic::new(Code::TypeMismatch, item.span, message));
                }
            }
            if let (Some(_), Some(_), Some(first)) = (texts.first(), numbers.first(), items.first()) {
                let diagnostic =
                    Diagnostic::new(Code::TypeMismatch, item.span, "a list holds text or numbers, not both")
                        .related(first.span, "the first item");
                return self.bad(diagnostic);
            }
        }
        if numbers.is_empty() { Operand::Texts(texts) } else { Operand::Numbers(numbers) }
    }

    fn named_list(&mut self, name: &str, span: Span) -> Operand {
        if let Some(list) = self.pack.lists.iter().find(|list| list.name == name) {
            return Operand::Texts(list.entries.clone());
        }
        let help = did_you_mean(name, self.pack.lists.iter().map(|list| list.name.as_str()));
        let diagnostic = Diagnostic::new(Code::UnknownList, span, format!("unknown list `@{name}`"))
            .label(format!("no file lists/{name}.txt"))
            .maybe_help(help.map(|word| format!("did you mean `@{word}`?")));
        self.bad(diagnostic)
    }

    fn negate(&mut self, inner: &Expr) -> Operand {
        match self.operand(inner) {
            Operand::Number(number) => Operand::Number(-number),
            Operand::Value(id, ValueType::Number) => {
                let zero = self.kind.add_value(Value::Number(Num::new(0.0)));
                let value = Value::Arithmetic(Arithmetic::Sub, zero, id);
                Operand::Value(self.kind.add_value(value), ValueType::Number)
            }
            operand if operand.is_settled() => operand,
            operand => {
                let message = format!("`-` needs a number, this is {}", operand.describe());
                self.bad(Diagnostic::new(Code::TypeMismatch, inner.span, message))
            }
        }
    }

    fn arithmetic(&mut self, op: Arithmetic, lhs: &Expr, rhs: &Expr) -> Operand {
        let (left, right) = (self.operand(lhs), self.operand(rhs));
        if let (Operand::Number(a), Operand::Number(b)) = (&left, &right) {
            return op.apply(*a, *b).map_or_else(
                || self.bad(Diagnostic::new(Code::BadLiteral, rhs.span, "this division has no result")),
                Operand::Number,
            );
        }
        let left = self.number_operand(left, lhs.span, op.as_str());
        let right = self.number_operand(right, rhs.span, op.as_str());
        match (left, right) {
            (Ok(a), Ok(b)) => {
                let value = Value::Arithmetic(op, a, b);
                Operand::Value(self.kind.add_value(value), ValueType::Number)
            }
            (Err(settled), _) | (_, Err(settled)) => settled,
        }
    }

    /// The value id of a number, constant or not.
    fn number_operand(&mut self, operand: Operand, span: Span, what: &str) -> Result<ValueId, Operand> {
        match operand {
            Operand::Number(number) => Ok(self.kind.add_value(Value::Number(Num::new(number)))),
            Operand::Value(id, ValueType::Number) => Ok(id),
            operand if operand.is_settled() => Err(operand),
            operand => {
                let message = format!("`{what}` needs numbers, this is {}", operand.describe());
                Err(self.bad(Diagnostic::new(Code::TypeMismatch, span, message).label("not a number")))
            }
        }
    }

    /// `cidr("10.0.0.0/8", …)`.
    fn networks(&mut self, name: Span, args: &[Expr]) -> Operand {
        let mut nets = Vec::new();
        for arg in args {
            match &arg.kind {
                ExprKind::Text(text) => nets.extend(self.network(text, arg.span)),
                _ => {
                    let diagnostic =
                        Diagnostic::new(Code::WrongArguments, arg.span, "`cidr` takes networks as strings")
                            .help("for example `src in cidr(\"10.0.0.0/8\", \"fe80::/10\")`");
                    return self.bad(diagnostic);
                }
            }
        }
        if args.is_empty() {
            return self.bad(Diagnostic::new(
                Code::WrongArguments,
                name,
                "`cidr` takes at least one network",
            ));
        }
        Operand::Networks(nets)
    }

    /// One network; an error is reported and gives none.
    pub(super) fn network(&mut self, text: &str, span: Span) -> Option<Network> {
        let network = Network::parse(text);
        if network.is_none() {
            self.diags.push(
                Diagnostic::new(Code::BadLiteral, span, format!("`{text}` is not an address or network"))
                    .help("write `10.0.0.0/8`, `2001:db8::/32` or one address"),
            );
        }
        network
    }

    /// A function of values.
    pub(super) fn call(&mut self, name: &Spanned<String>, args: &[Expr]) -> Operand {
        let Some(function) = Function::from_name(&name.value) else {
            if name.value == "exists" {
                return self.not_a_value(name.span);
            }
            self.unknown_function(name);
            return Operand::Bad;
        };
        if function == Function::RegisteredDomain && !cfg!(feature = "domains") {
            let diagnostic = Diagnostic::new(
                Code::Unsupported,
                name.span,
                format!("`{}` needs the public suffix list, which this build leaves out", name.value),
            )
            .help("build with the feature `domains`");
            return self.bad(diagnostic);
        }
        let signature = function.signature();
        if args.len() != signature.parameters.len() {
            let message = format!(
                "`{}` takes {} argument{}, this has {}",
                signature.name,
                signature.parameters.len(),
                if signature.parameters.len() == 1 { "" } else { "s" },
                args.len()
            );
            return self.bad(Diagnostic::new(Code::WrongArguments, name.span, message));
        }
        let mut ids = Vec::with_capacity(args.len());
        for (arg, allowed) in args.iter().zip(signature.parameters) {
            let operand = match self.operand(arg) {
                Operand::Text(text) => {
                    Operand::Value(self.kind.add_value(Value::Text(text)), ValueType::Text)
                }
                Operand::Number(number) => {
                    let id = self.kind.add_value(Value::Number(Num::new(number)));
                    Operand::Value(id, ValueType::Number)
                }
                operand => operand,
            };
            match operand {
                Operand::Value(id, ty) if allowed.contains(&ty) => ids.push(id),
                operand if operand.is_settled() => return operand,
                operand => {
                    let expected = allowed.first().map_or("something else", |ty| ty.as_str());
                    let message =
                        format!("`{}` takes {expected}, this is {}", signature.name, operand.describe());
                    return self.bad(Diagnostic::new(Code::TypeMismatch, arg.span, message));
                }
            }
        }
        Operand::Value(self.kind.add_value(Value::Call(function, ids)), signature.result)
    }
}

const fn arithmetic(op: BinaryOp) -> Option<Arithmetic> {
    match op {
        BinaryOp::Add => Some(Arithmetic::Add),
        BinaryOp::Sub => Some(Arithmetic::Sub),
        BinaryOp::Mul => Some(Arithmetic::Mul),
        BinaryOp::Div => Some(Arithmetic::Div),
        _ => None,
    }
}
