// SPDX-License-Identifier: AGPL-3.0-or-later
//! A line → the line that it comes down to in one layer: the walk over its commands, and over the
//! scripts inside of them.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::class::{DOLLAR, EQUALS, ESCAPE, QUOTE, assignment, classes};
use super::commands::{Command, Parsed, Redirect, Word, parse};
use super::env::Env;
use super::field::{self, Field, Out};
use super::lex::{Kind, Redirection, Token};
use super::resolve::Place;
use super::scripts::{self, Scripts};
use super::skip;
use super::tools::Role;
use super::view::{DEPTH_MAX, TEXT_MAX, TOKENS_MAX, Via};
use super::word::unquoted;

/// Scripts of one line; further ones stay as they are written.
const UNITS_MAX: usize = 512;
/// Bytes that expansions may add to a line, and steps that they may take, for a line of any length; a short
/// line has less.
const FUEL: usize = 256 << 10;

/// What a line may cost and grow to, by the length that it has as typed.
#[derive(Clone, Copy)]
pub(super) struct Bounds {
    fuel: usize,
    /// Bytes that brace lists may add.
    room: usize,
}

impl Bounds {
    pub(super) fn of(line: &str) -> Self {
        let fuel = (64 * line.len() + (32 << 10)).min(FUEL);
        Self { fuel, room: (16 * line.len() + 1024).min(TEXT_MAX) }
    }
}

/// A script on its way.
struct Unit<'a> {
    script: &'a str,
    depth: usize,
    /// `$0`, `$1` and so on.
    parameters: &'a [&'a str],
    out: ArenaVec<'a, Out<'a>>,
}

/// A builtin, and its arguments where they are known.
type Ran<'a> = (Role, ArenaVec<'a, Option<&'a str>>);

pub(super) struct Rewriter<'a> {
    pub(super) arena: &'a Bump,
    pub(super) via: Via,
    pub(super) env: Env<'a>,
    pub(super) fuel: usize,
    /// Bytes that brace lists may add.
    pub(super) room: usize,
    pub(super) budget: usize,
    units: ArenaVec<'a, Unit<'a>>,
    /// The unit that is being written.
    current: usize,
    depth: usize,
    out: ArenaVec<'a, Out<'a>>,
    /// Something stands for something else, beside how it is written.
    pub(super) changed: bool,
    /// A word has to be kept from what is before it.
    spaced: bool,
}

/// The line that `text` comes down to in a layer; `text` itself where nothing in it is resolved.
///
/// # Cost
///
/// Linear in the text for each level of nesting, up to a bound; no recursion.
pub(super) fn rewrite<'a>(text: &'a str, via: Via, bounds: Bounds, arena: &'a Bump) -> &'a str {
    let mut rewriter = Rewriter {
        arena,
        via,
        env: Env::new(arena),
        fuel: bounds.fuel,
        room: bounds.room,
        budget: TOKENS_MAX,
        units: ArenaVec::new_in(arena),
        current: 0,
        depth: 0,
        out: ArenaVec::new_in(arena),
        changed: via < Via::State,
        spaced: false,
    };
    rewriter.enqueue(text, 0, &[]);
    while rewriter.current < rewriter.units.len() {
        rewriter.unit();
        rewriter.current += 1;
    }
    if rewriter.changed { rewriter.assemble() } else { text }
}

impl<'a> Rewriter<'a> {
    fn enqueue(&mut self, script: &'a str, depth: usize, parameters: &'a [&'a str]) -> usize {
        let out = ArenaVec::new_in(self.arena);
        self.units.push(Unit { script, depth, parameters, out });
        self.units.len() - 1
    }

    /// A script inside of the current one, if there is room for it.
    pub(super) fn nest(&mut self, script: &'a str, parameters: &'a [&'a str]) -> Option<usize> {
        let fits = self.depth < DEPTH_MAX && self.units.len() < UNITS_MAX && self.budget > 0;
        fits.then(|| self.enqueue(script, self.depth + 1, parameters))
    }

    fn unit(&mut self) {
        let Some(unit) = self.units.get(self.current) else { return };
        self.depth = unit.depth;
        self.env.parameters = unit.parameters;
        self.spaced = false;
        let parsed = parse(unit.script, &mut self.budget, self.arena);
        let (mut at, mut next) = (0, 0);
        let mut documents: ArenaVec<'a, Redirect<'a>> = ArenaVec::new_in(self.arena);
        while let Some(token) = parsed.tokens.list.get(at) {
            let command = parsed.commands.get(next).filter(|command| command.tokens.0 == at);
            let Some(command) = command else {
                if self.via >= Via::State && token.kind == Kind::Word {
                    self.definition(&parsed, at, next);
                }
                self.token(token, parsed.script);
                if token.kind == Kind::Newline {
                    self.documents(&mut documents);
                }
                at += 1;
                continue;
            };
            if let Some((script, after)) = super::compute::pipeline(self, &parsed, next) {
                self.changed = true;
                self.word_out(Out::Text(script));
                next = after;
                at = parsed.commands.get(after - 1).map_or(at + 1, |last| last.tokens.1);
                continue;
            }
            if command.is_data {
                self.data(command, &parsed);
            } else {
                self.command(next, command, &parsed);
            }
            let bodies = parsed.redirects_of(command).iter().filter(|redirect| redirect.body.is_some());
            documents.extend(bodies.copied());
            at = command.tokens.1;
            next += 1;
        }
        if let Some(unit) = self.units.get_mut(self.current) {
            unit.out = std::mem::replace(&mut self.out, ArenaVec::new_in(self.arena));
        }
    }

    pub(super) fn push(&mut self, out: Out<'a>) {
        self.out.push(out);
    }

    fn space(&mut self) {
        if std::mem::replace(&mut self.spaced, true) {
            self.out.push(Out::Text(" "));
        }
    }

    pub(super) fn word_out(&mut self, out: Out<'a>) {
        self.space();
        self.push(out);
    }

    fn token(&mut self, token: &Token, script: &'a str) {
        let text = token.text(script);
        match token.kind {
            Kind::Newline => {
                self.push(Out::Text("\n"));
                self.spaced = false;
            }
            Kind::Semicolon => {
                self.push(Out::Text(";"));
                self.spaced = true;
            }
            _ => self.word_out(Out::Text(text)),
        }
    }

    /// The bodies of here-documents, after the line that asked for them.
    fn documents(&mut self, documents: &mut ArenaVec<'a, Redirect<'a>>) {
        for redirect in std::mem::replace(documents, ArenaVec::new_in(self.arena)) {
            let mark = redirect.target.map_or("", |target| unquoted(target.raw, self.arena));
            let body = redirect.body.unwrap_or("");
            let end = if body.is_empty() || body.ends_with('\n') { "" } else { "\n" };
            for text in [body, end, mark, "\n"] {
                self.push(Out::Text(text));
            }
        }
    }

    /// `for x in …` and `case … in`.
    fn data(&mut self, command: &Command<'a>, parsed: &Parsed<'a>) {
        let mut words = parsed.words_of(command).iter().peekable();
        let mut values = ArenaVec::new_in(self.arena);
        for at in command.tokens.0..command.tokens.1 {
            let Some(token) = parsed.tokens.list.get(at) else { break };
            match words.next_if(|word| word.start == token.start as usize) {
                Some(word) => {
                    let fields = self.resolve(word, Place::Argument);
                    self.fields(&fields);
                    values.extend(fields.iter().map(|field| field::flat(field, self.arena)));
                }
                None => self.word_out(Out::Text(token.text(parsed.script))),
            }
        }
        if self.via >= Via::State
            && let Some(name) = parsed.tokens.list.get(command.tokens.0 + 1)
        {
            self.env.set_all(name.text(parsed.script), &values);
        }
    }

    fn command(&mut self, index: usize, command: &Command<'a>, parsed: &Parsed<'a>) {
        let words = parsed.words_of(command);
        let program = command.program - command.words.0;
        let is_assignment = |word: &Word<'_>| word.flags & EQUALS != 0 && assignment(word.raw).is_some();
        let prefix = words.iter().take(program).take_while(|word| is_assignment(word)).count();
        let mut separators = None;
        for word in words.iter().take(prefix) {
            let value = self.assign(word, program == words.len());
            separators = value.filter(|_| word.raw.starts_with("IFS=")).or(separators);
        }
        // Who takes words from a pipe is more than a wrapper.
        let wrappers = words.get(prefix..program).unwrap_or_default();
        let taker = wrappers.iter().position(|word| scripts::is_taker(word)).unwrap_or(wrappers.len());
        for word in wrappers.iter().skip(taker) {
            let fields = self.resolve(word, Place::Argument);
            self.fields(&fields);
        }
        let mut ran = None;
        if let Some(word) = words.get(program) {
            let fields = self.resolve(word, Place::Program);
            let calls = self.via >= Via::State && prefix == program;
            if !(calls && self.call(&fields, command, parsed)) {
                self.fields(&fields);
                ran = self.args(command, parsed, &fields);
            }
        } else {
            for word in words.iter().skip(prefix) {
                let fields = self.resolve(word, Place::Argument);
                self.fields(&fields);
            }
        }
        for redirect in parsed.redirects_of(command) {
            self.redirect(redirect);
        }
        if let Some((role, values)) = ran {
            self.ran(role, &values, parsed, index, separators);
        }
    }

    /// An assignment, which lasts if no command follows it; its value.
    fn assign(&mut self, word: &Word<'a>, lasts: bool) -> Option<&'a str> {
        let (name, value) = assignment(word.raw)?;
        let head = word.raw.get(..word.raw.len() - value.len())?;
        let appends = head.ends_with("+=");
        self.word_out(Out::Text(head));
        let bytes = value.as_bytes();
        if value.starts_with('(') && skip::nested(bytes, 1, skip::Inside::Paren) == bytes.len() {
            self.push(Out::Text(value));
            if self.via >= Via::State {
                self.array(name, value, appends);
            }
            return None;
        }
        let field = self.resolve_value(value, word.flags);
        if !field.is_empty() {
            self.write(&field);
        }
        let value = field::flat(&field, self.arena);
        if lasts && self.via >= Via::State {
            self.env.set(name, value, appends);
        }
        value
    }

    /// Writes what follows a program; what it does to the line's state.
    fn args(&mut self, command: &Command<'a>, parsed: &Parsed<'a>, program: &[Field<'a>]) -> Option<Ran<'a>> {
        let args = parsed.args_of(command);
        let scripts = command.tool.map(|tool| scripts::scripts(tool, args)).unwrap_or_default();
        if scripts == Scripts::All
            && let Some(script) = self.script(args)
            && let Some(unit) = self.nest(script, self.env.parameters)
        {
            self.word_out(Out::Word(unit));
            return None;
        }
        let role = match program.first().and_then(|field| field::flat(field, self.arena)) {
            Some(name) if self.via >= Via::State => super::tools::lookup(name).map(|tool| tool.role),
            _ => command.role(),
        };
        let mut values = ArenaVec::new_in(self.arena);
        values.extend(program.iter().skip(1).map(|field| field::flat(field, self.arena)));
        for (index, word) in args.iter().enumerate() {
            if scripts == Scripts::One(index) {
                let rest = args.get(index + 1..).unwrap_or_default();
                let parameters = self.arena.alloc_slice_fill_iter(rest.iter().map(|word| word.value));
                let script = self.script(std::slice::from_ref(word));
                if let Some(unit) = script.and_then(|script| self.nest(script, parameters)) {
                    self.word_out(Out::Word(unit));
                    continue;
                }
            }
            if role == Some(Role::Declare) && assignment(word.raw).is_some() {
                self.assign(word, true);
                continue;
            }
            let fields = self.resolve(word, Place::Argument);
            self.fields(&fields);
            values.extend(fields.iter().map(|field| field::flat(field, self.arena)));
        }
        role.filter(|_| self.via >= Via::State).map(|role| (role, values))
    }

    fn fields(&mut self, fields: &[Field<'a>]) {
        for field in fields {
            self.space();
            self.write(field);
        }
    }

    fn write(&mut self, field: &[field::Bit<'a>]) {
        field::write(field, &mut self.out, self.arena);
    }

    fn redirect(&mut self, redirect: &Redirect<'a>) {
        self.word_out(Out::Text(redirect.operator));
        let Some(target) = &redirect.target else { return };
        match redirect.kind {
            Redirection::Document => {
                let mark = unquoted(target.raw, self.arena);
                let is_plain = classes(target.raw) & (QUOTE | ESCAPE | DOLLAR) == 0;
                self.push(Out::Text(match is_plain {
                    true => mark,
                    false if mark.contains('\'') => field::quoted(mark, self.arena),
                    false => field::concat(&["'", mark, "'"], self.arena),
                }));
            }
            Redirection::Duplicate => {
                for field in self.resolve(target, Place::Argument) {
                    self.write(&field);
                }
            }
            Redirection::String => {
                let field = self.resolve_value(target.raw, target.flags);
                self.space();
                self.write(&field);
            }
            _ => {
                let fields = self.resolve(target, Place::File);
                self.fields(&fields);
            }
        }
    }

    /// The text of the first unit; those that it holds are made before it, as they come after it.
    fn assemble(self) -> &'a str {
        let mut texts: ArenaVec<'a, &'a str> = bumpalo::vec![in self.arena; ""; self.units.len()];
        for (index, unit) in self.units.iter().enumerate().rev() {
            let mut text = ArenaString::with_capacity_in(unit.script.len(), self.arena);
            for out in &unit.out {
                let part = match *out {
                    Out::Text(text) => text,
                    Out::Script(unit) => texts.get(unit).copied().unwrap_or(""),
                    Out::Word(unit) => field::quoted(texts.get(unit).copied().unwrap_or(""), self.arena),
                };
                if text.len() + part.len() > TEXT_MAX {
                    break;
                }
                text.push_str(part);
            }
            if let Some(place) = texts.get_mut(index) {
                *place = text.into_bump_str().trim_end_matches([' ', '\n']);
            }
        }
        texts.first().copied().unwrap_or("")
    }
}
