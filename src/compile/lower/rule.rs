// SPDX-License-Identifier: AGPL-3.0-or-later
//! One rule: what it is, its condition on one kind, its evidence and examples.

use crate::compile::ir::{self, ValueId};
use crate::compile::parse::ast;
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned, did_you_mean};
use crate::vocab::{Origin, SourceKind};

use super::named::Named;
use super::scope::{Operand, Scope, unknown_field};
use super::select::Written;
use super::{Context, emit};

/// Everything of a rule but its condition.
pub(super) fn rule(
    rule: &ast::Rule,
    pack: &ast::Pack,
    context: Context<'_>,
    diags: &mut Diagnostics,
) -> ir::Rule {
    let written_for = emit::written_for(rule, &pack.manifest);
    if let Some((release, span)) = written_for {
        emit::release(release, span, context.catalogue, diags);
    }
    let older = written_for.is_some_and(|(release, _)| emit::is_older(release, context.catalogue));
    let emits = emit::emits(&rule.emits, context.catalogue, older, diags);
    let mut kept = Vec::with_capacity(rule.evidence_fields.len());
    for field in &rule.evidence_fields {
        if pack.compat {
            kept.extend(evidence_or_drop(field, rule, pack, diags));
        } else {
            evidence(field, rule, pack, diags);
            kept.push(field.value.clone());
        }
    }
    let has = |hit: bool| rule.tests.iter().any(|test| test.hit == hit);
    let proven = has(true) && has(false);
    if !rule.refused && !proven && !pack.compat {
        let message =
            format!("rule `{}` has no {} example", rule.id.value, if has(true) { "`miss`" } else { "`hit`" });
        diags.push(
            Diagnostic::new(Code::MissingTests, rule.id.span, message)
                .help("add `tests: [{hit: {…}}, {miss: {…}}]`: at least one event that it tags and one that it does not"),
        );
    }
    ir::Rule {
        id: rule.id.value.clone(),
        version: rule.version.value,
        name: rule.name.value.clone(),
        description: rule.description.clone(),
        path: context.sources.get(rule.source).map(|file| file.path.clone()).unwrap_or_default(),
        span: match &rule.matches {
            ast::Match::Expr(expr) => expr.span,
            ast::Match::Pattern { pattern, .. } => pattern.span,
            ast::Match::Named { name, .. } => name.span,
        },
        kinds: rule.applies_to.iter().map(|kind| kind.value).collect(),
        emits,
        evidence: kept,
    }
}

/// A rule's condition and emit gates on one of its kinds.
pub(super) fn entry(
    rule: &ast::Rule,
    index: u32,
    pack: &ast::Pack,
    context: Context<'_>,
    kind: (SourceKind, &mut ir::Kind),
    diags: &mut Diagnostics,
    written: &mut Written,
) -> ir::Entry {
    let mut scope = Scope::new(rule, pack, context, kind, diags, written);
    let named = match &rule.matches {
        ast::Match::Expr(expr) => scope.cond(expr).into(),
        ast::Match::Pattern { pattern, field } => scope.pattern_form(pattern, field.as_ref()).into(),
        ast::Match::Named { name, arguments } => scope.named(name, arguments),
    };
    let Named { cond, gates, mut evidence } = named;
    scope.derived_evidence(&gates, &mut evidence);
    let mut gates = gates.into_iter();
    let emits = rule.emits.iter().map(|emit| scope.gate(emit, gates.next().unwrap_or_default())).collect();
    ir::Entry { rule: index, cond, emits, evidence, witness: None }
}

impl Scope<'_> {
    /// Adds the fields that the rule names and lifters derive, unless the predicate says more of them.
    fn derived_evidence(&mut self, gates: &[ir::EmitGate], evidence: &mut Vec<(String, ValueId)>) {
        let schema = self.pack.schema.kind(self.source_kind);
        for name in &self.rule.evidence_fields {
            let field = schema.field(&name.value);
            let derived = field.is_some_and(|field| {
                matches!(field.origin, Origin::Lifter | Origin::OnDemand) && field.evidence
            });
            let said = gates.iter().flat_map(|gate| &gate.evidence).chain(&*evidence);
            if !derived || said.into_iter().any(|(known, _)| *known == name.value) {
                continue;
            }
            if let Operand::Value(id, _) = self.field(&name.value, name.span) {
                evidence.push((name.value.clone(), id));
            }
        }
    }

    /// A gate with the emit's own `when` and `scale`.
    fn gate(&mut self, emit: &ast::Emit, mut gate: ir::EmitGate) -> ir::EmitGate {
        if let Some(when) = &emit.when {
            let own = self.cond(when);
            gate.when = Some(match gate.when {
                Some(given) => self.kind.add_cond(ir::Cond::And(vec![given, own])),
                None => own,
            });
        }
        if let Some(own) = emit.scale.as_ref().and_then(|scale| self.number(scale)) {
            gate.scale = Some(match gate.scale {
                Some(given) => self.kind.add_value(ir::Value::Arithmetic(ir::Arithmetic::Mul, given, own)),
                None => own,
            });
        }
        gate
    }
}

/// The field, unless all of its kinds lack it or keep it to themselves: then no tag holds it.
///
/// Where only some do, the tagger leaves it out there. Kinds whose evidence is fixed copy nothing.
fn evidence_or_drop(
    field: &Spanned<String>,
    rule: &ast::Rule,
    pack: &ast::Pack,
    diags: &mut Diagnostics,
) -> Option<String> {
    use crate::vocab::SourceKind as K;
    let mut refused = Diagnostics::new();
    evidence(field, rule, pack, &mut refused);
    for problem in refused.iter() {
        diags.push(
            Diagnostic::new(Code::Dropped, field.span, problem.message.clone())
                .label("left out of the evidence"),
        );
    }
    let allowed = |kind: &Spanned<K>| {
        let fixed = matches!(kind.value, K::Email | K::CanaryFingerprint | K::Ipv6Leak);
        let declared = pack.schema.kind(kind.value).resolve(&field.value);
        !fixed && declared.is_some_and(|(declared, _)| declared.evidence)
    };
    rule.applies_to.iter().any(allowed).then(|| field.value.clone())
}

/// Reports an evidence field that none of the rule's kinds has, or that one keeps to itself.
fn evidence(field: &Spanned<String>, rule: &ast::Rule, pack: &ast::Pack, diags: &mut Diagnostics) {
    let found: Vec<_> = rule
        .applies_to
        .iter()
        .filter_map(|kind| Some((kind.value, pack.schema.kind(kind.value).resolve(&field.value)?.0)))
        .collect();
    if found.is_empty() {
        diags.push(unknown_field(&field.value, field.span, rule, pack));
    }
    for (kind, declared) in found {
        if !declared.evidence {
            let message =
                format!("field `{}` may not stand in the evidence of source kind `{kind}`", field.value);
            let allowed: Vec<_> = pack
                .schema
                .kind(kind)
                .fields
                .iter()
                .filter(|field| field.evidence)
                .map(|field| field.name.as_str())
                .collect();
            diags.push(
                Diagnostic::new(Code::EvidenceNotAllowed, field.span, message)
                    .help(format!("allowed: {}", allowed.join(", "))),
            );
        }
    }
}

/// Inline examples may only give fields that the kind has and that are not a lifter's.
pub(super) fn examples(rule: &ast::Rule, pack: &ast::Pack, diags: &mut Diagnostics) {
    for test in &rule.tests {
        let Some(kind) = test.kind.as_ref().or(rule.applies_to.first()) else { continue };
        let schema = pack.schema.kind(kind.value);
        for key in test.payload.keys().filter(|key| schema.resolve(key).is_none()) {
            let help = did_you_mean(key, schema.fields.iter().map(|field| field.name.as_str()));
            diags.push(
                Diagnostic::new(
                    Code::UnknownField,
                    test.span,
                    format!("unknown field `{key}` in an example"),
                )
                .label(format!("no such field for source kind `{}`", kind.value))
                .maybe_help(help.map(|word| format!("did you mean `{word}`?"))),
            );
        }
    }
}
