// SPDX-License-Identifier: AGPL-3.0-or-later
//! Named predicates: a name and arguments stand for an expression of predicates.yaml.

use crate::compile::ir::CondId;
use crate::compile::parse::ast::{ParamDef, ParamType, ParamValue};
use crate::diag::{Code, Diagnostic, Span, Spanned, did_you_mean};

use super::scope::Scope;

impl<'a> Scope<'a> {
    /// `{kind: "lifter:NAME", PARAM: VALUE, …}`.
    pub(super) fn named(
        &mut self,
        name: &Spanned<String>,
        arguments: &'a [(Spanned<String>, Spanned<ParamValue>)],
    ) -> CondId {
        let Some(predicate) = self.pack.predicates.iter().find(|known| known.name.value == name.value) else {
            let known = self.pack.predicates.iter().map(|known| known.name.value.as_str());
            let help = did_you_mean(&name.value, known);
            let diagnostic = Diagnostic::new(
                Code::UnknownPredicate,
                name.span,
                format!("unknown predicate `{}`", name.value),
            )
            .label("not in predicates.yaml")
            .maybe_help(help.map(|word| format!("did you mean `{word}`?")));
            return self.reject(diagnostic);
        };
        for (argument, _) in arguments {
            if !predicate.params.iter().any(|param| param.name.value == argument.value) {
                let names = predicate.params.iter().map(|param| param.name.value.as_str());
                let help = did_you_mean(&argument.value, names);
                let message = format!("`{}` has no parameter `{}`", name.value, argument.value);
                self.diags.push(
                    Diagnostic::new(Code::PredicateParameter, argument.span, message)
                        .maybe_help(help.map(|word| format!("did you mean `{word}`?"))),
                );
            }
        }
        let mut params = Vec::with_capacity(predicate.params.len());
        for param in &predicate.params {
            let given = arguments.iter().find(|(argument, _)| argument.value == param.name.value);
            match self.argument(param, given.map(|(_, value)| value), name) {
                Some(value) => params.push((param.name.value.as_str(), value)),
                None => return self.never(),
            }
        }
        let outer = self.params.replace(params);
        let cond = self.cond(&predicate.expr);
        self.params = outer;
        cond
    }

    /// The value of a parameter: given, or its default; an error is reported and gives none.
    fn argument(
        &mut self,
        param: &'a ParamDef,
        given: Option<&'a Spanned<ParamValue>>,
        name: &Spanned<String>,
    ) -> Option<&'a Spanned<ParamValue>> {
        let Some(given) = given else {
            if let Some(default) = &param.default {
                return Some(default);
            }
            let message = format!("`{}` needs `{}`, {}", name.value, param.name.value, words(param.ty));
            self.diags.push(
                Diagnostic::new(Code::PredicateParameter, name.span, message)
                    .help(format!("add `{}: …` beside `kind`", param.name.value)),
            );
            return None;
        };
        if !given.value.is_of(param.ty) {
            let message = format!(
                "`{}` of `{}` is {}, this is {}",
                param.name.value,
                name.value,
                words(param.ty),
                describe(&given.value)
            );
            self.wrong_parameter(given.span, message);
            return None;
        }
        Some(given)
    }

    fn wrong_parameter(&mut self, span: Span, message: String) {
        self.diags.push(Diagnostic::new(Code::PredicateParameter, span, message).label("of the wrong type"));
    }
}

const fn words(ty: ParamType) -> &'static str {
    match ty {
        ParamType::Number => "a number",
        ParamType::Bool => "true or false",
        ParamType::TextList => "a list of strings",
        ParamType::PairList => "a list of lists of two strings",
        ParamType::Text => "a string",
    }
}

const fn describe(value: &ParamValue) -> &'static str {
    match value {
        ParamValue::Number(_) => "a number",
        ParamValue::Text(_) => "a string",
        ParamValue::Bool(_) => "a boolean",
        ParamValue::TextList(_) => "a list of strings",
        ParamValue::PairList(_) => "a list of pairs",
        ParamValue::Other(words) => words,
    }
}
