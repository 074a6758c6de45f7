// SPDX-License-Identifier: AGPL-3.0-or-later
//! Line editing: what a terminal does to the keys before the shell sees a line.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

/// Whether a text has keys that a terminal acts on.
pub(super) fn has_keys(text: &str) -> bool {
    text.bytes().fold(false, |any, byte| any | is_key(byte))
}

fn is_key(byte: u8) -> bool {
    (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) | (byte == 0x7f)
}

/// The text after its keys: erased characters, words and lines are gone, NUL and cursor keys too.
pub(super) fn apply<'a>(text: &str, arena: &'a Bump) -> &'a str {
    let mut line = ArenaString::with_capacity_in(text.len(), arena);
    // Where the line that is being edited starts: what is before it is entered already.
    let mut start = 0;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\0' => {}
            '\u{8}' | '\u{7f}' if line.len() > start => drop(line.pop()),
            '\u{8}' | '\u{7f}' => {}
            '\u{3}' | '\u{15}' => line.truncate(start),
            '\u{17}' => {
                let kept = line.get(start..).unwrap_or("").trim_end();
                let word = kept.rfind(' ').map_or(0, |blank| blank + 1);
                line.truncate(start + word);
            }
            '\u{1b}' => skip_sequence(&mut chars),
            _ => {
                line.push(c);
                if matches!(c, '\n' | '\r') {
                    start = line.len();
                }
            }
        }
    }
    line.into_bump_str()
}

/// Passes over a control sequence: `[`, numbers, one letter.
fn skip_sequence(chars: &mut std::str::Chars<'_>) {
    let mut ahead = chars.clone();
    if !matches!(ahead.next(), Some('[' | 'O')) {
        return;
    }
    *chars = ahead;
    for c in chars.by_ref() {
        if !matches!(c, '0'..='9' | ';') {
            return;
        }
    }
}
