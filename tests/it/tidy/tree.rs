// SPDX-License-Identifier: AGPL-3.0-or-later
//! The text files of the tree, and the list of what is wrong with them.

use std::fs;
use std::path::Path;

/// One text file; `path` is relative to the root, with `/`.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: String,
    pub(super) text: String,
}

/// Every text file of the tree, by path. Build output and the folders of tools are left out.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) files: Vec<File>,
    /// Every file's path, of files that are not text too.
    paths: Vec<String>,
}

impl Tree {
    /// The tree that this test was built from.
    pub(super) fn read() -> Self {
        let mut tree = Self { files: Vec::new(), paths: Vec::new() };
        tree.walk(Path::new(env!("CARGO_MANIFEST_DIR")), "");
        assert!(tree.get("Cargo.toml").is_some(), "the tree is not where it was built");
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        tree
    }

    /// A tree that only a test has.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File { path: (*path).to_owned(), text: (*text).to_owned() };
        let files: Vec<File> = files.iter().map(file).collect();
        let paths = files.iter().map(|file| file.path.clone()).collect();
        Self { files, paths }
    }

    fn walk(&mut self, folder: &Path, prefix: &str) {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let path = format!("{prefix}{name}");
            let kind = entry.file_type().unwrap();
            // `.git` is a file where the checkout is one of several.
            let of_a_tool = name == ".git" || (kind.is_dir() && name.starts_with('.') && name != ".ci");
            if of_a_tool || name == "target" {
                continue;
            }
            if kind.is_dir() {
                self.walk(&entry.path(), &format!("{path}/"));
            } else if kind.is_file() && !name.ends_with(".pending-snap") && !name.ends_with(".snap.new") {
                if let Ok(text) = String::from_utf8(fs::read(entry.path()).unwrap()) {
                    self.files.push(File { path: path.clone(), text });
                }
                self.paths.push(path);
            }
        }
    }

    /// The text of that file.
    pub(super) fn get(&self, path: &str) -> Option<&str> {
        self.files.iter().find(|file| file.path == path).map(|file| file.text.as_str())
    }

    /// The Rust files below a folder.
    pub(super) fn rust_under(&self, folder: &'static str) -> impl Iterator<Item = &File> {
        self.files.iter().filter(move |file| file.path.starts_with(folder) && file.path.ends_with(".rs"))
    }

    /// Every file's path.
    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(String::as_str)
    }
}

/// What is wrong, a line each.
#[derive(Debug, Default)]
pub(super) struct Problems {
    lines: Vec<String>,
}

impl Problems {
    /// Adds one.
    pub(super) fn add(&mut self, path: &str, line: usize, what: impl AsRef<str>) {
        self.lines.push(format!("{path}:{line}: {}", what.as_ref()));
    }

    /// The lines as they would be printed.
    pub(super) fn into_lines(self) -> Vec<String> {
        self.lines
    }

    /// Fails with all of them, if there are any.
    pub(super) fn report(self, rule: &str) {
        assert!(self.lines.is_empty(), "{rule}; {} found:\n{}\n", self.lines.len(), self.lines.join("\n"));
    }
}
