// SPDX-License-Identifier: AGPL-3.0-or-later
//! Finds the byte that ends a run of plain string text.

/// Bytes examined at once: one bit each in a word.
const WINDOW: usize = 64;

/// Finds quotes, backslashes and control characters: the bytes that end a run of plain text
/// inside a JSON string.
///
/// It marks those of 64 bytes at once and remembers the marks, so that the many short strings of
/// an event cost a shift each instead of a search. That matters because where one string begins
/// depends on where the last one ended: a search would have to finish before the next can start.
#[derive(Clone, Debug)]
pub(super) struct Specials {
    /// Where the window begins.
    base: usize,
    /// Bit `i` is set if byte `base + i` is special or past the end of the text.
    marks: u64,
}

impl Specials {
    /// With nothing marked yet.
    #[inline]
    pub(super) const fn new() -> Self {
        Self { base: usize::MAX - WINDOW, marks: 0 }
    }

    /// The position of the first special byte at or after `at`, or the length of `bytes`.
    ///
    /// `bytes` must be the same text on every call.
    ///
    /// # Cost
    ///
    /// Linear in the bytes passed over, some tens of instructions for every 64.
    #[inline]
    pub(super) fn next(&mut self, bytes: &[u8], at: usize) -> usize {
        let within = at.wrapping_sub(self.base);
        if within < WINDOW {
            let marks = self.marks >> within;
            if marks != 0 {
                return at + marks.trailing_zeros() as usize;
            }
            return self.next_window(bytes, self.base + WINDOW);
        }
        self.next_window(bytes, at)
    }

    #[inline(never)]
    fn next_window(&mut self, bytes: &[u8], mut at: usize) -> usize {
        loop {
            if at >= bytes.len() {
                return bytes.len();
            }
            let marks = match bytes.get(at..).and_then(<[u8]>::first_chunk) {
                Some(window) => {
                    self.base = at;
                    self.marks = marks(window);
                    self.marks
                }
                None => self.last_window(bytes, at),
            };
            if marks != 0 {
                return at + marks.trailing_zeros() as usize;
            }
            at += WINDOW;
        }
    }

    /// Marks the end of the text and returns the marks from `at` on.
    fn last_window(&mut self, bytes: &[u8], at: usize) -> u64 {
        if let Some(window) = bytes.last_chunk() {
            self.base = bytes.len() - WINDOW;
            self.marks = marks(window);
        } else {
            let mut window = [0; WINDOW];
            window.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
            self.base = 0;
            self.marks = marks(&window);
        }
        self.marks >> (at - self.base)
    }
}

/// A bit for each special byte.
#[inline]
fn marks(window: &[u8; WINDOW]) -> u64 {
    // Written so that the compiler makes vector code of it: zero exactly at special bytes, then
    // one exactly there.
    let ones = window.map(|byte| {
        let zero = (byte ^ b'"').min(byte ^ b'\\').min(byte.saturating_sub(b' ' - 1));
        1_u8.saturating_sub(zero)
    });
    let (words, _) = ones.as_chunks::<8>();
    words
        .iter()
        .zip([0, 8, 16, 24, 32, 40, 48, 56])
        .fold(0, |marks, (word, place)| marks | gather(u64::from_le_bytes(*word)) << place)
}

/// The lowest bit of each byte, side by side; the other bits must be zero.
#[inline]
const fn gather(ones: u64) -> u64 {
    // Byte i's bit goes to bit 56 + i; no two products meet below bit 64, so nothing carries.
    ones.wrapping_mul(0x0102_0408_1020_4080) >> 56
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_special_byte_at_each_place() {
        for length in [1, 7, 8, 63, 64, 65, 127, 130, 200] {
            for place in 0..length {
                for byte in 0..=255_u8 {
                    let mut text = vec![0xc3; length];
                    text.fill(0xc3);
                    if let Some(at) = text.get_mut(place) {
                        *at = byte;
                    }
                    let special = byte == b'"' || byte == b'\\' || byte < b' ';
                    let expected = if special { place } else { length };
                    let mut specials = Specials::new();
                    assert_eq!(specials.next(&text, 0), expected, "{byte} at {place} of {length}");
                    let after = specials.next(&text, (place + 1).min(length));
                    assert_eq!(after, length, "after {byte} at {place} of {length}");
                }
            }
        }
    }
}
