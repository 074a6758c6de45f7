// SPDX-License-Identifier: AGPL-3.0-or-later
//! MITRE's terms, which travel with the data.

use super::Catalogue;

/// What must accompany the ATT&CK data wherever it goes; printing it prints all of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct License {
    /// MITRE's copyright notice, of the embedded release.
    pub notice: &'static str,
    /// MITRE's licence, word for word.
    pub text: &'static str,
    /// Which release is embedded, what it was made from, and the digests.
    pub source: &'static str,
}

/// The notice, licence and source of the embedded data.
pub fn license() -> License {
    License {
        notice: Catalogue::embedded().notice(),
        text: include_str!("data/LICENSE.txt"),
        source: include_str!("data/SOURCE"),
    }
}

impl std::fmt::Display for License {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "MITRE ATT&CK®, {}", Catalogue::embedded().release())?;
        writeln!(f, "{}\n", self.notice)?;
        writeln!(f, "{}\n", self.text.trim_end())?;
        writeln!(f, "{}", self.source.trim_end())
    }
}
