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
        let parts: Vec<CondId> =
            needles.into_iter().map(|text| self.text_test(op.value, id, text, rhs.1.span, nocase)).collect();
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
        let test = match op {
            BinaryOp::Contains => TextTest::Contains { text, nocase },
            BinaryOp::StartsWith => TextTest::StartsWith { text, nocase },
            BinaryOp::EndsWith => TextTest::EndsWith { text, nocase },
            BinaryOp::Like => glob::lower(&text, nocase),
            _ => {
                let pattern = if nocase { format!("(?i:{text})") } else { text.clone() };
                if let Err(diagnostic) = self.check_regex(&text, &pattern, span) {
                    return self.reject(*diagnostic);
                }
                TextTest::Matches(pattern)
            }
        };
        self.kind.add_pred(Pred::Text(id, test))
    }
}
