// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an attachment is, by its name and by its directory. Nothing is decompressed.
//!
//! Directories are found by the look of their records, not by the offsets that a file gives: those
//! can lead in circles, and office programs and archivers repair them, so that a file with wrong
//! ones works all the same. A search by look is one pass, holds nothing, and also sees a container
//! that is stored in a container.

use memchr::memmem;

const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
/// Directory records of OLE stand at multiples of this, after the header.
const OLE_RECORD: usize = 128;
const OLE_HEADER: usize = 512;
/// Where a PDF may begin.
const PDF_WITHIN: usize = 1024;
/// Longer ones are no extensions.
const EXTENSION_CHARS: usize = 32;

/// What the directory of an attachment shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Content {
    pub(super) macros: bool,
    pub(super) is_protected: bool,
}

/// Looks at an attachment.
///
/// # Cost
/// One pass; no allocation.
pub(super) fn content(bytes: &[u8]) -> Content {
    let head = bytes.get(..PDF_WITHIN).unwrap_or(bytes);
    if bytes.starts_with(OLE) {
        ole(bytes)
    } else if bytes.starts_with(b"PK") {
        zip(bytes)
    } else if memmem::find(head, b"%PDF-").is_some() {
        Content { macros: false, is_protected: is_encrypted_pdf(bytes) }
    } else {
        Content::default()
    }
}

/// The extension of a file name, in lower case. What Windows leaves out at a name's end, and
/// characters that only change how a name looks, are left out.
pub(super) fn extension(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|c| !c.is_control() && !is_format(*c)).collect();
    let name = name.trim_end_matches([' ', '.']);
    let name = name.rsplit(['/', '\\']).next()?;
    let (stem, extension) = name.rsplit_once('.')?;
    let fits = !stem.is_empty() && extension.chars().count() <= EXTENSION_CHARS;
    fits.then(|| extension.to_lowercase())
}

/// Zero-width and bidirectional characters.
const fn is_format(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Storages and streams of an OLE file: Word keeps macros in `Macros/VBA`, Excel in
/// `_VBA_PROJECT_CUR/VBA`; an encrypted OOXML file is the stream `EncryptedPackage`.
fn ole(bytes: &[u8]) -> Content {
    let mut content = Content::default();
    let records = bytes.get(OLE_HEADER..).unwrap_or_default().chunks_exact(OLE_RECORD);
    for (kind, name) in records.filter_map(ole_record) {
        match kind {
            1 => content.macros |= is_utf16(name, "VBA") || is_utf16(name, "_VBA_PROJECT_CUR"),
            2 => {
                content.macros |= is_utf16(name, "_VBA_PROJECT");
                content.is_protected |= is_utf16(name, "EncryptedPackage");
            }
            _ => {}
        }
    }
    content
}

/// The type (1: storage, 2: stream) and the UTF-16 name of a directory record.
fn ole_record(record: &[u8]) -> Option<(u8, &[u8])> {
    let (name, fields) = record.split_at_checked(64)?;
    let [low, high, kind @ (1 | 2), 0 | 1, ..] = *fields else { return None };
    let length = usize::from(u16::from_le_bytes([low, high]));
    // The length counts the NUL at the end.
    Some((kind, name.get(..length.checked_sub(2)?)?))
}

fn is_utf16(name: &[u8], text: &str) -> bool {
    let mut units = text.bytes();
    let same = name.chunks(2).all(|unit| match (unit, units.next()) {
        ([low, 0], Some(byte)) => low.eq_ignore_ascii_case(&byte),
        _ => false,
    });
    same && units.next().is_none()
}

/// The names and flags of a zip archive, from its directory and from the header of each member.
fn zip(bytes: &[u8]) -> Content {
    let mut content = Content::default();
    for at in memmem::find_iter(bytes, b"PK") {
        let record = bytes.get(at..).unwrap_or_default();
        // Where flags, the name's length and the name stand.
        let (flags_at, length_at, name_at) = match record.get(2..4) {
            Some(b"\x01\x02") => (8, 28, 46),
            Some(b"\x03\x04") => (6, 26, 30),
            _ => continue,
        };
        let Some(flags) = word(record, flags_at) else { continue };
        let Some(length) = word(record, length_at) else { continue };
        let name = record.get(name_at..name_at + usize::from(length)).unwrap_or_default();
        content.is_protected |= flags & 1 != 0;
        content.macros |= is_macro_part(name);
    }
    content
}

/// Whether a member of an OOXML file has macros: VBA, or a sheet of Excel 4 macros.
fn is_macro_part(name: &[u8]) -> bool {
    let ends_with = |end: &[u8]| {
        let from = name.len().checked_sub(end.len());
        from.and_then(|from| name.get(from..)).is_some_and(|tail| tail.eq_ignore_ascii_case(end))
    };
    let starts_with =
        |start: &[u8]| name.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    ends_with(b"vbaproject.bin") || starts_with(b"xl/macrosheets/") || starts_with(b"xl\\macrosheets\\")
}

fn word(record: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*record.get(at..)?.first_chunk()?))
}

/// Whether a trailer names an encryption dictionary.
fn is_encrypted_pdf(bytes: &[u8]) -> bool {
    const KEY: &[u8] = b"/Encrypt";
    memmem::find_iter(bytes, KEY).any(|at| {
        let next = bytes.get(at + KEY.len());
        // `/EncryptMetadata` is another key.
        next.is_some_and(|byte| !byte.is_ascii_alphanumeric() && *byte != b'#')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_what_windows_takes_them_for() {
        for (name, expected) in [
            ("report.DOCM", Some("docm")),
            ("a.pdf.exe. .", Some("exe")),
            ("a.tar.gz", Some("gz")),
            ("inv\u{202e}xcod.exe", Some("exe")),
            ("x.l\u{200b}nk", Some("lnk")),
            ("C:\\a.b\\readme", None),
            (".profile", None),
            ("none", None),
        ] {
            assert_eq!(extension(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn only_an_encryption_dictionary_protects_a_pdf() {
        for (text, expected) in [
            ("%PDF-1.7\ntrailer <</Root 1 0 R /Encrypt 5 0 R>>", true),
            ("%PDF-1.7\ntrailer <</Encrypt<</Filter/Standard>>>>", true),
            ("%PDF-1.7\n<</EncryptMetadata false>>", false),
            ("/Encrypt 5 0 R", false),
        ] {
            assert_eq!(content(text.as_bytes()).is_protected, expected, "{text}");
        }
    }
}
