// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a line prints for itself: pipelines of constants that feed a shell, and substitutions of them.

use bumpalo::collections::Vec as ArenaVec;

use super::class::{ANSI, COMMAND, HIDDEN, PARAMETER};
use super::commands::{Command, Parsed, Redirect, Word, parse};
use super::emulate::{OUTPUT_MAX, run};
use super::field::{concat, quoted};
use super::lex::Redirection;
use super::rewrite::Rewriter;
use super::scripts::{command_text, is_taker, reads_input};
use super::tools::{Role, Tool};
use super::view::Via;
use super::word::{Part, Pieces};

/// Words that `xargs` passes on; further ones are left out.
const XARGS_MAX: usize = 64;
/// Commands before a `read` whose output is followed.
const STAGES_MAX: usize = 16;

/// The script that the pipeline at `first` comes down to, and the command after it.
///
/// It is none unless the pipeline's first commands print constants and the next one runs them.
pub(super) fn pipeline<'a>(
    rewriter: &mut Rewriter<'a>,
    parsed: &Parsed<'a>,
    first: usize,
) -> Option<(&'a str, usize)> {
    if rewriter.via < Via::Computed {
        return None;
    }
    let mut input: Option<&'a [u8]> = None;
    for index in first..parsed.commands.len() {
        let command = parsed.commands.get(index)?;
        if index > first && !command.piped {
            return None;
        }
        let args = parsed.args_of(command);
        let stdin = given(rewriter, parsed.redirects_of(command)).or(input);
        if let Some(printed) = input
            && let Some(text) = passed_on(rewriter, command, parsed, printed)
        {
            return Some((text, index + 1));
        }
        let tool = command.tool?;
        if let Some(printed) = stdin
            && matches!(tool.role, Role::Shell | Role::Source)
            && reads_input(tool, args)
        {
            return Some((script(printed)?, index + 1));
        }
        if index == first
            && let Some(printed) = file(rewriter, tool, args)
        {
            return Some((script(printed)?, index + 1));
        }
        input = Some(stage(rewriter, command, parsed, stdin)?);
    }
    None
}

/// What a substitution of `text` gives, if it prints constants.
pub(super) fn substitution<'a>(rewriter: &mut Rewriter<'a>, text: &'a str) -> Option<&'a str> {
    let printed = if rewriter.via < Via::Computed { None } else { print(rewriter, text) };
    Some(std::str::from_utf8(printed?).ok()?.trim_end_matches('\n'))
}

/// What `<(…)` prints, if that is constant.
pub(super) fn printed<'a>(rewriter: &mut Rewriter<'a>, substitution: &'a str) -> Option<&'a str> {
    let text = command_text(substitution, rewriter.arena);
    std::str::from_utf8(print(rewriter, text)?).ok()
}

/// What the commands before the one at `index` feed it, if that is constant.
pub(super) fn fed<'a>(rewriter: &mut Rewriter<'a>, parsed: &Parsed<'a>, index: usize) -> Option<&'a str> {
    let is_piped = |index: usize| parsed.commands.get(index).is_some_and(|command| command.piped);
    let length = (0..STAGES_MAX).take_while(|back| index.checked_sub(*back).is_some_and(is_piped)).count();
    if rewriter.via < Via::Computed || length == STAGES_MAX {
        return None;
    }
    let mut input = None;
    for command in parsed.commands.get(index - length..index)? {
        let stdin = given(rewriter, parsed.redirects_of(command)).or(input);
        input = Some(stage(rewriter, command, parsed, stdin)?);
    }
    std::str::from_utf8(input?).ok()
}

/// What a script of one pipeline prints.
fn print<'a>(rewriter: &mut Rewriter<'a>, text: &'a str) -> Option<&'a [u8]> {
    let parsed = parse(text, &mut rewriter.budget, rewriter.arena);
    let mut input = None;
    for (index, command) in parsed.commands.iter().enumerate() {
        if command.piped != (index > 0) || command.is_data {
            return None;
        }
        let stdin = given(rewriter, parsed.redirects_of(command)).or(input);
        input = Some(stage(rewriter, command, &parsed, stdin)?);
    }
    input
}

/// What one command of a pipeline prints.
fn stage<'a>(
    rewriter: &mut Rewriter<'a>,
    command: &Command<'a>,
    parsed: &Parsed<'a>,
    stdin: Option<&'a [u8]>,
) -> Option<&'a [u8]> {
    let is_lost = |redirect: &Redirect<'_>| {
        !matches!(redirect.kind, Redirection::String | Redirection::Document)
            && !redirect.operator.starts_with('2')
    };
    if parsed.redirects_of(command).iter().any(is_lost) {
        return None;
    }
    let args = parsed.args_of(command);
    let mut values = ArenaVec::with_capacity_in(args.len(), rewriter.arena);
    for arg in args {
        values.push(literal(arg)?);
    }
    run(command.tool?, &values, stdin, &mut rewriter.fuel, rewriter.arena)
}

/// A word's value, if it is the same for every run.
fn literal<'a>(word: &Word<'a>) -> Option<&'a str> {
    if word.flags & HIDDEN != 0 {
        return None;
    }
    let is_live = word.flags & (PARAMETER | COMMAND | ANSI) != 0
        && Pieces::new(word.raw).any(|piece| {
            matches!(piece.part, Part::Parameter | Part::Command | Part::Arithmetic | Part::Ansi)
        });
    (!is_live).then_some(word.value)
}

/// The standard input that redirections give: a here-string, a here-document.
fn given<'a>(rewriter: &Rewriter<'a>, redirects: &[Redirect<'a>]) -> Option<&'a [u8]> {
    redirects.iter().rev().find_map(|redirect| match redirect.kind {
        Redirection::String => {
            let text = literal(redirect.target.as_ref()?)?;
            Some(concat(&[text, "\n"], rewriter.arena).as_bytes())
        }
        Redirection::Document => redirect.body.map(str::as_bytes),
        _ => None,
    })
}

/// What `<(…)` prints, where a shell runs it as its file.
fn file<'a>(rewriter: &mut Rewriter<'a>, tool: &Tool, args: &[Word<'a>]) -> Option<&'a [u8]> {
    if !matches!(tool.role, Role::Shell | Role::Source) {
        return None;
    }
    let word = args.iter().find(|word| !word.value.starts_with('-'))?;
    let piece = Pieces::new(word.raw).next().filter(|piece| piece.part == Part::Command)?;
    if !piece.text.starts_with("<(") {
        return None;
    }
    let text = command_text(piece.text, rewriter.arena);
    print(rewriter, text)
}

/// Printed bytes as a script.
fn script(printed: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(printed).ok()?.trim_end_matches('\n');
    (text.len() <= OUTPUT_MAX).then_some(text)
}

/// The command that `xargs` makes of printed words.
fn passed_on<'a>(
    rewriter: &Rewriter<'a>,
    command: &Command<'a>,
    parsed: &Parsed<'a>,
    printed: &[u8],
) -> Option<&'a str> {
    let program = command.program - command.words.0;
    let (wrappers, words) = parsed.words_of(command).split_at_checked(program)?;
    let xargs = wrappers.iter().rposition(is_taker)?;
    let options = wrappers.get(xargs + 1..)?;
    let printed = std::str::from_utf8(printed).ok()?;
    let mark = options.iter().enumerate().find_map(|(index, word)| match word.value.strip_prefix("-I") {
        Some("") => options.get(index + 1).map(|mark| mark.value),
        mark => mark,
    });
    let arena = rewriter.arena;
    let mut parts: ArenaVec<'a, &str> = ArenaVec::new_in(arena);
    for word in words {
        parts.push(match mark.filter(|mark| !mark.is_empty()) {
            Some(mark) => {
                let line = printed.lines().next().unwrap_or("");
                let mut pieces = ArenaVec::new_in(arena);
                for (index, piece) in literal(word)?.split(mark).take(XARGS_MAX).enumerate() {
                    if index > 0 {
                        pieces.push(line);
                    }
                    pieces.push(piece);
                }
                quoted(concat(&pieces, arena), arena)
            }
            None => quoted(literal(word)?, arena),
        });
        parts.push(" ");
    }
    if mark.is_none() {
        for word in printed.split_ascii_whitespace().take(XARGS_MAX) {
            parts.push(quoted(arena.alloc_str(word), arena));
            parts.push(" ");
        }
    }
    Some(concat(&parts, arena).trim_end())
}
