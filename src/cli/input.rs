// SPDX-License-Identifier: AGPL-3.0-or-later
//! Reads what the user names, within a bound.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::Exit;

/// The text of a file of at most `most` bytes.
///
/// # Errors
/// The file cannot be read, is larger, or is not UTF-8.
pub(super) fn read_text(path: &Path, most: u64) -> anyhow::Result<String> {
    let name = path.display();
    let unreadable = |error: io::Error| Exit::Usage.caused_by(format!("cannot read `{name}`"), error);
    let bytes = bounded(File::open(path).map_err(unreadable)?, most).map_err(unreadable)?;
    let Some(bytes) = bytes else {
        return Err(Exit::Usage.because(format!("`{name}` has more than {most} bytes")));
    };
    String::from_utf8(bytes).map_err(|_| Exit::Usage.because(format!("`{name}` is not UTF-8")))
}

/// All bytes of a stream; `None` where there are more than `most`.
pub(super) fn bounded(stream: impl Read, most: u64) -> io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    stream.take(most + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= most).then_some(bytes))
}
