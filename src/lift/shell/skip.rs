// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where quotes and substitutions end.

use memchr::memchr;

/// Nesting past which a substitution is taken to run to the end of the text.
const DEPTH_MAX: usize = 64;

/// What a part of the text is inside of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Inside {
    /// `(…)`, closed by `)`.
    Paren,
    /// `${…}`.
    Brace,
    /// `"…"`.
    Double,
    /// Back-ticks.
    Tick,
}

/// One past the closing mark of what is open at `at`; the text's length if nothing closes it.
///
/// # Cost
///
/// Linear in what is skipped; no recursion.
pub(super) fn nested(bytes: &[u8], mut at: usize, inside: Inside) -> usize {
    let mut open = [inside; DEPTH_MAX];
    let mut depth = 1;
    while let Some(&byte) = bytes.get(at) {
        let top = open.get(depth - 1).copied().unwrap_or(inside);
        let next = bytes.get(at + 1).copied();
        let mut push = None;
        let mut pop = false;
        let mut step = 1;
        match byte {
            b'\\' => step = 2,
            b'\'' if top != Inside::Double => step = single(bytes, at + 1) - at,
            b'"' if top == Inside::Double => pop = true,
            b'"' => push = Some(Inside::Double),
            b'`' if top == Inside::Tick => pop = true,
            b'`' => push = Some(Inside::Tick),
            b'$' if next == Some(b'(') => (push, step) = (Some(Inside::Paren), 2),
            b'$' if next == Some(b'{') => (push, step) = (Some(Inside::Brace), 2),
            b'(' if top == Inside::Paren => push = Some(Inside::Paren),
            b')' if top == Inside::Paren => pop = true,
            b'}' if top == Inside::Brace => pop = true,
            _ => {}
        }
        at += step;
        if pop {
            depth -= 1;
            if depth == 0 {
                return at.min(bytes.len());
            }
        }
        if let Some(inside) = push {
            match open.get_mut(depth) {
                Some(place) => *place = inside,
                None => return bytes.len(),
            }
            depth += 1;
        }
    }
    bytes.len()
}

/// One past the `'` that closes what starts at `at`.
pub(super) fn single(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    memchr(b'\'', rest).map_or(bytes.len(), |end| at + end + 1)
}

/// One past the `'` that closes the `$'…'` whose inside starts at `at`.
pub(super) fn ansi(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'\'' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// One past the back-tick that closes what starts at `at`.
pub(super) fn tick(bytes: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => at += 2,
            b'`' => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// One past the parameter that the `$` before `at` starts; `at` itself if none does.
pub(super) fn parameter(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'{') => nested(bytes, at + 1, Inside::Brace),
        Some(b'@' | b'*' | b'#' | b'?' | b'$' | b'!' | b'-' | b'0'..=b'9') => at + 1,
        Some(b'a'..=b'z' | b'A'..=b'Z' | b'_') => {
            let rest = bytes.get(at..).unwrap_or_default();
            at + rest.iter().position(|byte| !super::class::is_name(*byte)).unwrap_or(rest.len())
        }
        _ => at,
    }
}
