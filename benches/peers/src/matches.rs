// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a side found: pairs of event and rule.

use std::cmp::Ordering;
use std::io::{self, Write};

use serde::{Deserialize, Serialize};

/// A rule that holds for an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Match {
    /// The number of the line, from 0.
    pub(crate) event: u32,
    /// The rule's id, or its title where it has none.
    pub(crate) rule: Box<str>,
}

/// Sorts pairs by event and rule and drops repeats.
pub(crate) fn sorted(pairs: impl IntoIterator<Item = (u32, Box<str>)>) -> Vec<Match> {
    let mut matches: Vec<Match> = pairs.into_iter().map(|(event, rule)| Match { event, rule }).collect();
    matches.sort_unstable();
    matches.dedup();
    matches
}

/// Writes pairs one JSON object a line.
///
/// # Errors
/// Where the output cannot be written.
pub(crate) fn write(matches: &[Match], out: &mut impl Write) -> io::Result<()> {
    for found in matches {
        serde_json::to_writer(&mut *out, found)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Pairs that only one of two sides found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Found by the first side alone.
    pub(crate) first: Vec<Match>,
    /// Found by the second side alone.
    pub(crate) second: Vec<Match>,
}

/// Compares two sorted lists of pairs.
pub(crate) fn compare(first: &[Match], second: &[Match]) -> Difference {
    let mut difference = Difference::default();
    let (mut left, mut right) = (first.iter().peekable(), second.iter().peekable());
    loop {
        let order = match (left.peek(), right.peek()) {
            (Some(a), Some(b)) => a.cmp(b),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return difference,
        };
        match order {
            Ordering::Less => difference.first.extend(left.next().cloned()),
            Ordering::Greater => difference.second.extend(right.next().cloned()),
            Ordering::Equal => {
                left.next();
                right.next();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn difference_is_what_either_side_has_alone() {
        let pair = |event, rule: &str| (event, Box::from(rule));
        let first = sorted([pair(2, "b"), pair(1, "a"), pair(1, "a"), pair(3, "c")]);
        let second = sorted([pair(2, "a"), pair(2, "b"), pair(10, "c")]);
        let difference = compare(&first, &second);
        assert_eq!(difference.first, sorted([pair(1, "a"), pair(3, "c")]));
        assert_eq!(difference.second, sorted([pair(2, "a"), pair(10, "c")]));
        assert_eq!(compare(&first, &first), Difference::default());
    }
}
