// SPDX-License-Identifier: AGPL-3.0-or-later
//! The short way through a line that has nothing but words, whole-word quotes and plain operators: one
//! pass from bytes to facts.
//!
//! # Soundness
//!
//! It gives the facts that the long way gives, or none: every byte and word that it does not know the
//! meaning of sends the line the long way. The property test `the_short_way_is_the_long_way` holds the two
//! equal.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::class::{
    ANYTHING, AT, BLANK, BRACE, COLON, DOLLAR, EQUALS, ESCAPE, GLOB, NEWLINE, OPERATOR, OTHER, QUOTE, SLASH,
    STOP, TILDE, WHOLE, assignment, class, classes,
};
use super::commands::{Redirect, Simple, Word, program};
use super::facts::{Builder, Read};
use super::lex::Redirection;
use super::paths;
use super::scripts::Nested;
use super::tools::{Role, Tool, lookup};
use super::view::Facts;

/// What may make a path or an address of a word.
const PLACE: u32 = SLASH | COLON | TILDE | AT;

/// The command that is being read.
pub(super) struct Line<'a> {
    nested: Nested<'a>,
    at: usize,
    /// Its first word among all.
    first: usize,
    /// Bytes of its words, and where the last one ends.
    length: usize,
    end: usize,
    /// The bits of its words.
    flags: u32,
    /// By place, which words may be paths or addresses, and which are quoted.
    places: u64,
    quoted: u64,
    piped: bool,
    redirects: ArenaVec<'a, Redirect<'a>>,
    /// The next word is the target of a redirection.
    target: Option<(Redirection, &'a str)>,
}

/// The words at the start of a script, up to the first byte that is more than a part of one.
pub(super) struct Begun<'a> {
    pub(super) words: ArenaVec<'a, &'a str>,
    pub(super) line: Line<'a>,
}

/// Reads the words at the start of a script.
#[inline]
pub(super) fn begin<'a>(nested: Nested<'a>, arena: &'a Bump) -> Begun<'a> {
    let script = nested.script;
    let bytes = script.as_bytes();
    let mut words = ArenaVec::with_capacity_in(bytes.len() / 6 + 4, arena);
    let (mut at, mut length, mut last, mut flags, mut places) = (0, 0, 0, 0, 0);
    while let Some(&byte) = bytes.get(at) {
        if byte == b' ' {
            at += 1;
            continue;
        }
        let (start, mut end, mut bits) = (at, at, 0);
        let mut stop = BLANK;
        while let Some(&byte) = bytes.get(end) {
            let class = class(byte);
            if class & STOP != 0 {
                stop = if byte == b' ' { BLANK } else { class & !BLANK };
                break;
            }
            bits |= class;
            end += 1;
        }
        if stop & BLANK == 0 || bits & BRACE != 0 || byte == b'#' {
            break;
        }
        let Some(value) = script.get(start..end) else { break };
        if bits & PLACE != 0 {
            let Some(bit) = 1_u64.checked_shl(words.len() as u32) else { break };
            places |= bit;
        }
        flags |= bits;
        length += end - start;
        (at, last) = (end, end);
        words.push(value);
    }
    let redirects = ArenaVec::new_in(arena);
    let (quoted, piped, target) = (0, false, None);
    let line =
        Line { nested, at, first: 0, length, end: last, flags, places, quoted, piped, redirects, target };
    Begun { words, line }
}

impl<'a> Begun<'a> {
    /// The facts of a script that is one command of which only its words are known; none of another one.
    #[inline]
    pub(super) fn simple(&mut self, arena: &'a Bump) -> Option<Read<'a>> {
        let Line { nested, at, places, flags, length, end, .. } = self.line;
        let first = *self.words.first()?;
        let odd = EQUALS | GLOB | if places != 0 { COLON | AT | TILDE | OTHER } else { 0 };
        if at < nested.script.len() || flags & odd != 0 {
            return None;
        }
        let name = if places & 1 != 0 { base_name(first) } else { first };
        let tool = lookup(name);
        if tool.is_some_and(|tool| needs_words(tool, &self.line)) {
            return None;
        }
        let paths = self.paths(places, arena)?;
        let words = std::mem::replace(&mut self.words, ArenaVec::new_in(arena)).into_bump_slice();
        let args = words.get(1..)?;
        let start = offset(nested.script, first);
        let tidy = end - start == length + args.len();
        let text = nested.script.get(start + first.len() - name.len()..end).filter(|_| tidy);
        let text = text.unwrap_or_else(|| super::facts::join(name, args.iter().copied(), arena));
        let simple = std::slice::from_ref(arena.alloc(text));
        let argv0 = if places & 1 != 0 { std::slice::from_ref(arena.alloc(name)) } else { words.get(..1)? };
        let facts = Facts { argv0, simple, words, args, paths, ..Facts::default() };
        Some(Read { facts, flags, roles: tool.map_or(0, |tool| 1 << tool.role as u64) })
    }
}

impl<'a> Begun<'a> {
    /// The paths among the words at these places; none if more is to be said of one.
    #[inline]
    fn paths(&self, mut places: u64, arena: &'a Bump) -> Option<&'a [&'a str]> {
        if places == 0 {
            return Some(&[]);
        }
        let mut found = ArenaVec::with_capacity_in(places.count_ones() as usize, arena);
        let mut odd = false;
        while places != 0 {
            let word = *self.words.get(places.trailing_zeros() as usize)?;
            places &= places - 1;
            paths::each(word, SLASH, |path| {
                odd |= paths::is_weird(path) || path.starts_with("/dev/");
                found.push(path);
            });
        }
        (!odd).then(|| found.into_bump_slice())
    }
}

impl<'a> Builder<'a> {
    /// Reads the rest of a plain script; nothing if it is not one, and then what was read has to be dropped.
    pub(super) fn plain(&mut self, mut line: Line<'a>, budget: &mut usize) -> Option<()> {
        let bytes = line.nested.script.as_bytes();
        // Each token takes a byte at least.
        if bytes.len() > *budget {
            return None;
        }
        *budget -= bytes.len();
        self.flags |= line.flags;
        while let Some(&byte) = bytes.get(line.at) {
            if byte == b' ' {
                line.at += 1;
                continue;
            }
            let bits = class(byte);
            if bits & (BLANK | NEWLINE | ESCAPE | DOLLAR | BRACE) != 0 || byte == b'#' {
                return None;
            }
            if bits & OPERATOR != 0 {
                self.operator(&mut line, byte)?;
            } else if bits & QUOTE != 0 {
                self.quoted(&mut line)?;
            } else {
                self.bare(&mut line, bytes)?;
            }
        }
        self.end(&mut line, false)
    }

    #[inline]
    fn bare(&mut self, line: &mut Line<'a>, bytes: &[u8]) -> Option<()> {
        let start = line.at;
        let mut flags = 0;
        let mut end = start;
        for &byte in bytes.get(start..)? {
            let bits = class(byte);
            if bits & STOP != 0 {
                if bits & (QUOTE | ESCAPE | DOLLAR) != 0 || byte == b'(' {
                    return None;
                }
                break;
            }
            flags |= bits;
            end += 1;
        }
        if flags & BRACE != 0 {
            return None;
        }
        let value = line.nested.script.get(start..end)?;
        line.at = end;
        self.flags |= flags;
        if line.target.is_some() {
            line.target(value, value, flags, start);
            return Some(());
        }
        if flags & PLACE != 0 {
            line.places |= 1_u64.checked_shl((self.words.len() - line.first) as u32)?;
        }
        line.flags |= flags;
        line.length += end - start;
        line.end = end;
        self.words.push(value);
        Some(())
    }

    /// A word that is one quoted text, with nothing live in it.
    fn quoted(&mut self, line: &mut Line<'a>) -> Option<()> {
        let bytes = line.nested.script.as_bytes();
        let start = line.at;
        let quote = *bytes.get(start)?;
        let inside = bytes.get(start + 1..)?;
        let length = if quote == b'\'' {
            memchr::memchr(b'\'', inside)?
        } else {
            let stop = |byte: &u8| matches!(byte, b'"' | b'\\' | b'$' | b'`');
            inside.iter().position(stop).filter(|length| inside.get(*length) == Some(&b'"'))?
        };
        let end = start + length + 2;
        if bytes.get(end).is_some_and(|byte| class(*byte) & (BLANK | OPERATOR) == 0) {
            return None;
        }
        let raw = line.nested.script.get(start..end)?;
        let value = raw.get(1..raw.len() - 1)?;
        let flags = QUOTE | ANYTHING | WHOLE;
        line.at = end;
        self.flags |= flags;
        if line.target.is_some() {
            line.target(raw, value, flags, start);
            return Some(());
        }
        let bit = 1_u64.checked_shl((self.words.len() - line.first) as u32)?;
        line.places |= bit;
        line.quoted |= bit;
        line.flags |= flags;
        line.length += end - start;
        line.end = end;
        self.words.push(value);
        Some(())
    }

    fn operator(&mut self, line: &mut Line<'a>, byte: u8) -> Option<()> {
        let bytes = line.nested.script.as_bytes();
        let start = line.at;
        let next = bytes.get(start + 1).copied();
        let (length, redirection) = match (byte, next) {
            (b';', Some(b';' | b'&')) | (b'|', Some(b'&')) | (b'(' | b')', _) => return None,
            (b'&', Some(b'>')) if bytes.get(start + 2) == Some(&b'>') => (3, Some(Redirection::Out)),
            (b'&', Some(b'>')) => (2, Some(Redirection::Out)),
            (b'|', Some(b'|')) | (b'&', Some(b'&')) => (2, None),
            (b';' | b'|' | b'&', _) => (1, None),
            (_, Some(b'(')) | (b'<', Some(b'<' | b'>' | b'&')) => return None,
            (b'<', _) => (1, Some(Redirection::In)),
            (_, Some(b'&')) => (2, Some(Redirection::Duplicate)),
            (_, Some(b'>' | b'|')) => (2, Some(Redirection::Out)),
            _ => (1, Some(Redirection::Out)),
        };
        line.at = start + length;
        let Some(kind) = redirection else { return self.end(line, byte == b'|' && length == 1) };
        if line.target.is_some() {
            return None;
        }
        let start = if byte == b'&' { start } else { self.descriptor(line, start)? };
        line.target = Some((kind, line.nested.script.get(start..line.at)?));
        Some(())
    }

    /// Where a redirection starts: before the digits that touch it; nothing if they are a target.
    fn descriptor(&mut self, line: &mut Line<'a>, start: usize) -> Option<usize> {
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let target = line.redirects.last().and_then(|redirect| redirect.target);
        if target.is_some_and(|target| target.start + target.raw.len() == start && is_number(target.raw)) {
            return None;
        }
        let words = self.words.get(line.first..)?;
        let Some((last, rest)) = words.split_last().filter(|(last, _)| line.end == start && is_number(last))
        else {
            return Some(start);
        };
        if line.quoted != 0 {
            // It may be the quoted word.
            return None;
        }
        line.length -= last.len();
        line.end = rest.last().map_or(0, |word| offset(line.nested.script, word) + word.len());
        let start = start - last.len();
        self.words.pop();
        Some(start)
    }

    /// Ends a command; nothing if it is more than one.
    fn end(&mut self, line: &mut Line<'a>, is_pipe: bool) -> Option<()> {
        if line.target.is_some() {
            return None;
        }
        let piped = std::mem::replace(&mut line.piped, is_pipe);
        let words = self.words.get(line.first..)?;
        if words.is_empty() && line.redirects.is_empty() {
            return Some(());
        }
        let first = words.first().copied().unwrap_or("");
        let is_assignment = line.flags & EQUALS != 0 && assignment(first).is_some();
        let name = if line.places & 1 != 0 { base_name(first) } else { first };
        let tool = lookup(name);
        if is_assignment || words.is_empty() || tool.is_some_and(|tool| needs_words(tool, line)) {
            self.known(line, piped)?;
        } else {
            if !piped {
                self.close_pipeline(line.nested.script);
            }
            self.roles |= tool.map_or(0, |tool| 1 << tool.role as u64);
            self.unknown(line, name);
            self.redirects(&line.redirects);
        }
        line.first = self.words.len();
        (line.length, line.end, line.flags, line.places, line.quoted) = (0, 0, 0, 0, 0);
        line.redirects.clear();
        Some(())
    }

    /// A command of which nothing is known but its words.
    fn unknown(&mut self, line: &Line<'a>, name: &'a str) {
        let script = line.nested.script;
        let words = self.words.get(line.first..).unwrap_or_default();
        let (first, args) = words.split_first().map_or(("", &[][..]), |(first, args)| (*first, args));
        self.argv0.push(name);
        // One blank between words, if that is what their lengths leave over.
        let start = offset(script, first);
        let tidy = line.quoted == 0 && line.end - start == line.length + args.len();
        let span = tidy.then_some((start + first.len() - name.len(), line.end));
        let text = span.and_then(|(start, end)| script.get(start..end));
        let text = match text {
            Some(text) => text,
            None => super::facts::join(name, args.iter().copied(), self.arena),
        };
        if line.flags & GLOB != 0 && line.quoted & 1 == 0 {
            self.pattern(name, classes(first));
        }
        self.show(text, span, script);
        self.add_args(self.words.len() - line.first - 1);
        let mut places = line.places;
        while places != 0 {
            let at = places.trailing_zeros() as usize;
            places &= places - 1;
            if let Some(value) = self.words.get(line.first + at).copied() {
                let flags =
                    if line.quoted & (1 << at) != 0 { QUOTE | ANYTHING | WHOLE } else { classes(value) };
                self.places(value, flags);
            }
        }
    }

    /// A command with a program that the long way looks into.
    fn known(&mut self, line: &Line<'a>, piped: bool) -> Option<()> {
        let script = line.nested.script;
        let mut words = ArenaVec::with_capacity_in(self.words.len() - line.first, self.arena);
        for (at, value) in self.words.get(line.first..)?.iter().copied().enumerate() {
            let start = offset(script, value);
            words.push(if line.quoted & 1_u64.checked_shl(at as u32).unwrap_or(0) != 0 {
                let raw = script.get(start - 1..start + value.len() + 1)?;
                Word { raw, value, flags: QUOTE | ANYTHING | WHOLE, start: start - 1 }
            } else {
                Word { raw: value, value, flags: classes(value), start }
            });
        }
        self.words.truncate(line.first);
        let (at, name, tool) = program(&words);
        let role = tool.map(|tool| tool.role);
        if matches!(role, Some(Role::Keyword | Role::For | Role::Case | Role::Esac | Role::Function)) {
            return None;
        }
        let command = Simple {
            words: &words,
            program: at,
            name,
            tool,
            redirects: &line.redirects,
            piped,
            is_data: false,
            flags: line.flags,
        };
        self.command(&command, line.nested);
        Some(())
    }
}

impl<'a> Line<'a> {
    fn target(&mut self, raw: &'a str, value: &'a str, flags: u32, start: usize) {
        if let Some((kind, operator)) = self.target.take() {
            let target = Some(Word { raw, value, flags, start });
            self.redirects.push(Redirect { kind, operator, target, body: None });
        }
    }
}

/// Whether a tool's words say more than that they are its words.
fn needs_words(tool: &Tool, line: &Line<'_>) -> bool {
    match tool.role {
        Role::Cat | Role::Cd | Role::Set | Role::Unset | Role::Shift | Role::Declare => false,
        Role::Read | Role::Mapfile => false,
        // An escape takes a quote.
        Role::Echo => line.quoted != 0,
        _ => true,
    }
}

/// A path's last component.
fn base_name(path: &str) -> &str {
    let length = path.bytes().rev().take_while(|byte| *byte != b'/').count();
    path.get(path.len() - length..).filter(|name| !name.is_empty()).unwrap_or(path)
}

/// Where a part of a script starts.
fn offset(script: &str, part: &str) -> usize {
    part.as_ptr().addr().saturating_sub(script.as_ptr().addr())
}

#[cfg(test)]
mod tests {
    use bumpalo::Bump;
    use proptest::prelude::*;
    use proptest::{collection, sample};

    use crate::lift::shell::facts::{read, read_long};

    const PIECES: &str = concat!(
        " • • • • •;•|• | •&•&&•||•<•>•>>•>|•&>•>&•2•'a b'•\"$x\"•\"a\"•a•b/c•x=1•wget•sudo•if•",
        "then•!•}•(•#•*•é•-c•/bin/sh•http://x•''•in•for•\n•{•cat•/bin/cat•echo•tee•curl•a.b/c•",
        "//x•~/•base64 -d•python -•xargs•@•u@h.x:•find•-exec•'\\x'",
    );

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(20_000) })]

        #[test]
        fn the_short_way_is_the_long_way(pieces in collection::vec(sample::select(PIECES.split('•').collect::<Vec<_>>()), 0..20)) {
            let (script, arena) = (pieces.concat(), Bump::new());
            prop_assert_eq!(read(&script, &arena), read_long(&script, &arena));
        }
    }
}
