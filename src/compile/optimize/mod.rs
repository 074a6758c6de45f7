// SPDX-License-Identifier: AGPL-3.0-or-later
//! Named passes over the IR; each keeps the meaning and can be switched off.

mod classify;
mod constants;
mod dedup;
mod fold;
mod literal;
mod order;
mod rarity;
mod rewrite;
mod witness;

use crate::compile::ir::{Kind, Pack};

pub use constants::report_constants;
pub(crate) use literal::orbit;
pub use literal::{Shape, required, shape};
pub(crate) use rarity::information;
pub(crate) use witness::{one_test, scanned};

/// Which passes run. Every combination gives the same matches; tests hold them to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passes {
    /// Shares equal nodes and joins `x == a or x == b` into one `in`.
    pub dedup: bool,
    /// Replaces regular expressions by literals, or puts the literals they require before them.
    pub classify: bool,
    /// Removes what constants, repeats and contradictions decide.
    pub fold: bool,
    /// Puts cheap conditions before dear ones.
    pub order: bool,
    /// Chooses, per rule, predicates one of which must be true for it to hold.
    pub witness: bool,
}

impl Passes {
    /// Every pass.
    pub const ALL: Self = Self { dedup: true, classify: true, fold: true, order: true, witness: true };
    /// No pass.
    pub const NONE: Self = Self { dedup: false, classify: false, fold: false, order: false, witness: false };

    /// The combination whose switches are the low five bits of `bits`, for tests.
    pub const fn from_bits(bits: u8) -> Self {
        Self {
            dedup: bits & 1 != 0,
            classify: bits & 2 != 0,
            fold: bits & 4 != 0,
            order: bits & 8 != 0,
            witness: bits & 16 != 0,
        }
    }
}

impl Default for Passes {
    fn default() -> Self {
        Self::ALL
    }
}

/// Runs the passes over a pack, kind by kind.
///
/// # Cost
/// Linear in the pack, but for `classify`, which reads every regular expression once.
pub fn optimize(pack: &Pack, passes: Passes) -> Pack {
    let kinds = pack.kinds.iter().map(|kind| optimize_kind(kind.clone(), passes)).collect();
    Pack { rules: pack.rules.clone(), kinds }
}

/// Runs the passes over the rules of one kind.
pub fn optimize_kind(mut kind: Kind, passes: Passes) -> Kind {
    let share = passes.dedup;
    if passes.dedup {
        kind = rewrite::rewrite(&kind, &mut dedup::Dedup, share);
    }
    if passes.classify {
        kind = rewrite::rewrite(&kind, &mut classify::Classify::default(), share);
    }
    if passes.fold {
        kind = rewrite::rewrite(&kind, &mut fold::Fold, share);
    }
    if passes.order {
        kind = rewrite::rewrite(&kind, &mut order::Order, share);
    }
    if passes.witness {
        witness::choose(&mut kind);
    }
    kind
}

/// Per entry of a kind: whether it always holds (`Some(true)`) or never (`Some(false)`), as far as
/// constants, repeats and contradictions tell.
pub fn constants(kind: &Kind) -> Vec<Option<bool>> {
    fold::constants(kind)
}
