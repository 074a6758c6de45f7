// SPDX-License-Identifier: AGPL-3.0-or-later
//! Differences between match sets that are known, each with its reason.

/// Who found a pair that the reference did not, or the other way round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// The side found it, the reference did not.
    Side,
    /// The reference found it, the side did not.
    Reference,
}

/// A difference that is no fault of either.
struct Explained {
    side: &'static str,
    who: Who,
    /// The difference shows only in texts longer than that.
    longer_than_bytes: usize,
    reason: &'static str,
}

/// The list. An entry goes when the difference does.
const EXPLAINED: [Explained; 2] = [
    Explained {
        side: "decnet-ttp, views",
        who: Who::Side,
        longer_than_bytes: 0,
        reason: "sees through quotes, variables and encodings",
    },
    Explained {
        side: "YARA-X",
        who: Who::Reference,
        longer_than_bytes: 4096,
        reason: "looks no further than 4,096 bytes from a pattern's atom",
    },
];

/// Why a side differs from the reference in an event with a text of that length, where it is known.
pub(crate) fn reason(side: &str, who: Who, text_bytes: usize) -> Option<&'static str> {
    let explains = |entry: &&Explained| {
        side.starts_with(entry.side) && entry.who == who && text_bytes > entry.longer_than_bytes
    };
    EXPLAINED.iter().find(explains).map(|entry| entry.reason)
}
