// SPDX-License-Identifier: AGPL-3.0-or-later
//! `contains`, `starts_with`, `ends_with`, `matches`, `like`.

use crate::compile::ir::{Cond, CondId, Pred, TextTest};
use crate::compile::parse::ast::{BinaryOp, Expr};
use crate::diag::{Code, Diagnostic, Span, Spanned};

use super::glob;
use super::scope::{Operand, Scope};

impl Scope<'_> {
    /// A string operator; a list on the right means "one of these".
    pub(super) fn text_operator(
        &mut self,
        op: Spanned<BinaryOp>,
        lhs: (Operand, Span),
        rhs: (Operand, &Expr),
        nocase: bool,
    ) -> CondId {
        let word = op.value.as_str();
        let id = match self.text_value(lhs.0) {
            Operand::Value(id, ty) if ty.is_textual() => id,
            other => {
                let message = format!("`{word}` needs text, this is {}", other.describe());
                let mut diagnostic = Diagnostic::new(Code::TypeMismatch, lhs.1, message).label("not text");
                if matches!(other, Operand::Value(_, ty) if ty.item().is_some()) {
                    diagnostic = diagnostic.help(format!("test the items: `any(list, it {word} …)`"));
                }
                return self.reject(diagnostic);
            }
        };
        let needles = match rhs.0 {
            Operand::Text(text) => vec![text],
            Operand::Texts(texts) => texts,
            other => {
                let message = format!("`{word}` looks for constant text, this is {}", other.describe());
                return self.mismatch(rhs.1.span, message, "not a string or a list of strings");
            }
        };
        let place = self.place(rhs.1);
        let parts: Vec<CondId> =
            needles.into_iter().map(|text| self.text_test(op.value, id, text, place, nocase)).collect();
        match parts.as_slice() {
            [one] => *one,
            _ => self.kind.add_cond(Cond::Or(parts)),
        }
    }

    fn text_test(
        &mut self,
        op: BinaryOp,
        id: crate::compile::ir::ValueId,
        text: String,
        span: Span,
        nocase: bool,
    ) -> CondId {
        let pattern = match op {
            BinaryOp::Contains => Ok(TextTest::Contains { text, nocase }),
            BinaryOp::StartsWith => Ok(TextTest::StartsWith { text, nocase }),
            BinaryOp::EndsWith => Ok(TextTest::EndsWith { text, nocase }),
            BinaryOp::Like => glob::lower(&text, nocase),
            _ if nocase => Err(format!("(?i:{text})")),
            _ => Err(text),
        };
        match pattern {
            Ok(test) => self.kind.add_pred(Pred::Text(id, test)),
            Err(pattern) => self.matches(id, &pattern, span),
        }
    }
}
