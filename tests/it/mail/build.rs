// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages and attachments, made for tests.

use std::path::Path;

/// A sample's bytes.
pub(crate) fn sample(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("samples").join(name)).expect(name)
}

/// Lines with the line ends of messages.
pub(crate) fn lines(lines: &[&str]) -> String {
    lines.join("\r\n")
}

/// Base64 in lines of that width.
pub(crate) fn base64(bytes: &[u8], width: usize) -> String {
    const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len() / 3 * 4 + 4 + bytes.len() / width * 3);
    let mut column = 0;
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | u32::from(group.get(at).copied().unwrap_or(0)));
        for at in 0..4 {
            let value = bits >> (18 - 6 * at) & 63;
            text.push(if at > group.len() { '=' } else { char::from(ALPHABET[value as usize]) });
            column += 1;
            if column == width {
                text.push_str("\r\n");
                column = 0;
            }
        }
    }
    text
}

/// A message with one attachment.
pub(crate) fn attached(name: &str, bytes: &[u8]) -> String {
    format!(
        "Subject: s\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\
         Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n{}\r\n",
        base64(bytes, 76)
    )
}

/// One record of a zip's directory.
pub(crate) fn zip_record(name: &str, flags: u16) -> Vec<u8> {
    let mut record = vec![0; 46];
    record[..4].copy_from_slice(b"PK\x01\x02");
    record[8..10].copy_from_slice(&flags.to_le_bytes());
    record[28..30].copy_from_slice(&(name.len() as u16).to_le_bytes());
    record.extend_from_slice(name.as_bytes());
    record
}

/// A zip archive of empty members; all of them encrypted if the flag is 1.
pub(crate) fn zip(names: &[&str], flags: u16) -> Vec<u8> {
    let mut bytes = Vec::new();
    for name in names {
        let mut header = vec![0; 30];
        header[..4].copy_from_slice(b"PK\x03\x04");
        header[6..8].copy_from_slice(&flags.to_le_bytes());
        header[26..28].copy_from_slice(&(name.len() as u16).to_le_bytes());
        bytes.extend(header);
        bytes.extend_from_slice(name.as_bytes());
    }
    for name in names {
        bytes.extend(zip_record(name, flags));
    }
    bytes.extend_from_slice(b"PK\x05\x06");
    bytes.resize(bytes.len() + 18, 0);
    bytes
}

/// A compound file with those streams, each in its storages.
pub(crate) fn ole(version: cfb::Version, streams: &[&str]) -> Vec<u8> {
    let memory = std::io::Cursor::new(Vec::new());
    let mut file = cfb::CompoundFile::create_with_version(version, memory).expect("in memory");
    for stream in streams {
        let path = Path::new(stream);
        file.create_storage_all(path.parent().expect("a storage")).expect("in memory");
        file.create_stream(path).expect("in memory");
    }
    file.into_inner().into_inner()
}
