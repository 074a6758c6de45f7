// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules go down this folder: parse → lower → optimize → program.

pub mod parse;
