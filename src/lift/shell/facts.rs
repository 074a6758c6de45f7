// SPDX-License-Identifier: AGPL-3.0-or-later
//! A script → the facts that rules ask for: one pass over its commands, and over the scripts inside of
//! them.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::class::{
    ANSI, COLON, COMMAND, ESCAPE, FED, HIDDEN, PASSED_ON, QUOTE, SLASH, TILDE, VEILED, VEILED_TWICE, WEIRD,
};
use super::commands::{Command, Parsed, Word, parse, program, takes_next};
use super::lex::Redirection;
use super::scripts::{self, Nested};
use super::tools::Role;
use super::view::{Facts, TOKENS_MAX};
use super::{net, paths};

/// What the facts of a text were made of, beside the facts.
pub(super) struct Read<'a> {
    pub(super) facts: Facts<'a>,
    /// The bits of all its words.
    pub(super) flags: u32,
    /// What its commands do.
    pub(super) roles: u64,
}

struct Builder<'a> {
    arena: &'a Bump,
    argv0: ArenaVec<'a, &'a str>,
    simple: ArenaVec<'a, &'a str>,
    pipelines: ArenaVec<'a, &'a str>,
    words: ArenaVec<'a, &'a str>,
    args: ArenaVec<'a, &'a str>,
    paths: ArenaVec<'a, &'a str>,
    urls: ArenaVec<'a, &'a str>,
    hosts: ArenaVec<'a, &'a str>,
    writes: ArenaVec<'a, &'a str>,
    pipeline_to_shell: bool,
    decoded_to_shell: bool,
    veiled: usize,
    flags: u32,
    roles: u64,
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
    let words = text.len() / 6 + 4;
    let list = |size| ArenaVec::with_capacity_in(size, arena);
    let mut builder = Builder {
        arena,
        argv0: list(words / 3 + 1),
        simple: list(words / 3 + 1),
        words: list(words),
        args: list(words),
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
        queue: ArenaVec::new_in(arena),
        pipeline: Pipeline::default(),
    };
    let mut budget = TOKENS_MAX;
    let mut next = Some(Nested { script: text, depth: 0, is_run: false });
    let mut done = 0;
    while let Some(nested) = next {
        builder.script(nested, &mut budget);
        next = builder.queue.get(done).copied();
        done += 1;
    }
    builder.finish()
}

impl<'a> Builder<'a> {
    fn finish(self) -> Read<'a> {
        let facts = Facts {
            argv0: self.argv0.into_bump_slice(),
            simple: self.simple.into_bump_slice(),
            pipelines: self.pipelines.into_bump_slice(),
            words: self.words.into_bump_slice(),
            args: self.args.into_bump_slice(),
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
        let parsed = parse(nested.script, budget, self.arena);
        self.flags |= parsed.flags;
        if parsed.flags & (VEILED | VEILED_TWICE) != 0 {
            let count = |word: &Word<'_>| match word.flags {
                flags if flags & VEILED_TWICE != 0 => 2,
                flags => usize::from(flags & VEILED != 0),
            };
            self.veiled += parsed.words.iter().map(count).sum::<usize>();
        }
        self.pipeline = Pipeline { first: self.simple.len(), ..Pipeline::default() };
        for command in &parsed.commands {
            self.command(command, &parsed, nested);
        }
        self.close_pipeline(nested.script);
    }

    fn command(&mut self, command: &Command<'a>, parsed: &Parsed<'a>, nested: Nested<'a>) {
        if !command.piped {
            self.close_pipeline(nested.script);
        }
        let words = parsed.words_of(command);
        let program = command.program - command.words.0;
        for word in words.get(..program).unwrap_or_default() {
            self.words.push(word.value);
            self.word(word);
            if word.value.ends_with("xargs") {
                self.flags |= PASSED_ON;
            }
            if command.is_data {
                self.args.push(word.value);
            }
        }
        if let Some(word) = words.get(program) {
            self.words.push(word.value);
            self.word(word);
            self.argv0.push(command.name);
            let args = words.get(program + 1..).unwrap_or_default();
            match command.role() {
                Some(Role::Fetcher | Role::Remote) => self.addresses(command, args),
                role => {
                    for arg in args {
                        self.words.push(arg.value);
                        self.args.push(arg.value);
                        self.word(arg);
                    }
                    if let Some(role) = role {
                        self.role(role, args);
                    }
                }
            }
            self.show(command, words.get(program..).unwrap_or_default(), nested.script);
            self.stage(command, parsed, nested);
        }
        for redirect in parsed.redirects_of(command) {
            if let Some(target) = &redirect.target {
                self.redirect(redirect.kind, target);
            }
        }
        if (parsed.flags & COMMAND) != 0 || command.tool.is_some() {
            scripts::of(command, parsed, nested, self.arena, &mut self.queue);
        }
    }

    /// Paths and URLs of a word.
    fn word(&mut self, word: &Word<'a>) {
        if word.flags & COLON != 0
            && let Some(url) = net::url(word.value)
        {
            self.url(url);
            return;
        }
        if word.flags & (SLASH | TILDE) != 0 {
            self.path_parts(word.value);
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

    fn path_parts(&mut self, word: &'a str) {
        if word == "~" {
            return self.paths.push(word);
        }
        paths::each(word, |path| {
            let path = match paths::shorter(path, self.arena) {
                Some(short) => {
                    self.flags |= WEIRD;
                    short
                }
                None => path,
            };
            self.hosts.extend(net::socket(path));
            self.paths.push(path);
        });
    }

    fn path(&mut self, path: &'a str) -> &'a str {
        let path = match paths::shorter(path, self.arena) {
            Some(short) => {
                self.flags |= WEIRD;
                short
            }
            None => path,
        };
        self.hosts.extend(net::socket(path));
        self.paths.push(path);
        path
    }

    fn redirect(&mut self, kind: Redirection, target: &Word<'a>) {
        let is_descriptor = target.value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let substituted = target.flags & COMMAND != 0;
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
    fn addresses(&mut self, command: &Command<'a>, args: &[Word<'a>]) {
        let fetches = command.role() == Some(Role::Fetcher);
        let valued = command.tool.map_or("", |tool| tool.valued);
        let mut is_value = false;
        for arg in args {
            self.words.push(arg.value);
            self.args.push(arg.value);
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

    /// What tools write, and the commands that `find` runs.
    fn role(&mut self, role: Role, args: &[Word<'a>]) {
        self.roles |= 1 << role as u64;
        match role {
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
                        self.argv0.push(name);
                        let text = join(name, rest, self.arena);
                        self.simple.push(text);
                        self.pipeline.span = None;
                    }
                }
            }
            _ => {}
        }
    }

    /// The command as it is shown: a piece of the script where that looks the same.
    fn show(&mut self, command: &Command<'a>, words: &[Word<'a>], script: &'a str) {
        let Some((first, rest)) = words.split_first() else { return };
        let bytes = script.as_bytes();
        let end = first.start + first.raw.len();
        let mut tidy = is_plain(first).then_some(end);
        for word in rest {
            tidy =
                tidy.filter(|end| word.start == end + 1 && bytes.get(*end) == Some(&b' ') && is_plain(word));
            if tidy.is_none() {
                break;
            }
            tidy = Some(word.start + word.raw.len());
        }
        let span = tidy.map(|tidy| (end - command.name.len(), tidy));
        let text = match span.and_then(|(start, end)| script.get(start..end)) {
            Some(text) => text,
            None => join(command.name, rest, self.arena),
        };
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

    /// What the command is within its pipeline.
    fn stage(&mut self, command: &Command<'a>, parsed: &Parsed<'a>, nested: Nested<'a>) {
        let Some(tool) = command.tool else { return };
        self.roles |= 1 << tool.role as u64;
        let args = parsed.args_of(command);
        if scripts::is_decoder(tool, args) {
            self.pipeline.has_decoder = true;
            self.decoded_to_shell |= nested.is_run;
        }
        if command.piped && scripts::reads_input(tool, args) {
            self.pipeline_to_shell = true;
            self.decoded_to_shell |= self.pipeline.has_decoder;
        }
        self.pipeline_to_shell |= scripts::runs_output(tool, args);
    }

    fn close_pipeline(&mut self, script: &'a str) {
        let pipeline = std::mem::take(&mut self.pipeline);
        let stages = self.simple.get(pipeline.first..).unwrap_or_default();
        if stages.len() > 1 {
            let text = match pipeline.span.and_then(|(start, end)| script.get(start..end)) {
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
        self.pipeline.first = self.simple.len();
    }
}

/// Whether a word stands in the script as its value, on one line.
fn is_plain(word: &Word<'_>) -> bool {
    word.flags & (QUOTE | ESCAPE | COMMAND | ANSI | HIDDEN) == 0
}

/// A name and words with one blank between them, all on one line.
fn join<'a>(name: &str, words: &[Word<'_>], arena: &'a Bump) -> &'a str {
    let length = words.iter().fold(name.len(), |length, word| length + 1 + word.value.len());
    let mut text = ArenaString::with_capacity_in(length, arena);
    text.push_str(name);
    for word in words {
        text.push(' ');
        text.push_str(word.value);
    }
    if text.contains(['\n', '\r']) {
        let line = text.chars().map(|c| if matches!(c, '\n' | '\r') { ' ' } else { c });
        return ArenaString::from_iter_in(line, arena).into_bump_str();
    }
    text.into_bump_str()
}
