// SPDX-License-Identifier: AGPL-3.0-or-later
//! A program against an ATT&CK release.

use crate::attack::{self, Catalogue, Claim, Invalid};

use super::program::Program;

/// Holds every technique and tactic that a program can emit, and those of the kill chain, against a
/// release: what a worker does before it starts, and `check` for those who write rules.
///
/// Compiling reports most of it, rule by rule. Here it is an answer: all that does not hold, or that
/// all holds.
///
/// # Cost
/// A few look-ups an emit.
///
/// # Errors
/// All that has no place in the release.
///
/// # Example
/// ```
/// use decnet_ttp::attack::Catalogue;
/// use decnet_ttp::compile;
///
/// let program = compile::builtin()?;
/// compile::validate(&program, Catalogue::embedded())?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn validate(program: &Program, catalogue: &Catalogue) -> Result<(), Invalid> {
    let claims = program.rules().flat_map(|rule| {
        rule.emits.iter().map(|emit| Claim {
            by: &rule.id,
            tactic: &emit.tactic,
            technique: emit.sub_technique.as_deref().unwrap_or(&emit.technique),
        })
    });
    attack::validate(catalogue, claims)
}
