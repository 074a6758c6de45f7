// SPDX-License-Identifier: AGPL-3.0-or-later
#![doc = include_str!("../README.md")]

pub mod vocab;

pub mod diag;

pub mod attack;

pub mod event;

pub mod lift;

pub mod compile;

pub mod engine;

pub mod tag;

#[cfg(feature = "cli")]
pub mod cli;

pub use compile::program::Program;
pub use engine::{Engine, Hits, Scratch};
pub use event::Event;
pub use tag::Tag;
