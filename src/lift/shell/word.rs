// SPDX-License-Identifier: AGPL-3.0-or-later
//! The parts of one word: what is literal, quoted, escaped, expanded; and whether that hides it.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use super::class::{
    ANSI, BRACE, COMMAND, CONTINUED, DOLLAR, ESCAPE, HIDDEN, LIST, PARAMETER, QUOTE, SPECIAL, VEILED,
    VEILED_TWICE, WHOLE, assignment, class, classes, is_name,
};
use super::skip::{self, Inside};

/// A word without any of these is its own value.
pub(super) const SUSPECT: u32 = QUOTE | ESCAPE | ANSI | PARAMETER | COMMAND | BRACE | CONTINUED;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Literal,
    /// One character after a backslash.
    Escaped,
    /// A backslash and a line end.
    Continued,
    /// The inside of `$'…'`.
    Ansi,
    /// `$x` or `${…}`, whole.
    Parameter,
    /// `$(…)`, `…` in back-ticks, `<(…)` or `>(…)`, whole.
    Command,
    /// `$((…))`, whole.
    Arithmetic,
    Open,
    Close,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    None,
    Single,
    Double,
}

#[derive(Clone, Copy)]
pub(super) struct Piece<'a> {
    pub(super) part: Part,
    pub(super) text: &'a str,
    pub(super) quote: Quote,
    pub(super) start: usize,
    pub(super) end: usize,
}

/// Takes a word apart, from left to right.
pub(super) struct Pieces<'a> {
    raw: &'a str,
    at: usize,
    quote: Quote,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(raw: &'a str) -> Self {
        Self { raw, at: 0, quote: Quote::None }
    }

    /// A piece up to `end` whose text is what lies between `from` and `to`.
    fn piece(&mut self, part: Part, from: usize, to: usize, end: usize) -> Option<Piece<'a>> {
        let end = end.min(self.raw.len());
        let text = self.raw.get(from..to.min(end)).unwrap_or("");
        let start = std::mem::replace(&mut self.at, end);
        Some(Piece { part, text, quote: self.quote, start, end })
    }

    fn literal(&mut self, stops: impl Fn(u8) -> bool) -> Option<Piece<'a>> {
        let rest = self.raw.as_bytes().get(self.at..).unwrap_or_default();
        // The first byte is literal whatever it is: else the caller would not ask.
        let length = rest.iter().skip(1).position(|byte| stops(*byte)).map_or(rest.len(), |end| end + 1);
        let end = self.at + length;
        self.piece(Part::Literal, self.at, end, end)
    }

    fn open(&mut self, quote: Quote, length: usize) -> Option<Piece<'a>> {
        let piece = self.piece(Part::Open, 0, 0, self.at + length);
        self.quote = quote;
        piece
    }

    fn close(&mut self) -> Option<Piece<'a>> {
        let piece = self.piece(Part::Close, 0, 0, self.at + 1);
        self.quote = Quote::None;
        piece
    }

    /// What the `$` or back-tick at `at` starts.
    fn expansion(&mut self, byte: u8) -> Option<Piece<'a>> {
        let (bytes, at) = (self.raw.as_bytes(), self.at);
        let (part, end) = match (byte, bytes.get(at + 1)) {
            (b'`', _) => (Part::Command, skip::tick(bytes, at + 1)),
            (_, Some(b'(')) if bytes.get(at + 2) == Some(&b'(') => {
                (Part::Arithmetic, skip::nested(bytes, at + 2, Inside::Paren))
            }
            (_, Some(b'(')) => (Part::Command, skip::nested(bytes, at + 2, Inside::Paren)),
            _ => (Part::Parameter, skip::parameter(bytes, at + 1)),
        };
        let part = if end == at + 1 { Part::Literal } else { part };
        self.piece(part, at, end, end)
    }

    fn escaped(&mut self) -> Option<Piece<'a>> {
        let at = self.at;
        match self.raw.get(at + 1..).and_then(|rest| rest.chars().next()) {
            Some('\n') => self.piece(Part::Continued, 0, 0, at + 2),
            Some(c) => self.piece(Part::Escaped, at + 1, at + 1 + c.len_utf8(), at + 1 + c.len_utf8()),
            None => self.piece(Part::Literal, at, at + 1, at + 1),
        }
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        let (bytes, at) = (self.raw.as_bytes(), self.at);
        let byte = *bytes.get(at)?;
        let next = bytes.get(at + 1).copied();
        match (self.quote, byte) {
            (Quote::Single, b'\'') | (Quote::Double, b'"') => self.close(),
            (Quote::Single, _) => self.literal(|byte| byte == b'\''),
            (Quote::Double, b'\\') if matches!(next, Some(b'"' | b'\\' | b'$' | b'`' | b'\n')) => {
                self.escaped()
            }
            (_, b'$' | b'`') if self.quote == Quote::Double => self.expansion(byte),
            (Quote::Double, _) => self.literal(|byte| matches!(byte, b'"' | b'\\' | b'$' | b'`')),
            (Quote::None, b'\'') => self.open(Quote::Single, 1),
            (Quote::None, b'"') => self.open(Quote::Double, 1),
            (Quote::None, b'\\') => self.escaped(),
            (Quote::None, b'$') if next == Some(b'\'') => {
                let end = skip::ansi(bytes, at + 2);
                let closed = end > at + 2 && bytes.get(end - 1) == Some(&b'\'');
                self.piece(Part::Ansi, at + 2, end - usize::from(closed), end)
            }
            (Quote::None, b'$') if next == Some(b'"') => self.open(Quote::Double, 2),
            (Quote::None, b'$' | b'`') => self.expansion(byte),
            (Quote::None, b'<' | b'>') if at == 0 && next == Some(b'(') => {
                let end = skip::nested(bytes, 2, Inside::Paren);
                self.piece(Part::Command, 0, end, end)
            }
            (Quote::None, _) => self.literal(|byte| class(byte) & (QUOTE | ESCAPE | DOLLAR) != 0),
        }
    }
}

/// What the shell runs for a [`Part::Command`], without the marks around it.
pub(super) fn inside(command: &str) -> &str {
    match command.strip_prefix('`') {
        Some(rest) => rest.strip_suffix('`').unwrap_or(rest),
        None => {
            let rest = command.get(2..).unwrap_or("");
            rest.strip_suffix(')').unwrap_or(rest)
        }
    }
}

/// A word's value where it is not hidden: quotes and escapes taken off, expansions as they are written.
pub(super) fn value<'a>(raw: &'a str, flags: u32, arena: &'a Bump) -> &'a str {
    if flags & (QUOTE | ESCAPE | ANSI) == 0 || flags & HIDDEN != 0 {
        raw
    } else if flags & WHOLE != 0 {
        raw.get(1..raw.len() - 1).unwrap_or(raw)
    } else {
        unquoted(raw, arena)
    }
}

/// A word with its quotes and escapes taken off; expansions stay as they are written.
pub(super) fn unquoted<'a>(raw: &'a str, arena: &'a Bump) -> &'a str {
    if classes(raw) & (QUOTE | ESCAPE) == 0 {
        return raw;
    }
    let mut text = ArenaString::with_capacity_in(raw.len(), arena);
    for piece in Pieces::new(raw) {
        text.push_str(piece.text);
    }
    text.into_bump_str()
}

/// Whether a substitution runs nothing, and so stands for nothing.
pub(super) fn is_empty(command: &str) -> bool {
    !command.starts_with(['<', '>']) && inside(command).trim_ascii().is_empty()
}

/// Whether a parameter is the blank that separates words.
pub(super) fn is_ifs(parameter: &str) -> bool {
    let name = parameter.trim_start_matches(['$', '{']);
    name.strip_prefix("IFS").is_some_and(|rest| !rest.bytes().next().is_some_and(is_name))
}

/// [`HIDDEN`] if the word's value can't be read off the line, with how it is hidden.
pub(super) fn hidden(raw: &str) -> u32 {
    let bytes = raw.as_bytes();
    let (mut flags, mut needed, mut list) = (0, false, List::default());
    let (mut open, mut inner) = (0, 0);
    for piece in Pieces::new(raw) {
        let quoted = piece.quote != Quote::None;
        match piece.part {
            Part::Open => (open, inner, needed) = (piece.start, piece.end, false),
            Part::Close if needed => {}
            Part::Close => flags |= quotes(bytes, open..piece.end, inner..piece.start),
            Part::Literal if quoted => needed |= classes(piece.text) & SPECIAL != 0,
            Part::Literal => list.read(piece.text),
            Part::Escaped if quoted => needed = true,
            Part::Escaped => flags |= escape(piece.text),
            Part::Continued => flags |= HIDDEN | VEILED,
            Part::Ansi => flags |= ansi(piece.text, piece.start > 0 || piece.end < raw.len()),
            Part::Parameter if !quoted && is_ifs(piece.text) => {
                let assigned = assignment(raw).is_some_and(|(_, value)| value.len() == piece.text.len());
                flags |= if assigned || piece.text.len() == raw.len() { 0 } else { HIDDEN | VEILED_TWICE };
            }
            Part::Command if is_empty(piece.text) && piece.text.len() < raw.len() => flags |= HIDDEN | VEILED,
            Part::Parameter | Part::Command | Part::Arithmetic => needed = true,
        }
    }
    flags | if list.found { HIDDEN | LIST } else { 0 }
}

/// Looks for `{a,b}` or `{a..b}` outside of quotes.
#[derive(Default)]
struct List {
    opened: bool,
    separated: bool,
    dot: bool,
    found: bool,
}

impl List {
    fn read(&mut self, text: &str) {
        for byte in text.bytes() {
            self.separated |= self.opened && (byte == b',' || (byte == b'.' && self.dot));
            self.found |= byte == b'}' && self.separated;
            self.opened |= byte == b'{';
            self.dot = byte == b'.';
        }
    }
}

/// Quotes around what needs none: hiding, unless they hold the whole word or the value of an option.
fn quotes(bytes: &[u8], outer: std::ops::Range<usize>, inner: std::ops::Range<usize>) -> u32 {
    let before = outer.start.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    let after = bytes.get(outer.end).copied();
    let is_option = outer.start == 2 && bytes.first() == Some(&b'-');
    if after.is_none() && (is_option || matches!(before, None | Some(b'=' | b':'))) {
        return 0;
    }
    let is_word = |byte: Option<u8>| byte.is_some_and(is_name);
    let inner = bytes.get(inner).unwrap_or_default();
    let first = inner.is_empty() || is_word(inner.first().copied());
    let last = inner.is_empty() || is_word(inner.last().copied());
    let veiled = (is_word(before) && first) || (is_word(after) && last);
    HIDDEN | if veiled { VEILED } else { 0 }
}

/// An escape of what needs none.
fn escape(character: &str) -> u32 {
    let byte = character.bytes().next().unwrap_or(0);
    if byte.is_ascii_alphanumeric() {
        HIDDEN | VEILED
    } else if class(byte) & SPECIAL != 0 || byte == b'}' || byte == b']' {
        0
    } else {
        HIDDEN
    }
}

/// `$'…'`: hiding if it is a part of the word, or has a letter by its number.
fn ansi(text: &str, part: bool) -> u32 {
    let coded = text
        .split('\\')
        .skip(1)
        .any(|rest| rest.starts_with(['x', 'u', 'U']) || rest.starts_with(|c: char| c.is_ascii_digit()));
    let veiled = if coded || (part && text.bytes().any(is_name)) { VEILED } else { 0 };
    if part || text.contains('\\') { HIDDEN | veiled } else { 0 }
}
