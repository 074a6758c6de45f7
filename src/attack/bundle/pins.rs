// SPDX-License-Identifier: AGPL-3.0-or-later
//! The digests of MITRE's bundles that are trusted without a word from the operator.

use std::sync::OnceLock;

use serde::Deserialize;

use super::Sha256Digest;

/// One official bundle: a release, where MITRE publishes it, and its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pin {
    /// `20.0`.
    pub release: Box<str>,
    /// Where MITRE publishes it.
    pub url: Box<str>,
    /// What it must be.
    pub sha256: Sha256Digest,
}

/// The file: all that a new release changes.
#[derive(Debug)]
struct Pins {
    license: Box<str>,
    bundles: Vec<Pin>,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    license: Box<str>,
    bundles: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    release: Box<str>,
    url: Box<str>,
    sha256: Box<str>,
}

/// Every pinned bundle, newest first. A new release is one entry more in `data/pins.json`.
pub fn pins() -> &'static [Pin] {
    &all().bundles
}

/// The newest pinned bundle.
pub fn newest() -> Option<&'static Pin> {
    pins().first()
}

/// Where MITRE publishes the licence of its bundles.
pub fn license_url() -> &'static str {
    &all().license
}

/// The pin of that digest.
pub(super) fn of_digest(sha256: Sha256Digest) -> Option<&'static Pin> {
    pins().iter().find(|pin| pin.sha256 == sha256)
}

fn all() -> &'static Pins {
    static PINS: OnceLock<Pins> = OnceLock::new();
    PINS.get_or_init(|| {
        #[expect(clippy::expect_used, reason = "a part of the binary, which the tests load")]
        read(include_str!("../data/pins.json")).expect("the pinned digests load")
    })
}

fn read(text: &str) -> Option<Pins> {
    let file: File = serde_json::from_str(text).ok()?;
    let pin = |row: Row| {
        Some(Pin { sha256: Sha256Digest::from_hex(&row.sha256)?, release: row.release, url: row.url })
    };
    let bundles = file.bundles.into_iter().map(pin).collect::<Option<_>>()?;
    Some(Pins { license: file.license, bundles })
}
