// SPDX-License-Identifier: AGPL-3.0-or-later
//! Programs of other languages in a line: the shell commands that they are sure to hand to a shell.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::class::is_name;
use super::commands::{Word, takes_next};
use super::escapes::{Reader, decode};
use super::tools::{Role, Tool};

/// Functions that run a text by a shell.
const CALLS: [&str; 4] = ["system", "popen", "shell_exec", "passthru"];

/// The program that a tool is told to run by one of its words: `awk '…'`, `python -c '…'`, `perl -e '…'`.
fn program<'a>(tool: &Tool, args: &[Word<'a>]) -> Option<&'a str> {
    let mut words = args.iter().map(|arg| arg.value);
    while let Some(word) = words.next() {
        let is_option = word.starts_with('-') && word.len() > 1;
        match tool.role {
            Role::Awk if !is_option => return Some(word),
            Role::Awk if word.starts_with("-f") => return None,
            Role::Interpreter if !is_option => return None,
            Role::Interpreter if !word.starts_with("--") && word.ends_with(['c', 'e', 'E', 'r']) => {
                return words.next();
            }
            _ if takes_next(word, tool.valued) => _ = words.next(),
            _ => {}
        }
    }
    None
}

/// Calls `found` with each text that such a program has a shell run, as far as it is constant.
///
/// # Cost
///
/// Linear in the program.
pub(super) fn commands<'a>(tool: &Tool, args: &[Word<'a>], arena: &'a Bump, mut found: impl FnMut(&'a str)) {
    if !matches!(tool.role, Role::Awk | Role::Interpreter) {
        return;
    }
    let Some(program) = program(tool, args) else { return };
    let bytes = program.as_bytes();
    let mut at = 0;
    // Where the name before `at` starts.
    let mut name = 0;
    while let Some(&byte) = bytes.get(at) {
        if matches!(byte, b'"' | b'\'') {
            let end = text_end(bytes, at);
            let before = program.get(name..at).unwrap_or("").trim_end().trim_end_matches('(').trim_end();
            let after = program.get(end + 1..).unwrap_or("").trim_start();
            let is_whole = after.is_empty() || after.starts_with([')', ';', '}']);
            if CALLS.contains(&before)
                && is_whole
                && let Some(text) = program.get(at + 1..end)
            {
                found(plain(text, arena));
            }
            at = end + 1;
            name = at;
            continue;
        }
        if !is_name(byte) && !matches!(byte, b' ' | b'(') {
            name = at + 1;
        }
        at += 1;
    }
}

/// Where the text that a quote at `at` starts has its other quote, or the program its end.
fn text_end(bytes: &[u8], at: usize) -> usize {
    let quote = bytes.get(at);
    let mut end = at + 1;
    while let Some(byte) = bytes.get(end).filter(|byte| Some(*byte) != quote) {
        end += 1 + usize::from(*byte == b'\\');
    }
    end.min(bytes.len())
}

fn plain<'a>(text: &'a str, arena: &'a Bump) -> &'a str {
    if !text.contains('\\') {
        return text;
    }
    let mut bytes = ArenaVec::with_capacity_in(text.len(), arena);
    decode(text, Reader::Quote, &mut bytes);
    std::str::from_utf8(bytes.into_bump_slice()).unwrap_or(text)
}
