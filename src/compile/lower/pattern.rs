// SPDX-License-Identifier: AGPL-3.0-or-later
//! The pattern form of `match`, and the checks on every regular expression.

use regex_syntax::ast::ErrorKind;

use crate::compile::automaton::Automaton;
use crate::compile::ir::{Cond, CondId, Function, Pred, Regex, TextTest, Value, ValueId};
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::vocab::Limits;

use super::python;
use super::scope::{Operand, Scope};

impl Scope<'_> {
    /// `{pattern: REGEX, field: NAME}`.
    pub(super) fn pattern_form(
        &mut self,
        pattern: &Spanned<String>,
        field: Option<&Spanned<String>>,
    ) -> CondId {
        let default = self.pack.schema.kind(self.source_kind).default_field.clone();
        let (name, span) = match (field, default) {
            (Some(field), _) => (field.value.clone(), field.span),
            (None, Some(default)) => (default, pattern.span),
            (None, None) => {
                let message = format!("source kind `{}` has no default field", self.source_kind);
                let diagnostic = Diagnostic::new(Code::MissingKey, pattern.span, message)
                    .help("say which field the pattern reads: `{pattern: …, field: NAME}`");
                return self.reject(diagnostic);
            }
        };
        let id = match self.field(&name, span) {
            Operand::Value(id, ty) if ty.is_textual() => id,
            operand if operand.is_settled() => return self.never(),
            operand => {
                let message = format!("a pattern needs text, `{name}` is {}", operand.describe());
                return self.mismatch(span, message, "not text");
            }
        };
        self.matches(id, &pattern.value, pattern.span)
    }

    /// That a text matches a regular expression, which in a pack of DECNET's is one of Python's.
    pub(super) fn matches(&mut self, id: ValueId, pattern: &str, span: Span) -> CondId {
        if !self.pack.compat {
            return match self.regex(pattern, span) {
                Ok(regex) => self.kind.add_pred(Pred::Text(id, TextTest::Matches(regex))),
                Err(diagnostic) => self.reject(*diagnostic),
            };
        }
        let translated = python::translate(pattern, self.context.limits.regex_depth);
        let regex = match self.regex(&translated.pattern, span) {
            Ok(regex) => regex,
            Err(diagnostic) => return self.reject(*diagnostic),
        };
        if !translated.changes.is_empty() {
            let message = format!("read as Python reads it: {}", translated.changes.join("; "));
            self.diags.push(Diagnostic::new(Code::Rewritten, span, message).help(format!(
                "write `{}`",
                crate::diag::render::quote(&translated.pattern).trim_matches('`')
            )));
        }
        let found = self.kind.add_pred(Pred::Text(id, TextTest::Matches(regex.clone())));
        if !translated.ends {
            return found;
        }
        // `$` is also before a line feed at the end: as if that were not there.
        let line = TextTest::EndsWith { text: "\n".to_owned(), nocase: false };
        let line = self.kind.add_pred(Pred::Text(id, line));
        let chomped = self.kind.add_value(Value::Call(Function::Chomp, vec![id]));
        let before = self.kind.add_pred(Pred::Text(chomped, TextTest::Matches(regex)));
        let before = self.kind.add_cond(Cond::And(vec![line, before]));
        self.kind.add_cond(Cond::Or(vec![found, before]))
    }

    /// Reads a regular expression and checks its syntax, its nesting, its compiled size.
    pub(super) fn regex(&self, pattern: &str, span: Span) -> Result<Regex, Box<Diagnostic>> {
        regex(pattern, span, self.context.limits)
    }
}

/// Reads a regular expression and checks its syntax, its nesting, its compiled size.
pub(in crate::compile) fn regex(
    pattern: &str,
    span: Span,
    limits: &Limits,
) -> Result<Regex, Box<Diagnostic>> {
    let error = |code, message: String| Diagnostic::new(code, span, message);
    if pattern.len() > limits.regex_bytes {
        let message = format!(
            "regular expression of {} bytes, at most {} are taken",
            pattern.len(),
            limits.regex_bytes
        );
        return Err(Box::new(error(Code::RegexLimit, message)));
    }
    let mut parser = regex_syntax::ParserBuilder::new().nest_limit(limits.regex_depth).build();
    let hir = parser.parse(pattern).map_err(|problem| Box::new(explain(&problem, pattern, span)))?;
    if Automaton::size(&hir) > limits.regex_compiled_bytes {
        let message =
            format!("regular expression compiles to more than {} bytes", limits.regex_compiled_bytes);
        return Err(Box::new(
            error(Code::RegexLimit, message).help("lower its repetition counts, or use ASCII classes"),
        ));
    }
    Ok(Regex::new(pattern, hir))
}

/// What is wrong with a regular expression, and where inside it.
fn explain(problem: &regex_syntax::Error, text: &str, span: Span) -> Diagnostic {
    let (kind, start, end) = match problem {
        regex_syntax::Error::Parse(error) => {
            (Some(error.kind()), error.span().start.offset, error.span().end.offset)
        }
        regex_syntax::Error::Translate(error) => (None, error.span().start.offset, error.span().end.offset),
        _ => (None, 0, 0),
    };
    let part = text.get(start..end).filter(|part| !part.is_empty()).unwrap_or(text);
    let part: String = part.chars().take(40).collect();
    let (code, message, help) = match kind {
        Some(ErrorKind::UnsupportedLookAround) => (
            Code::RegexUnsupported,
            format!("look-around `{part}` is not supported"),
            Some(
                "where only yes or no is asked, a trailing look-ahead can be a plain group: `(?:\\s|$)`; \
                 otherwise use two conditions: `x matches '…' and not x matches '…'`",
            ),
        ),
        Some(ErrorKind::UnsupportedBackreference) => (
            Code::RegexUnsupported,
            format!("back-reference `{part}` is not supported"),
            Some("write the alternatives out"),
        ),
        Some(ErrorKind::NestLimitExceeded(limit)) => {
            (Code::RegexLimit, format!("regular expression nested deeper than {limit}"), None)
        }
        Some(
            ErrorKind::RepetitionMissing
            | ErrorKind::RepetitionCountInvalid
            | ErrorKind::RepetitionCountUnclosed
            | ErrorKind::RepetitionCountDecimalEmpty,
        ) => (
            Code::RegexSyntax,
            format!("`{part}` is not a repetition"),
            Some("to match a brace or operator itself, escape it: `\\{`, `\\*`, `\\+`, `\\?`"),
        ),
        Some(kind) => (Code::RegexSyntax, format!("bad regular expression: {kind}"), None),
        None => (Code::RegexSyntax, format!("bad regular expression at `{part}`"), None),
    };
    Diagnostic::new(code, span, message).maybe_help(help.map(str::to_owned))
}
