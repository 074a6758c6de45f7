// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lifters: each derives fields from a raw payload, and never decides.
//!
//! A lifter names the payload fields it reads and the fields it gives; [`ALL`] is the one list of
//! them. Which of them run for an event is decided when a program is built: those whose fields a
//! rule reads. What a lifter cannot derive stays absent; missing or odd input is never an error.

mod command;
mod lifter;
pub mod shell;

pub use lifter::{Example, INPUTS_MAX, Lift, Lifter, OUTPUTS_MAX, Site, View};

use crate::vocab::SourceKind;

/// Every lifter.
pub static ALL: &[&Lifter] = &[&command::COMMAND];

/// The lifter that gives a field of a kind.
pub fn of_field(kind: SourceKind, field: &str) -> Option<&'static Lifter> {
    ALL.iter().copied().find(|lifter| lifter.kinds.contains(&kind) && lifter.outputs.contains(&field))
}
