// SPDX-License-Identifier: AGPL-3.0-or-later
//! `regex::RegexSet`.

use anyhow::Result;
use regex::RegexSet;

use super::Rules;
use super::matcher::{Matching, Session};

/// All patterns in one set.
pub(crate) struct Set(RegexSet);

impl Set {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// Where one is none of the crate's.
    pub(crate) fn load(rules: &Rules) -> Result<Self> {
        Ok(Self(RegexSet::new(rules.iter().map(|rule| &rule.pattern))?))
    }
}

impl Matching for Set {
    type Session<'a> = &'a RegexSet;

    fn session(&self) -> &RegexSet {
        &self.0
    }
}

impl Session for &RegexSet {
    fn text(&mut self, text: &str, mut found: impl FnMut(u32)) -> Result<()> {
        for rule in self.matches(text) {
            found(u32::try_from(rule)?);
        }
        Ok(())
    }
}
