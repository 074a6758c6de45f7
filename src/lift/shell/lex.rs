// SPDX-License-Identifier: AGPL-3.0-or-later
//! A script → tokens: words, operators, redirections. Comments are left out, here-documents kept apart.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use memchr::memchr;

use super::class::{
    ANSI, ANYTHING, BLANK, COMMAND, CONTINUED, DOLLAR, ESCAPE, NEWLINE, OPERATED, OPERATOR, PARAMETER, QUOTE,
    STOP, UNEVEN, WHOLE, class, is_name,
};
use super::skip::{self, Inside};

/// Here-documents that one line may open; further ones are read as commands.
const DOCUMENTS_MAX: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    Redirect(Redirection),
    Pipe,
    Semicolon,
    /// `&`, `&&` or `||`.
    Logic,
    /// `;;` and its like, between the branches of a `case`.
    Branch,
    Newline,
    Open,
    Close,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Redirection {
    In,
    Out,
    /// `<&` or `>&`.
    Duplicate,
    /// `<>`.
    Both,
    String,
    Document,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) flags: u32,
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Token {
    /// The token's text.
    pub(super) fn text<'a>(&self, script: &'a str) -> &'a str {
        script.get(self.start as usize..self.end as usize).unwrap_or("")
    }
}

/// A here-document's body and the redirection token that asked for it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Document<'a> {
    pub(super) token: usize,
    pub(super) body: &'a str,
}

pub(super) struct Tokens<'a> {
    pub(super) list: ArenaVec<'a, Token>,
    pub(super) documents: ArenaVec<'a, Document<'a>>,
    /// What stands between words: [`UNEVEN`], [`CONTINUED`].
    pub(super) gaps: u32,
}

struct Lexer<'a, 'b> {
    arena: &'a Bump,
    script: &'a str,
    bytes: &'a [u8],
    at: usize,
    tokens: Tokens<'a>,
    budget: &'b mut usize,
    /// Redirection tokens whose bodies start after the line.
    pending: [usize; DOCUMENTS_MAX],
    pending_len: usize,
}

/// Splits a script; takes what it uses off `budget` and stops where that is spent.
pub(super) fn lex<'a>(script: &'a str, budget: &mut usize, arena: &'a Bump) -> Tokens<'a> {
    let guess = (script.len() / 4 + 4).min(*budget);
    let tokens = Tokens {
        list: ArenaVec::with_capacity_in(guess, arena),
        documents: ArenaVec::new_in(arena),
        gaps: 0,
    };
    let pending = [0; DOCUMENTS_MAX];
    let bytes = script.as_bytes();
    let mut lexer = Lexer { arena, script, bytes, at: 0, tokens, budget, pending, pending_len: 0 };
    lexer.run();
    lexer.tokens
}

impl Lexer<'_, '_> {
    fn run(&mut self) {
        while let Some(&byte) = self.bytes.get(self.at) {
            if *self.budget == 0 {
                return;
            }
            let bits = class(byte);
            if bits & BLANK != 0 {
                self.at += 1;
                self.tokens.gaps |= if byte == b'\t' { UNEVEN } else { 0 };
            } else if bits & (NEWLINE | OPERATOR) == 0 {
                match byte {
                    b'#' => self.comment(),
                    b'\\' if self.peek(1) == Some(b'\n') => {
                        self.tokens.gaps |= CONTINUED;
                        self.at += 2;
                    }
                    _ => self.word(self.at),
                }
            } else if bits & NEWLINE != 0 {
                self.newline(byte);
            } else {
                self.operator(byte);
            }
        }
    }

    fn peek(&self, offset: usize) -> Option<u8> {
        self.bytes.get(self.at + offset).copied()
    }

    fn push(&mut self, kind: Kind, flags: u32, start: usize, end: usize) {
        *self.budget -= 1;
        self.tokens.list.push(Token { kind, flags, start: start as u32, end: end as u32 });
        self.at = end;
    }

    fn comment(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        self.at += memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn newline(&mut self, byte: u8) {
        let crlf = byte == b'\r' && matches!(self.peek(1), None | Some(b'\n'));
        if byte == b'\r' && !crlf {
            self.tokens.gaps |= UNEVEN;
        }
        if crlf && self.peek(1).is_some() {
            self.at += 1;
            return;
        }
        self.push(Kind::Newline, 0, self.at, self.at + 1);
        let pending = std::mem::take(&mut self.pending_len);
        for index in self.pending.into_iter().take(pending) {
            self.document(index);
        }
    }

    /// Takes a here-document's body off the text.
    fn document(&mut self, token: usize) {
        let Some(mark) = self.tokens.list.get(token + 1).filter(|mark| mark.kind == Kind::Word) else {
            return;
        };
        let mark = super::word::unquoted(mark.text(self.script), self.arena);
        let start = self.at;
        while self.at < self.bytes.len() {
            let rest = self.script.get(self.at..).unwrap_or("");
            let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            let line = rest.get(..end).unwrap_or("");
            let here = self.at;
            self.at = (here + end + 1).min(self.bytes.len());
            if line.trim_start_matches('\t').trim_end_matches('\r') == mark {
                let body = self.script.get(start..here).unwrap_or("");
                self.tokens.documents.push(Document { token, body });
                return;
            }
        }
        let body = self.script.get(start..).unwrap_or("");
        self.tokens.documents.push(Document { token, body });
    }

    fn operator(&mut self, byte: u8) {
        let (next, third) = (self.peek(1), self.peek(2));
        let (kind, length) = match (byte, next, third) {
            (b';', Some(b';'), Some(b'&')) => (Kind::Branch, 3),
            (b';', Some(b';' | b'&'), _) => (Kind::Branch, 2),
            (b';', ..) => (Kind::Semicolon, 1),
            (b'&', Some(b'>'), Some(b'>')) => (Kind::Redirect(Redirection::Out), 3),
            (b'&', Some(b'>'), _) => (Kind::Redirect(Redirection::Out), 2),
            (b'&', Some(b'&'), _) | (b'|', Some(b'|'), _) => (Kind::Logic, 2),
            (b'&', ..) => (Kind::Logic, 1),
            (b'|', Some(b'&'), _) => (Kind::Pipe, 2),
            (b'|', ..) => (Kind::Pipe, 1),
            (b'(', ..) => (Kind::Open, 1),
            (b')', ..) => (Kind::Close, 1),
            (_, Some(b'('), _) => return self.word(self.at),
            (b'<', Some(b'<'), Some(b'<')) => (Kind::Redirect(Redirection::String), 3),
            (b'<', Some(b'<'), Some(b'-')) => (Kind::Redirect(Redirection::Document), 3),
            (b'<', Some(b'<'), _) => (Kind::Redirect(Redirection::Document), 2),
            (b'<', Some(b'>'), _) => (Kind::Redirect(Redirection::Both), 2),
            (_, Some(b'&'), _) => (Kind::Redirect(Redirection::Duplicate), 2),
            (b'<', ..) => (Kind::Redirect(Redirection::In), 1),
            (_, Some(b'>' | b'|'), _) => (Kind::Redirect(Redirection::Out), 2),
            _ => (Kind::Redirect(Redirection::Out), 1),
        };
        let mut start = self.at;
        let end = start + length;
        if matches!(kind, Kind::Redirect(_)) && byte != b'&' {
            start = self.descriptor(start);
        }
        if kind == Kind::Redirect(Redirection::Document)
            && let Some(place) = self.pending.get_mut(self.pending_len)
        {
            *place = self.tokens.list.len();
            self.pending_len += 1;
        }
        self.push(kind, 0, start, end);
    }

    /// Where a redirection starts: before the digits that touch it, which were taken for a word.
    fn descriptor(&mut self, start: usize) -> usize {
        let Some(last) = self.tokens.list.last() else { return start };
        let touches = last.kind == Kind::Word && last.end as usize == start;
        if touches && last.text(self.script).bytes().all(|byte| byte.is_ascii_digit()) {
            let start = last.start as usize;
            self.tokens.list.pop();
            *self.budget += 1;
            return start;
        }
        start
    }

    fn word(&mut self, start: usize) {
        let mut flags = 0;
        let mut at = start;
        loop {
            for &byte in self.bytes.get(at..).unwrap_or_default() {
                let bits = class(byte);
                if bits & STOP != 0 {
                    break;
                }
                flags |= bits;
                at += 1;
            }
            match self.bytes.get(at).copied() {
                Some(byte) if class(byte) & (QUOTE | ESCAPE | DOLLAR) != 0 => {
                    at = self.special(start, at, byte, &mut flags);
                }
                // A process substitution, or the values of an array.
                Some(b'<' | b'>') if at == start => {
                    flags |= COMMAND;
                    at = skip::nested(self.bytes, at + 2, Inside::Paren);
                }
                Some(b'(') if at > start && self.bytes.get(at - 1) == Some(&b'=') => {
                    at = skip::nested(self.bytes, at + 1, Inside::Paren);
                }
                _ => break,
            }
        }
        let at = at.min(self.bytes.len());
        if flags & super::word::SUSPECT != 0 && flags & WHOLE == 0 {
            let raw = self.script.get(start..at).unwrap_or("");
            flags |= super::word::hidden(raw);
        }
        self.push(Kind::Word, flags, start, at);
    }

    /// One past the quoted, escaped or expanded part of a word that starts at `at`.
    fn special(&self, start: usize, at: usize, byte: u8, flags: &mut u32) -> usize {
        let bytes = self.bytes;
        match byte {
            b'\'' | b'"' => {
                *flags |= QUOTE | ANYTHING;
                let end = if byte == b'"' { self.double(at, flags) } else { skip::single(bytes, at + 1) };
                let closed = end > at + 1 && bytes.get(end - 1) == Some(&byte);
                let alone =
                    bytes.get(end).is_none_or(|next| class(*next) & (BLANK | NEWLINE | OPERATOR) != 0);
                if at == start && closed && alone && *flags & (ESCAPE | COMMAND) == 0 {
                    *flags |= WHOLE;
                }
                end
            }
            b'\\' => {
                *flags |= ESCAPE | if bytes.get(at + 1) == Some(&b'\n') { CONTINUED } else { 0 };
                at + 2
            }
            b'`' => {
                *flags |= COMMAND;
                skip::tick(bytes, at + 1)
            }
            _ => self.dollar(at, flags),
        }
    }

    fn dollar(&self, at: usize, flags: &mut u32) -> usize {
        match self.bytes.get(at + 1) {
            Some(b'(') => {
                *flags |= COMMAND;
                skip::nested(self.bytes, at + 2, Inside::Paren)
            }
            Some(b'\'') => {
                *flags |= ANSI;
                skip::ansi(self.bytes, at + 2)
            }
            Some(b'"') => {
                *flags |= QUOTE | ANYTHING;
                self.double(at + 1, flags)
            }
            _ => {
                *flags |= parameter(self.bytes, at);
                skip::parameter(self.bytes, at + 1)
            }
        }
    }

    /// One past the `"…"` at `at`.
    fn double(&self, at: usize, flags: &mut u32) -> usize {
        let rest = self.bytes.get(at + 1..).unwrap_or_default();
        let mut end = at + 1;
        for &byte in rest {
            match byte {
                b'"' => return end + 1,
                b'\\' | b'`' | b'$' => break,
                _ => end += 1,
            }
        }
        let end = skip::nested(self.bytes, at + 1, Inside::Double);
        let inside = self.bytes.get(at + 1..end).unwrap_or_default();
        for (index, byte) in inside.iter().enumerate() {
            *flags |= match byte {
                b'\\' => ESCAPE,
                b'`' => COMMAND,
                b'$' if inside.get(index + 1) == Some(&b'(') => COMMAND,
                b'$' => parameter(self.bytes, at + 1 + index),
                _ => 0,
            };
        }
        end
    }
}

/// The bits of the parameter whose `$` is at `at`, by what follows it and what it touches.
fn parameter(bytes: &[u8], at: usize) -> u32 {
    let touches = |byte: Option<&u8>| byte.is_some_and(|byte| is_name(*byte) || b"/'\"\\$`".contains(byte));
    let before = touches(at.checked_sub(1).and_then(|before| bytes.get(before)));
    let operated = match bytes.get(at + 1) {
        Some(b'@' | b'*' | b'!' | b'0'..=b'9') => before || touches(bytes.get(at + 2)),
        Some(b'{') => {
            let name = bytes.get(at + 2..).unwrap_or_default();
            let length = name.iter().take_while(|byte| is_name(**byte)).count();
            let is_digit = name.first().is_some_and(u8::is_ascii_digit);
            let is_plain = length > 0 && !is_digit && name.get(length) == Some(&b'}');
            !is_plain || (before && touches(name.get(length + 1)))
        }
        _ => false,
    };
    PARAMETER | if operated { OPERATED } else { 0 }
}
