// SPDX-License-Identifier: AGPL-3.0-or-later
//! The files of a pack, in memory: read once, bounded, so that parsing does no I/O.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use crate::vocab::Limits;

/// Every file of the shipped pack: (path below `rules/`, text), sorted.
static BUILTIN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/builtin_pack.rs"));

/// Bytes of all files of one pack.
const PACK_BYTES: usize = 64 << 20;

/// Entries of one folder that are looked at.
const FOLDER_ENTRIES: usize = 100_000;

/// The files of one pack, by path below its folder.
///
/// # Example
/// ```
/// use decnet_ttp::compile::parse::PackFiles;
///
/// let mut files = PackFiles::new("my-rules");
/// files.insert("ttp/R0001.yaml", "rule_id: R0001\n");
/// assert_eq!(files.display("ttp/R0001.yaml"), "my-rules/ttp/R0001.yaml");
/// ```
#[derive(Clone, Debug, Default)]
pub struct PackFiles {
    root: String,
    files: BTreeMap<String, Result<Cow<'static, [u8]>, FileProblem>>,
    /// `.yaml` files whose name no rule file can have.
    passed_over: Vec<String>,
}

/// Why a file of a pack could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FileProblem {
    /// It has more bytes than a rule file may have.
    TooLarge,
    /// All files together have more bytes than a pack may have.
    PackTooLarge,
    /// A folder, a pipe, a socket or a device.
    NotAFile,
    /// The operating system says no.
    Io(io::ErrorKind),
}

/// What a file of a pack is for; its path says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role<'a> {
    Manifest,
    Fields,
    Predicates,
    List(&'a str),
    Intel(&'a str),
    Rule,
}

impl PackFiles {
    /// An empty pack whose paths are shown below `root`; an empty `root` shows them as they are.
    pub fn new(root: impl Into<String>) -> Self {
        Self { root: root.into(), ..Self::default() }
    }

    /// Adds a file, or replaces it. The path is below the pack's folder, with `/`.
    pub fn insert(&mut self, path: impl Into<String>, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), Ok(Cow::Owned(bytes.into())));
    }

    /// The pack that is built in.
    pub fn builtin() -> Self {
        let files =
            BUILTIN.iter().map(|(path, text)| ((*path).to_owned(), Ok(Cow::Borrowed(text.as_bytes()))));
        Self { root: "builtin".to_owned(), files: files.collect(), passed_over: Vec::new() }
    }

    /// Reads a pack's folder, or one rule file.
    ///
    /// Rules are `ttp/*.yaml`, or `*.yaml` where there is no folder `ttp`. Files that cannot be
    /// read, are too large or are no regular files are kept as such and become diagnostics, so
    /// one of them doesn't hide the others.
    ///
    /// # Cost
    /// Reads every file once; bounded by [`Limits::rule_file_bytes`] a file, 64 MiB a pack and one
    /// more than [`Limits::rules`] rule files.
    ///
    /// # Errors
    /// When `path` is neither a readable folder nor a regular file.
    pub fn read_dir(path: &Path, limits: &Limits) -> Result<Self, ReadError> {
        let fail = |source| ReadError { path: path.to_owned(), source };
        let metadata = fs::metadata(path).map_err(fail)?;
        if metadata.is_dir() {
            Reader::new(path, limits).folder().map_err(fail)
        } else if metadata.is_file() {
            Ok(Reader::new(path.parent().unwrap_or(Path::new("")), limits).single(path))
        } else {
            Err(fail(io::Error::from(io::ErrorKind::InvalidInput)))
        }
    }

    /// How many files there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The path as the user would type it.
    pub fn display(&self, path: &str) -> String {
        match self.root.as_str() {
            "" => path.to_owned(),
            root => format!("{}/{path}", root.trim_end_matches('/')),
        }
    }

    /// The name of the pack's folder, for packs that give themselves none.
    pub(super) fn folder_name(&self) -> &str {
        self.root.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
    }

    /// Every file in order of path, with what it is for.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, Role<'_>, Result<&[u8], &FileProblem>)> {
        let nested = self.files.keys().any(|path| path.starts_with("ttp/"));
        self.files.iter().filter_map(move |(path, bytes)| {
            let role = role(path, nested)?;
            Some((path.as_str(), role, bytes.as_ref().map(|bytes| &**bytes)))
        })
    }

    /// `.yaml` files whose name no rule file can have.
    pub(super) fn passed_over(&self) -> &[String] {
        &self.passed_over
    }
}

impl<P: Into<String>, B: Into<Vec<u8>>> FromIterator<(P, B)> for PackFiles {
    fn from_iter<I: IntoIterator<Item = (P, B)>>(files: I) -> Self {
        let mut pack = Self::default();
        for (path, bytes) in files {
            pack.insert(path, bytes);
        }
        pack
    }
}

/// What the file of that path is for; `None` for files that are no part of a pack.
fn role(path: &str, nested: bool) -> Option<Role<'_>> {
    match path {
        "pack.yaml" => return Some(Role::Manifest),
        "fields.yaml" => return Some(Role::Fields),
        "predicates.yaml" => return Some(Role::Predicates),
        _ => {}
    }
    if let Some(name) = path.strip_prefix("lists/") {
        return name.strip_suffix(".txt").map(Role::List);
    }
    if let Some(name) = path.strip_prefix("intel/") {
        return name.strip_suffix(".yaml").filter(|name| !name.contains('/')).map(Role::Intel);
    }
    let name = if nested { path.strip_prefix("ttp/")? } else { path };
    (!name.contains('/')).then_some(Role::Rule)
}

/// Whether a rule file may have that name: `[A-Za-z0-9_]+\.ya?ml`.
fn is_rule_file_name(name: &str) -> bool {
    let stem = name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"));
    stem.is_some_and(|stem| {
        !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

/// Reads one pack.
struct Reader<'a> {
    root: &'a Path,
    limits: &'a Limits,
    files: PackFiles,
    bytes: usize,
}

impl<'a> Reader<'a> {
    fn new(root: &'a Path, limits: &'a Limits) -> Self {
        Self { root, limits, files: PackFiles::new(root.to_string_lossy()), bytes: 0 }
    }

    fn folder(mut self) -> io::Result<PackFiles> {
        let tables = ["pack.yaml", "fields.yaml", "predicates.yaml"];
        for name in tables {
            if self.root.join(name).exists() {
                self.read(name.to_owned());
            }
        }
        for (name, extension) in [("lists", ".txt"), ("intel", ".yaml")] {
            let folder = self.root.join(name);
            if !folder.is_dir() {
                continue;
            }
            let wanted = |file: &String| file.ends_with(extension) && !file.starts_with('.');
            for file in names(&folder)?.into_iter().filter(wanted) {
                self.read(format!("{name}/{file}"));
            }
        }
        let nested = self.root.join("ttp");
        let (folder, prefix) = if nested.is_dir() { (nested.as_path(), "ttp/") } else { (self.root, "") };
        let mut rules = 0_usize;
        for name in names(folder)? {
            if prefix.is_empty() && tables.contains(&name.as_str()) {
                continue;
            }
            if is_rule_file_name(&name) {
                rules += 1;
                if rules > self.limits.rules + 1 {
                    break;
                }
                self.read(format!("{prefix}{name}"));
            } else if !name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml")) {
                self.files.passed_over.push(format!("{prefix}{name}"));
            }
        }
        Ok(self.files)
    }

    fn single(mut self, path: &Path) -> PackFiles {
        if let Some(name) = path.file_name().map(OsStr::to_string_lossy) {
            self.read(name.into_owned());
        }
        self.files
    }

    /// Reads one file, or keeps why it cannot be read.
    fn read(&mut self, path: String) {
        let content = self.content(&self.root.join(&path));
        self.bytes += content.as_ref().map_or(0, Vec::len);
        self.files.files.insert(path, content.map(Cow::Owned));
    }

    fn content(&self, path: &Path) -> Result<Vec<u8>, FileProblem> {
        let io = |error: io::Error| FileProblem::Io(error.kind());
        // Asked before opening, because opening a pipe waits for its writer.
        if !fs::metadata(path).map_err(io)?.is_file() {
            return Err(FileProblem::NotAFile);
        }
        if self.bytes >= PACK_BYTES {
            return Err(FileProblem::PackTooLarge);
        }
        let mut bytes = Vec::new();
        let bound = self.limits.rule_file_bytes as u64 + 1;
        File::open(path).map_err(io)?.take(bound).read_to_end(&mut bytes).map_err(io)?;
        if bytes.len() > self.limits.rule_file_bytes {
            return Err(FileProblem::TooLarge);
        }
        Ok(bytes)
    }
}

/// The names in a folder, sorted; those that are not UTF-8 are read with replacement characters
/// and so never are rule file names.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)?.take(FOLDER_ENTRIES) {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// A pack's folder or file that cannot be read at all.
#[derive(Debug)]
pub struct ReadError {
    path: PathBuf,
    source: io::Error,
}

impl ReadError {
    /// The path that cannot be read.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is nothing at that path.
    pub fn is_not_found(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "cannot read rules from `{}`", self.path.display())
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
