// SPDX-License-Identifier: AGPL-3.0-or-later
//! The command from its arguments to its exit code.

use std::path::PathBuf;

use crate::cli::{Exit, Pack, Ui, text};
use crate::tag::Report;
use crate::vocab::Limits;

use super::decode::Decode;
use super::input::Input;
use super::pipeline::{self, Settings};
use super::printer::Printer;
use super::summary::Summary;
use super::{Args, SummaryForm};

/// Tags every input in turn.
///
/// # Errors
/// Rules that do not load, an input that cannot be opened, reading or writing that fails.
pub(in crate::cli) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let inputs = inputs(args)?;
    let stored = args.artifacts.open()?;
    let Pack { program, attack, .. } = args.rules.load(ui)?;
    let engine = stored.engine(&program);
    let limits = Limits::default();
    let settings = Settings {
        engine: &engine,
        floor: args.floor,
        per_event: args.per_event,
        threads: usize::from(args.threads),
        limits: &limits,
    };
    let mut total = Report::default();
    let mut unmapped = Vec::new();
    for input in &inputs {
        let mut decode = Decode::new(args.format.format(), &limits);
        let (stream, size) = input.open()?;
        let mut printer = Printer::new(ui, input.name(), size);
        total.merge(pipeline::run(stream, &mut decode, settings, &mut printer)?);
        merge(&mut unmapped, decode.unmapped());
    }
    let program = &engine.live().snapshot().program;
    let summary =
        Summary { report: &total, program, attack: &attack, unmapped: &unmapped, floor: args.floor };
    match args.summary {
        SummaryForm::Text => ui.note(&summary.text()),
        SummaryForm::Json => ui.complain(&text::json(&summary.json())?),
        SummaryForm::None => {}
    }
    let nothing_read = total.unreadable > 0 && total.unreadable == total.lines;
    Ok(if nothing_read { Exit::Usage } else { Exit::Fine })
}

/// The inputs, each looked at before the first is read: half a job is worse than none.
fn inputs(args: &Args) -> anyhow::Result<Vec<Input>> {
    let stdin = [PathBuf::from("-")];
    let paths = if args.files.is_empty() { &stdin[..] } else { &args.files };
    if args.follow && (paths.len() != 1 || paths.iter().any(|path| Input::is_stdin(path))) {
        return Err(Exit::Usage.because("`--follow` takes one file"));
    }
    paths.iter().map(|path| Input::new(path, args.follow)).collect()
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
