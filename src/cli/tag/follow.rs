// SPDX-License-Identifier: AGPL-3.0-or-later
//! Reads a file that grows, as `tail -F` does.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

/// How long to wait at the end of the file before looking again.
const WAIT: Duration = Duration::from_millis(200);

/// A file that never ends: at its end it waits for more, and takes up the file anew when it is
/// replaced or cut.
pub(super) struct Follow {
    path: PathBuf,
    file: File,
    position: u64,
}

impl Follow {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: File::open(path)?, position: 0 })
    }

    /// Takes up a file that was replaced or cut; a file that is gone for a moment is waited for.
    fn reopen_if_changed(&mut self) -> io::Result<()> {
        let Ok(now) = std::fs::metadata(&self.path) else { return Ok(()) };
        let ours = self.file.metadata()?;
        if !same_file(&now, &ours) {
            if let Ok(file) = File::open(&self.path) {
                self.file = file;
                self.position = 0;
            }
        } else if now.len() < self.position {
            self.file.seek(SeekFrom::Start(0))?;
            self.position = 0;
        }
        Ok(())
    }
}

impl Read for Follow {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let got = self.file.read(room)?;
            if got > 0 || room.is_empty() {
                self.position += got as u64;
                return Ok(got);
            }
            sleep(WAIT);
            self.reopen_if_changed()?;
        }
    }
}

#[cfg(unix)]
fn same_file(a: &std::fs::Metadata, b: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn same_file(a: &std::fs::Metadata, b: &std::fs::Metadata) -> bool {
    a.created().ok() == b.created().ok()
}
