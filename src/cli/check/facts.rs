// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a pack costs: rules that no prefilter keeps back, patterns without a full DFA.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::compile::Compilation;
use crate::compile::ir::{Cond, CondId, Entry, Kind, Pred};
use crate::compile::program::KindProgram;
use crate::diag::Severity;
use crate::vocab::SourceKind;

use super::super::text::{counted, counted_or_no, cut};

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
    /// Rules without a witness.
    always: Vec<(String, SourceKind)>,
    slow: Vec<SlowPattern>,
}

/// A pattern without a full DFA, and the rules that run it.
#[derive(Debug)]
struct SlowPattern {
    pattern: String,
    source_kind: SourceKind,
    rules: Vec<String>,
}

impl Facts {
    pub(super) fn new(compilation: &Compilation, took: Duration) -> Self {
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
            entries.map(|entry| (id(entry), kind.source_kind)).collect::<Vec<_>>()
        };
        let mut slow = Vec::new();
        for kind in kinds {
            if let Some(plan) =
                compilation.program.as_ref().and_then(|program| program.kind(kind.source_kind))
            {
                slow.extend(slow_patterns(kind, plan, id));
            }
        }
        Self {
            rules_read: compilation.ast.rules.len(),
            rules_compiled: compilation.lowered.rules.len(),
            source_kinds: kinds.len(),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            took,
            always: kinds.iter().flat_map(unwitnessed).collect(),
            slow,
        }
    }

    /// The notes, one paragraph each.
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        if !self.always.is_empty() {
            let who = match self.always.len() {
                1 => "1 rule has no witness: it is decided for every event of its kind".to_owned(),
                number => {
                    format!("{number} rules have no witness: they are decided for every event of their kind")
                }
            };
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{who}");
            for (rule, kind) in &self.always {
                let _ = writeln!(out, "  {rule} ({kind})");
            }
            out.push('\n');
        }
        if !self.slow.is_empty() {
            let which = match self.slow.len() {
                1 => "1 pattern is too large for the fast engine and runs on the slow one".to_owned(),
                number => {
                    format!("{number} patterns are too large for the fast engine and run on the slow one")
                }
            };
            let _ = writeln!(out, "{which}");
            for slow in &self.slow {
                let rules = slow.rules.join(", ");
                let _ =
                    writeln!(out, "  {rules} ({}): {}", slow.source_kind, cut(&slow.pattern, PATTERN_CHARS));
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
        let slow = self.slow.iter().map(|slow| {
            json!({"pattern": slow.pattern, "source_kind": slow.source_kind.as_str(), "rule_ids": slow.rules})
        });
        json!({"summary": {
            "rules": self.rules_compiled,
            "rules_refused": self.rules_read - self.rules_compiled,
            "source_kinds": self.source_kinds,
            "errors": self.errors,
            "warnings": self.warnings,
            "always_decided": always.collect::<Vec<_>>(),
            "slow_patterns": slow.collect::<Vec<_>>(),
            "ms": u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX),
        }})
    }
}

/// The patterns of a kind that no literal stands before, so that every text runs through them.
fn slow_patterns(kind: &Kind, plan: &KindProgram, id: impl Fn(&Entry) -> String) -> Vec<SlowPattern> {
    let mut slow: Vec<SlowPattern> = Vec::new();
    for group in plan.scans.iter().flat_map(|scan| &scan.text.groups) {
        let Some(regex) = plan.regexes.get(group.regex as usize) else { continue };
        for (pred, pattern) in group.preds.iter().zip(&regex.patterns) {
            let rules: Vec<String> =
                kind.entries.iter().filter(|entry| preds_of(kind, entry).contains(pred)).map(&id).collect();
            slow.push(SlowPattern { pattern: pattern.to_string(), source_kind: kind.source_kind, rules });
        }
    }
    slow
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
