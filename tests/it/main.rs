// SPDX-License-Identifier: AGPL-3.0-or-later
//! The integration suites, one module each, linked once.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a test stops at the first surprise and says so"
)]

#[cfg(all(feature = "mail", target_os = "linux"))]
mod artifacts;
mod attack;
mod bounds;
mod cli;
mod compat;
mod diag;
#[cfg(all(feature = "cli", feature = "mail"))]
mod eml;
mod evasion;
mod event;
mod explain;
mod functions;
mod golden;
mod hostile;
mod intel;
mod lift;
mod live;
#[cfg(feature = "mail")]
mod mail;
mod parse;
mod patterns;
mod predicates;
mod props;
mod sample;
mod shell;
mod sigma;
mod tag;
mod tidy;
mod withheld;
