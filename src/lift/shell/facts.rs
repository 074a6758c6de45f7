// SPDX-License-Identifier: AGPL-3.0-or-later
//! A script → the facts that rules ask for: one pass over its commands, and over the scripts inside of
//! them.

use std::ops::Range;

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::class::{
    ANSI, COLON, COMMAND, EQUALS, ESCAPE, FED, GLOB, HIDDEN, PASSED_ON, PATTERN, QUOTE, SETS, SLASH, TILDE,
    VEILED, VEILED_TWICE, WEIRD,
};
use super::commands::{Redirect, Simple, Word, parse, program, takes_next};
use super::lex::Redirection;
use super::scripts::{self, Nested, Scripts};
use super::tools::{Role, Tool};
use super::view::{Facts, TOKENS_MAX};
use super::{files, net, paths, plain};

/// What the facts of a text were made of, beside the facts.
#[derive(Debug, PartialEq)]
pub(super) struct Read<'a> {
    pub(super) facts: Facts<'a>,
    /// The bits of all its words.
    pub(super) flags: u32,
    /// What its commands do.
    pub(super) roles: u64,
}

/// The facts on their way.
pub(super) struct Builder<'a> {
    pub(super) arena: &'a Bump,
    pub(super) argv0: ArenaVec<'a, &'a str>,
    simple: ArenaVec<'a, &'a str>,
    pipelines: ArenaVec<'a, &'a str>,
    pub(super) words: ArenaVec<'a, &'a str>,
    args: ArenaVec<'a, &'a str>,
    /// As long as there is one command, its arguments are these words.
    shared: Range<usize>,
    paths: ArenaVec<'a, &'a str>,
    urls: ArenaVec<'a, &'a str>,
    hosts: ArenaVec<'a, &'a str>,
    writes: ArenaVec<'a, &'a str>,
    pipeline_to_shell: bool,
    decoded_to_shell: bool,
    veiled: usize,
    pub(super) flags: u32,
    pub(super) roles: u64,
    /// Commands that `find` runs: no part of its pipeline.
    found: ArenaVec<'a, (&'a str, &'a str)>,
    /// Scripts to read.
    queue: ArenaVec<'a, Nested<'a>>,
    pipeline: Pipeline,
}

/// The pipeline that the next command may belong to.
#[derive(Default)]
struct Pipeline {
    /// Its first command in `simple`.
    first: usize,
    /// Where it stands in the script, as long as it stands there as it will be shown.
    span: Option<(usize, usize)>,
    has_decoder: bool,
}

/// The facts of a text.
pub(super) fn read<'a>(text: &'a str, arena: &'a Bump) -> Read<'a> {
    let nested = Nested { script: text, depth: 0, is_run: false };
    let mut budget = TOKENS_MAX;
    let mut begun = plain::begin(nested, arena);
    if text.len() <= budget
        && let Some(read) = begun.simple(arena)
    {
        return read;
    }
    let mut builder = Builder::new(text, begun.words, arena);
    if builder.plain(begun.line, &mut budget).is_none() {
        return read_long(text, arena);
    }
    builder.close_pipeline(text);
    builder.rest(&mut budget);
    builder.finish()
}

/// The same without the short way for plain lines.
pub(super) fn read_long<'a>(text: &'a str, arena: &'a Bump) -> Read<'a> {
    let words = ArenaVec::with_capacity_in(text.len() / 6 + 4, arena);
    let mut builder = Builder::new(text, words, arena);
    let mut budget = TOKENS_MAX;
    builder.script(Nested { script: text, depth: 0, is_run: false }, &mut budget);
    builder.rest(&mut budget);
    builder.finish()
}

impl<'a> Builder<'a> {
    #[inline(always)]
    fn new(text: &str, words: ArenaVec<'a, &'a str>, arena: &'a Bump) -> Self {
        let list = || ArenaVec::with_capacity_in(text.len() / 18 + 2, arena);
        Self {
            arena,
            argv0: list(),
            simple: list(),
            words,
            args: ArenaVec::new_in(arena),
            shared: 0..0,
            pipelines: ArenaVec::new_in(arena),
            paths: ArenaVec::new_in(arena),
            urls: ArenaVec::new_in(arena),
            hosts: ArenaVec::new_in(arena),
            writes: ArenaVec::new_in(arena),
            pipeline_to_shell: false,
            decoded_to_shell: false,
            veiled: 0,
            flags: 0,
            roles: 0,
            found: ArenaVec::new_in(arena),
            queue: ArenaVec::new_in(arena),
            pipeline: Pipeline::default(),
        }
    }

    /// Reads the scripts inside of what was read.
    fn rest(&mut self, budget: &mut usize) {
        self.found();
        let mut done = 0;
        while let Some(nested) = self.queue.get(done).copied() {
            self.script(nested, budget);
            done += 1;
        }
    }

    /// Adds the commands that `find` runs.
    fn found(&mut self) {
        if self.found.is_empty() {
            return;
        }
        for (name, text) in self.found.drain(..) {
            self.argv0.push(name);
            self.simple.push(text);
        }
    }

    #[inline(always)]
    fn finish(self) -> Read<'a> {
        let words = self.words.into_bump_slice();
        let shared = words.get(self.shared).filter(|shared| !shared.is_empty());
        let facts = Facts {
            argv0: self.argv0.into_bump_slice(),
            simple: self.simple.into_bump_slice(),
            pipelines: self.pipelines.into_bump_slice(),
            words,
            args: shared.unwrap_or_else(|| self.args.into_bump_slice()),
            paths: self.paths.into_bump_slice(),
            urls: self.urls.into_bump_slice(),
            hosts: self.hosts.into_bump_slice(),
            writes: self.writes.into_bump_slice(),
            pipeline_to_shell: self.pipeline_to_shell,
            obfuscated: self.veiled >= 2,
            decoded_to_shell: self.decoded_to_shell,
        };
        Read { facts, flags: self.flags, roles: self.roles }
    }

    fn script(&mut self, nested: Nested<'a>, budget: &mut usize) {
        self.pipeline = Pipeline { first: self.simple.len(), ..Pipeline::default() };
        let parsed = parse(nested.script, budget, self.arena);
        self.flags |= parsed.flags;
        if parsed.flags & (VEILED | VEILED_TWICE) != 0 {
            let count = |word: &Word<'_>| match word.flags {
                flags if flags & VEILED_TWICE != 0 => 2,
                flags => usize::from(flags & VEILED != 0),
            };
            self.veiled += parsed.words.iter().map(count).sum::<usize>();
        }
        for command in &parsed.commands {
            self.command(&parsed.simple(command), nested);
        }
        self.close_pipeline(nested.script);
        self.found();
    }

    /// Adds the last words as arguments of a command.
    #[inline]
    pub(super) fn add_args(&mut self, count: usize) {
        let words = self.words.len() - count..self.words.len();
        if self.args.is_empty() && self.shared.is_empty() {
            self.shared = words;
            return;
        }
        self.own_args();
        self.args.extend_from_slice_copy(self.words.get(words).unwrap_or_default());
    }

    /// Makes the arguments a list of their own.
    fn own_args(&mut self) {
        let words = std::mem::take(&mut self.shared);
        self.args.extend_from_slice_copy(self.words.get(words).unwrap_or_default());
    }

    /// Adds a command.
    pub(super) fn command(&mut self, command: &Simple<'a, '_>, nested: Nested<'a>) {
        if !command.piped {
            self.close_pipeline(nested.script);
        }
        for word in command.words {
            self.words.push(word.value);
        }
        let (before, rest) = command.words.split_at_checked(command.program).unwrap_or_default();
        for word in before {
            self.word(word);
            if command.is_data || word.flags & EQUALS != 0 {
                self.flags |= SETS;
            }
            if command.is_data {
                self.own_args();
                self.args.push(word.value);
            } else if word.value.ends_with("xargs") {
                self.flags |= PASSED_ON;
            }
        }
        if let Some((program, args)) = rest.split_first() {
            self.word(program);
            self.argv0.push(command.name);
            self.pattern(command.name, program.flags);
            self.add_args(args.len());
            if matches!(command.role(), Some(Role::Fetcher | Role::Remote)) {
                self.addresses(command, args);
            } else {
                args.iter().for_each(|arg| self.word(arg));
            }
            let span = span(command.name, rest, nested.script);
            let text = match span.and_then(|(start, end)| nested.script.get(start..end)) {
                Some(text) => text,
                None => join(command.name, args.iter().map(|word| word.value), self.arena),
            };
            self.show(text, span, nested.script);
            if let Some(tool) = command.tool {
                self.tool(tool, args, command.piped, nested);
            }
        }
        self.redirects(command.redirects);
        if command.flags & COMMAND != 0 || command.tool.is_some() {
            scripts::of(command, nested, self.arena, &mut self.queue);
        }
    }

    /// Whether a program is named by a pattern.
    pub(super) fn pattern(&mut self, name: &str, flags: u32) {
        if flags & GLOB != 0 && !matches!(name, "[" | "[[") {
            self.flags |= PATTERN;
        }
    }

    /// Paths and URLs of a word.
    #[inline]
    fn word(&mut self, word: &Word<'a>) {
        if word.flags & (COLON | SLASH | TILDE) != 0 {
            self.places(word.value, word.flags);
        }
    }

    /// The same, of a word that may have some.
    pub(super) fn places(&mut self, word: &'a str, flags: u32) {
        if flags & COLON != 0
            && let Some(url) = net::url(word)
        {
            self.url(url);
        } else if word == "~" {
            self.paths.push(word);
        } else if flags & (SLASH | TILDE) != 0 {
            if flags & GLOB != 0 && files::is_named(word) {
                self.flags |= PATTERN;
            }
            paths::each(word, flags, |path| _ = self.path(path));
        }
    }

    fn url(&mut self, url: &'a str) {
        self.urls.push(url);
        if let Some(path) = url.strip_prefix("file://") {
            self.path(path);
            return;
        }
        let host = net::host(url);
        if !host.is_empty() {
            self.hosts.push(host);
        }
    }

    fn path(&mut self, path: &'a str) -> &'a str {
        let path = match paths::shorter(path, self.arena) {
            Some(short) => {
                self.flags |= WEIRD;
                short
            }
            None => path,
        };
        if path.starts_with("/dev/") {
            self.hosts.extend(net::socket(path));
        }
        self.paths.push(path);
        path
    }

    /// What redirections read and write.
    pub(super) fn redirects(&mut self, redirects: &[Redirect<'a>]) {
        for redirect in redirects {
            if let Some(target) = &redirect.target {
                self.redirect(redirect.kind, target);
            }
        }
    }

    fn redirect(&mut self, kind: Redirection, target: &Word<'a>) {
        let is_descriptor = target.value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let substituted = target.flags & COMMAND != 0;
        if target.flags & GLOB != 0 {
            self.flags |= PATTERN;
        }
        match kind {
            Redirection::Duplicate if is_descriptor => {}
            Redirection::String | Redirection::Document => self.flags |= FED,
            _ if substituted => {}
            Redirection::In => drop(self.path(target.value)),
            Redirection::Out | Redirection::Both | Redirection::Duplicate => {
                let path = self.path(target.value);
                self.writes.push(path);
            }
        }
    }

    /// The operands of a tool that talks to a host.
    fn addresses(&mut self, command: &Simple<'a, '_>, args: &[Word<'a>]) {
        let fetches = command.role() == Some(Role::Fetcher);
        let valued = command.tool.map_or("", |tool| tool.valued);
        let mut is_value = false;
        for arg in args {
            let is_option = arg.value.starts_with('-');
            if is_option || is_value {
                is_value = is_option && takes_next(arg.value, valued);
                self.word(arg);
                continue;
            }
            let place = net::host(arg.value);
            if arg.flags & COLON != 0 && arg.value.contains("://") {
                self.word(arg);
            } else if fetches && net::is_host(place) {
                self.urls.push(arg.value);
                self.hosts.push(place);
            } else {
                self.hosts.extend(net::remote(arg.value).filter(|_| !fetches));
                self.word(arg);
            }
        }
    }

    /// Adds a command as it is shown, with its place in the script if it stands there so.
    pub(super) fn show(&mut self, text: &'a str, span: Option<(usize, usize)>, script: &str) {
        let last = self.simple.len();
        self.pipeline.span = match (self.pipeline.span, span) {
            (_, span) if self.pipeline.first == last => span,
            (Some((start, end)), Some((next, after))) if script.get(end..next) == Some(" | ") => {
                Some((start, after))
            }
            _ => None,
        };
        self.simple.push(text);
    }

    /// What a known tool does: within its pipeline, to files, with commands of its own.
    fn tool(&mut self, tool: &Tool, args: &[Word<'a>], piped: bool, nested: Nested<'a>) {
        self.roles |= 1 << tool.role as u64;
        if scripts::is_decoder(tool, args) {
            self.pipeline.has_decoder = true;
            self.decoded_to_shell |= nested.is_run;
        }
        if piped && scripts::reads_input(tool, args) {
            self.pipeline_to_shell = true;
            self.decoded_to_shell |= self.pipeline.has_decoder;
        }
        self.pipeline_to_shell |= scripts::runs_output(tool, args);
        match tool.role {
            // What follows the script is its parameters.
            Role::Shell if matches!(scripts::scripts(tool, args), Scripts::One(at) if at + 1 < args.len()) => {
                self.flags |= SETS;
            }
            Role::Printf if args.first().is_some_and(|word| word.value == "-v") => self.flags |= SETS,
            Role::Tee => {
                for arg in args.iter().filter(|arg| !arg.value.starts_with('-')) {
                    let path = paths::shorter(arg.value, self.arena).unwrap_or(arg.value);
                    self.writes.push(path);
                }
            }
            Role::Dd => {
                for path in args.iter().filter_map(|arg| arg.value.strip_prefix("of=")) {
                    self.writes.push(paths::shorter(path, self.arena).unwrap_or(path));
                }
            }
            Role::Find => {
                for words in scripts::find_commands(args) {
                    let (at, name, _) = program(words);
                    if let Some((_, rest)) = words.get(at..).and_then(|words| words.split_first()) {
                        let words = rest.iter().map(|word| word.value);
                        self.found.push((name, join(name, words, self.arena)));
                    }
                }
            }
            _ => {}
        }
    }

    /// Ends a pipeline.
    #[inline]
    pub(super) fn close_pipeline(&mut self, script: &'a str) {
        let count = self.simple.len();
        if count > self.pipeline.first + 1 {
            self.add_pipeline(script);
        }
        self.pipeline.first = count;
        self.pipeline.has_decoder = false;
    }

    fn add_pipeline(&mut self, script: &'a str) {
        let stages = self.simple.get(self.pipeline.first..).unwrap_or_default();
        let text = match self.pipeline.span.and_then(|(start, end)| script.get(start..end)) {
            Some(text) => text,
            None => {
                let length = stages.iter().map(|stage| stage.len() + 3).sum();
                let mut text = ArenaString::with_capacity_in(length, self.arena);
                for (index, stage) in stages.iter().enumerate() {
                    text.push_str(if index > 0 { " | " } else { "" });
                    text.push_str(stage);
                }
                text.into_bump_str()
            }
        };
        self.pipelines.push(text);
    }
}

/// Where a command stands in the script as it is shown: with one blank between its words.
fn span(name: &str, words: &[Word<'_>], script: &str) -> Option<(usize, usize)> {
    let (first, rest) = words.split_first()?;
    let bytes = script.as_bytes();
    let start = first.start + first.raw.len();
    let mut end = start;
    for word in rest {
        if word.start != end + 1 || bytes.get(end) != Some(&b' ') || !is_plain(word) {
            return None;
        }
        end = word.start + word.raw.len();
    }
    is_plain(first).then_some((start - name.len(), end))
}

/// Whether a word stands in the script as its value, on one line.
fn is_plain(word: &Word<'_>) -> bool {
    word.flags & (QUOTE | ESCAPE | COMMAND | ANSI | HIDDEN) == 0
}

/// A name and words with one blank between them, all on one line.
pub(super) fn join<'a, 'w>(
    name: &str,
    words: impl Iterator<Item = &'w str> + Clone,
    arena: &'a Bump,
) -> &'a str {
    let length = words.clone().fold(name.len(), |length, word| length + 1 + word.len());
    let mut text = ArenaString::with_capacity_in(length, arena);
    text.push_str(name);
    for word in words {
        text.push(' ');
        text.push_str(word);
    }
    if text.bytes().any(|byte| matches!(byte, b'\n' | b'\r')) {
        let line = text.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c });
        return ArenaString::from_iter_in(line, arena).into_bump_str();
    }
    text.into_bump_str()
}
