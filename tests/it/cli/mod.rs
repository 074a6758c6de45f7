// SPDX-License-Identifier: AGPL-3.0-or-later
//! The binary as a user meets it: what it prints where, and how it ends.
//!
//! `tests/cli/` has three packs: `good`, `bad` (does not compile) and `wrong` (its tests fail).

#[cfg(all(feature = "mail", target_os = "linux"))]
mod artifacts;
mod attack;
mod attack_bundle;
mod attack_fetch;
mod attack_migrate;
mod attack_tags;
mod check;
mod explain;
mod help;
mod phases;
mod pipes;
mod rules;
mod run;
mod sigma_eval;
mod sigma_import;
mod tag;
mod test;
