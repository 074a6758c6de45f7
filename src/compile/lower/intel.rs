// SPDX-License-Identifier: AGPL-3.0-or-later
//! Intel tables: a provider's signals decide which emits a rule makes, and scale them.
//!
//! The fan-out is IR like any other: each emit is made when one of the signals that lead to its
//! technique is there, and scaled by the strongest of those.

use jiff::civil::Date;

use crate::attack::Catalogue;
use crate::compile::ir::{Arithmetic, Cond, CondId, EmitGate, Num, Value, ValueId, ValueType};
use crate::compile::parse::ast::{self, Expr, IntelTable, PredicateDef, SignalUse, TableUse};
use crate::diag::{Code, Diagnostic, Diagnostics, did_you_mean};

use super::scope::{Operand, Scope};
use super::{Context, emit};

/// What `$name` stands for besides a predicate's parameters.
pub(super) type Bound = Vec<(&'static str, Operand)>;

/// The tables that somebody may want to hear of: those beside the rules, and those that a rule reads.
fn tables<'a>(pack: &'a ast::Pack, context: Context<'_>) -> impl Iterator<Item = &'a IntelTable> {
    let counts =
        move |table: &&IntelTable| !table.refused && (is_own(table, context) || is_read(table, pack));
    pack.intel.iter().filter(counts)
}

/// Reports the tables whose next review is before that day.
pub(super) fn overdue(pack: &ast::Pack, context: Context<'_>, today: Date, diags: &mut Diagnostics) {
    for review in tables(pack, context).filter_map(|table| table.next_review.as_ref()) {
        if review.value < today {
            let message = format!("this table was to be reviewed by {}", review.value);
            diags.push(
                Diagnostic::new(Code::Overdue, review.span, message)
                    .help("see what the provider says today, then set `last_reviewed` and `next_review`"),
            );
        }
    }
}

/// Checks the tables: that a predicate reads each, and of those that a rule uses its techniques, and
/// that each of its signals is one that the predicate knows.
pub(super) fn check(pack: &ast::Pack, context: Context<'_>, diags: &mut Diagnostics) {
    for table in tables(pack, context) {
        if let Some(release) = &table.attack_release
            && release.value != context.catalogue.release()
        {
            let message = format!(
                "mapped for ATT&CK `{}`, the catalogue is `{}`",
                release.value,
                context.catalogue.release()
            );
            diags.push(Diagnostic::new(Code::OtherRelease, release.span, message));
        }
        let uses: Vec<&TableUse> = pack
            .predicates
            .iter()
            .filter_map(|predicate| predicate.table.as_ref())
            .filter(|found| found.provider.value == table.provider.value)
            .collect();
        if uses.is_empty() {
            let name = &table.provider.value;
            let providers = pack.predicates.iter().filter_map(|predicate| predicate.table.as_ref());
            let help = did_you_mean(name, providers.map(|found| found.provider.value.as_str()));
            diags.push(
                Diagnostic::new(
                    Code::IntelTable,
                    table.provider.span,
                    format!("no predicate reads the provider `{name}`"),
                )
                .maybe_help(help.map(|word| format!("did you mean `{word}`?"))),
            );
        }
        let release = table.attack_release.as_ref().map(|release| &release.value);
        let release = release.or(pack.manifest.attack_release.as_ref());
        let older = release.is_some_and(|release| emit::is_older(release, context.catalogue));
        check_signals(table, &uses, context.catalogue, older, diags);
    }
}

/// Whether the table stands beside the rules, and is not the shipped one that a pack falls back on.
fn is_own(table: &IntelTable, context: Context<'_>) -> bool {
    let file = context.sources.get(table.provider.span.source);
    file.is_none_or(|file| !file.path.starts_with("builtin/"))
}

/// Whether a rule reads the table.
fn is_read(table: &IntelTable, pack: &ast::Pack) -> bool {
    let provider = &table.provider.value;
    pack.rules.iter().any(|rule| used_by(rule, pack).is_some_and(|found| found.provider.value == *provider))
}

fn check_signals(
    table: &IntelTable,
    uses: &[&TableUse],
    catalogue: &Catalogue,
    older: bool,
    diags: &mut Diagnostics,
) {
    for signal in &table.signals {
        for technique in &signal.techniques {
            emit::mapped(&technique.id, catalogue, older, diags);
            let threshold = technique.threshold.as_ref();
            if let Some(threshold) = threshold.filter(|_| uses.iter().any(|found| found.threshold.is_none()))
            {
                let message = format!("the provider `{}` has no score to compare", table.provider.value);
                diags.push(Diagnostic::new(Code::IntelTable, threshold.span, message));
            }
        }
        let id = &signal.id.value;
        for found in uses.iter().filter(|found| reader(found, id).is_none()) {
            let forms: Vec<_> = found.signals.iter().map(|signal| format!("`{}`", signal.id.value)).collect();
            let message = format!("`{}` has no signal `{id}`", table.provider.value);
            diags.push(
                Diagnostic::new(Code::IntelTable, signal.id.span, message)
                    .help(format!("its signals: {}; `#` stands for a number", forms.join(", "))),
            );
        }
    }
}

/// Whether the rule's predicate reads a table with errors, which are reported there.
pub(super) fn is_refused(rule: &ast::Rule, pack: &ast::Pack) -> bool {
    used_by(rule, pack).is_some_and(|found| {
        pack.intel.iter().any(|table| table.refused && table.provider.value == found.provider.value)
    })
}

/// The table that a rule's predicate reads.
fn used_by<'p>(rule: &ast::Rule, pack: &'p ast::Pack) -> Option<&'p TableUse> {
    let ast::Match::Named { name, .. } = &rule.matches else { return None };
    let predicate = pack.predicates.iter().find(|predicate| predicate.name.value == name.value);
    predicate.and_then(|predicate| predicate.table.as_ref())
}

/// What says when the signal of that id is there, and the number in the id.
fn reader<'t>(table: &'t TableUse, id: &str) -> Option<(&'t SignalUse, Option<f64>)> {
    let exact = table.signals.iter().find(|signal| signal.id.value == id);
    exact.map(|signal| (signal, None)).or_else(|| {
        table.signals.iter().find_map(|signal| {
            let (start, end) = signal.id.value.split_once(['*', '#'])?;
            let inner = id.strip_prefix(start)?.strip_suffix(end).filter(|inner| !inner.is_empty())?;
            if signal.id.value.contains('*') {
                return Some((signal, None));
            }
            let digits = inner.bytes().all(|byte| byte.is_ascii_digit());
            inner.parse().ok().filter(|_| digits).map(|number| (signal, Some(number)))
        })
    })
}

/// A signal on its way to one emit.
struct Lead<'t> {
    id: &'t str,
    number: Option<f64>,
    signal: &'t SignalUse,
    threshold: Option<f64>,
    multiplier: f64,
    url: Option<&'t str>,
}

impl<'a> Scope<'a> {
    /// The gates of a rule's emits by its predicate's table; `None` where there is no such table or
    /// it is refused.
    pub(super) fn table_gates(
        &mut self,
        predicate: &'a PredicateDef,
        found: &'a TableUse,
    ) -> Option<Vec<EmitGate>> {
        let name = &found.provider.value;
        let Some(table) = self.pack.intel.iter().find(|table| table.provider.value == *name) else {
            let message = format!("there is no intel table `{name}`");
            self.diags.push(
                Diagnostic::new(Code::IntelTable, found.provider.span, message)
                    .help(format!("add `intel/{name}.yaml`")),
            );
            return None;
        };
        if table.refused {
            return None;
        }
        Some(self.rule.emits.iter().map(|emit| self.table_gate(predicate, found, table, emit)).collect())
    }

    fn table_gate(
        &mut self,
        predicate: &'a PredicateDef,
        found: &'a TableUse,
        table: &'a IntelTable,
        emit: &ast::Emit,
    ) -> EmitGate {
        let leads = leads(found, table, emit, self.context.catalogue);
        if leads.is_empty() {
            let technique = emit.sub_technique.as_ref().unwrap_or(&emit.technique);
            let message = format!("no signal of `{}` leads to `{}`", table.provider.value, technique.value);
            self.diags.push(Diagnostic::new(Code::NoSignal, technique.span, message).label("never emitted"));
        }
        let mut conds: Vec<CondId> = Vec::with_capacity(leads.len());
        let mut scales = Vec::with_capacity(leads.len());
        for lead in &leads {
            let mut cond = self.lead_cond(found, lead);
            if lead.signal.fallback && !conds.is_empty() {
                let others = self.kind.add_cond(Cond::Or(conds.clone()));
                let alone = self.kind.add_cond(Cond::Not(others));
                cond = self.kind.add_cond(Cond::And(vec![cond, alone]));
            }
            conds.push(cond);
            let score = self.lead_score(lead.signal.score.as_ref().unwrap_or(&found.score), lead.multiplier);
            scales.extend(score.map(|score| (cond, score)));
        }
        let evidence = self.table_evidence(predicate, &leads, &conds);
        EmitGate {
            when: Some(self.kind.add_cond(Cond::Or(conds))),
            scale: Some(self.kind.add_value(Value::Choose(scales))),
            unclamped: self.pack.compat,
            evidence,
        }
    }

    fn lead_cond(&mut self, found: &'a TableUse, lead: &Lead<'_>) -> CondId {
        let mut bound: Bound = vec![("id", Operand::Text(lead.id.to_owned()))];
        bound.extend(lead.number.map(|number| ("number", Operand::Number(number))));
        let when = self.bound_cond(bound, &lead.signal.when);
        match (lead.threshold, &found.threshold) {
            (Some(threshold), Some(expr)) => {
                let reached = self.bound_cond(vec![("threshold", Operand::Number(threshold))], expr);
                self.kind.add_cond(Cond::And(vec![when, reached]))
            }
            _ => when,
        }
    }

    fn bound_cond(&mut self, bound: Bound, expr: &Expr) -> CondId {
        let outer = self.bound.len();
        self.bound.extend(bound);
        let cond = self.cond(expr);
        self.bound.truncate(outer);
        cond
    }

    fn lead_score(&mut self, score: &Expr, multiplier: f64) -> Option<ValueId> {
        let score = self.number(score)?;
        #[expect(clippy::float_cmp, reason = "one is written out, or the default")]
        if multiplier == 1.0 {
            return Some(score);
        }
        let multiplier = self.kind.add_value(Value::Number(Num::new(multiplier)));
        Some(self.kind.add_value(Value::Arithmetic(Arithmetic::Mul, score, multiplier)))
    }

    /// What the predicate says of the signals behind an emit, and the pages that describe them.
    fn table_evidence(
        &mut self,
        predicate: &'a PredicateDef,
        leads: &[Lead<'_>],
        conds: &[CondId],
    ) -> Vec<(String, ValueId)> {
        let held = || leads.iter().zip(conds);
        let ids: Vec<_> = held().map(|(lead, cond)| (*cond, Value::Text(lead.id.to_owned()))).collect();
        let numbers: Vec<_> =
            held().filter_map(|(lead, cond)| Some((*cond, Value::Number(Num::new(lead.number?))))).collect();
        let mut urls: Vec<(&str, Vec<CondId>)> = Vec::new();
        for (lead, cond) in held() {
            let Some(url) = lead.url else { continue };
            match urls.iter_mut().find(|(known, _)| *known == url) {
                Some((_, conds)) => conds.push(*cond),
                None => urls.push((url, vec![*cond])),
            }
        }
        let urls: Vec<_> = urls
            .into_iter()
            .map(|(url, conds)| (self.kind.add_cond(Cond::Or(conds)), Value::Text(url.to_owned())))
            .collect();
        let bound = vec![
            ("signals", Operand::Value(self.collect(ids), ValueType::TextList)),
            ("numbers", Operand::Value(self.collect(numbers), ValueType::NumberList)),
        ];
        let outer = self.bound.len();
        self.bound.extend(bound);
        let mut evidence = self.evidence(predicate);
        self.bound.truncate(outer);
        if !urls.is_empty() {
            evidence.push((REFERENCES.to_owned(), self.collect(urls)));
        }
        evidence
    }

    fn collect(&mut self, items: Vec<(CondId, Value)>) -> ValueId {
        let branches = items.into_iter().map(|(cond, value)| (cond, self.kind.add_value(value))).collect();
        self.kind.add_value(Value::Collect(branches))
    }
}

/// The name under which the pages of the signals behind a tag stand in its evidence.
const REFERENCES: &str = "external_references";

/// The signals that lead to an emit's technique: strongest first, those that only stand in last.
fn leads<'t>(
    found: &'t TableUse,
    table: &'t IntelTable,
    emit: &ast::Emit,
    catalogue: &Catalogue,
) -> Vec<Lead<'t>> {
    // Rule and table may be written for different releases.
    let is_same = |a: &str, b: &str| {
        let next = |id: &str| catalogue.successor(id).map(|technique| &*technique.id);
        a == b || next(a).is_some_and(|next_a| Some(next_a) == next(b))
    };
    let is_wanted = |id: &str| {
        is_same(id, &emit.technique.value)
            || emit.sub_technique.as_ref().is_some_and(|sub| is_same(id, &sub.value))
    };
    let mut leads = Vec::new();
    for signal in &table.signals {
        let Some((read, number)) = reader(found, &signal.id.value) else { continue };
        for technique in signal.techniques.iter().filter(|technique| is_wanted(&technique.id.value)) {
            leads.push(Lead {
                id: &signal.id.value,
                number,
                signal: read,
                threshold: technique.threshold.as_ref().map(|threshold| threshold.value),
                multiplier: signal.multiplier,
                url: signal.reference.as_ref().map(|reference| reference.url.as_str()),
            });
        }
    }
    for signal in &found.signals {
        let known = table.signals.iter().any(|known| known.id.value == signal.id.value);
        if !known && signal.techniques.iter().any(|technique| is_wanted(&technique.value)) {
            let id = &signal.id.value;
            leads.push(Lead { id, number: None, signal, threshold: None, multiplier: 1.0, url: None });
        }
    }
    leads.sort_by(|a, b| {
        let by_strength = b.multiplier.total_cmp(&a.multiplier);
        a.signal.fallback.cmp(&b.signal.fallback).then(by_strength)
    });
    leads
}
