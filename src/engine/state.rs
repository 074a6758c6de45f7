// SPDX-License-Identifier: AGPL-3.0-or-later
//! Operational state of rules: beside the program, so that changing it recompiles nothing.

use std::collections::HashMap;

use jiff::Timestamp;

/// What an operator says of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It fires.
    Enabled,
    /// It does not fire.
    Disabled,
    /// It fires with a confidence of at most `confidence_max`.
    Clipped,
}

/// The state of one rule. Past `expires_at` the rule is as enabled.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleState {
    mode: Mode,
    confidence_max: Option<f64>,
    expires_at: Option<Timestamp>,
    /// Why, for people.
    pub reason: Option<String>,
    /// Who set it.
    pub set_by: Option<String>,
    /// When it was set.
    pub set_at: Option<Timestamp>,
}

/// A state that is none: a ceiling outside 0..=1, or one missing where the mode needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StateError(());

impl std::fmt::Display for StateError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a clipped rule needs a `confidence_max` from 0 to 1")
    }
}

impl std::error::Error for StateError {}

impl RuleState {
    /// A state.
    ///
    /// # Errors
    /// `clipped` without a ceiling, or a ceiling that is NaN or outside 0..=1.
    pub fn new(
        mode: Mode,
        confidence_max: Option<f64>,
        expires_at: Option<Timestamp>,
    ) -> Result<Self, StateError> {
        let in_range = confidence_max.is_none_or(|max| (0.0..=1.0).contains(&max));
        if !in_range || (mode == Mode::Clipped && confidence_max.is_none()) {
            return Err(StateError(()));
        }
        Ok(Self { mode, confidence_max, expires_at, reason: None, set_by: None, set_at: None })
    }

    /// What the operator said, expiry aside.
    pub const fn mode(&self) -> Mode {
        self.mode
    }

    /// The ceiling.
    pub const fn confidence_max(&self) -> Option<f64> {
        self.confidence_max
    }

    /// When the rule is as enabled again.
    pub const fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// The confidence that a hit of `confidence` has at `now`; `None` where it does not fire.
    /// Only downwards.
    pub fn apply(&self, confidence: f64, now: Timestamp) -> Option<f64> {
        if self.expires_at.is_some_and(|expires| now >= expires) {
            return Some(confidence);
        }
        match (self.mode, self.confidence_max) {
            (Mode::Disabled, _) => None,
            (Mode::Clipped, Some(max)) if max < confidence => Some(max),
            _ => Some(confidence),
        }
    }
}

/// The states of all rules that are not simply enabled, by rule id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StateTable {
    states: HashMap<String, RuleState>,
}

impl StateTable {
    /// Sets or, with `None`, clears a rule's state.
    pub fn set(&mut self, rule_id: &str, state: Option<RuleState>) {
        match state {
            Some(state) => self.states.insert(rule_id.to_owned(), state),
            None => self.states.remove(rule_id),
        };
    }

    /// The state of a rule, if it has one.
    pub fn get(&self, rule_id: &str) -> Option<&RuleState> {
        if self.states.is_empty() { None } else { self.states.get(rule_id) }
    }
}
