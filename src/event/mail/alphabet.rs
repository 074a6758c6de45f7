// SPDX-License-Identifier: AGPL-3.0-or-later
//! The base64 alphabet.

/// The value of each byte of the base64 alphabet, 64 for any other.
const VALUES: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut values = [64; 256];
    let mut value = 0;
    #[expect(clippy::indexing_slicing, reason = "evaluated by the compiler, which would refuse it")]
    while value < 64 {
        values[alphabet[value] as usize] = value as u8;
        value += 1;
    }
    values
};

/// The value of a byte of the base64 alphabet.
#[inline]
pub(crate) fn base64_value(byte: u8) -> Option<u8> {
    VALUES.get(usize::from(byte)).copied().filter(|value| *value < 64)
}
