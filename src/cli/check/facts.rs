// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a pack costs: rules and patterns that nothing keeps back.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::attack::{Catalogue, Misfit};
use crate::compile::ir::{Cond, CondId, Entry, Kind, Pred};
use crate::compile::program::KindProgram;
use crate::compile::{Compilation, validate};
use crate::diag::Severity;
use crate::vocab::SourceKind;

use super::super::text::{counted, counted_or_no, cut, escape};

/// Characters of a pattern that are shown.
const PATTERN_CHARS: usize = 80;

/// What `check` says beside the diagnostics.
#[derive(Debug)]
pub(super) struct Facts {
    /// Rules in the files, as far as these are readable.
    pub(super) rules_read: usize,
    rules_compiled: usize,
    source_kinds: usize,
    pub(super) errors: usize,
    warnings: usize,
    took: Duration,
    release: String,
    /// What rules emit that has no place in the ATT&CK release.
    pub(super) misfits: Vec<Misfit>,
    /// Rules without a witness.
    always: Vec<(String, SourceKind)>,
    ungated: Vec<Ungated>,
}

/// A pattern that no literal stands before, and the rules that ask for it.
#[derive(Debug)]
struct Ungated {
    pattern: String,
    source_kind: SourceKind,
    fields: Vec<String>,
    rules: Vec<String>,
}

impl Facts {
    pub(super) fn new(compilation: &Compilation, attack: &Catalogue, took: Duration) -> Self {
        let count =
            |severity| compilation.diagnostics.iter().filter(|item| item.code.severity() == severity).count();
        let kinds = &compilation.optimized.kinds;
        let id = |entry: &Entry| {
            compilation
                .optimized
                .rules
                .get(entry.rule as usize)
                .map_or_else(String::new, |rule| rule.id.clone())
        };
        let unwitnessed = |kind: &Kind| {
            let entries = kind.entries.iter().filter(|entry| entry.witness.is_none());
            entries.filter_map(|entry| Some((id(entry), kind.source_kind?))).collect::<Vec<_>>()
        };
        let mut ungated = Vec::new();
        for kind in kinds {
            if let Some(source_kind) = kind.source_kind
                && let Some(plan) = compilation.program.as_ref().and_then(|program| program.kind(source_kind))
            {
                ungated.extend(ungated_patterns(source_kind, kind, plan, id));
            }
        }
        let valid = compilation.program.as_ref().map_or(Ok(()), |program| validate(program, attack));
        Self {
            rules_read: compilation.ast.rules.len(),
            rules_compiled: compilation.lowered.rules.len(),
            source_kinds: kinds.len(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            took,
            release: attack.release().to_owned(),
            misfits: valid.map_or_else(|invalid| invalid.problems().to_vec(), |()| Vec::new()),
            always: kinds.iter().flat_map(unwitnessed).collect(),
            ungated,
        }
    }

    /// The notes, one paragraph each.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        if !self.misfits.is_empty() {
            // Writing to a string cannot fail.
            let _ = writeln!(out, "not in ATT&CK {}, so that a worker does not start:", self.release);
            for misfit in &self.misfits {
                let _ = writeln!(out, "  {}", escape(&misfit.to_string()));
            }
            out.push('\n');
        }
        if !self.always.is_empty() {
            let who = match self.always.len() {
                1 => "1 rule has no witness: it is decided for every event of its kind".to_owned(),
                number => {
                    format!("{number} rules have no witness: they are decided for every event of their kind")
                }
            };
            let _ = writeln!(out, "{who}");
            for (rule, kind) in &self.always {
                let _ = writeln!(out, "  {rule} ({kind})");
            }
            out.push('\n');
        }
        if !self.ungated.is_empty() {
            let which = match self.ungated.len() {
                1 => "1 pattern has no literal to look for first: it runs on every text of its fields"
                    .to_owned(),
                number => {
                    format!(
                        "{number} patterns have no literal to look for first: they run on every text of their fields"
                    )
                }
            };
            let _ = writeln!(out, "{which}");
            for Ungated { pattern, source_kind, fields, rules } in &self.ungated {
                let rules = rules.join(", ");
                let fields = match fields.as_slice() {
                    [first, _, _, ..] => format!("{first} and {} more", fields.len() - 1),
                    few => few.join(", "),
                };
                let _ = writeln!(out, "  {rules} ({source_kind}: {fields}) {}", cut(pattern, PATTERN_CHARS));
            }
            out.push('\n');
        }
        out
    }

    /// The last line.
    pub(super) fn summary(&self) -> String {
        let rules = match self.rules_compiled {
            all if all == self.rules_read => counted(all, "rule"),
            some => format!("{some} of {}", counted(self.rules_read, "rule")),
        };
        format!(
            "{rules} for {}, {}, {}, {} ms",
            counted(self.source_kinds, "source kind"),
            counted_or_no(self.errors, "error"),
            counted_or_no(self.warnings, "warning"),
            self.took.as_millis()
        )
    }

    /// The same for programs.
    pub(super) fn json(&self) -> Json {
        let always =
            self.always.iter().map(|(rule, kind)| json!({"rule_id": rule, "source_kind": kind.as_str()}));
        let ungated = self.ungated.iter().map(|Ungated { pattern, source_kind, fields, rules }| {
            json!({"pattern": pattern, "source_kind": source_kind.as_str(), "fields": fields, "rule_ids": rules})
        });
        let misfits = self.misfits.iter().map(|misfit| json!({"by": misfit.by, "problem": misfit.problem}));
        json!({"summary": {
            "rules": self.rules_compiled,
            "rules_refused": self.rules_read - self.rules_compiled,
            "source_kinds": self.source_kinds,
            "errors": self.errors,
            "warnings": self.warnings,
            "not_in_attack": misfits.collect::<Vec<_>>(),
            "always_decided": always.collect::<Vec<_>>(),
            "ungated_patterns": ungated.collect::<Vec<_>>(),
            "ms": u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
        }})
    }
}

/// The patterns of a kind that no literal stands before, so that every text runs through them.
fn ungated_patterns(
    source_kind: SourceKind,
    kind: &Kind,
    plan: &KindProgram,
    id: impl Fn(&Entry) -> String,
) -> Vec<Ungated> {
    let mut ungated: Vec<Ungated> = Vec::new();
    for (scan, group) in
        plan.scans.iter().flat_map(|scan| scan.text.groups.iter().map(move |group| (scan, group)))
    {
        let Some(regex) = plan.regexes.get(group.regex as usize) else { continue };
        let field = kind.fields.get(scan.slot as usize).map_or("", |field| &field.name);
        for (pred, pattern) in group.preds.iter().zip(&regex.patterns) {
            let rules: Vec<String> =
                kind.entries.iter().filter(|entry| preds_of(kind, entry).contains(pred)).map(&id).collect();
            // One pattern is often looked for in several fields.
            match ungated.iter_mut().find(|known| *known.pattern == **pattern && known.rules == rules) {
                Some(known) => known.fields.push(field.to_owned()),
                None => ungated.push(Ungated {
                    pattern: pattern.to_string(),
                    source_kind,
                    fields: vec![field.to_owned()],
                    rules,
                }),
            }
        }
    }
    ungated
}

/// Every predicate that a rule may test.
fn preds_of(kind: &Kind, entry: &Entry) -> BTreeSet<u32> {
    let mut preds = BTreeSet::new();
    let mut left: Vec<CondId> = entry.emits.iter().filter_map(|gate| gate.when).chain([entry.cond]).collect();
    while let Some(cond) = left.pop() {
        match kind.cond(cond) {
            Cond::Const(_) => {}
            Cond::Not(inner) => left.push(*inner),
            Cond::And(parts) | Cond::Or(parts) => left.extend(parts),
            Cond::Pred(pred) => {
                preds.insert(pred.0);
                if let Pred::Quantified { body, .. } = kind.pred(*pred) {
                    left.push(*body);
                }
            }
        }
    }
    preds
}
