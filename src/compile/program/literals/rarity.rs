// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which bytes of a literal are worth looking for.

use crate::compile::optimize::information;

use super::runs::RUN;

/// How common a run of bytes is: less is rarer.
pub(super) fn commonness(run: u64, length: usize) -> u32 {
    run.to_le_bytes().iter().take(length).map(|byte| MOST - information(*byte)).sum()
}

/// More than any byte's information.
const MOST: u32 = 80;

/// The place of the byte that is guessed to be the rarest.
pub(in crate::compile::program) fn rarest(bytes: &[u8]) -> usize {
    let places = bytes.iter().enumerate();
    places.max_by_key(|(_, byte)| information(**byte)).map_or(0, |(place, _)| place)
}

/// Whether a literal has no run of bytes that is rare enough to look for it at every place of a text.
pub(in crate::compile::program) fn is_common(text: &str) -> bool {
    let runs = text.as_bytes().windows(RUN).map(|run| run.iter().map(|byte| information(*byte)).sum::<u32>());
    runs.max().is_none_or(|rarest| rarest < RARE)
}

/// Runs of this much information are rare.
const RARE: u32 = 172;
