// SPDX-License-Identifier: AGPL-3.0-or-later
//! IR to program.

mod builder;
mod probes;
mod scans;

use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::compile::ir;
use crate::vocab::{Limits, Schema, SourceKind};

use super::{KindProgram, Program};

use builder::Builder;

/// Which automata are built. Every choice gives the same matches; tests hold them to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Merges the patterns that are run on every text into one automaton per slot.
    pub merge: bool,
    /// Answers tests of payload fields in one pass over them; without, each is run when a rule asks.
    pub scan: bool,
    /// Looks for a literal whose bytes are common only when a rule asks, unless it is a rule's witness.
    pub lean: bool,
    /// Finds literals by rare runs of their bytes; without, by an automaton alone.
    pub runs: bool,
    /// Evaluates an event also as what it is seen to mean, where a lifter gives more views of it.
    pub views: bool,
}

impl Default for Plan {
    fn default() -> Self {
        Self { merge: true, scan: true, lean: true, runs: true, views: true }
    }
}

/// Why a pack was not built.
#[derive(Debug)]
pub struct BuildError {
    limit: usize,
}

impl std::fmt::Display for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the pack's automata need more than {} bytes", self.limit)
    }
}

impl std::error::Error for BuildError {}

/// Builds a program; kinds whose rules and plan are those of `previous` are taken from it.
///
/// # Cost
/// Linear in the rules' patterns.
///
/// # Errors
/// The automata together pass [`Limits::automata_bytes`]; none is built beyond it.
pub fn build(
    pack: &ir::Pack,
    schema: Schema,
    release: &str,
    (name, version): (String, String),
    plan: Plan,
    limits: &Limits,
    previous: Option<&Program>,
) -> Result<Program, BuildError> {
    let rules: Vec<Arc<ir::Rule>> = pack.rules.iter().cloned().map(Arc::new).collect();
    let mut kinds: [Option<Arc<KindProgram>>; SourceKind::COUNT] = Default::default();
    let mut bytes_left = limits.automata_bytes;
    let of_kinds = pack.kinds.iter().filter_map(|kind| Some((kind.source_kind?, kind)));
    for (source_kind, kind) in of_kinds {
        let fingerprint = fingerprint(kind, pack, plan);
        let kept = previous
            .and_then(|program| program.kinds.get(source_kind.index())?.as_ref())
            .filter(|old| old.fingerprint == fingerprint);
        let built = match kept {
            Some(old) => Arc::clone(old),
            None => {
                Arc::new(Builder::new(kind, limits, plan, bytes_left).build(kind, &rules, fingerprint)?)
            }
        };
        bytes_left =
            bytes_left.checked_sub(built.bytes).ok_or(BuildError { limit: limits.automata_bytes })?;
        if let Some(slot) = kinds.get_mut(source_kind.index()) {
            *slot = Some(built);
        }
    }
    Ok(Program {
        rules,
        kinds,
        schema: Arc::new(schema),
        attack_release: release.into(),
        name,
        version,
        limits: limits.clone(),
    })
}

/// Builds the plan of log records: all entries of one kind without a source kind.
///
/// # Errors
/// As [`build`].
pub fn build_logs(
    kind: &ir::Kind,
    rules: &[Arc<ir::Rule>],
    plan: Plan,
    limits: &Limits,
) -> Result<KindProgram, BuildError> {
    Builder::new(kind, limits, plan, limits.automata_bytes).build(kind, rules, [0; 32])
}

/// Equal for equal rules, order and plan of a kind.
fn fingerprint(kind: &ir::Kind, pack: &ir::Pack, plan: Plan) -> [u8; 32] {
    let mut hash = Sha256::new();
    for entry in &kind.entries {
        if let Some(rule) = pack.rules.get(entry.rule as usize) {
            // The place in the file is not part of what the rule means.
            let rule = (&rule.id, rule.version, &rule.name, &rule.kinds, &rule.emits, &rule.evidence);
            hash.update(format!("{rule:?}\n"));
        }
        hash.update(format!("{:?}{:?}{:?}{:?}\n", entry.cond, entry.emits, entry.evidence, entry.witness));
    }
    hash.update(format!("{plan:?}{:?}{:?}{:?}{:?}", kind.fields, kind.values, kind.preds, kind.conds));
    hash.finalize().into()
}
