// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a line does to its own state beside plain assignments: arrays, `read`, `mapfile`, `printf -v`,
//! functions.

use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::class::{COMMAND, DOLLAR, PARAMETER, classes, is_name};
use super::commands::{Command, Parsed, Redirect, Word, takes_next};
use super::emulate;
use super::field::{self, Field, Out};
use super::lex::{Kind, Redirection, lex};
use super::params::{Around, Param};
use super::resolve::Place;
use super::rewrite::Rewriter;
use super::scripts;
use super::tools::{Role, lookup};
use super::view::Via;
use super::word::{Part, Pieces, Quote};
use super::{compute, params};

/// Commands from a `read` to the end of its loop that are looked at.
const LOOP_MAX: usize = 64;

/// What a command reads.
enum Input<'a> {
    /// Nothing that lasts: a part of a pipeline sets its own variables only.
    Lost,
    Unknown,
    Text(&'a str),
}

impl<'a> Rewriter<'a> {
    /// `x=(…)`: sets an array to the words in `value`.
    pub(super) fn array(&mut self, name: &'a str, value: &'a str, appends: bool) {
        let inner = value.strip_prefix('(').and_then(|inner| inner.strip_suffix(')'));
        let Some(inner) = inner else { return self.env.set(name, None, false) };
        let tokens = lex(inner, &mut self.budget, self.arena);
        let mut values = ArenaVec::new_in(self.arena);
        for token in tokens.list.iter().filter(|token| token.kind == Kind::Word) {
            let raw = token.text(inner);
            // `[2]=x` gives a place of its own: what is where is not followed.
            if raw.starts_with('[') || (token.flags & COMMAND != 0 && self.via < Via::Computed) {
                values.push(None);
                continue;
            }
            let word = Word { raw, value: raw, flags: token.flags, start: 0 };
            let fields = self.resolve(&word, Place::Argument);
            values.extend(fields.iter().map(|field| field::flat(field, self.arena)));
        }
        self.env.set_list(name, &values, appends);
    }

    /// What a builtin with these arguments changes.
    pub(super) fn ran(
        &mut self,
        role: Role,
        args: &[Option<&'a str>],
        parsed: &Parsed<'a>,
        index: usize,
        separators: Option<&'a str>,
    ) {
        match role {
            Role::Read => self.read(args, parsed, index, separators),
            Role::Mapfile => self.lines(args, parsed, index),
            Role::Printf => self.printed_to(args),
            _ => self.env.run(role, args),
        }
    }

    fn read(
        &mut self,
        args: &[Option<&'a str>],
        parsed: &Parsed<'a>,
        index: usize,
        separators: Option<&'a str>,
    ) {
        let input = match self.input(parsed, index) {
            Input::Lost => return,
            Input::Unknown => None,
            Input::Text(text) => Some(text.split('\n').next().unwrap_or("")),
        };
        let (mut names, mut list, mut is_raw) = (ArenaVec::new_in(self.arena), None, false);
        let mut rest = args.iter().copied();
        while let Some(arg) = rest.next() {
            match arg {
                Some(option) if option.starts_with('-') => {
                    is_raw |= option.contains('r');
                    if takes_next(option, "a") {
                        list = rest.next().flatten();
                    } else if takes_next(option, "dinNptu") {
                        rest.next();
                    }
                }
                Some(name) if name.bytes().all(is_name) => names.push(name),
                _ => {}
            }
        }
        let separators = separators.or(self.env.value("IFS")).unwrap_or(" \t\n");
        let input = input.filter(|text| is_raw || !text.contains('\\'));
        let is_blank = |c: char| separators.contains(c) && c.is_whitespace();
        let mut text = input.map(|text| text.trim_matches(is_blank));
        if let Some(name) = list {
            let mut values = ArenaVec::new_in(self.arena);
            match text {
                Some(text) => values.extend(
                    text.split(|c| separators.contains(c)).filter(|value| !value.is_empty()).map(Some),
                ),
                None => values.push(None),
            }
            return self.env.set_list(name, &values, false);
        }
        let count = names.len();
        for (place, name) in names.into_iter().enumerate() {
            let split = text.and_then(|text| text.split_once(|c| separators.contains(c)));
            let (value, after) = match split {
                Some((value, after)) if place + 1 < count => {
                    (Some(value), after.trim_start_matches(is_blank))
                }
                _ => (text, ""),
            };
            self.env.set(name, value, false);
            text = text.map(|_| after);
        }
    }

    /// `mapfile`: a value for each line.
    fn lines(&mut self, args: &[Option<&'a str>], parsed: &Parsed<'a>, index: usize) {
        let input = match self.input(parsed, index) {
            Input::Lost => return,
            Input::Unknown => None,
            Input::Text(text) => Some(text),
        };
        let (mut name, mut mark) = ("MAPFILE", '\n');
        let mut rest = args.iter().copied();
        while let Some(arg) = rest.next() {
            match arg {
                Some(option) if option.starts_with('-') => {
                    if takes_next(option, "d") {
                        mark = rest.next().flatten().and_then(|mark| mark.chars().next()).unwrap_or('\0');
                    } else if takes_next(option, "nOsuCc") {
                        rest.next();
                    }
                }
                Some(last) => name = last,
                None => return,
            }
        }
        let mut values = ArenaVec::new_in(self.arena);
        match input {
            Some(text) => values.extend(text.trim_end_matches(['\n', mark]).split(mark).map(Some)),
            None => values.push(None),
        }
        self.env.set_list(name, &values, false);
    }

    /// `printf -v x …`: sets a variable to what it prints.
    fn printed_to(&mut self, args: &[Option<&'a str>]) {
        let [Some("-v"), Some(name), rest @ ..] = args else { return };
        let mut values = ArenaVec::with_capacity_in(rest.len(), self.arena);
        values.extend(rest.iter().flatten().copied());
        let tool = lookup("printf").filter(|_| values.len() == rest.len());
        let printed = tool.and_then(|tool| emulate::run(tool, &values, None, &mut self.fuel, self.arena));
        self.env.set(name, printed.and_then(|printed| std::str::from_utf8(printed).ok()), false);
    }

    /// The standard input of the command at `index`.
    fn input(&mut self, parsed: &Parsed<'a>, index: usize) -> Input<'a> {
        let Some(command) = parsed.commands.get(index) else { return Input::Unknown };
        if let Some(input) = self.given(parsed.redirects_of(command)) {
            return input;
        }
        let kind = |at: usize| parsed.tokens.list.get(at).map(|token| token.kind);
        if command.piped {
            if command.tokens.0.checked_sub(1).and_then(kind) == Some(Kind::Pipe) {
                return Input::Lost;
            }
            let printed = compute::fed(self, parsed, index);
            return printed.map_or(Input::Unknown, Input::Text);
        }
        // `while read x; do …; done <<< …`
        let is_end = |command: &&Command<'a>| {
            let before = command.tokens.0.checked_sub(1).and_then(|at| parsed.tokens.list.get(at));
            let word = before.map_or("", |token| token.text(parsed.script));
            command.words.0 == command.words.1 && matches!(word, "done" | "}")
        };
        let before = command.tokens.0.checked_sub(1).and_then(|at| parsed.tokens.list.get(at));
        let opens = before.map_or("", |token| token.text(parsed.script));
        if !matches!(opens, "while" | "until" | "{") {
            return Input::Unknown;
        }
        let end = parsed.commands.iter().skip(index + 1).take(LOOP_MAX).find(is_end);
        let input = end.and_then(|end| self.given(parsed.redirects_of(end)));
        input.unwrap_or(Input::Unknown)
    }

    /// What redirections give to the standard input, if they give something.
    fn given(&mut self, redirects: &[Redirect<'a>]) -> Option<Input<'a>> {
        let is_input = |redirect: &&Redirect<'_>| {
            redirect.operator.starts_with(['<', '0'])
                && matches!(redirect.kind, Redirection::In | Redirection::String | Redirection::Document)
        };
        let redirect = redirects.iter().rfind(is_input)?;
        let target = redirect.target.as_ref();
        let computes = self.via >= Via::Computed;
        let text = match (redirect.kind, target) {
            (Redirection::Document, Some(target)) => {
                let is_live = classes(redirect.body.unwrap_or("")) & DOLLAR != 0;
                let is_quoted = target.raw.contains(['\'', '"', '\\']);
                redirect.body.filter(|_| is_quoted || !is_live)
            }
            (Redirection::String, Some(target)) if target.flags & COMMAND == 0 || computes => {
                let field = self.resolve_value(target.raw, target.flags);
                field::flat(&field, self.arena)
            }
            (Redirection::In, Some(target)) if computes && target.raw.starts_with("<(") => {
                compute::printed(self, target.raw)
            }
            _ => None,
        };
        Some(text.map_or(Input::Unknown, Input::Text))
    }

    /// Takes note of the function whose definition starts at a token; `next` is the next command.
    pub(super) fn definition(&mut self, parsed: &Parsed<'a>, at: usize, next: usize) {
        let list = &parsed.tokens.list;
        let kind = |at: usize| list.get(at).map(|token| token.kind);
        let text = |at: usize| list.get(at).map_or("", |token| token.text(parsed.script));
        let has_word = kind(at) == Some(Kind::Word) && text(at) == "function";
        let named = at + usize::from(has_word);
        let has_parens = kind(named + 1) == Some(Kind::Open) && kind(named + 2) == Some(Kind::Close);
        let mut at = named + if has_parens { 3 } else { 1 };
        while kind(at) == Some(Kind::Newline) {
            at += 1;
        }
        let is_open = |at: usize| kind(at) == Some(Kind::Open) || text(at) == "{";
        let is_named = kind(named) == Some(Kind::Word) && (has_word || has_parens);
        if !is_named || !is_open(at) || !self.env.may_define() {
            return;
        }
        let start = list.get(at).map_or(0, |token| token.end as usize);
        let (mut next, mut depth) = (next, 0_usize);
        while let Some(token) = list.get(at) {
            if let Some(command) = parsed.commands.get(next).filter(|command| command.tokens.0 == at) {
                at = command.tokens.1.max(at + 1);
                next += 1;
                continue;
            }
            if is_open(at) {
                depth += 1;
            } else if token.kind == Kind::Close || text(at) == "}" {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    let body = parsed.script.get(start..token.start as usize).unwrap_or("");
                    let body = body.trim_end_matches([' ', '\t', '\n', ';']);
                    return self.env.define(text(named), body);
                }
            }
            at += 1;
        }
    }

    /// Writes the body of the function that a command calls; whether it calls one that is known.
    pub(super) fn call(&mut self, program: &[Field<'a>], command: &Command<'a>, parsed: &Parsed<'a>) -> bool {
        let name = program.first().and_then(|field| field::flat(field, self.arena));
        let Some((name, body)) = name.and_then(|name| Some((name, self.env.function(name)?))) else {
            return false;
        };
        let Some(fuel) = self.fuel.checked_sub(body.len()) else { return false };
        let mut parameters = bumpalo::vec![in self.arena; name];
        let mut known = true;
        let mut add = |fields: &[Field<'a>], arena| {
            for field in fields {
                let value = field::flat(field, arena);
                known &= value.is_some();
                parameters.extend(value);
            }
        };
        add(program.get(1..).unwrap_or_default(), self.arena);
        for word in parsed.args_of(command) {
            if word.flags & COMMAND != 0 && self.via < Via::Computed {
                return false;
            }
            add(&self.resolve(word, Place::Argument), self.arena);
        }
        let unit = if known { self.nest(body, parameters.into_bump_slice()) } else { None };
        let Some(unit) = unit else { return false };
        self.fuel = fuel.min(self.fuel);
        self.changed = true;
        self.word_out(Out::Text("{"));
        self.word_out(Out::Script(unit));
        self.push(Out::Text("; }"));
        true
    }

    /// The script that the words of `eval` or `sh -c` make, what they expand to put in; none if all of it
    /// is yet to be printed.
    pub(super) fn script(&mut self, words: &[Word<'a>]) -> Option<&'a str> {
        let is_live = |word: &Word<'_>| word.flags & (PARAMETER | COMMAND) != 0;
        if self.via < Via::Computed && words.iter().all(scripts::is_printed) {
            return None;
        }
        if self.via < Via::State || !words.iter().any(is_live) {
            return Some(scripts::join(words, self.arena));
        }
        let mut text = ArenaString::new_in(self.arena);
        for (index, word) in words.iter().enumerate() {
            text.push_str(if index > 0 { " " } else { "" });
            for piece in Pieces::new(word.raw) {
                match piece.part {
                    Part::Parameter => {
                        let around = Around { whole: true, ..params::ALONE };
                        match self.parameter(piece.text, around) {
                            Param::Value(value) => {
                                self.changed = true;
                                text.push_str(value);
                            }
                            _ => text.push_str(piece.text),
                        }
                    }
                    Part::Command if piece.quote != Quote::Single => {
                        match compute::substitution(self, scripts::command_text(piece.text, self.arena)) {
                            Some(printed) => {
                                self.changed = true;
                                text.push_str(printed);
                            }
                            None if words.iter().all(scripts::is_printed) => return None,
                            None => text.push_str(piece.text),
                        }
                    }
                    _ => text.push_str(piece.text),
                }
            }
        }
        Some(text.into_bump_str())
    }
}
