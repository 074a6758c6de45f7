// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack migrate --tags`: a view of stored tags as the release has them.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write};
use std::path::PathBuf;

use crate::attack::Catalogue;
use crate::cli::stored::{Lines, Problems};
use crate::cli::tag::Input;
use crate::cli::text::{counted_or_no, escape, escape_lines};
use crate::cli::ui::unwritten;
use crate::cli::{Exit, Ui};
use crate::vocab::Limits;

use super::mapped::{Mapped, map};

/// What became of the tags.
#[derive(Default)]
struct Counts {
    tags: u64,
    changed: u64,
    newer: u64,
    /// From what to what; ids and tactics are the catalogue's, which bounds them.
    changes: BTreeMap<(String, String), u64>,
}

/// Where the view goes.
struct View<'v, W> {
    out: W,
    /// All tags as they are mapped, rather than how the mapped ones differ.
    whole: bool,
    terminal: bool,
    input: &'v str,
    /// Whether the diff of this input has its head.
    begun: bool,
}

/// Maps the tags of the files and prints the view.
///
/// # Errors
/// A file cannot be read, or standard output is closed.
pub(super) fn run(files: &[PathBuf], whole: bool, attack: &Catalogue, ui: &Ui) -> anyhow::Result<Exit> {
    let limits = Limits::default();
    let mut counts = Counts::default();
    let mut problems = Problems::new(ui);
    let mut out = ui.stdout();
    for input in Input::all(files)? {
        let (stream, size) = input.open()?;
        let mut progress = (size > 0).then(|| ui.progress(size, true));
        let mut lines = Lines::new(stream, &limits);
        let name = input.name();
        let terminal = io::stdout().is_terminal();
        let mut view = View { out: &mut out, whole, terminal, input: &name, begun: false };
        while lines.read().map_err(|error| Exit::Io.wrap(error))? {
            match line(&lines, attack, &limits, &mut counts) {
                Ok(Some(after)) => view.changed(lines.number(), lines.bytes(), &after).map_err(unwritten)?,
                Ok(None) => view.same(lines.bytes()).map_err(unwritten)?,
                Err(problem) => {
                    view.same(lines.bytes()).map_err(unwritten)?;
                    problems.say(&name, lines.number(), &problem);
                }
            }
            if let Some(progress) = &mut progress {
                progress.add(lines.bytes().len() as u64);
            }
            if whole {
                lines.rest(view.out)?;
            }
        }
    }
    out.flush().map_err(unwritten)?;
    for note in summary(&counts, problems.count, attack) {
        ui.note(&note);
    }
    Ok(match problems.count {
        0 => Exit::Fine,
        _ if counts.tags == 0 => Exit::Usage,
        _ => Exit::No,
    })
}

/// The line as it is mapped, where that differs.
fn line<R: io::Read>(
    lines: &Lines<R>,
    attack: &Catalogue,
    limits: &Limits,
    counts: &mut Counts,
) -> Result<Option<String>, String> {
    let Some(tag) = lines.tag(limits)? else { return Ok(None) };
    let mapped = map(tag, attack);
    counts.tags += 1;
    match mapped? {
        Mapped::Same => Ok(None),
        Mapped::Newer => {
            counts.newer += 1;
            Ok(None)
        }
        Mapped::Changed { line, from, to } => {
            counts.changed += 1;
            *counts.changes.entry((from, to)).or_default() += 1;
            Ok(Some(line))
        }
    }
}

impl<W: Write> View<'_, W> {
    fn same(&mut self, line: &[u8]) -> io::Result<()> {
        if self.whole { self.out.write_all(line) } else { Ok(()) }
    }

    /// A line of the diff has no lines around it, so that any number of them needs no memory.
    fn changed(&mut self, number: u64, before: &[u8], after: &str) -> io::Result<()> {
        let text = String::from_utf8_lossy(before);
        let bare = text.trim_end_matches('\n').trim_end_matches('\r');
        let end = text.get(bare.len()..).unwrap_or_default();
        if self.whole {
            self.out.write_all(after.as_bytes())?;
            return self.out.write_all(end.as_bytes());
        }
        if !self.begun {
            self.begun = true;
            let path = escape(self.input.trim_start_matches('/'));
            write!(self.out, "--- a/{path}\n+++ b/{path}\n")?;
        }
        let end = if end.is_empty() { "\n\\ No newline at end of file\n" } else { end };
        let hunk = format!("@@ -{number} +{number} @@\n-{bare}{end}+{after}{end}");
        // A file or a pipe gets the bytes as they are, so that the diff applies.
        let hunk = if self.terminal { escape_lines(&hunk) } else { hunk };
        self.out.write_all(hunk.as_bytes())
    }
}

fn summary(counts: &Counts, problems: u64, attack: &Catalogue) -> Vec<String> {
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let changes = counts.changes.iter().map(|((from, to), count)| format!("{count:>7}  {from} is {to}"));
    let mut notes: Vec<String> = changes.map(|line| escape(&line)).collect();
    if counts.newer > 0 {
        let tags = if counts.newer == 1 { "tag is" } else { "tags are" };
        notes.push(format!("{} {tags} of a later release and left as it is", counts.newer));
    }
    notes.push(format!(
        "{} of {} mapped to ATT&CK {}, {} left to you",
        counts.changed,
        counted_or_no(number(counts.tags), "tag"),
        attack.release(),
        counted_or_no(number(problems), "problem")
    ));
    notes
}
