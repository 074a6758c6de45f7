// SPDX-License-Identifier: AGPL-3.0-or-later
//! [`ast`](super::ast) to [`ir`].

use std::collections::HashMap;

use super::Rule;
use super::ast::{self, Expr, Op, Test};
use crate::compile::ir::{self, Cond, CondId, Function, Pred, Value, ValueType};
use crate::vocab::{FieldType, Origin};

/// The field that is every scalar of a record.
const EVERY: &str = "*";

/// Lowers a rule. Depth is bounded by the YAML's and the condition's.
pub(super) fn rule(rule: ast::Rule) -> Rule {
    let mut scope = Scope { part: ir::Kind::new(None), fields: HashMap::new(), selections: Vec::new() };
    for selection in rule.selections {
        let cond = scope.cond(selection.expr);
        scope.selections.push(cond);
    }
    let cond = scope.cond(rule.condition);
    Rule { head: rule.head, part: scope.part, cond }
}

struct Scope {
    part: ir::Kind,
    /// The value of each field, by name.
    fields: HashMap<String, ir::ValueId>,
    /// The condition of each selection.
    selections: Vec<CondId>,
}

impl Scope {
    fn cond(&mut self, expr: Expr) -> CondId {
        match expr {
            Expr::Selection(index) => match self.selections.get(index) {
                Some(cond) => *cond,
                None => self.part.add_cond(Cond::Const(false)),
            },
            Expr::Not(inner) => {
                let inner = self.cond(*inner);
                self.part.add_cond(Cond::Not(inner))
            }
            Expr::And(parts) => {
                let parts = parts.into_iter().map(|part| self.cond(part)).collect();
                self.part.add_cond(Cond::And(parts))
            }
            Expr::Or(parts) => {
                let parts = parts.into_iter().map(|part| self.cond(part)).collect();
                self.part.add_cond(Cond::Or(parts))
            }
            Expr::Test(test) => self.test(test),
        }
    }

    fn test(&mut self, test: Test) -> CondId {
        let list = self.field(test.field);
        let it = |part: &mut ir::Kind| part.add_value(Value::It(ValueType::Text));
        let pred = match test.op {
            Op::Exists => return self.part.add_pred(Pred::Exists(list)),
            Op::Text(test) => Pred::Text(it(&mut self.part), test),
            Op::Network(networks) => Pred::IpIn(it(&mut self.part), networks),
            Op::Number(ordering, number) => {
                let it = it(&mut self.part);
                let read = self.part.add_value(Value::Call(Function::ToNumber, vec![it]));
                Pred::Number(read, ordering, number)
            }
            Op::SameAs { field, nocase } => {
                let rhs = self.field(Some(field));
                Pred::TextCompare { lhs: it(&mut self.part), op: ir::Ordering::Eq, rhs, nocase }
            }
        };
        let body = self.part.add_pred(pred);
        self.part.add_pred(Pred::Quantified { all: false, list, body })
    }

    /// The value of a field; `None` is every scalar.
    fn field(&mut self, name: Option<String>) -> ir::ValueId {
        let (name, ty) = match name {
            Some(name) => (name, FieldType::Any),
            None => (EVERY.to_owned(), FieldType::All),
        };
        if let Some(id) = self.fields.get(&name) {
            return *id;
        }
        let index = u32::try_from(self.part.fields.len()).unwrap_or(u32::MAX);
        self.part.fields.push(ir::Field { name: name.clone(), ty, origin: Origin::Payload });
        let id = self.part.add_value(Value::Field(index));
        self.fields.insert(name, id);
        id
    }
}
