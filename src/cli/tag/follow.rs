// SPDX-License-Identifier: AGPL-3.0-or-later
//! Reads a file that grows, as `tail -F` does.

use std::fs::File;
use std::io::{self, Read, Seek as _, SeekFrom};
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
    /// Whether what was read ends within a line.
    in_line: bool,
}

/// What became of the file behind the path.
enum Change {
    /// It is the same, or gone for a moment.
    None,
    /// Another file took its place.
    Replaced(File),
    /// It is shorter than what was read of it.
    Cut,
}

impl Follow {
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: File::open(path)?, position: 0, in_line: false })
    }

    fn change(&self) -> io::Result<Change> {
        let Ok(now) = std::fs::metadata(&self.path) else { return Ok(Change::None) };
        let ours = self.file.metadata()?;
        if same_file(&now, &ours) {
            return Ok(if now.len() < self.position { Change::Cut } else { Change::None });
        }
        Ok(File::open(&self.path).map_or(Change::None, Change::Replaced))
    }

    fn read_on(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let got = self.file.read(room)?;
        self.position += got as u64;
        if let Some(last) = room.get(..got).and_then(<[u8]>::last) {
            self.in_line = *last != b'\n';
        }
        Ok(got)
    }

    /// Begins again at a file's start. A line that was never finished is ended in `room`, so that
    /// the new first line does not become its tail.
    fn begin(&mut self, room: &mut [u8]) -> usize {
        self.position = 0;
        match room.first_mut() {
            Some(byte) if self.in_line => {
                *byte = b'\n';
                self.in_line = false;
                1
            }
            _ => 0,
        }
    }
}

impl Read for Follow {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut got = self.read_on(room)?;
            if got > 0 || room.is_empty() {
                return Ok(got);
            }
            sleep(WAIT);
            match self.change()? {
                Change::None => {}
                Change::Replaced(file) => {
                    // The old file may have got its last lines since its end was met.
                    got = self.read_on(room)?;
                    if got == 0 {
                        self.file = file;
                        got = self.begin(room);
                    }
                }
                Change::Cut => {
                    self.file.seek(SeekFrom::Start(0))?;
                    got = self.begin(room);
                }
            }
            if got > 0 {
                return Ok(got);
            }
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
