// SPDX-License-Identifier: AGPL-3.0-or-later
//! The check before any work: whatever may be emitted is in the catalogue.

use std::fmt;

use super::{Catalogue, Technique, is_ics_tactic, kill_chain};

/// A technique under a tactic that something can emit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim<'a> {
    /// Who emits it: a rule's id.
    pub by: &'a str,
    /// The tactic.
    pub tactic: &'a str,
    /// The sub-technique, or the technique where there is none.
    pub technique: &'a str,
}

/// Everything that may be emitted and has no place in a release; at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    release: Box<str>,
    problems: Vec<Misfit>,
}

/// One thing that has no place in a release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// Who emits it: a rule's id, or `kill chain`.
    pub by: Box<str>,
    /// What is wrong.
    pub problem: Box<str>,
}

/// Holds everything that may be emitted against a release, before any work: the claims, and the
/// tactics that the [kill chain](kill_chain) gives for its phases. Each technique must exist, be
/// live and have its tactic, and each tactic must exist; ATT&CK for ICS tactics are exempt.
///
/// # Cost
/// A few look-ups a claim; what is wrong is gathered, and nothing else is.
///
/// # Errors
/// All that does not hold, in the order of the claims, the kill chain last.
pub fn validate<'a>(
    catalogue: &Catalogue,
    claims: impl IntoIterator<Item = Claim<'a>>,
) -> Result<(), Invalid> {
    let mut problems = Vec::new();
    for claim in claims {
        problems.extend(problem_of(claim, catalogue).map(|problem| Misfit::new(claim.by, problem)));
    }
    for tactic in kill_chain::Phase::ALL.into_iter().filter_map(kill_chain::Phase::tactic) {
        if !is_tactic(tactic, catalogue) {
            problems.push(Misfit::new("kill chain", format!("there is no tactic {tactic}")));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(Invalid { release: catalogue.release().into(), problems }) }
}

fn problem_of(claim: Claim<'_>, catalogue: &Catalogue) -> Option<String> {
    let (id, tactic) = (claim.technique, claim.tactic);
    let Some(technique) = catalogue.technique(id) else { return Some(format!("there is no technique {id}")) };
    if !technique.is_live() {
        let successor = catalogue.successor(id);
        let successor = successor.map_or(String::new(), |next| format!(", it became {}", next.id));
        return Some(format!("technique {id} is not in force{successor}"));
    }
    if !is_tactic(tactic, catalogue) {
        return Some(format!("there is no tactic {tactic}, as {id} has it"));
    }
    let fits = |technique: &Technique| is_ics_tactic(tactic) || technique.has_tactic(tactic);
    (!fits(technique)).then(|| {
        format!("technique {id} does not belong to tactic {tactic}, only to {}", technique.tactics.join(", "))
    })
}

fn is_tactic(id: &str, catalogue: &Catalogue) -> bool {
    is_ics_tactic(id) || catalogue.tactic(id).is_some()
}

impl Misfit {
    fn new(by: &str, problem: String) -> Self {
        Self { by: by.into(), problem: problem.into() }
    }
}

impl Invalid {
    /// The release that was looked at: `enterprise-v19.0`.
    pub fn release(&self) -> &str {
        &self.release
    }

    /// All that does not hold.
    pub fn problems(&self) -> &[Misfit] {
        &self.problems
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.by, self.problem)
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not in ATT&CK {}:", self.release)?;
        self.problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
    }
}

impl std::error::Error for Invalid {}
