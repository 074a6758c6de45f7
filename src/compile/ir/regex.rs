// SPDX-License-Identifier: AGPL-3.0-or-later
//! A regular expression, parsed once.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use regex_syntax::hir::Hir;

/// A regular expression; equal by its pattern.
#[derive(Clone)]
pub struct Regex {
    pattern: Arc<str>,
    hir: Arc<Hir>,
}

impl Regex {
    /// A pattern and what it parsed to.
    pub fn new(pattern: &str, hir: Hir) -> Self {
        Self { pattern: pattern.into(), hir: Arc::new(hir) }
    }

    /// Parses a pattern that is known to be one.
    ///
    /// # Errors
    /// It is not.
    pub fn parse(pattern: &str) -> Result<Self, Box<regex_syntax::Error>> {
        Ok(Self::new(pattern, regex_syntax::parse(pattern)?))
    }

    /// What any of several matches.
    pub fn any(regexes: &[Self]) -> Self {
        if let [one] = regexes {
            return one.clone();
        }
        let patterns: Vec<String> = regexes.iter().map(|regex| format!("(?:{})", regex.pattern)).collect();
        let hirs = regexes.iter().map(|regex| (*regex.hir).clone()).collect();
        Self::new(&patterns.join("|"), Hir::alternation(hirs))
    }

    /// The pattern, flags included.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// What it parsed to.
    pub fn hir(&self) -> &Hir {
        &self.hir
    }
}

impl std::fmt::Debug for Regex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The pattern says all; what it parsed to is hundreds of times as long.
        self.pattern.fmt(f)
    }
}

impl PartialEq for Regex {
    fn eq(&self, other: &Self) -> bool {
        self.pattern == other.pattern
    }
}

impl Eq for Regex {}

impl Hash for Regex {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.pattern.hash(state);
    }
}
