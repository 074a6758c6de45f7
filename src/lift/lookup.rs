// SPDX-License-Identifier: AGPL-3.0-or-later
//! Log4j lookups: nested ones resolved as Log4j would, so that the outermost can be read.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::decode::percent_decoded;

/// Bytes that are read from the first `${` on.
const TEXT_MAX: usize = 8 << 10;

/// The text from its first `${` on, in lower case, with every lookup resolved that stands for a
/// constant (`${lower:J}`, `${::-j}`, `${env:NOPE:-j}`, `${date:'j'}`); `None` for a text without one.
///
/// # Cost
/// One pass with a stack of the open lookups; 8 KiB at the most.
pub(super) fn resolved<'a>(text: &'a str, arena: &'a Bump) -> Option<&'a str> {
    let text = percent_decoded(text, arena);
    let mut rest = text.get(text.find("${")?..)?;
    let mut out: ArenaVec<'a, char> = ArenaVec::new_in(arena);
    let mut open: ArenaVec<'a, usize> = ArenaVec::new_in(arena);
    while let Some(c) = rest.chars().next().filter(|_| out.len() < TEXT_MAX) {
        if let Some(after) = rest.strip_prefix("${") {
            open.push(out.len());
            out.extend(['$', '{']);
            rest = after;
            continue;
        }
        rest = rest.get(c.len_utf8()..).unwrap_or("");
        match (c, open.last()) {
            ('}', Some(_)) => close(&mut out, &mut open),
            _ => out.extend(c.to_lowercase()),
        }
    }
    let mut lower = bumpalo::collections::String::with_capacity_in(out.len(), arena);
    lower.extend(out);
    Some(lower.into_bump_str())
}

/// Ends the innermost lookup: a constant takes its place, any other stays as it is.
fn close(out: &mut ArenaVec<'_, char>, open: &mut ArenaVec<'_, usize>) {
    let Some(start) = open.pop() else { return };
    let content = out.get(start + 2..).unwrap_or(&[]);
    let starts = |word: &str| content.iter().copied().take(word.len()).eq(word.chars());
    let default = content.windows(2).rposition(|pair| pair == [':', '-']);
    let from = if starts("lower:") || starts("upper:") {
        Some(6)
    } else if starts("date:") {
        Some(5)
    } else {
        default.map(|at| at + 2)
    };
    match from {
        Some(from) => {
            let value = out.split_off(start + 2 + from);
            out.truncate(start);
            out.extend(value.into_iter().filter(|c| *c != '\''));
        }
        None => out.push('}'),
    }
}
