// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tokens → simple commands: keywords passed over, redirections taken out, the program behind wrappers
//! found.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::class::{COMMAND, EQUALS, ESCAPE, HIDDEN, QUOTE, SETS, SLASH, assignment};
use super::lex::{Kind, Redirection, Token, Tokens, lex};
use super::tools::{Role, Tool, lookup};
use super::word;

#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'a> {
    pub(super) raw: &'a str,
    /// Without its quotes; as it is written where it is hidden.
    pub(super) value: &'a str,
    pub(super) flags: u32,
    /// Where it starts in the script.
    pub(super) start: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Redirect<'a> {
    pub(super) kind: Redirection,
    /// The operator, descriptor and all.
    pub(super) operator: &'a str,
    pub(super) target: Option<Word<'a>>,
    /// A here-document's.
    pub(super) body: Option<&'a str>,
}

/// A simple command; the numbers are places in [`Parsed`]'s lists.
#[derive(Clone, Copy, Debug)]
pub(super) struct Command<'a> {
    pub(super) words: (usize, usize),
    /// The program's word, wrappers and assignments before it; the end of `words` if there is none.
    pub(super) program: usize,
    /// The program's name without its folder.
    pub(super) name: &'a str,
    pub(super) tool: Option<&'static Tool>,
    pub(super) redirects: (usize, usize),
    pub(super) tokens: (usize, usize),
    /// Its standard input is the command before it.
    pub(super) piped: bool,
    /// The words that a `for` goes through, or a `case` looks at: data, no command.
    pub(super) is_data: bool,
}

/// A simple command by itself.
#[derive(Clone, Copy)]
pub(super) struct Simple<'a, 'w> {
    pub(super) words: &'w [Word<'a>],
    /// The program's place in `words`; their end if there is none.
    pub(super) program: usize,
    pub(super) name: &'a str,
    pub(super) tool: Option<&'static Tool>,
    pub(super) redirects: &'w [Redirect<'a>],
    pub(super) piped: bool,
    pub(super) is_data: bool,
    /// At least the bits of its words.
    pub(super) flags: u32,
}

impl<'a, 'w> Simple<'a, 'w> {
    /// The program's operands and options.
    pub(super) fn args(&self) -> &'w [Word<'a>] {
        self.words.get(self.program + 1..).unwrap_or_default()
    }

    pub(super) fn role(&self) -> Option<Role> {
        self.tool.map(|tool| tool.role)
    }
}

impl Command<'_> {
    pub(super) fn role(&self) -> Option<Role> {
        self.tool.map(|tool| tool.role)
    }
}

pub(super) struct Parsed<'a> {
    pub(super) script: &'a str,
    pub(super) tokens: Tokens<'a>,
    pub(super) words: ArenaVec<'a, Word<'a>>,
    pub(super) redirects: ArenaVec<'a, Redirect<'a>>,
    pub(super) commands: ArenaVec<'a, Command<'a>>,
    /// The bits of all words and gaps.
    pub(super) flags: u32,
}

impl<'a> Parsed<'a> {
    pub(super) fn words_of(&self, command: &Command<'_>) -> &[Word<'a>] {
        self.words.get(command.words.0..command.words.1).unwrap_or_default()
    }

    pub(super) fn simple(&self, command: &Command<'a>) -> Simple<'a, '_> {
        Simple {
            words: self.words_of(command),
            program: command.program - command.words.0,
            name: command.name,
            tool: command.tool,
            redirects: self.redirects_of(command),
            piped: command.piped,
            is_data: command.is_data,
            flags: self.flags,
        }
    }

    /// The program's operands and options.
    pub(super) fn args_of(&self, command: &Command<'_>) -> &[Word<'a>] {
        self.words.get(command.program + 1..command.words.1).unwrap_or_default()
    }

    pub(super) fn redirects_of(&self, command: &Command<'_>) -> &[Redirect<'a>] {
        self.redirects.get(command.redirects.0..command.redirects.1).unwrap_or_default()
    }
}

struct Parser<'a> {
    parsed: Parsed<'a>,
    arena: &'a Bump,
    piped: bool,
    /// Open `case`s.
    cases: usize,
    /// Between `in` or `;;` and the `)` after a pattern.
    in_pattern: bool,
}

/// Reads a script; takes its tokens off `budget`.
pub(super) fn parse<'a>(script: &'a str, budget: &mut usize, arena: &'a Bump) -> Parsed<'a> {
    let tokens = lex(script, budget, arena);
    let count = tokens.list.len();
    let parsed = Parsed {
        script,
        words: ArenaVec::with_capacity_in(count, arena),
        redirects: ArenaVec::new_in(arena),
        commands: ArenaVec::with_capacity_in(count / 3 + 1, arena),
        flags: tokens.gaps,
        tokens,
    };
    let mut parser = Parser { parsed, arena, piped: false, cases: 0, in_pattern: false };
    parser.run();
    parser.parsed
}

impl<'a> Parser<'a> {
    fn token(&self, at: usize) -> Option<Token> {
        self.parsed.tokens.list.get(at).copied()
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.token(at).map(|token| token.kind)
    }

    fn text(&self, at: usize) -> &'a str {
        self.token(at).map_or("", |token| token.text(self.parsed.script))
    }

    fn run(&mut self) {
        let mut at = 0;
        while let Some(token) = self.token(at) {
            match token.kind {
                Kind::Word | Kind::Redirect(_) if self.in_pattern => {
                    self.in_pattern = self.text(at) != "esac";
                    self.cases -= usize::from(!self.in_pattern && self.cases > 0);
                    at += 1;
                }
                Kind::Word | Kind::Redirect(_) => at = self.command(at),
                Kind::Pipe => (self.piped, at) = (!self.in_pattern, at + 1),
                // A pipe may end a line.
                Kind::Newline => at += 1,
                Kind::Open => at += 1,
                Kind::Branch => (self.piped, self.in_pattern, at) = (false, self.cases > 0, at + 1),
                Kind::Close => (self.piped, self.in_pattern, at) = (false, false, at + 1),
                Kind::Semicolon | Kind::Logic => (self.piped, at) = (false, at + 1),
            }
            if self.kind(at) == Some(Kind::Newline) && self.kind(at.wrapping_sub(1)) != Some(Kind::Pipe) {
                self.piped = false;
            }
        }
    }

    /// Reads the command at `at`; where the next token is.
    fn command(&mut self, mut at: usize) -> usize {
        while let Some(token) = self.token(at).filter(|token| token.kind == Kind::Word) {
            if token.flags & (QUOTE | ESCAPE) != 0 || token.end - token.start > 8 {
                break;
            }
            match lookup(token.text(self.parsed.script)).map(|tool| tool.role) {
                Some(Role::Keyword) => at += 1,
                Some(Role::Esac) => (self.cases, at) = (self.cases.saturating_sub(1), at + 1),
                Some(Role::Function) => {
                    self.parsed.flags |= SETS;
                    at += 2;
                }
                Some(Role::For) => return self.data(at, false),
                Some(Role::Case) => return self.data(at, true),
                _ => break,
            }
        }
        if self.kind(at + 1) == Some(Kind::Open) && self.kind(at + 2) == Some(Kind::Close) {
            // Its words are set where it is called.
            self.parsed.flags |= SETS;
            return at + 3;
        }
        self.simple(at)
    }

    /// The words after `for x in`, or those between `case` and `in`.
    fn data(&mut self, at: usize, is_case: bool) -> usize {
        let start = self.parsed.words.len();
        let named = !is_case && self.text(at + 2) == "in";
        let mut end = at + if named { 3 } else { 1 + usize::from(!is_case) };
        while self.kind(end) == Some(Kind::Word) {
            if is_case && self.text(end) == "in" {
                self.cases += 1;
                self.in_pattern = true;
                end += 1;
                break;
            }
            self.word(end);
            end += 1;
        }
        self.finish(start, self.parsed.redirects.len(), (at, end), true);
        end
    }

    fn word(&mut self, at: usize) -> Option<Word<'a>> {
        let token = self.token(at).filter(|token| token.kind == Kind::Word)?;
        let word = self.make(token);
        self.parsed.words.push(word);
        Some(word)
    }

    fn make(&mut self, token: Token) -> Word<'a> {
        let raw = token.text(self.parsed.script);
        self.parsed.flags |= token.flags;
        let value = word::value(raw, token.flags, self.arena);
        Word { raw, value, flags: token.flags, start: token.start as usize }
    }

    fn simple(&mut self, start: usize) -> usize {
        let (words, redirects) = (self.parsed.words.len(), self.parsed.redirects.len());
        let mut at = start;
        loop {
            match self.kind(at) {
                Some(Kind::Word) => {
                    self.word(at);
                    at += 1;
                }
                Some(Kind::Redirect(kind)) => {
                    let documents = &self.parsed.tokens.documents;
                    let body = documents.iter().find(|document| document.token == at).map(|it| it.body);
                    let operator = self.text(at);
                    let target = self.token(at + 1).filter(|token| token.kind == Kind::Word);
                    let target = target.map(|token| match kind {
                        // A mark is quoted to keep the text as it is, not to hide it.
                        Redirection::Document => Token { flags: QUOTE, ..token },
                        _ => token,
                    });
                    let target = target.map(|token| self.make(token));
                    self.parsed.redirects.push(Redirect { kind, operator, target, body });
                    at += 1 + usize::from(target.is_some());
                }
                _ => break,
            }
        }
        if at > start {
            self.finish(words, redirects, (start, at), false);
        }
        at.max(start + usize::from(at == start))
    }

    fn finish(&mut self, words: usize, redirects: usize, tokens: (usize, usize), is_data: bool) {
        let end = self.parsed.words.len();
        let list = self.parsed.words.get(words..end).unwrap_or_default();
        let (program, name, tool) = if is_data { (list.len(), "", None) } else { program(list) };
        self.parsed.commands.push(Command {
            words: (words, end),
            program: words + program,
            name,
            tool,
            redirects: (redirects, self.parsed.redirects.len()),
            tokens,
            piped: std::mem::take(&mut self.piped),
            is_data,
        });
    }
}

/// The program among a command's words, its name, and what is known of it.
pub(super) fn program<'a>(words: &[Word<'a>]) -> (usize, &'a str, Option<&'static Tool>) {
    let is_assignment = |word: &Word<'_>| word.flags & EQUALS != 0 && assignment(word.raw).is_some();
    let mut at = words.iter().position(|word| !is_assignment(word)).unwrap_or(words.len());
    while let Some(word) = words.get(at) {
        let name = base_name(word);
        let tool = lookup(name);
        match tool.filter(|tool| tool.role == Role::Wrapper).and_then(|tool| wrapped(tool, words, at)) {
            Some(next) => at = next,
            None => return (at, name, tool),
        }
    }
    (at, "", None)
}

/// A word's last path component.
fn base_name<'a>(word: &Word<'a>) -> &'a str {
    let whole = word.value;
    if word.flags & SLASH == 0 || word.flags & (COMMAND | HIDDEN) != 0 {
        return whole;
    }
    let name = whole.rsplit('/').next().unwrap_or(whole);
    if name.is_empty() { whole } else { name }
}

/// Where the command of the wrapper at `at` starts, if it has one.
fn wrapped(tool: &Tool, words: &[Word<'_>], at: usize) -> Option<usize> {
    let mut next = at + 1;
    if super::scripts::inner(tool, words.get(next..)?).is_some() {
        return None;
    }
    while let Some(word) = words.get(next).map(|word| word.value) {
        if word == "--" {
            next += 1;
            break;
        }
        if tool.name == "command" && matches!(word, "-v" | "-V") {
            return None;
        }
        let is_variable = matches!(tool.name, "env" | "sudo" | "doas") && assignment(word).is_some();
        if !is_variable && (!word.starts_with('-') || word == "-") {
            break;
        }
        next += 1 + usize::from(takes_next(word, tool.valued));
    }
    next += usize::from(tool.operands);
    (next < words.len()).then_some(next)
}

/// Whether the word after an option is its value.
pub(super) fn takes_next(option: &str, valued: &str) -> bool {
    if let Some(long) = option.strip_prefix("--") {
        return matches!(
            long,
            "user"
                | "group"
                | "signal"
                | "kill-after"
                | "adjustment"
                | "unset"
                | "chdir"
                | "max-args"
                | "max-procs"
                | "replace"
                | "delimiter"
                | "class"
                | "classdata"
                | "host"
                | "output"
                | "output-document"
                | "directory-prefix"
                | "user-agent"
                | "header"
                | "data"
                | "request"
        );
    }
    let mut letters = option.strip_prefix('-').unwrap_or("").chars();
    // The first letter that takes a value takes what is left of the word, or the next word.
    letters.any(|letter| valued.contains(letter)) && letters.next().is_none()
}
