// SPDX-License-Identifier: AGPL-3.0-or-later
//! What each byte means to a shell, as bits, so that one look answers every question.

/// A blank or a tab.
pub(super) const BLANK: u32 = 1;
/// A line feed, or the carriage return that a terminal turns into one.
pub(super) const NEWLINE: u32 = 1 << 1;
/// One of `;&|<>()`.
pub(super) const OPERATOR: u32 = 1 << 2;
/// A quote.
pub(super) const QUOTE: u32 = 1 << 3;
/// A backslash.
pub(super) const ESCAPE: u32 = 1 << 4;
/// What starts an expansion: `$` or a back-tick.
pub(super) const DOLLAR: u32 = 1 << 5;
/// One of `*?[`.
pub(super) const GLOB: u32 = 1 << 6;
/// An opening brace.
pub(super) const BRACE: u32 = 1 << 7;
/// A control character that is neither blank nor line end.
pub(super) const CONTROL: u32 = 1 << 8;
pub(super) const SLASH: u32 = 1 << 9;
pub(super) const COLON: u32 = 1 << 10;
pub(super) const AT: u32 = 1 << 11;
pub(super) const EQUALS: u32 = 1 << 12;
pub(super) const TILDE: u32 = 1 << 13;
/// One of `#!^,`, which need quotes at some places.
pub(super) const OTHER: u32 = 1 << 14;

/// What ends a word, or starts something in it that is more than a character.
pub(super) const STOP: u32 = BLANK | NEWLINE | OPERATOR | QUOTE | ESCAPE | DOLLAR;
/// What needs quotes to be a plain part of a word.
pub(super) const SPECIAL: u32 = STOP | GLOB | BRACE | TILDE | OTHER;

/// What a quoted text may hold that facts ask for; it is not looked at byte by byte.
pub(super) const ANYTHING: u32 = SLASH | COLON | AT | EQUALS | TILDE;

// What a word has, beside the bits of its bytes.

/// A command or process substitution.
pub(super) const COMMAND: u32 = 1 << 16;
/// A parameter: `$x`, `${x}`, `$1`.
pub(super) const PARAMETER: u32 = 1 << 17;
/// `$'…'`.
pub(super) const ANSI: u32 = 1 << 18;
/// A backslash before a line end.
pub(super) const CONTINUED: u32 = 1 << 19;
/// The word is one quoted text that is also its value.
pub(super) const WHOLE: u32 = 1 << 20;
/// Its value can't be read off the line: quotes or escapes inside, `$'…'`, `${IFS}`, a brace list.
pub(super) const HIDDEN: u32 = 1 << 21;
/// A brace list, at least.
pub(super) const LIST: u32 = 1 << 22;
/// A tab between words, or a carriage return inside the line.
pub(super) const UNEVEN: u32 = 1 << 23;
/// A path that says the same in a longer way: `//`, `/./`, `/x/../`, `/proc/self/root`.
pub(super) const WEIRD: u32 = 1 << 24;
/// Quotes or escapes in it have no other use than to hide it.
pub(super) const VEILED: u32 = 1 << 25;
/// Two words in one, by `${IFS}`.
pub(super) const VEILED_TWICE: u32 = 1 << 26;

/// A here-string or here-document.
pub(super) const FED: u32 = 1 << 27;
/// A command that takes its words from what another one prints: `xargs`.
pub(super) const PASSED_ON: u32 = 1 << 28;

/// Something sets a variable.
pub(super) const SETS: u32 = 1 << 29;
/// A parameter that is more than the value of a variable: `${x…}`, `$@`, `$1`.
pub(super) const OPERATED: u32 = 1 << 30;
/// A pattern that may stand for a file far from here, or for a program.
pub(super) const PATTERN: u32 = 1 << 31;

static TABLE: [u32; 256] = table();

#[expect(clippy::indexing_slicing, reason = "constant evaluation would not build if it were out of bounds")]
const fn table() -> [u32; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b' ' | b'\t' => BLANK,
            b'\n' | b'\r' => NEWLINE,
            b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => OPERATOR,
            b'\'' | b'"' => QUOTE,
            b'\\' => ESCAPE,
            b'$' | b'`' => DOLLAR,
            b'*' | b'?' | b'[' => GLOB,
            b'{' => BRACE,
            b'/' => SLASH,
            b':' => COLON,
            b'@' => AT,
            b'=' => EQUALS,
            b'~' => TILDE,
            b'#' | b'!' | b'^' | b',' => OTHER,
            0..=31 | 127 => CONTROL,
            _ => 0,
        };
        byte += 1;
    }
    table
}

/// The bits of a byte.
#[inline]
#[expect(clippy::indexing_slicing, reason = "the table has a place for every byte")]
pub(super) fn class(byte: u8) -> u32 {
    TABLE[byte as usize]
}

/// The bits of all bytes of a text.
pub(super) fn classes(text: &str) -> u32 {
    text.bytes().fold(0, |all, byte| all | class(byte))
}

/// Whether a byte can stand in a variable's name.
#[inline]
pub(super) fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

/// The name of the variable that a word assigns, and what follows `=`; `x+=y` and `x[1]=y` count too.
pub(super) fn assignment(word: &str) -> Option<(&str, &str)> {
    let mut end = word.bytes().position(|byte| !is_name(byte))?;
    if end == 0 || word.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if word.as_bytes().get(end) == Some(&b'[') {
        end += memchr::memchr(b']', word.as_bytes().get(end..)?)? + 1;
    }
    let (name, rest) = word.split_at_checked(end)?;
    let value = rest.strip_prefix('=').or_else(|| rest.strip_prefix("+="))?;
    Some((name, value))
}
