// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files: read within a bound, written whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use super::BundleError;

/// The bytes of a regular file of at most `most` bytes.
///
/// # Errors
/// The file cannot be read, is larger, or is no regular file.
pub(super) fn read(path: &Path, most: u64) -> Result<Vec<u8>, BundleError> {
    let unreadable = |source| BundleError::read(path, source);
    let metadata = fs::metadata(path).map_err(unreadable)?;
    // Opening a pipe would wait for whoever writes to it.
    if !metadata.is_file() {
        return Err(BundleError::not_a_file(path));
    }
    if metadata.len() > most {
        return Err(BundleError::too_large(path, most));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len() + 1).unwrap_or_default());
    let file = File::open(path).map_err(unreadable)?;
    file.take(most + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > most {
        return Err(BundleError::too_large(path, most));
    }
    Ok(bytes)
}

/// Writes a file under another name and moves it into place, so that nobody sees half of it.
///
/// # Errors
/// The folder cannot be made or written to.
pub(super) fn write(path: &Path, bytes: &[u8]) -> Result<(), BundleError> {
    let failed = |source| BundleError::write(path, source);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside = path.with_file_name(name);
    let written = write_new(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.map_err(|source| {
        // What is left of it is of no use; the first error is the one to report.
        let _ = fs::remove_file(&beside);
        failed(source)
    })
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A process that died may have left a file of this name.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}
