// SPDX-License-Identifier: AGPL-3.0-or-later
//! The paths that a document names in backticks, looked up in the tree.

use super::rust_text::RustText;
use super::tree::{Problems, Tree};

/// Endings that make a word without a slash a file's name.
const FILE_ENDINGS: [&str; 13] = [
    ".rs", ".pest", ".toml", ".yaml", ".yml", ".json", ".md", ".txt", ".sh", ".py", ".lock", ".sql", ".snap",
];

/// Reports every path in backticks that the tree does not have.
///
/// A path is looked for below the root and below `src/`; a bare file name anywhere. `*` stands for any
/// part of a name, `{a,b}` for both, and `file.rs::name` asks that the file has the name.
pub(super) fn check(document: &str, text: &str, tree: &Tree, problems: &mut Problems) {
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            for word in line.split('`').skip(1).step_by(2) {
                for path in alternatives(word).iter().filter(|path| is_path(path, tree)) {
                    if let Some(problem) = problem(path, tree) {
                        problems.add(document, index + 1, format!("`{word}`: {problem}"));
                    }
                }
            }
        }
    }
}

/// `a/{b,c}` as `a/b` and `a/c`.
fn alternatives(word: &str) -> Vec<String> {
    let group = word.split_once('{').and_then(|(head, rest)| Some((head, rest.split_once('}')?)));
    match group {
        Some((head, (group, tail))) => {
            group.split(',').flat_map(|part| alternatives(&format!("{head}{}{tail}", part.trim()))).collect()
        }
        None => vec![word.to_owned()],
    }
}

/// Whether `word` means a path of the tree, rather than a type, a media type or a path elsewhere.
fn is_path(word: &str, tree: &Tree) -> bool {
    let word = word.split("::").next().unwrap_or(word);
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-*".contains(c);
    if word.is_empty() || word.starts_with(['/', '*']) || word.starts_with("..") || !word.chars().all(plain) {
        return false;
    }
    let is_file = FILE_ENDINGS.iter().any(|ending| word.ends_with(ending) && word.len() > ending.len());
    let Some((first, _)) = word.split_once('/') else { return is_file };
    is_file
        || word.ends_with('/')
        || roots(first).iter().any(|root| tree.paths().any(|path| path.starts_with(root)))
}

/// Where a path that starts with the folder `first` may begin.
fn roots(first: &str) -> [String; 2] {
    [format!("{first}/"), format!("src/{first}/")]
}

/// What is wrong with a path, if something is.
fn problem(word: &str, tree: &Tree) -> Option<String> {
    let (path, name) = word.split_once("::").map_or((word, None), |(path, name)| (path, Some(name)));
    let found: Vec<&str> = tree.paths().filter(|candidate| matches(path, candidate)).collect();
    if found.is_empty() {
        return Some("no such path: correct the name, or take it out".to_owned());
    }
    let name = name?.rsplit("::").next().unwrap_or("").trim_end_matches("()");
    let has =
        |path: &&str| tree.get(path).is_some_and(|text| RustText::new(text).words(name).next().is_some());
    (!found.iter().any(has)).then(|| format!("the file has no `{name}`: correct the name"))
}

/// Whether the file at `candidate` is `path`, or below it.
fn matches(path: &str, candidate: &str) -> bool {
    let wanted: Vec<&str> = path.trim_end_matches('/').split('/').collect();
    let below = |candidate: &str| {
        let mut parts = candidate.split('/');
        wanted.iter().all(|part| parts.next().is_some_and(|found| fits(part, found)))
    };
    let bare = wanted.len() == 1 && !path.ends_with('/');
    below(candidate)
        || candidate.strip_prefix("src/").is_some_and(below)
        || (bare && candidate.rsplit('/').next().is_some_and(|name| fits(path, name)))
}

/// Whether `name` fits `pattern`, in which one `*` may stand for anything.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((head, tail)) => {
            name.len() >= head.len() + tail.len() && name.starts_with(head) && name.ends_with(tail)
        }
        None => pattern == name,
    }
}
