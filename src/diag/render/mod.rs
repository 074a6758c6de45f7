// SPDX-License-Identifier: AGPL-3.0-or-later
//! Diagnostics for people ([`text`]) and for programs ([`json`]).
//!
//! Rule files may come from anywhere, so neither form lets a byte of theirs reach the terminal
//! as a control: see [`escape`].

mod excerpt;
mod json;
mod place;
mod text;

pub use json::json;
pub use text::text;

/// Shows characters that a terminal would obey or hide, among them bidirectional controls, as
/// `\u{…}`.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) {
            out.extend(c.escape_unicode());
        } else {
            out.push(c);
        }
    }
    out
}

/// The text in backticks, escaped and cut to a length that a message can carry.
///
/// # Example
/// ```
/// use decnet_ttp::diag::render::quote;
///
/// assert_eq!(quote("comand_text"), "`comand_text`");
/// assert_eq!(quote(&"a".repeat(500)).chars().count(), 63);
/// ```
pub fn quote(text: &str) -> String {
    const CHARS: usize = 60;
    match text.char_indices().nth(CHARS) {
        None => format!("`{}`", escape(text)),
        Some((end, _)) => format!("`{}…`", escape(text.get(..end).unwrap_or_default())),
    }
}

/// Whether the character moves the cursor, changes direction or has no shape of its own.
pub(crate) fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}
