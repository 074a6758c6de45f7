// SPDX-License-Identifier: AGPL-3.0-or-later
//! How common bytes are in what sensors see, by a guess.

/// How common a run of bytes is: the sum over its bytes, upper and lower case alike.
pub(super) fn commonness(run: u64, length: usize) -> u32 {
    run.to_le_bytes().iter().take(length).map(|byte| weight(*byte)).sum()
}

/// A byte's weight: about six times the logarithm of its frequency in command lines, paths and URLs.
const fn weight(byte: u8) -> u32 {
    match byte | 0x20 {
        b'e' | b's' | b't' => 30,
        b'a' | b'i' | b'o' | b'n' | b'r' | b' ' | b'/' | b'|' => 28,
        b'c' | b'd' | b'l' | b'm' | b'p' | b'u' => 25,
        b'-' | b'.' | b'0'..=b'2' | b'h' | b'b' | b'f' | b'g' => 22,
        b'w' | b'x' | b'v' | b'y' | b'3'..=b'9' | b':' | b'=' | b'"' => 18,
        b'k' | b'j' | b'q' | b'z' | b'(' | b')' | b'&' | b'%' | b'{' | b'}' => 12,
        _ => 6,
    }
}

/// The place of the byte that is guessed to be the rarest.
pub(in crate::compile::program) fn rarest(bytes: &[u8]) -> usize {
    bytes.iter().enumerate().min_by_key(|(_, byte)| weight(**byte)).map_or(0, |(place, _)| place)
}

/// Whether a literal has no run of bytes that is rare enough to look for it at every place of a text.
pub(in crate::compile::program) fn is_common(text: &str) -> bool {
    let runs = text.as_bytes().windows(RUN).map(|run| run.iter().map(|byte| weight(*byte)).sum::<u32>());
    runs.min().is_none_or(|rarest| rarest > COMMON)
}

/// Runs of this weight or less are rare.
const COMMON: u32 = 92;
/// Bytes of a run.
const RUN: usize = 4;
