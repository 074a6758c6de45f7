// SPDX-License-Identifier: AGPL-3.0-or-later
//! An official bundle of another release, from a file: found, verified, then read.
//!
//! What is parsed was verified first: its SHA-256 is [pinned](pins()), given by the operator, or
//! remembered from a bundle that was. MITRE's licence must be there too. The cache folder keeps
//! imported bundles, the licence, and the digests seen so far: a release whose bundle changes is
//! refused, a licence that changes is reported. Nothing here fetches anything.

mod cache;
mod digest;
mod error;
mod file;
mod load;
mod memory;
mod pins;
mod places;

pub use cache::{Fetched, import, store};
pub use digest::Sha256Digest;
pub use error::BundleError;
pub use load::{Given, Loaded, Notice, load};
pub use pins::{Pin, license_url, newest, pins};
pub use places::{BUNDLE_VARIABLE, LICENSE_VARIABLE, Places};

/// Bytes of a bundle that are read; MITRE's have about 50 MB.
pub const BUNDLE_BYTES_MAX: u64 = 256 << 20;

/// Bytes of a bundle that are fetched.
pub const FETCH_BYTES_MAX: u64 = 128 << 20;

/// Bytes of a licence that are read; MITRE's has about 1,400.
pub const LICENSE_BYTES_MAX: u64 = 64 << 10;
