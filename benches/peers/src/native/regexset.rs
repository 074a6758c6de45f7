// SPDX-License-Identifier: AGPL-3.0-or-later
//! `regex::RegexSet`, over text and over bytes.

use anyhow::Result;
use regex::bytes::RegexSetBuilder;
use regex::{RegexSet, bytes};

use super::Rules;
use super::matcher::{Matching, Session};

/// All patterns in one set, `\b` as Unicode has it.
pub(crate) struct Set(RegexSet);

/// The same over bytes: `\b` is ASCII's, which no text outside ASCII slows down.
pub(crate) struct ByteSet(bytes::RegexSet);

impl ByteSet {
    /// Compiles the patterns.
    ///
    /// # Errors
    /// Where one is none of the crate's.
    pub(crate) fn load(rules: &Rules) -> Result<Self> {
        Ok(Self(RegexSetBuilder::new(rules.iter().map(|rule| &rule.pattern)).unicode(false).build()?))
    }
}

impl Matching for ByteSet {
    type Session<'a> = &'a bytes::RegexSet;

    fn session(&self) -> &bytes::RegexSet {
        &self.0
    }
}

impl Session for &bytes::RegexSet {
    fn text(&mut self, text: &str, mut found: impl FnMut(u32)) -> Result<()> {
        for rule in self.matches(text.as_bytes()) {
            found(u32::try_from(rule)?);
        }
        Ok(())
    }
}

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
