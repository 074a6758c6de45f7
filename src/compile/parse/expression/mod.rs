// SPDX-License-Identifier: AGPL-3.0-or-later
//! Expression text to [`Expr`]: the shape is checked first, then the grammar runs, then the tree
//! is built.

mod explain;
mod print;
mod shape;
mod tree;

use std::ops::Range;

use pest::Parser as _;
use pest::error::{Error, ErrorVariant, InputLocation};

use super::ast::Expr;
use crate::diag::{Code, Diagnostic, Span};
use crate::vocab::Limits;

/// What the grammar of `grammar/expression.pest` derives.
mod grammar {
    #![allow(missing_docs, reason = "the derived items have no documentation")]

    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/expression.pest"]
    pub(super) struct Grammar;
}

use grammar::{Grammar, Rule};

/// A problem in an expression; its place is in the expression's own bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    code: Code,
    bytes: Range<usize>,
    message: String,
    help: Option<String>,
}

impl Fault {
    fn new(code: Code, bytes: Range<usize>, message: impl Into<String>) -> Self {
        Self { code, bytes, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Parses an expression. `place` says where in the file a range of the text's bytes stands.
///
/// # Cost
/// Linear in the text. The stack needed is bounded by [`Limits::expression_depth`], which holds
/// before the grammar runs.
///
/// # Errors
/// Every problem found: one of syntax, or all those of strings and numbers.
pub(super) fn parse(
    text: &str,
    limits: &Limits,
    place: &dyn Fn(Range<usize>) -> Span,
) -> Result<Expr, Vec<Diagnostic>> {
    let outcome =
        shape::check(text, limits).map_err(|fault| vec![fault]).and_then(|()| {
            match Grammar::parse(Rule::expression, text) {
                Ok(pairs) => tree::build(pairs, place),
                Err(error) => Err(vec![explain_error(text, &error)]),
            }
        });
    outcome.map_err(|faults| faults.into_iter().map(|fault| diagnostic(fault, place)).collect())
}

fn explain_error(text: &str, error: &Error<Rule>) -> Fault {
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
    match &error.variant {
        ErrorVariant::ParsingError { positives, .. } => explain::explain(text, at, positives),
        ErrorVariant::CustomError { message } => Fault::new(Code::ExpressionLimit, at..at, message.clone()),
    }
}

fn diagnostic(fault: Fault, place: &dyn Fn(Range<usize>) -> Span) -> Diagnostic {
    Diagnostic::new(fault.code, place(fault.bytes), fault.message).maybe_help(fault.help)
}
