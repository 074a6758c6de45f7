// SPDX-License-Identifier: AGPL-3.0-or-later
//! Bytes to text, and text to shorter text.

use std::borrow::Cow;

/// A line as text, and whether bytes of it are not UTF-8.
///
/// Such bytes become U+FFFD and the rest stays readable: an invalid byte must not hide an attack.
///
/// # Cost
///
/// One check, several bytes a step; allocates only for a line that is not UTF-8.
pub fn text(line: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(line) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (String::from_utf8_lossy(line), true),
    }
}

/// The longest start of `text` that fits in `bytes` and ends at a character's end.
pub(super) fn head(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or(text)
}
