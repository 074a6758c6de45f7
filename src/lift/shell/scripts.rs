// SPDX-License-Identifier: AGPL-3.0-or-later
//! Scripts inside of commands: `$(…)`, `sh -c '…'`, `eval`, `find -exec`; and what feeds a shell.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::class::{COMMAND, HIDDEN};
use super::commands::{Simple, Word, program, takes_next};
use super::tools::{Role, Tool};
use super::view::DEPTH_MAX;
use super::word::{Part, Pieces, inside};

/// A script to read.
#[derive(Clone, Copy)]
pub(super) struct Nested<'a> {
    pub(super) script: &'a str,
    pub(super) depth: usize,
    /// What it prints is run.
    pub(super) is_run: bool,
}

/// Adds the scripts that a command holds.
pub(super) fn of<'a>(
    command: &Simple<'a, '_>,
    nested: Nested<'a>,
    arena: &'a Bump,
    queue: &mut ArenaVec<'a, Nested<'a>>,
) {
    let depth = nested.depth + 1;
    if depth > DEPTH_MAX {
        return;
    }
    let mut push = |script: &'a str, is_run| queue.push(Nested { script, depth, is_run });
    let args = command.args();
    let scripts = command.tool.map(|tool| scripts(tool, args)).unwrap_or_default();
    match scripts {
        Scripts::None => {}
        Scripts::One(index) => args.get(index).into_iter().for_each(|word| push(word.value, nested.is_run)),
        Scripts::All => push(join(args, arena), nested.is_run),
    }
    if let Some(tool) = command.tool {
        super::code::commands(tool, args, arena, |script| push(script, false));
    }
    if command.role() == Some(Role::Find) {
        for words in find_commands(args) {
            let (at, _, tool) = program(words);
            let args = words.get(at + 1..).unwrap_or_default();
            if let Some(Scripts::One(index)) = tool.map(|tool| self::scripts(tool, args)) {
                args.get(index).into_iter().for_each(|word| push(word.value, false));
            }
        }
    }
    if command.flags & COMMAND == 0 {
        return;
    }
    for (index, word) in command.words.iter().enumerate() {
        let is_script = match scripts {
            Scripts::None => false,
            Scripts::One(script) => index == command.program + 1 + script,
            Scripts::All => index > command.program,
        };
        if word.flags & COMMAND != 0 && !is_script {
            let sourced = word.value.starts_with("<(") && runs_files(command.role());
            substitutions(word, arena, |script| push(script, index == command.program || sourced));
        }
    }
    for redirect in command.redirects {
        if let Some(target) = redirect.target.filter(|target| target.flags & COMMAND != 0) {
            let is_run = command.role() == Some(Role::Shell);
            substitutions(&target, arena, |script| push(script, is_run));
        }
    }
}

/// Calls `found` with the script of each substitution in a word.
fn substitutions<'a>(word: &Word<'a>, arena: &'a Bump, mut found: impl FnMut(&'a str)) {
    for piece in Pieces::new(word.raw).filter(|piece| piece.part == Part::Command) {
        found(command_text(piece.text, arena));
    }
}

/// The script of a substitution; in back-ticks, backslashes before `` ` ``, `$` and `\` are taken off.
pub(super) fn command_text<'a>(substitution: &'a str, arena: &'a Bump) -> &'a str {
    let script = inside(substitution);
    if !substitution.starts_with('`') || !script.contains('\\') {
        return script;
    }
    let mut text = ArenaString::with_capacity_in(script.len(), arena);
    let mut chars = script.chars().peekable();
    while let Some(c) = chars.next() {
        let escapes = c == '\\' && matches!(chars.peek(), Some('`' | '$' | '\\'));
        text.push(if escapes { chars.next().unwrap_or(c) } else { c });
    }
    text.into_bump_str()
}

/// Which arguments are a script of the shell.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Scripts {
    #[default]
    None,
    One(usize),
    /// All, joined by blanks.
    All,
}

/// Which of a tool's arguments are a script.
pub(super) fn scripts(tool: &Tool, args: &[Word<'_>]) -> Scripts {
    let readable = |index: usize| args.get(index).is_some_and(|word| word.flags & HIDDEN == 0);
    match tool.role {
        Role::Eval if !args.is_empty() && (0..args.len()).all(readable) => Scripts::All,
        Role::Trap if args.len() > 1 && readable(0) => Scripts::One(0),
        Role::Shell | Role::Su => match script_after_c(args) {
            Some(index) if readable(index) => Scripts::One(index),
            _ => Scripts::None,
        },
        Role::Wrapper => match inner(tool, args) {
            Some(index) if readable(index) => Scripts::One(index),
            _ => Scripts::None,
        },
        _ => Scripts::None,
    }
}

/// Whether a word is `xargs`.
pub(super) fn is_taker(word: &Word<'_>) -> bool {
    word.value.rsplit('/').next() == Some("xargs")
}

/// Whether a word is one substitution, in quotes or not: what it prints is the whole script.
pub(super) fn is_printed(word: &Word<'_>) -> bool {
    let is_text = |part: &Part| !matches!(part, Part::Open | Part::Close);
    let mut parts = Pieces::new(word.raw).map(|piece| piece.part).filter(is_text);
    word.flags & COMMAND != 0 && parts.next() == Some(Part::Command) && parts.next().is_none()
}

/// The word that a wrapper takes apart as a shell does: that of `env -S`, or of `watch` if it has blanks.
pub(super) fn inner(tool: &Tool, args: &[Word<'_>]) -> Option<usize> {
    match tool.name {
        "env" => {
            let is_variable = |word: &&Word<'_>| word.value.starts_with('-') || word.value.contains('=');
            let options = args.iter().take_while(is_variable).map(|word| word.value);
            let split = |option: &str| matches!(option, "-S" | "-vS" | "-iS" | "--split-string");
            options.map(split).position(|splits| splits).map(|at| at + 1).filter(|at| *at < args.len())
        }
        "watch" => operand(tool, args)
            .filter(|at| *at + 1 == args.len() && args.get(*at).is_some_and(|word| word.value.contains(' '))),
        _ => None,
    }
}

/// The first operand.
fn operand(tool: &Tool, args: &[Word<'_>]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = args.get(at).map(|word| word.value) {
        if !word.starts_with('-') {
            return Some(at);
        }
        at += 1 + usize::from(takes_next(word, tool.valued));
    }
    None
}

/// The word after an option `-c`, alone or among other letters.
fn script_after_c(args: &[Word<'_>]) -> Option<usize> {
    let is_c = |word: &Word<'_>| {
        let letters = word.value.strip_prefix('-').unwrap_or("");
        letters == "-command"
            || (letters.contains('c') && letters.bytes().all(|byte| byte.is_ascii_alphabetic()))
    };
    let option = args.iter().position(is_c)?;
    let after = args.iter().skip(option + 1).position(|word| !word.value.starts_with('-'))?;
    Some(option + 1 + after)
}

/// Whether a command of that role runs the files that its operands name.
fn runs_files(role: Option<Role>) -> bool {
    matches!(role, Some(Role::Shell | Role::Source | Role::Interpreter))
}

/// Whether a shell or an interpreter reads its program from the standard input.
pub(super) fn reads_input(tool: &Tool, args: &[Word<'_>]) -> bool {
    let is_shell = tool.role == Role::Shell;
    if tool.role == Role::Source {
        return args.first().is_some_and(|word| word.value == "/dev/stdin");
    }
    if !is_shell && tool.role != Role::Interpreter {
        return false;
    }
    let mut is_value = false;
    for word in args.iter().map(|arg| arg.value) {
        if std::mem::take(&mut is_value) {
            continue;
        }
        if matches!(word, "-" | "/dev/stdin" | "/dev/fd/0" | "/proc/self/fd/0") {
            return true;
        }
        if !word.starts_with(['-', '+']) {
            return false;
        }
        if !word.starts_with("--") {
            // Options that bring a program of their own.
            let brings = if is_shell { "c" } else { "cemrnpEFlRiVv" };
            if word.contains(|letter| brings.contains(letter)) {
                return false;
            }
            if is_shell && word.starts_with('-') && word.contains('s') {
                return true;
            }
            is_value = takes_next(word, tool.valued);
        }
    }
    true
}

/// Whether a command runs what another one prints: `sh <(…)`, `bash -c "$(…)"`, `eval "$(…)"`.
pub(super) fn runs_output(tool: &Tool, args: &[Word<'_>]) -> bool {
    let prints = |word: &Word<'_>| word.flags & COMMAND != 0 && word.value.starts_with(['$', '`']);
    match scripts(tool, args) {
        Scripts::One(index) => args.get(index).is_some_and(prints),
        Scripts::All => args.first().is_some_and(prints),
        Scripts::None => {
            let file = |word: &Word<'_>| word.flags & COMMAND != 0 && word.value.starts_with("<(");
            runs_files(Some(tool.role)) && args.iter().any(file)
        }
    }
}

/// Whether a command turns coded text into plain text.
pub(super) fn is_decoder(tool: &Tool, args: &[Word<'_>]) -> bool {
    let option = |short: char, long: &str| {
        args.iter().map(|arg| arg.value).filter(|word| word.starts_with('-')).any(|word| {
            if word.starts_with("--") { word.get(2..) == Some(long) } else { word.contains(short) }
        })
    };
    let coded = |word: &Word<'_>| {
        word.raw
            .split('\\')
            .skip(1)
            .any(|rest| rest.starts_with(['x', 'u', 'U']) || rest.starts_with(|c: char| c.is_ascii_digit()))
    };
    match tool.role {
        Role::Base64 => option('d', "decode") || option('D', "decode"),
        Role::Xxd => option('r', "revert"),
        Role::Rev => true,
        Role::Tr => {
            args.len() > 1 && args.iter().all(|arg| !arg.value.starts_with('-')) && swaps_letters(args)
        }
        Role::Echo => option('e', "") && args.iter().any(coded),
        Role::Printf => args.iter().any(coded),
        _ => false,
    }
}

/// Whether `tr` is told to replace letters or digits.
fn swaps_letters(sets: &[Word<'_>]) -> bool {
    sets.first().is_some_and(|set| !set.value.starts_with('\\') && set.value.contains(char::is_alphanumeric))
}

/// The words of the commands that the arguments of `find` ask it to run.
pub(super) fn find_commands<'w, 'a>(args: &'w [Word<'a>]) -> impl Iterator<Item = &'w [Word<'a>]> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let is_exec = |word: &Word<'_>| matches!(word.value, "-exec" | "-execdir" | "-ok" | "-okdir");
        let start = at + 1 + args.get(at..)?.iter().position(is_exec)?;
        let rest = args.get(start..)?;
        let length = rest.iter().position(|word| matches!(word.value, ";" | "+")).unwrap_or(rest.len());
        at = start + length;
        rest.get(..length)
    })
}

pub(super) fn join<'a>(words: &[Word<'a>], arena: &'a Bump) -> &'a str {
    if let [word] = words {
        return word.value;
    }
    let mut text = ArenaString::new_in(arena);
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            text.push(' ');
        }
        text.push_str(word.value);
    }
    text.into_bump_str()
}
