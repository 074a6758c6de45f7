// SPDX-License-Identifier: AGPL-3.0-or-later
//! How rare literals are in what sensors see, by a guess.

/// A byte's share of information, in eighths of a bit: more is rarer. Upper and lower case count alike.
pub(crate) const fn information(byte: u8) -> u32 {
    match byte | 0x20 {
        b'e' | b's' | b't' => 36,
        b'a' | b'i' | b'o' | b'n' | b'r' | b' ' | b'/' | b'|' => 38,
        b'c' | b'd' | b'l' | b'm' | b'p' | b'u' => 42,
        b'-' | b'.' | b'0'..=b'2' | b'h' | b'b' | b'f' | b'g' => 46,
        b'w' | b'x' | b'v' | b'y' | b'3'..=b'9' | b':' | b'=' | b'"' => 54,
        b'k' | b'j' | b'q' | b'z' | b'(' | b')' | b'&' | b'%' | b'{' | b'}' => 68,
        _ => 78,
    }
}

/// How often a text contains a part, in ten thousandths: what its bytes tell, less what one tells of the next, over
/// a text of 64 bytes.
pub(super) fn of_part(part: &str) -> u32 {
    const PLACES: u32 = 640_000;
    let first = part.as_bytes().first().map_or(0, u8::to_ascii_lowercase);
    let is_usual = |usual: &str| {
        let mut windows = usual.as_bytes().windows(part.len());
        let same =
            |there: &[u8]| there.first() == Some(&first) && there.eq_ignore_ascii_case(part.as_bytes());
        windows.any(same)
    };
    if part.len() >= 2 && USUAL.into_iter().any(is_usual) {
        return OFTEN;
    }
    let eighths: u32 = part.bytes().map(information).sum();
    // Three quarters of it, in bits.
    (PLACES >> (eighths * 3 / 32).min(31)).clamp(LEAST, MOST)
}

/// What most paths, addresses and accounts have.
const USUAL: [&str; 12] = [
    r"c:\windows\system32\",
    r"c:\windows\syswow64\",
    r"c:\program files (x86)\",
    r"c:\program files\",
    r"c:\users\",
    r"\appdata\local\temp\",
    ".exe",
    ".dll",
    "https://www.",
    "http://",
    "/usr/local/bin/",
    "/bin/bash",
];

/// How often what is usual comes.
const OFTEN: u32 = 3000;
const LEAST: u32 = 10;
const MOST: u32 = 9000;

/// How often a text is a value, in ten thousandths: short ones are methods, event numbers and flags, which come all
/// the time.
pub(super) const fn of_value(value: &str) -> u32 {
    match value.len() {
        0..=4 => 800,
        5..=8 => 200,
        _ => 50,
    }
}
