// SPDX-License-Identifier: AGPL-3.0-or-later
//! Named predicates: a name and arguments stand for an expression of predicates.yaml.

use crate::compile::ir::{Cond, CondId, EmitGate, ValueId};
use crate::compile::parse::ast::{EvidenceDef, ParamDef, ParamType, ParamValue, PredicateDef, TableUse};
use crate::diag::{Code, Diagnostic, Span, Spanned, did_you_mean};

use super::scope::{Operand, Scope};

/// What a named predicate makes of a rule.
pub(super) struct Named {
    /// When the rule holds.
    pub(super) cond: CondId,
    /// What a table makes of its emits, in their order; empty without a table.
    pub(super) gates: Vec<EmitGate>,
    /// What its tags hold.
    pub(super) evidence: Vec<(String, ValueId)>,
}

impl From<CondId> for Named {
    fn from(cond: CondId) -> Self {
        Self { cond, gates: Vec::new(), evidence: Vec::new() }
    }
}

impl<'a> Scope<'a> {
    /// `{kind: "lifter:NAME", PARAM: VALUE, …}`.
    pub(super) fn named(
        &mut self,
        name: &Spanned<String>,
        arguments: &'a [(Spanned<String>, Spanned<ParamValue>)],
    ) -> Named {
        let Some(predicate) = self.pack.predicates.iter().find(|known| known.name.value == name.value) else {
            let known = self.pack.predicates.iter().map(|known| known.name.value.as_str());
            let help = did_you_mean(&name.value, known);
            let (code, label) = match self.pack.compat {
                true => (Code::Dropped, "not in predicates.yaml: the rule never holds"),
                false => (Code::UnknownPredicate, "not in predicates.yaml"),
            };
            let message = format!("unknown predicate `{}`", name.value);
            let diagnostic = Diagnostic::new(code, name.span, message)
                .label(label)
                .maybe_help(help.map(|word| format!("did you mean `{word}`?")));
            return self.reject(diagnostic).into();
        };
        for (argument, _) in arguments {
            if !predicate.params.iter().any(|param| param.name.value == argument.value) {
                let names = predicate.params.iter().map(|param| param.name.value.as_str());
                let help = did_you_mean(&argument.value, names);
                let message = format!("`{}` has no parameter `{}`", name.value, argument.value);
                let code = if self.pack.compat { Code::Dropped } else { Code::PredicateParameter };
                self.diags.push(
                    Diagnostic::new(code, argument.span, message)
                        .maybe_help(help.map(|word| format!("did you mean `{word}`?"))),
                );
            }
        }
        let mut params = Vec::with_capacity(predicate.params.len());
        for param in &predicate.params {
            let given = arguments.iter().find(|(argument, _)| argument.value == param.name.value);
            match self.argument(param, given.map(|(_, value)| value), name) {
                Some(value) => params.push((param.name.value.as_str(), value)),
                None => return self.never().into(),
            }
        }
        let outer = self.params.replace(params);
        self.bound.push(("compat", Operand::Bool(self.pack.compat)));
        let cond = self.cond(&predicate.expr);
        let found = match &predicate.table {
            Some(table) => self.by_table(predicate, table, cond),
            None => Named { cond, gates: Vec::new(), evidence: self.evidence(predicate) },
        };
        self.bound.pop();
        self.params = outer;
        found
    }

    /// The condition of a rule whose emits a table decides: that one of them is made.
    fn by_table(&mut self, predicate: &'a PredicateDef, table: &'a TableUse, cond: CondId) -> Named {
        let Some(gates) = self.table_gates(predicate, table) else { return self.never().into() };
        let any = self.kind.add_cond(Cond::Or(gates.iter().filter_map(|gate| gate.when).collect()));
        let cond = self.kind.add_cond(Cond::And(vec![cond, any]));
        Named { cond, gates, evidence: Vec::new() }
    }

    /// The computed evidence of a predicate, by name; what reads a field that the kind lacks is left out.
    pub(super) fn evidence(&mut self, predicate: &'a PredicateDef) -> Vec<(String, ValueId)> {
        let mut evidence = Vec::with_capacity(predicate.evidence.len());
        let source_kind = self.source_kind;
        let on_kind = |def: &&EvidenceDef| {
            def.kinds.is_empty() || def.kinds.iter().any(|kind| kind.value == source_kind)
        };
        for EvidenceDef { name, expr, .. } in predicate.evidence.iter().filter(on_kind) {
            self.evidence_name(name);
            let operand = self.operand(expr);
            match self.value_of(&operand) {
                Some((value, _)) => evidence.push((name.value.clone(), value)),
                None if operand.is_settled() => {}
                None => {
                    let message =
                        format!("evidence is text, a number or a list, this is {}", operand.describe());
                    self.diags.push(Diagnostic::new(Code::TypeMismatch, expr.span, message));
                }
            }
        }
        evidence
    }

    /// Reports a name that may not stand in the kind's evidence. E-mail and canary kinds hold
    /// personal data, so there only what the schema allows is taken.
    fn evidence_name(&mut self, name: &Spanned<String>) {
        use crate::vocab::SourceKind as K;
        let source_kind = self.source_kind;
        let strict = matches!(source_kind, K::Email | K::Canary | K::CanaryFingerprint);
        let declared = self.pack.schema.kind(source_kind).resolve(&name.value);
        if declared.map_or(!strict, |(field, _)| field.evidence) {
            return;
        }
        let message =
            format!("`{}` may not stand in the evidence of source kind `{source_kind}`", name.value);
        self.diags.push(
            Diagnostic::new(Code::EvidenceNotAllowed, name.span, message)
                .help("declare it in fields.yaml with `evidence: true`"),
        );
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
        if let ParamValue::Mixed(some) = &given.value
            && self.pack.compat
            && some.value.is_of(param.ty)
        {
            let message = format!("`{}` has items that are not {}", param.name.value, items(param.ty));
            self.diags
                .push(Diagnostic::new(Code::Dropped, given.span, message).label("those are passed over"));
            return Some(some);
        }
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

const fn items(ty: ParamType) -> &'static str {
    match ty {
        ParamType::PairList => "pairs of strings",
        _ => "strings",
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
        ParamValue::Mixed(_) => "a list of several types",
        ParamValue::Other(words) => words,
    }
}
