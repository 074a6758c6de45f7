// SPDX-License-Identifier: AGPL-3.0-or-later
//! `test`: rules against their own examples and against labelled events.

mod corpus;
mod inline;
mod judge;
mod junit;
mod report;
mod score;

use std::path::{Path, PathBuf};
use std::time::Instant;

use super::artifacts::Stored;
use super::pack::{AttackArg, CompatArg};
use super::{ArtifactsArg, Exit, Pack, Tone, Ui, pack, text};

use corpus::Corpora;
use inline::Case;
use judge::Judge;

/// Runs the examples in rule files, and labelled events
///
/// Every event also goes through the reference evaluator, which must agree with the engine.
///
/// Labelled events give each rule a precision and a recall. A rule of confidence 0.85 and up needs
/// a precision of 0.95, any other rule one of 0.80; all need a recall of 0.90.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Folder with rules, or one rule file; without, the built-in rules
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,

    #[command(flatten)]
    attack: AttackArg,

    #[command(flatten)]
    compat: CompatArg,

    #[command(flatten)]
    artifacts: ArtifactsArg,

    /// Labelled events; without, DIR/corpus/*.jsonl where there are such files
    #[arg(long, value_name = "FILE", num_args = 1..)]
    corpus: Vec<PathBuf>,

    /// Writes a JUnit report, for continuous integration
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  decnet-ttp test
  decnet-ttp test rules/
  decnet-ttp test rules/ --corpus ours.jsonl theirs.jsonl --junit report.xml

Labelled events stand one on a line; `expect` names every rule that must fire, `note` is free, and
`decky_id` is needed only where a message that the decoy stored is to be opened:
  {\"source_kind\": \"command\", \"payload\": {\"command_text\": \"w\"}, \"expect\": [\"R0019\"], \"note\": \"…\"}";

/// Something that is not as a rule's author says.
#[derive(Clone, Debug)]
struct Failure {
    /// What kind of failure, one or two words.
    what: &'static str,
    /// `file:line`.
    place: String,
    rule_id: String,
    payload: String,
    expected: String,
    got: String,
    note: Option<String>,
}

/// Everything that was tested.
struct Outcome<'a> {
    pack: &'a Pack,
    cases: Vec<Case>,
    corpora: Corpora,
    ms: u128,
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let stored = args.artifacts.open()?;
    let pack = pack::load(args.dir.as_deref(), &args.attack, args.compat, ui)?;
    let files =
        if args.corpus.is_empty() { default_corpora(args.dir.as_deref())? } else { args.corpus.clone() };
    let start = Instant::now();
    let mut judge = Judge::new(&pack, &stored);
    let cases = inline::run(&pack, &mut judge);
    let corpora = corpus::run(&files, &pack, &mut judge, ui)?;
    let outcome = Outcome { pack: &pack, cases, corpora, ms: start.elapsed().as_millis() };
    if let Some(path) = &args.junit {
        let failed = |error| Exit::Io.caused_by(format!("cannot write `{}`", path.display()), error);
        std::fs::write(path, junit::report(&outcome)).map_err(failed)?;
    }
    if args.json {
        ui.print_json(&report::json(&outcome))?;
    } else {
        ui.print(&report::text(&outcome, ui))?;
    }
    Ok(Exit::yes_or_no(outcome.is_fine()))
}

/// The corpora that a pack's folder brings, sorted by name.
fn default_corpora(dir: Option<&Path>) -> anyhow::Result<Vec<PathBuf>> {
    let Some(folder) = dir.map(|dir| dir.join("corpus")).filter(|folder| folder.is_dir()) else {
        return Ok(Vec::new());
    };
    let failed = |error| Exit::Usage.caused_by(format!("cannot read `{}`", folder.display()), error);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

impl Outcome<'_> {
    fn failed_cases(&self) -> impl Iterator<Item = &Failure> {
        self.cases.iter().filter_map(|case| case.failure.as_ref())
    }

    fn is_fine(&self) -> bool {
        self.failed_cases().next().is_none() && self.corpora.is_fine()
    }
}
