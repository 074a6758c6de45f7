// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lifters: each derives fields from a raw payload, and never decides.

pub mod shell;
