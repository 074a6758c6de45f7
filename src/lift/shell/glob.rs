// SPDX-License-Identifier: AGPL-3.0-or-later
//! Patterns of the shell: `*`, `?`, `[…]`.

/// Whether a whole text fits a pattern; with `paths`, no wildcard fits `/`.
///
/// # Cost
///
/// At most the product of the lengths, which `fuel` bounds: where it is spent, nothing fits.
pub(super) fn fits(pattern: &str, text: &str, paths: bool, fuel: &mut usize) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut place) = (0, 0);
    // After the last `*`, and where in the text it was tried to end.
    let mut star: Option<(usize, usize)> = None;
    loop {
        if *fuel == 0 {
            return false;
        }
        *fuel -= 1;
        let byte = text.get(place).copied();
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at + 1, place));
                at += 1;
                continue;
            }
            None if byte.is_none() => return true,
            Some(_) => {
                if let Some(byte) = byte
                    && let Some(length) = one(pattern.get(at..).unwrap_or_default(), byte, paths)
                {
                    (at, place) = (at + length, place + 1);
                    continue;
                }
            }
            None => {}
        }
        match star {
            Some((after, end)) if text.get(end).is_some_and(|byte| !(paths && *byte == b'/')) => {
                star = Some((after, end + 1));
                (at, place) = (after, end + 1);
            }
            _ => return false,
        }
    }
}

/// How much of a pattern one byte fits, if it does.
fn one(pattern: &[u8], byte: u8, paths: bool) -> Option<usize> {
    match pattern {
        [b'?', ..] => (!(paths && byte == b'/')).then_some(1),
        [b'\\', literal, ..] => (*literal == byte).then_some(2),
        [b'[', set @ ..] => match class(set, byte) {
            Some((length, fits)) => (fits && !(paths && byte == b'/')).then_some(length + 1),
            None => (byte == b'[').then_some(1),
        },
        [literal, ..] => (*literal == byte).then_some(1),
        [] => None,
    }
}

/// The length of a set, its closing bracket too, and whether a byte is in it.
fn class(set: &[u8], byte: u8) -> Option<(usize, bool)> {
    let negated = matches!(set, [b'!' | b'^', ..]);
    let mut at = usize::from(negated);
    let first = at;
    let mut fits = false;
    loop {
        let low = *set.get(at)?;
        if low == b']' && at > first {
            return Some((at + 1, fits != negated));
        }
        match (set.get(at + 1), set.get(at + 2)) {
            (Some(b'-'), Some(high)) if *high != b']' => {
                fits |= (low..=*high).contains(&byte);
                at += 3;
            }
            _ => {
                fits |= low == byte;
                at += 1;
            }
        }
    }
}

/// Where the part of a text that fits a pattern ends, from its start: the shortest or the longest such.
pub(super) fn prefix(pattern: &str, text: &str, longest: bool, fuel: &mut usize) -> Option<usize> {
    let mut found = None;
    for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
        if fits(pattern, text.get(..end)?, false, fuel) {
            found = Some(end);
            if !longest {
                break;
            }
        }
    }
    found
}

/// Where the part of a text that fits a pattern starts, up to its end.
pub(super) fn suffix(pattern: &str, text: &str, longest: bool, fuel: &mut usize) -> Option<usize> {
    let mut found = None;
    for start in (0..=text.len()).rev().filter(|start| text.is_char_boundary(*start)) {
        if fits(pattern, text.get(start..)?, false, fuel) {
            found = Some(start);
            if !longest {
                break;
            }
        }
    }
    found
}
