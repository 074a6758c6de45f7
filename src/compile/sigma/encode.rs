// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the modifiers `base64`, `base64offset`, `utf16…` and `windash` make of a text.

/// The characters that start an option of a Windows command: hyphen, slash, en dash, em dash,
/// horizontal bar.
pub(super) const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];

/// An encoding of UTF-16.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Utf16 {
    /// Little-endian.
    Little,
    /// Big-endian.
    Big,
    /// Little-endian behind a byte order mark.
    Marked,
}

impl Utf16 {
    /// The text in that encoding.
    pub(super) fn encode(self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len() * 2 + 2);
        if self == Self::Marked {
            bytes.extend([0xff, 0xfe]);
        }
        for unit in text.encode_utf16() {
            bytes.extend(if self == Self::Big { unit.to_be_bytes() } else { unit.to_le_bytes() });
        }
        bytes
    }
}

/// Base64 (RFC 4648) with padding.
pub(super) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group =
            (0..3).fold(0_u32, |group, at| group << 8 | chunk.get(at).map_or(0, |byte| u32::from(*byte)));
        for at in 0..4_u32 {
            let digit = (group >> (18 - 6 * at) & 63) as usize;
            let padding = at as usize > chunk.len();
            out.push(if padding { '=' } else { ALPHABET.get(digit).map_or('=', |byte| char::from(*byte)) });
        }
    }
    out
}

/// What base64 shows of the bytes wherever they begin: for each of the three offsets in a group
/// the digits that depend on no other byte. `None` where an offset has none.
pub(super) fn base64_offsets(bytes: &[u8]) -> Option<[String; 3]> {
    let offset = |before: usize| {
        let mut shifted = vec![0; before];
        shifted.extend_from_slice(bytes);
        let encoded = base64(&shifted);
        // Six bits a digit: the first ones that hold no bit from before, the last that are full.
        let first = (before * 8).div_ceil(6);
        let last = shifted.len() * 8 / 6;
        encoded.get(first..last).filter(|digits| !digits.is_empty()).map(str::to_owned)
    };
    Some([offset(0)?, offset(1)?, offset(2)?])
}

/// How many characters of a text `windash` varies.
pub(super) fn dashes(text: &str) -> usize {
    text.chars().filter(|c| DASHES.contains(c)).count()
}

/// The text with each dash as each of [`DASHES`]: five to the power of [`dashes`].
pub(super) fn windash(text: &str) -> Vec<String> {
    let mut variants = vec![String::with_capacity(text.len() + 4)];
    for c in text.chars() {
        if DASHES.contains(&c) {
            variants =
                variants.iter().flat_map(|variant| DASHES.map(|dash| format!("{variant}{dash}"))).collect();
        } else {
            variants.iter_mut().for_each(|variant| variant.push(c));
        }
    }
    variants
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_those_of_the_standards() {
        for (plain, encoded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")]
        {
            assert_eq!(base64(plain.as_bytes()), encoded);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
        assert_eq!(Utf16::Little.encode("a\u{20ac}"), [0x61, 0, 0xac, 0x20]);
        assert_eq!(Utf16::Big.encode("a"), [0, 0x61]);
        assert_eq!(Utf16::Marked.encode("a"), [0xff, 0xfe, 0x61, 0]);
    }

    #[test]
    fn an_offset_shows_wherever_the_bytes_begin() {
        for text in ["foobar", "IEX (New", "::FromBase64String", "abc"] {
            let [zero, one, two] = base64_offsets(text.as_bytes()).unwrap();
            for (before, needle) in [("", zero), ("x", one), ("xy", two)] {
                for after in ["", "z", "zz"] {
                    let whole = base64(format!("{before}{text}{after}").as_bytes());
                    assert!(whole.contains(&needle), "{whole} {needle}");
                }
            }
        }
        assert_eq!(base64_offsets(b"foobar").unwrap(), ["Zm9vYmFy", "Zvb2Jhc", "mb29iYX"]);
        assert_eq!(base64_offsets(b"a"), None);
    }

    #[test]
    fn every_dash_becomes_every_dash() {
        let variants = windash(" -a /b");
        assert_eq!(variants.len(), 25);
        assert!(variants.contains(&" \u{2015}a -b".to_owned()));
        assert_eq!(windash("a"), ["a"]);
    }
}
