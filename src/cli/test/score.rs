// SPDX-License-Identifier: AGPL-3.0-or-later
//! Precision and recall of one rule, and what they must reach.

use crate::compile::ir::Rule;

/// Recall that every rule needs.
const RECALL_MIN: f64 = 0.90;
/// Confidence from which a rule needs [`PRECISION_HIGH`].
const HIGH_CONFIDENCE: f64 = 0.85;
/// Precision of rules of high confidence.
const PRECISION_HIGH: f64 = 0.95;
/// Precision of the others.
const PRECISION_LOW: f64 = 0.80;

/// How often one rule was right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Score {
    /// Fired where it should.
    pub(super) right: usize,
    /// Fired where it should not.
    pub(super) wrong: usize,
    /// Silent where it should fire.
    pub(super) missed: usize,
    /// The precision it needs.
    pub(super) precision_min: f64,
}

impl Score {
    /// A score to fill; the rule's highest confidence says what it must reach.
    pub(super) fn new(rule: &Rule) -> Self {
        let confidence = rule.emits.iter().map(|emit| emit.confidence).fold(0.0, f64::max);
        let precision_min = if confidence >= HIGH_CONFIDENCE { PRECISION_HIGH } else { PRECISION_LOW };
        Self { right: 0, wrong: 0, missed: 0, precision_min }
    }

    /// Whether any event was about the rule.
    pub(super) const fn is_tested(&self) -> bool {
        self.right + self.wrong + self.missed > 0
    }

    /// Of the events it fired on, how many it should; `None` where it never fired.
    pub(super) fn precision(&self) -> Option<f64> {
        ratio(self.right, self.right + self.wrong)
    }

    /// Of the events it should fire on, how many it did; `None` where there are none.
    pub(super) fn recall(&self) -> Option<f64> {
        ratio(self.right, self.right + self.missed)
    }

    /// What it lacks.
    pub(super) fn shortfalls(&self) -> Vec<String> {
        let mut lacks = Vec::new();
        if self.precision().is_some_and(|precision| precision < self.precision_min) {
            lacks.push(format!("precision under {:.2}", self.precision_min));
        }
        if self.recall().is_some_and(|recall| recall < RECALL_MIN) {
            lacks.push(format!("recall under {RECALL_MIN:.2}"));
        }
        lacks
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    let float = |number: usize| u32::try_from(number).map_or(f64::from(u32::MAX), f64::from);
    (whole > 0).then(|| float(part) / float(whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_falls_short_of_what_its_confidence_asks() {
        let score = |right, wrong, missed| Score { right, wrong, missed, precision_min: PRECISION_HIGH };
        assert_eq!(score(19, 1, 2).shortfalls(), Vec::<String>::new());
        assert_eq!(score(18, 1, 3).shortfalls(), ["precision under 0.95", "recall under 0.90"]);
        assert_eq!(score(0, 1, 0).shortfalls(), ["precision under 0.95"]);
        assert_eq!(score(0, 0, 1).shortfalls(), ["recall under 0.90"]);
        assert_eq!(score(0, 0, 0).precision(), None);
    }
}
