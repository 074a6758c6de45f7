// SPDX-License-Identifier: AGPL-3.0-or-later
//! Raw messages (RFC 5322): what they say, what they carry, where they are stored.
//!
//! Everything is bounded before it is decoded. Parts are found first, in one search that holds
//! nothing but where they are; a message past a bound ([`Limits`](crate::vocab::Limits), `mail_*`)
//! gives only what its header says, and [`Mail::contents`] is absent. Then each part is decoded by
//! itself and let go. Attachments are hashed and their directories looked at; nothing is
//! decompressed, run or fetched.
//!
//! Encoded words, parameters and charsets are decoded by mail-parser.

mod address;
mod analysis;
#[cfg(target_os = "linux")]
mod artifacts;
mod attachment;
mod auth;
mod headers;
pub mod signals;
mod simhash;
mod smuggling;
mod structure;
mod text;
mod transfer;
mod urls;

pub use analysis::{Attachment, Contents, Mail, body_text};
#[cfg(target_os = "linux")]
pub use artifacts::{ArtifactError, Artifacts};
