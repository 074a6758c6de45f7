// SPDX-License-Identifier: AGPL-3.0-or-later
//! What comes in: events, their JSON, and sensor formats.

mod anchor;
mod envelope;
mod error;
pub mod formats;
mod json;
mod lines;
pub mod mail;
mod source_id;
mod text;

pub use anchor::attacker_uuid;
pub use envelope::Event;
pub use error::EventError;
pub(crate) use json::Entry;
pub use json::{
    Items, JsonError, MemberList, Members, Piece, Pieces, RawArray, RawNumber, RawObject, RawString, RawValue,
};
pub use lines::{Block, BlockPool, Line, LineReader, Lines};
pub(crate) use source_id::hex_digits;
pub use text::text;
