// SPDX-License-Identifier: AGPL-3.0-or-later
//! What is read: files, a file that grows, standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use crate::cli::Exit;

use super::follow::Follow;

/// One input that is there.
pub(in crate::cli) struct Input {
    path: PathBuf,
    follow: bool,
    bytes: u64,
}

impl Input {
    /// Looks whether the path can be read.
    ///
    /// # Errors
    /// Nothing is there, or a folder.
    pub(in crate::cli) fn new(path: &Path, follow: bool) -> anyhow::Result<Self> {
        let mut input = Self { path: path.to_owned(), follow, bytes: 0 };
        if !Self::is_stdin(path) {
            let metadata = std::fs::metadata(path).map_err(|error| input.unreadable(error))?;
            if metadata.is_dir() {
                let message = format!("`{}` is a folder, a file of events is expected", path.display());
                return Err(Exit::Usage.because(message));
            }
            input.bytes = if follow { 0 } else { metadata.len() };
        }
        Ok(input)
    }

    /// The inputs that are named, or standard input where none is; each looked at before the first
    /// is read, since half a job is worse than none.
    ///
    /// # Errors
    /// One is not there, or a folder.
    pub(in crate::cli) fn all(paths: &[PathBuf]) -> anyhow::Result<Vec<Self>> {
        let stdin = [PathBuf::from("-")];
        let paths = if paths.is_empty() { &stdin[..] } else { paths };
        paths.iter().map(|path| Self::new(path, false)).collect()
    }

    /// Whether the path stands for standard input.
    pub(in crate::cli) fn is_stdin(path: &Path) -> bool {
        path.as_os_str() == "-"
    }

    /// The input's name in messages.
    pub(in crate::cli) fn name(&self) -> String {
        if Self::is_stdin(&self.path) { "standard input".to_owned() } else { self.path.display().to_string() }
    }

    /// The input's bytes, and how many there are; 0 where nobody knows.
    ///
    /// # Errors
    /// The file cannot be opened.
    pub(in crate::cli) fn open(&self) -> anyhow::Result<(Box<dyn Read>, u64)> {
        let stream: Box<dyn Read> = if Self::is_stdin(&self.path) {
            Box::new(io::stdin().lock())
        } else if self.follow {
            Box::new(Follow::open(&self.path).map_err(|error| self.unreadable(error))?)
        } else {
            Box::new(File::open(&self.path).map_err(|error| self.unreadable(error))?)
        };
        Ok((Box::new(Named { stream, name: self.name() }), self.bytes))
    }

    fn unreadable(&self, error: io::Error) -> anyhow::Error {
        Exit::Usage.caused_by(format!("cannot read `{}`", self.path.display()), error)
    }
}

/// A stream whose errors say where they come from.
struct Named {
    stream: Box<dyn Read>,
    name: String,
}

impl Read for Named {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.stream
            .read(room)
            .map_err(|error| io::Error::new(error.kind(), format!("cannot read {}: {error}", self.name)))
    }
}
