// SPDX-License-Identifier: AGPL-3.0-or-later
//! The rules of a kind, as they are decided and emitted.

use std::sync::Arc;

use crate::compile::ir;

/// One rule of a kind.
#[derive(Debug)]
pub struct Entry {
    /// The rule.
    pub rule: Arc<ir::Rule>,
    /// Where its condition's code begins, or [`ACCEPT`](super::ACCEPT), [`REJECT`](super::REJECT).
    pub code: u32,
    /// Per emit of the rule.
    pub emits: Vec<EmitPlan>,
    /// Evidence that is computed when the rule holds, by name and value: that of all its tags, then
    /// that of each emit's.
    pub evidence: Vec<(Box<str>, u32)>,
    /// How much of it is of all its tags.
    pub shared: u32,
}

/// One emit of an entry.
#[derive(Clone, Copy, Debug)]
pub struct EmitPlan {
    /// Where the code of `when` begins; [`ACCEPT`](super::ACCEPT) where there is none.
    pub when: u32,
    /// The value that scales the confidence.
    pub scale: Option<u32>,
    /// Base confidence.
    pub confidence: f64,
    /// The scale is not clamped to 1: how DECNET takes a provider's score.
    pub unclamped: bool,
    /// Which of [`Entry::evidence`] its tags hold besides what all do: from, to.
    pub evidence: (u32, u32),
}
