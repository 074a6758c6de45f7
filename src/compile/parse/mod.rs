// SPDX-License-Identifier: AGPL-3.0-or-later
//! YAML and expressions to [`ast`]: mirrors the text and keeps every place.

pub mod ast;
