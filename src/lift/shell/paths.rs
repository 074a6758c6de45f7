// SPDX-License-Identifier: AGPL-3.0-or-later
//! Paths: which parts of a word are paths, and the short way to say one.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

/// Calls `found` for each path in a word: the word, or what follows `=`, `@`, `:`, `,` or an option's letter.
pub(super) fn each<'a>(word: &'a str, mut found: impl FnMut(&'a str)) {
    if word.contains([' ', '\n', '\t']) {
        return;
    }
    for (index, part) in word.split(['=', '@', ':', ',']).enumerate() {
        let glued = index == 0 && part.starts_with('-');
        let part = if glued { part.get(part.find('/').unwrap_or(part.len())..).unwrap_or("") } else { part };
        let rooted = part.starts_with('/') || part.starts_with("~/") || is_relative(part);
        if rooted || (index == 0 && part.len() == word.len() && is_bare(part)) {
            found(part);
        }
    }
}

fn is_relative(part: &str) -> bool {
    part.starts_with("./") || part.starts_with("../")
}

/// Whether a word with a slash somewhere inside is a path, rather than an expression of sed or a network.
fn is_bare(word: &str) -> bool {
    let Some((head, _)) = word.split_once('/') else { return false };
    let network = head.contains('.') && head.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    !network && !matches!(head, "s" | "y") && !word.starts_with("$(") && !word.starts_with('`')
}

/// The shortest way to say a path, if it is not that already.
///
/// # Cost
///
/// Linear; one look at each byte for a path that is short already.
pub(super) fn shorter<'a>(path: &'a str, arena: &'a Bump) -> Option<&'a str> {
    if !is_weird(path) {
        return None;
    }
    let mut kept: ArenaVec<'a, &'a str> = ArenaVec::new_in(arena);
    let absolute = path.starts_with('/');
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." if kept.last().is_some_and(|last| *last != ".." && *last != "~") => drop(kept.pop()),
            ".." if absolute => {}
            _ => kept.push(name),
        }
        if absolute && is_own_root(&kept) {
            kept.clear();
        }
    }
    let mut text = ArenaString::with_capacity_in(path.len(), arena);
    if path.starts_with("./") && kept.first().is_none_or(|first| *first != "..") {
        text.push('.');
        text.push('/');
    } else if absolute {
        text.push('/');
    }
    for (index, name) in kept.iter().enumerate() {
        if index > 0 {
            text.push('/');
        }
        text.push_str(name);
    }
    if path.ends_with('/') && !kept.is_empty() {
        text.push('/');
    }
    (text.as_str() != path).then(|| &*text.into_bump_str())
}

/// A relative path from a folder, in the short way.
pub(super) fn join<'a>(folder: &str, path: &str, arena: &'a Bump) -> &'a str {
    let folder = folder.strip_suffix('/').unwrap_or(folder);
    let whole = super::field::concat(&[folder, "/", path], arena);
    shorter(whole, arena).unwrap_or(whole)
}

/// `/proc/self/root`, which is `/`.
fn is_own_root(names: &[&str]) -> bool {
    matches!(names, ["proc", "self" | "thread-self" | "$$", "root"])
}

/// Whether a path may have something that can go.
pub(super) fn is_weird(path: &str) -> bool {
    let bytes = path.as_bytes();
    if path.starts_with("/proc/") && path.contains("/root") {
        return true;
    }
    bytes.windows(2).enumerate().any(|(at, pair)| match pair {
        b"//" => true,
        b"/." => match (bytes.get(at + 2), bytes.get(at + 3)) {
            (None | Some(b'/'), _) => true,
            (Some(b'.'), None | Some(b'/')) => {
                at == 0 || !path.get(..at).is_some_and(|head| head.ends_with(".."))
            }
            _ => false,
        },
        _ => false,
    })
}
