// SPDX-License-Identifier: AGPL-3.0-or-later
//! A word on its way to the rewritten line, and how it is written there: without quotes where it needs
//! none.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::class::{BLANK, BRACE, DOLLAR, ESCAPE, GLOB, NEWLINE, OPERATOR, QUOTE, TILDE, classes};

/// What needs quotes to be inert.
const NEEDY: u32 = BLANK | NEWLINE | OPERATOR | QUOTE | ESCAPE | DOLLAR | GLOB | BRACE;

/// A part of a word.
#[derive(Clone, Copy)]
pub(super) enum Bit<'a> {
    /// Characters; inert ones come from quotes or escapes.
    Text { text: &'a str, inert: bool },
    /// A parameter that is not known.
    Live { text: &'a str, quoted: bool },
    /// A script whose output stands here; `open` is what starts it.
    Nested { open: &'static str, unit: usize, quoted: bool },
}

/// A piece of the rewritten text.
#[derive(Clone, Copy)]
pub(super) enum Out<'a> {
    Text(&'a str),
    /// The text of another script.
    Script(usize),
    /// The same, as one word.
    Word(usize),
}

/// One word.
pub(super) type Field<'a> = ArenaVec<'a, Bit<'a>>;

/// The characters of a word that has nothing else.
pub(super) fn flat<'a>(field: &[Bit<'a>], arena: &'a Bump) -> Option<&'a str> {
    match field {
        [] => return Some(""),
        [Bit::Text { text, .. }] => return Some(text),
        _ => {}
    }
    let mut all = ArenaString::new_in(arena);
    for bit in field {
        let Bit::Text { text, .. } = bit else { return None };
        all.push_str(text);
    }
    Some(all.into_bump_str())
}

/// Texts, one after another.
pub(super) fn concat<'a>(parts: &[&str], arena: &'a Bump) -> &'a str {
    let mut all = ArenaString::with_capacity_in(parts.iter().map(|part| part.len()).sum(), arena);
    parts.iter().for_each(|part| all.push_str(part));
    all.into_bump_str()
}

/// Whether quotes are needed to keep a bit as it is.
fn is_needy(bit: &Bit<'_>, is_first: bool) -> bool {
    match bit {
        Bit::Text { text, inert } => {
            *inert && (classes(text) & NEEDY != 0 || (is_first && text.starts_with(['~', '#'])))
        }
        Bit::Live { quoted, .. } | Bit::Nested { quoted, .. } => *quoted,
    }
}

/// Whether quotes would change what a bit means.
fn is_bare(bit: &Bit<'_>) -> bool {
    match bit {
        Bit::Text { text, inert } => !inert && classes(text) & (NEEDY | TILDE) != 0,
        Bit::Live { quoted, .. } | Bit::Nested { quoted, .. } => !quoted,
    }
}

/// Writes a word.
pub(super) fn write<'a>(field: &[Bit<'a>], out: &mut ArenaVec<'a, Out<'a>>, arena: &'a Bump) {
    let needy = field.iter().enumerate().any(|(index, bit)| is_needy(bit, index == 0));
    if !needy {
        let empty = field.iter().all(|bit| matches!(bit, Bit::Text { text: "", .. }));
        if empty {
            out.push(Out::Text("\"\""));
        }
        field.iter().for_each(|bit| bare(bit, out));
        return;
    }
    if !field.iter().any(is_bare) {
        match flat(field, arena) {
            Some(text) => out.push(Out::Text(quoted(text, arena))),
            None => {
                out.push(Out::Text("\""));
                field.iter().for_each(|bit| in_quotes(bit, out, arena));
                out.push(Out::Text("\""));
            }
        }
        return;
    }
    for (index, bit) in field.iter().enumerate() {
        if is_needy(bit, index == 0) {
            out.push(Out::Text("\""));
            in_quotes(bit, out, arena);
            out.push(Out::Text("\""));
        } else {
            bare(bit, out);
        }
    }
}

fn bare<'a>(bit: &Bit<'a>, out: &mut ArenaVec<'a, Out<'a>>) {
    match bit {
        Bit::Text { text, .. } | Bit::Live { text, .. } => out.push(Out::Text(text)),
        Bit::Nested { open, unit, .. } => {
            out.push(Out::Text(open));
            out.push(Out::Script(*unit));
            out.push(Out::Text(")"));
        }
    }
}

fn in_quotes<'a>(bit: &Bit<'a>, out: &mut ArenaVec<'a, Out<'a>>, arena: &'a Bump) {
    match bit {
        Bit::Text { text, .. } => out.push(Out::Text(escaped(text, arena))),
        _ => bare(bit, out),
    }
}

/// A text as one inert word.
pub(super) fn quoted<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    let bits = classes(text);
    if bits & NEEDY == 0 && !text.is_empty() && !text.starts_with(['~', '#']) {
        return text;
    }
    let plain = !text.contains(['"', '$', '`', '\\']);
    let quote = if plain || text.contains('\'') { '"' } else { '\'' };
    let mut word = ArenaString::with_capacity_in(text.len() + 2, arena);
    word.push(quote);
    if quote == '"' && !plain {
        push_escaped(text, &mut word);
    } else {
        word.push_str(text);
    }
    word.push(quote);
    word.into_bump_str()
}

/// A text for the inside of double quotes.
fn escaped<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    if !text.contains(['"', '$', '`', '\\']) {
        return text;
    }
    let mut word = ArenaString::with_capacity_in(text.len() + 8, arena);
    push_escaped(text, &mut word);
    word.into_bump_str()
}

fn push_escaped(text: &str, word: &mut ArenaString<'_>) {
    for c in text.chars() {
        if matches!(c, '"' | '$' | '`' | '\\') {
            word.push('\\');
        }
        word.push(c);
    }
}
