// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack migrate`: rule files and stored tags follow a release that revoked or moved what they say.

mod diff;
mod edit;
mod mapped;
mod plan;
mod tags;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use crate::attack::Catalogue;
use crate::compile::parse::{self, PackFiles};
use crate::diag::{Diagnostics, Severity, Sources, render};
use crate::vocab::Limits;

use super::super::pack::no_rules;
use super::super::text::{counted, counted_or_no, escape_lines};
use super::source::SourceArgs;
use super::{Exit, Ui};
use edit::Edit;

/// Rewrites rule files whose techniques the ATT&CK release revoked or moved
///
/// A revoked id becomes its successor, a tactic that the technique no longer has becomes the one it
/// has, and `rule_version` goes up by one; nothing else in the file changes. Prints a diff. A rule
/// that needs a decision (no successor, several tactics to choose from) is left as it is and named
/// on standard error, and the command ends with 1.
///
/// With `--tags`, tags that were stored are mapped instead, and their files stay as they are: the
/// diff, or with `--json` the tags, are a view for review and for export. A tag keeps its `uuid`, and
/// `migrated_from` has what it said before.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  decnet-ttp attack migrate rules
  decnet-ttp attack migrate rules --bundle cache > migration.diff
  decnet-ttp attack migrate rules/ttp/R0014.yaml --write
  decnet-ttp attack migrate --tags tags.ndjson
  decnet-ttp attack migrate --json --bundle cache --tags tags.ndjson > mapped.ndjson")]
pub(super) struct Args {
    /// A folder of rules, or one rule file
    #[arg(value_name = "PATH", required_unless_present = "tags")]
    path: Option<PathBuf>,

    /// Maps the tags of these files, one JSON object a line as `tag` prints them; `-` is standard
    /// input
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with_all = ["path", "write"])]
    tags: Vec<PathBuf>,

    /// With `--tags`: prints every tag as it is mapped, instead of a diff
    // What is required is waived where something else conflicts with it, so `path` is named too.
    #[arg(long, requires = "tags", conflicts_with = "path")]
    json: bool,

    /// Changes the files instead of printing a diff
    #[arg(long)]
    write: bool,

    #[command(flatten)]
    source: SourceArgs,
}

/// One file to be rewritten.
struct Rewrite<'a> {
    path: &'a str,
    before: &'a str,
    edits: Vec<Edit>,
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let attack = args.source.open(ui)?;
    match &args.path {
        Some(path) => rules(path, args.write, &attack, ui),
        None => tags::run(&args.tags, args.json, &attack, ui),
    }
}

fn rules(path: &Path, write: bool, attack: &Catalogue, ui: &Ui) -> anyhow::Result<Exit> {
    let limits = Limits::default();
    let files = PackFiles::read_dir(path, &limits).map_err(|error| Exit::Usage.wrap(error))?;
    let (mut sources, mut parsing) = (Sources::default(), Diagnostics::new());
    let pack = parse::pack(&files, &mut sources, &limits, &mut parsing);

    // What cannot be read cannot be migrated either.
    let mut open = Diagnostics::new();
    for problem in parsing.iter().filter(|problem| problem.code.severity() == Severity::Error) {
        open.push(problem.clone());
    }
    if pack.rules.is_empty() && open.is_empty() {
        return Err(Exit::Config.because(no_rules(Some(path))));
    }
    let mut rewrites = Vec::new();
    for rule in pack.rules.iter().filter(|rule| !rule.refused) {
        let Some(file) = sources.get(rule.source) else { continue };
        let edits = plan::edits(rule, &file.text, attack, &mut open);
        if !edits.is_empty() {
            rewrites.push(Rewrite { path: &file.path, before: &file.text, edits });
        }
    }
    publish(&rewrites, write, ui)?;

    if !open.is_empty() {
        open.sort();
        ui.complain(&render::text(&sources, &open, ui.stderr_color()));
    }
    let done = if write { "rewritten" } else { "to be rewritten" };
    let left = counted_or_no(open.len(), "problem");
    ui.note(&format!(
        "{} {done} for ATT&CK {}, {left} left to you",
        counted(rewrites.len(), "rule"),
        attack.release()
    ));
    Ok(Exit::yes_or_no(open.is_empty()))
}

/// Prints the diff, or changes the files.
fn publish(rewrites: &[Rewrite<'_>], write: bool, ui: &Ui) -> anyhow::Result<()> {
    if write {
        return rewrites.iter().try_for_each(|rewrite| {
            let after = edit::apply(rewrite.before, &rewrite.edits);
            edit::replace(Path::new(rewrite.path), rewrite.before, &after)
                .map_err(|error| Exit::Io.caused_by(format!("cannot rewrite `{}`", rewrite.path), error))
        });
    }
    let diffs = rewrites.iter().map(|it| diff::unified(it.path, it.before, &it.edits));
    let text: String = diffs.collect();
    // A file or a pipe gets the bytes as they are, so that the diff applies.
    let shown = if std::io::stdout().is_terminal() { escape_lines(&text) } else { text };
    Ok(ui.print(&shown)?)
}
