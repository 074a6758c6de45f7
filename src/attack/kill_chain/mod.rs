// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Unified Kill Chain as a view of ATT&CK tactics; computed when asked for, never stored.
//!
//! Several tactics may share a phase (Stealth and Defense Impairment are both
//! [`Phase::DefenseEvasion`]), and some phases have no tactic at all. [`Trails`] reads tags and says
//! how far along the chain somebody came on each decoy.

mod phase;
mod trail;

pub use phase::{Phase, Stage, tactics};
pub use trail::{Actor, NAME_BYTES_MAX, Passed, Sighting, Time, Trail, Trails};
