// SPDX-License-Identifier: AGPL-3.0-or-later
//! tau-engine: a rule of one identifier each, over a document with one field.

use std::borrow::Cow;

use anyhow::{Result, anyhow};
use serde_json::json;
use tau_engine::{Document, Optimisations, Rule, Value};

use super::Rules;
use super::matcher::{Matching, Session};

/// Optimised rules.
pub(crate) struct Tau(Vec<Rule>);

impl Tau {
    /// Writes the rules in the engine's language and loads them.
    ///
    /// # Errors
    /// Where the engine takes one for wrong.
    pub(crate) fn load(rules: &Rules) -> Result<Self> {
        let rules = rules.iter().map(|rule| {
            // JSON is YAML, and needs no care about quotes.
            let source = json!({
                "detection": {"A": {"command_text": format!("?{}", rule.pattern)}, "condition": "A"},
                "true_positives": [],
                "true_negatives": [],
            });
            let rule =
                Rule::from_str(&source.to_string()).map_err(|error| anyhow!("{}: {error}", rule.id))?;
            Ok(rule.optimise(Optimisations::default()))
        });
        Ok(Self(rules.collect::<Result<_>>()?))
    }
}

/// A command event as the rules see it.
struct Command<'a>(&'a str);

impl Document for Command<'_> {
    fn find(&self, key: &str) -> Option<Value<'_>> {
        (key == "command_text").then_some(Value::String(Cow::Borrowed(self.0)))
    }
}

impl Matching for Tau {
    type Session<'a> = &'a [Rule];

    fn session(&self) -> &[Rule] {
        &self.0
    }
}

impl Session for &[Rule] {
    fn text(&mut self, text: &str, mut found: impl FnMut(u32)) -> Result<()> {
        let command = Command(text);
        for (number, rule) in (0..).zip(self.iter()) {
            if rule.matches(&command) {
                found(number);
            }
        }
        Ok(())
    }
}
