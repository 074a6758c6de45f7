// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a release makes of ids that were written for an earlier one.

use super::{Catalogue, Technique, is_ics_tactic};

/// A release's number, which orders releases.
///
/// # Example
/// ```
/// use decnet_ttp::attack::Release;
///
/// assert!(Release::parse("v15.1") < Release::parse("enterprise-v19.0"));
/// assert_eq!(Release::parse("20"), Release::parse("enterprise-v20.0"));
/// assert_eq!(Release::parse("mobile-v19.0"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    major: u32,
    minor: u32,
}

impl Release {
    /// Reads `enterprise-v19.0`, `v19.0`, `19.0` or `19`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.strip_prefix("enterprise-").unwrap_or(text);
        let number = number.strip_prefix('v').unwrap_or(number);
        let (major, minor) = number.split_once('.').unwrap_or((number, "0"));
        let read = |digits: &str| {
            digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
        };
        Some(Self { major: read(major)?, minor: read(minor)? })
    }
}

/// Why an id and its tactic have no place in a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stranded<'c> {
    /// There is no such technique.
    Unknown,
    /// This technique was withdrawn, and no live one stands for it. It is the one that was asked for,
    /// or the parent of its successor.
    Retired(&'c Technique),
    /// Neither this release nor the embedded one has such a tactic.
    UnknownTactic,
    /// This technique, which is live, has not that tactic but several others.
    Tactics(&'c Technique),
}

impl Catalogue {
    /// What an id and a tactic became in this release: themselves where they hold.
    ///
    /// A revoked id gives its successor; a tactic that the technique has not gives the only one it
    /// has. ATT&CK for ICS tactics stay.
    ///
    /// # Cost
    /// As [`Catalogue::successor`].
    ///
    /// # Errors
    /// There is none, or several and so a decision to make.
    ///
    /// # Example
    /// ```
    /// use decnet_ttp::attack::Catalogue;
    ///
    /// let attack = Catalogue::embedded();
    /// let (technique, tactic) = attack.follow("T1562.004", "TA0005").map_err(|_| "stranded")?;
    /// assert_eq!((&*technique.id, tactic), ("T1686", "TA0112"));
    /// # Ok::<(), &str>(())
    /// ```
    pub fn follow<'c: 't, 't>(
        &'c self,
        id: &str,
        tactic: &'t str,
    ) -> Result<(&'c Technique, &'t str), Stranded<'c>> {
        let found = self.technique(id).ok_or(Stranded::Unknown)?;
        let next = self.successor(id).ok_or(Stranded::Retired(found))?;
        let parent = next.parent.as_deref().and_then(|parent| self.technique(parent));
        if let Some(parent) = parent.filter(|parent| !parent.is_live()) {
            return Err(Stranded::Retired(parent));
        }
        if is_ics_tactic(tactic) || next.has_tactic(tactic) {
            return Ok((next, tactic));
        }
        // One that no release knows is a slip of the pen, and nothing to follow.
        if self.tactic(tactic).is_none() && Self::embedded().tactic(tactic).is_none() {
            return Err(Stranded::UnknownTactic);
        }
        match &*next.tactics {
            [only] => Ok((next, only)),
            _ => Err(Stranded::Tactics(next)),
        }
    }
}
