// SPDX-License-Identifier: AGPL-3.0-or-later
//! Bytes to lines, in blocks that threads can share out.
//!
//! A [`LineReader`] fills [`Block`]s of whole lines and numbers them; a [`BlockPool`] keeps the
//! used ones. Memory is bounded whatever comes: a line longer than
//! [`Limits::line_bytes`](crate::vocab::Limits::line_bytes) is kept as its head and tail.

mod block;
mod cut;
mod reader;

pub use block::{Block, BlockPool, Line, Lines};
pub use reader::LineReader;
