// SPDX-License-Identifier: AGPL-3.0-or-later
//! Brace lists: `{a,b}` and `{1..3}` → the words that they stand for.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::class::is_name;
use super::skip;

/// Words that one word may become; the rest of a longer list is left as it is written.
const WORDS_MAX: usize = 64;
/// Bytes of a word whose lists are looked at.
const WORD_MAX: usize = 4096;
/// Lists inside of lists; deeper ones are left as they are.
const DEPTH_MAX: usize = 32;

/// What one word may grow by, as long as the line has room for it: so many times its length.
const GROWTH: usize = 16;

/// The words of `raw`, in the order of a shell. `room` is what all words of a line may grow by together; where
/// it is spent, a word still has its simple lists.
///
/// # Cost
///
/// Linear in what comes out of it, which is bounded by the word's length.
pub(super) fn expand<'a>(raw: &'a str, room: &mut usize, arena: &'a Bump) -> ArenaVec<'a, &'a str> {
    let mut done = ArenaVec::new_in(arena);
    // The next word is at the end.
    let mut open = bumpalo::vec![in arena; raw];
    let share = (GROWTH * raw.len() + 64).min(*room).max(2 * raw.len() + 16);
    let mut left = share;
    while let Some(word) = open.pop() {
        let spaces = WORDS_MAX.saturating_sub(done.len() + open.len());
        let list = if word.len() <= WORD_MAX { first_list(word) } else { None };
        let found = list.and_then(|list| Some((items(word, &list, spaces, arena)?, list)));
        let Some((items, list)) = found else {
            done.push(word);
            continue;
        };
        let (head, tail) = (word.get(..list.start).unwrap_or(""), word.get(list.end + 1..).unwrap_or(""));
        let length = items.iter().map(|item| head.len() + item.len() + tail.len()).sum();
        let Some(rest) = left.checked_sub(length) else {
            done.push(word);
            // Nothing that is left is smaller.
            left = 0;
            continue;
        };
        left = rest;
        for item in items.iter().rev() {
            open.push(super::field::concat(&[head, item, tail], arena));
        }
    }
    *room = room.saturating_sub(share - left);
    done
}

/// The outermost first list of a word: its braces' places.
struct List {
    start: usize,
    end: usize,
}

#[derive(Clone, Copy)]
struct Open {
    start: usize,
    separated: bool,
}

fn first_list(word: &str) -> Option<List> {
    let bytes = word.as_bytes();
    let mut stack = [Open { start: 0, separated: false }; DEPTH_MAX];
    let (mut depth, mut at) = (0, 0);
    let mut found: Option<List> = None;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' if depth < DEPTH_MAX => {
                if let Some(place) = stack.get_mut(depth) {
                    *place = Open { start: at, separated: false };
                    depth += 1;
                }
            }
            b',' => {
                if let Some(top) = depth.checked_sub(1).and_then(|top| stack.get_mut(top)) {
                    top.separated = true;
                }
            }
            b'}' if depth > 0 => {
                depth -= 1;
                let open = stack.get(depth)?;
                let inner = word.get(open.start + 1..at)?;
                let is_list = open.separated || range(inner).is_some();
                if is_list && found.as_ref().is_none_or(|list| open.start < list.start) {
                    found = Some(List { start: open.start, end: at });
                }
            }
            _ => {}
        }
        at = next(bytes, at);
    }
    found
}

/// The place after what stands at `at`: one byte, or a whole quoted or expanded part.
fn next(bytes: &[u8], at: usize) -> usize {
    match bytes.get(at) {
        Some(b'\\') => at + 2,
        Some(b'\'') => skip::single(bytes, at + 1),
        Some(b'"') => skip::nested(bytes, at + 1, skip::Inside::Double),
        Some(b'`') => skip::tick(bytes, at + 1),
        Some(b'$') => match bytes.get(at + 1) {
            Some(b'(') => skip::nested(bytes, at + 2, skip::Inside::Paren),
            Some(b'\'') => skip::ansi(bytes, at + 2),
            _ => skip::parameter(bytes, at + 1),
        },
        _ => at + 1,
    }
}

/// What a list stands for, if it is not too much.
fn items<'a>(word: &'a str, list: &List, most: usize, arena: &'a Bump) -> Option<ArenaVec<'a, &'a str>> {
    let inner = word.get(list.start + 1..list.end).unwrap_or("");
    if let Some((first, last, is_letters)) = range(inner) {
        let fits = first.abs_diff(last) < most as u64;
        return fits.then(|| sequence(first, last, is_letters, arena));
    }
    let mut items = ArenaVec::new_in(arena);
    let bytes = inner.as_bytes();
    let (mut start, mut at, mut depth) = (0, 0, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                items.push(inner.get(start..at).unwrap_or(""));
                start = at + 1;
            }
            _ => {}
        }
        at = next(bytes, at);
    }
    items.push(inner.get(start..).unwrap_or(""));
    (items.len() <= most).then_some(items)
}

/// The ends of `a..e` or `1..9`, and whether they are letters.
fn range(inner: &str) -> Option<(i64, i64, bool)> {
    let (first, last) = inner.split_once("..")?;
    if let (Ok(first), Ok(last)) = (first.parse(), last.parse()) {
        return Some((first, last, false));
    }
    let letter = |text: &str| match text.as_bytes() {
        [byte] if is_name(*byte) => Some(i64::from(*byte)),
        _ => None,
    };
    Some((letter(first)?, letter(last)?, true))
}

fn sequence<'a>(first: i64, last: i64, is_letters: bool, arena: &'a Bump) -> ArenaVec<'a, &'a str> {
    let mut items = ArenaVec::new_in(arena);
    let count = first.abs_diff(last) + 1;
    let mut value = first;
    for _ in 0..count {
        let mut text = ArenaString::new_in(arena);
        match u8::try_from(value) {
            Ok(byte) if is_letters => text.push(char::from(byte)),
            _ => _ = std::fmt::Write::write_fmt(&mut text, format_args!("{value}")),
        }
        items.push(text.into_bump_str());
        value = if first <= last { value.saturating_add(1) } else { value.saturating_sub(1) };
    }
    items
}
