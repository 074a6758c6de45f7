// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sigma rule files of folders, however deep.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::Exit;
use crate::cli::input::bounded;
use crate::vocab::Limits;

/// How deep folders are looked into.
const DEPTH_MAX: usize = 32;
/// Bytes of all files together.
const BYTES_MAX: usize = 256 << 20;

/// Rule files: path and text.
pub(super) struct Files {
    pub(super) files: Vec<(String, String)>,
    /// Files that are passed over, and why.
    pub(super) problems: Vec<String>,
}

impl Files {
    /// Reads every `.yml` and `.yaml` file at or below the paths, in order of path. Links to folders are not
    /// followed, so that no folder is read twice.
    ///
    /// # Errors
    /// A path is not there or cannot be read, or there is too much.
    pub(super) fn read(paths: &[PathBuf], limits: &Limits) -> anyhow::Result<Self> {
        let mut all = Self { files: Vec::new(), problems: Vec::new() };
        let mut bytes = 0;
        for path in paths {
            let metadata = fs::metadata(path).map_err(|error| unreadable(path, error))?;
            let mut found = Vec::new();
            if metadata.is_dir() {
                below(path, &mut found)?;
            } else {
                found.push(path.clone());
            }
            for path in found {
                let name = path.display().to_string();
                match text(&path, limits) {
                    Ok(text) => {
                        bytes += text.len();
                        all.files.push((name, text));
                    }
                    Err(problem) => all.problems.push(format!("{name}: {problem}")),
                }
                if bytes > BYTES_MAX {
                    return Err(Exit::Config.because(format!("rules of more than {BYTES_MAX} bytes")));
                }
            }
        }
        Ok(all)
    }
}

/// The rule files below a folder, in order of path.
fn below(root: &Path, found: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let mut left = vec![(root.to_owned(), 0)];
    while let Some((folder, depth)) = left.pop() {
        let entries = fs::read_dir(&folder).map_err(|error| unreadable(&folder, error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&folder, error))?;
            let (path, kind) = (entry.path(), entry.file_type());
            let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
            if hidden {
                continue;
            }
            if kind.is_ok_and(|kind| kind.is_dir()) {
                if depth < DEPTH_MAX {
                    left.push((path, depth + 1));
                }
            } else if matches!(path.extension().and_then(|name| name.to_str()), Some("yml" | "yaml")) {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(())
}

/// The text of a file, or why it is no rule file.
fn text(path: &Path, limits: &Limits) -> Result<String, String> {
    let io = |error: io::Error| error.kind().to_string();
    // Asked before opening, because opening a pipe waits for its writer.
    if !fs::metadata(path).map_err(io)?.is_file() {
        return Err("not a regular file".to_owned());
    }
    let most = limits.sigma_file_bytes;
    let bytes = bounded(File::open(path).map_err(io)?, most as u64).map_err(io)?;
    let bytes = bytes.ok_or_else(|| format!("more than {most} bytes"))?;
    String::from_utf8(bytes).map_err(|_| "not UTF-8".to_owned())
}

fn unreadable(path: &Path, error: io::Error) -> anyhow::Error {
    Exit::Config.caused_by(format!("cannot read rules from `{}`", path.display()), error)
}
