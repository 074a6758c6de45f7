// SPDX-License-Identifier: AGPL-3.0-or-later
//! Paths: which parts of a word are paths, and the short way to say one.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::class::{ANSI, AT, COLON, COMMAND, EQUALS, ESCAPE, OTHER, PARAMETER, QUOTE};

/// What may bring blanks into a word.
const QUOTED: u32 = QUOTE | ESCAPE | ANSI | COMMAND | PARAMETER | EQUALS;
/// What parts of a word are kept apart by, or may be.
const SEPARATORS: u32 = EQUALS | AT | COLON | OTHER | QUOTED;

/// Calls `found` for each path in a word: the word, or what follows `=`, `@`, `:`, `,` or an option's letter.
///
/// `flags` are at least the bits of its bytes.
pub(super) fn each<'a>(word: &'a str, flags: u32, mut found: impl FnMut(&'a str)) {
    if flags & QUOTED != 0 && word.bytes().any(|byte| matches!(byte, b' ' | b'\n' | b'\t')) {
        return;
    }
    if flags & SEPARATORS == 0 {
        return part(word, true, true, &mut found);
    }
    let mut rest = word;
    let mut is_first = true;
    while let Some(end) = rest.bytes().position(|byte| matches!(byte, b'=' | b'@' | b':' | b',')) {
        part(rest.get(..end).unwrap_or(""), is_first, false, &mut found);
        rest = rest.get(end + 1..).unwrap_or("");
        is_first = false;
    }
    part(rest, is_first, is_first, &mut found);
}

/// Calls `found` with the path in a part of a word: its first, or the whole.
fn part<'a>(part: &'a str, is_first: bool, is_whole: bool, found: &mut impl FnMut(&'a str)) {
    match part.as_bytes() {
        [b'/', ..] | [b'~', b'/', ..] => found(part),
        [b'-', ..] if is_first => {
            // An option with its value.
            let at = part.bytes().position(|byte| byte == b'/').unwrap_or(part.len());
            let path = part.get(at..).unwrap_or("");
            if !path.is_empty() {
                found(path);
            }
        }
        [b'.', ..] if is_relative(part) => found(part),
        _ if is_whole && is_bare(part) => found(part),
        _ => {}
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
    (text.as_str() != path).then(|| text.into_bump_str())
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
    let mut after_slash = false;
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'/' if after_slash => return true,
            b'.' if after_slash => match (bytes.get(at + 1), bytes.get(at + 2)) {
                (None | Some(b'/'), _) => return true,
                (Some(b'.'), None | Some(b'/')) => {
                    // `../..` goes up from nowhere: there is no shorter way.
                    let head = bytes.get(..at - 1).unwrap_or_default();
                    if !head.ends_with(b"..") {
                        return true;
                    }
                }
                _ => {}
            },
            _ => {}
        }
        after_slash = *byte == b'/';
    }
    false
}
