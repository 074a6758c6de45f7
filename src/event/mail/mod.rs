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

#[cfg(feature = "mail")]
mod address;
mod alphabet;
#[cfg(feature = "mail")]
mod analysis;
#[cfg(all(feature = "mail", target_os = "linux"))]
mod artifacts;
#[cfg(feature = "mail")]
mod attachment;
#[cfg(feature = "mail")]
mod auth;
#[cfg(feature = "mail")]
mod headers;
pub mod signals;
#[cfg(feature = "mail")]
mod simhash;
#[cfg(feature = "mail")]
mod smuggling;
#[cfg(feature = "mail")]
mod structure;
#[cfg(feature = "mail")]
mod text;
#[cfg(feature = "mail")]
mod transfer;
#[cfg(feature = "mail")]
mod urls;

pub(crate) use alphabet::base64_value;
#[cfg(feature = "mail")]
pub use analysis::{Attachment, Contents, Mail, body_text};
#[cfg(all(feature = "mail", target_os = "linux"))]
pub use artifacts::{ArtifactError, Artifacts};
