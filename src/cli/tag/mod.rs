// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tag`: events in, technique tags out. The main job.

mod decode;
mod follow;
mod pipeline;
mod summary;

use std::fs::File;
use std::io::{self, Read, Write as _};
use std::path::{Path, PathBuf};

use crate::Engine;
use crate::event::formats::Format;
use crate::tag::{CONFIDENCE_FLOOR, PROBLEMS_MAX, Report};
use crate::vocab::Limits;

use super::ui::{Out, Progress};
use super::{Exit, RulesArg, Ui, pack, text};
use decode::Decode;
use follow::Follow;
use pipeline::{Settings, Sink};
use summary::Summary;

/// Tags events with ATT&CK techniques: events in, one JSON tag a line out, a summary at the end
///
/// Events come from files or from standard input, one JSON object a line. A line that cannot be
/// read is reported with its number; the lines around it are tagged.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    rules: RulesArg,

    /// What the input is: native events, a Cowrie log, or whichever its first records show
    #[arg(long, value_enum, default_value_t = FormatArg::Auto)]
    format: FormatArg,

    /// Threads that evaluate; the output is the same for any number
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,

    /// Prints one line per event, tags or none, instead of one per tag
    #[arg(long)]
    per_event: bool,

    /// Leaves out tags of lower confidence; 0 prints everything
    #[arg(long, default_value_t = CONFIDENCE_FLOOR, value_parser = confidence)]
    floor: f64,

    /// Waits for more at the end of the file, as `tail -F` does
    #[arg(long, requires = "files")]
    follow: bool,

    /// How the summary on standard error looks
    #[arg(long, value_enum, default_value_t = SummaryForm::Text)]
    summary: SummaryForm,

    /// Files to read; `-` or none reads standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  decnet-ttp tag samples/cowrie.json
  decnet-ttp tag --threads 4 events.ndjson > tags.ndjson
  tail -n 1000 cowrie.json | decnet-ttp tag --per-event
  decnet-ttp tag --follow --rules my-rules/ /var/log/cowrie/cowrie.json";

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FormatArg {
    /// By the first records
    Auto,
    /// Native events
    Decnet,
    /// Cowrie's JSON log
    Cowrie,
}

impl FormatArg {
    const fn format(self) -> Option<Format> {
        match self {
            Self::Auto => None,
            Self::Decnet => Some(Format::Decnet),
            Self::Cowrie => Some(Format::Cowrie),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum SummaryForm {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// None
    None,
}

fn confidence(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=1.0).contains(&number) => Ok(number),
        _ => Err("a number from 0 to 1 is expected".to_owned()),
    }
}

/// Tags every input in turn.
///
/// # Errors
/// Rules that do not load, an input that cannot be opened, reading or writing that fails.
pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    if args.follow && (args.files.len() != 1 || args.files.first().is_some_and(|file| is_stdin(file))) {
        return Err(Exit::Usage.because("`--follow` takes one file"));
    }
    let engine = Engine::new(pack::load(args.rules.dir.as_deref(), ui)?.program);
    let limits = Limits::default();
    let settings = Settings {
        engine: &engine,
        floor: args.floor,
        per_event: args.per_event,
        threads: usize::from(args.threads),
        limits: &limits,
    };
    let stdin = [PathBuf::from("-")];
    let inputs = if args.files.is_empty() { &stdin[..] } else { &args.files };
    let mut total = Report::default();
    let mut unmapped = Vec::new();
    for path in inputs {
        let mut decode = Decode::new(args.format.format(), &limits);
        let report = one(path, args.follow, &mut decode, settings, ui)?;
        total.merge(report);
        merge(&mut unmapped, decode.unmapped());
    }
    let program = &engine.live().snapshot().program;
    let summary = Summary { report: &total, program, unmapped: &unmapped, floor: args.floor };
    match args.summary {
        SummaryForm::Text => ui.note(&summary.text()),
        SummaryForm::Json => ui.complain(&text::json(&summary.json())?),
        SummaryForm::None => {}
    }
    let nothing_read = total.unreadable() > 0 && total.unreadable() == total.lines;
    Ok(if nothing_read { Exit::Usage } else { Exit::Fine })
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Tags one input; its output goes to standard output as it comes.
fn one(
    path: &Path,
    follow: bool,
    decode: &mut Decode,
    settings: Settings<'_>,
    ui: &Ui,
) -> anyhow::Result<Report> {
    let unreadable =
        |error: io::Error| Exit::Usage.caused_by(format!("cannot read `{}`", path.display()), error);
    let (stream, size): (Box<dyn Read>, u64) = if is_stdin(path) {
        (Box::new(io::stdin().lock()), 0)
    } else if follow {
        (Box::new(Follow::open(path).map_err(unreadable)?), 0)
    } else {
        let file = File::open(path).map_err(unreadable)?;
        let metadata = file.metadata().map_err(unreadable)?;
        if metadata.is_dir() {
            return Err(Exit::Usage
                .because(format!("`{}` is a folder, a file of events is expected", path.display())));
        }
        (Box::new(file), metadata.len())
    };
    let progress = (size > 0).then(|| ui.progress(size, true));
    let name = if is_stdin(path) { "standard input".to_owned() } else { path.display().to_string() };
    let mut printer = Printer { out: ui.stdout(), ui, name, shown: 0, progress };
    let report = pipeline::run(stream, decode, settings, &mut printer)?;
    printer.out.flush()?;
    Ok(report)
}

/// Prints tags on standard output and problems on standard error.
struct Printer<'u> {
    out: Out,
    ui: &'u Ui,
    name: String,
    shown: usize,
    progress: Option<Progress>,
}

impl Sink for Printer<'_> {
    fn take(&mut self, out: &[u8], read: u64, report: &Report) -> io::Result<()> {
        self.out.write_all(out)?;
        // Whoever reads a pipe or follows a log wants each block's tags now.
        self.out.flush()?;
        for problem in &report.problems {
            if self.shown < PROBLEMS_MAX {
                let message = text::escape_lines(&problem.message);
                self.ui.note(&format!("{}:{}: {message}", text::escape_lines(&self.name), problem.line));
            } else if self.shown == PROBLEMS_MAX {
                self.ui.note("further problems are counted in the summary");
            }
            self.shown += 1;
        }
        if let Some(progress) = &mut self.progress {
            progress.add(read);
        }
        Ok(())
    }
}

/// Adds the counts of one input to those of all.
fn merge(all: &mut Vec<(String, u64)>, more: Vec<(String, u64)>) {
    for (kind, count) in more {
        match all.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, sum)) => *sum += count,
            None => all.push((kind, count)),
        }
    }
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
}
