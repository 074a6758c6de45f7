// SPDX-License-Identifier: AGPL-3.0-or-later
//! YARA-X: a rule of one pattern each, the scanner kept from text to text.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use yara_x::{Compiler, Scanner};

use super::Rules;
use super::matcher::{Matching, Session};

/// Compiled rules.
pub(crate) struct Yara(yara_x::Rules);

impl Yara {
    /// Writes the rules in YARA's language and compiles them.
    ///
    /// # Errors
    /// Where a pattern is none of YARA's.
    pub(crate) fn load(rules: &Rules) -> Result<Self> {
        let mut source = String::new();
        for (number, rule) in rules.iter().enumerate() {
            let literal = literal(&rule.pattern);
            writeln!(source, "rule n{number} {{ strings: $a = {literal} condition: $a }}")?;
        }
        let mut compiler = Compiler::new();
        compiler.add_source(source.as_str())?;
        Ok(Self(compiler.build()))
    }
}

/// The pattern between slashes; a leading `(?i)` is a flag behind them there.
fn literal(pattern: &str) -> String {
    let (pattern, flag) = pattern.strip_prefix("(?i)").map_or((pattern, ""), |rest| (rest, "i"));
    format!("/{}/{flag}", pattern.replace('/', r"\/"))
}

impl Matching for Yara {
    type Session<'a> = Scanner<'a>;

    fn session(&self) -> Scanner<'_> {
        let mut scanner = Scanner::new(&self.0);
        scanner.fast_scan(true);
        scanner
    }
}

impl Session for Scanner<'_> {
    fn text(&mut self, text: &str, mut found: impl FnMut(u32)) -> Result<()> {
        for rule in self.scan(text.as_bytes())?.matching_rules() {
            let number = rule.identifier().get(1..).and_then(|number| number.parse().ok());
            found(number.context("a rule that is none of ours")?);
        }
        Ok(())
    }
}
