// SPDX-License-Identifier: AGPL-3.0-or-later
//! `sigma eval`: log records in, the Sigma rules that hold for each out.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Instant;

use crate::cli::tag::Input;
use crate::cli::text::{counted, escape};
use crate::cli::{Exit, Ui, in_order, ui};
use crate::compile::logs::Logs;
use crate::compile::program::Plan;
use crate::compile::sigma;
use crate::diag::{Diagnostic, Diagnostics, Severity, Sources};
use crate::engine::{LogEngine, LogScratch};
use crate::event::{self, BlockPool, LineReader, MemberList, RawObject};
use crate::vocab::Limits;

use super::files::Files;

/// Evaluates Sigma rules on log records: one line per match, in the order of the records
///
/// Records come from files or from standard input, one JSON object a line. A match is
/// {"event": LINE, "rule": "ID"}: the record's line from 0, and the rule's id, or its title where it has none.
/// A rule that cannot be compiled is reported and left out.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  decnet-ttp sigma eval -r sigma/rules --routing events.ndjson
  decnet-ttp sigma eval -r proc.yml -r web/ --threads 2 events.ndjson > matches.ndjson")]
pub(super) struct Args {
    /// Reads the rules of this file, or of all files below this folder; may be given again
    #[arg(short, long = "rules", value_name = "DIR", required = true)]
    rules: Vec<PathBuf>,

    /// Tries a rule only on records whose `product`, `category` and `service` do not contradict it
    #[arg(long)]
    routing: bool,

    /// Threads that evaluate; the output is the same for any number
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,

    /// Files to read; `-` or none reads standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Rules that could not be compiled and are spelt out; the others are counted.
const PROBLEMS_MAX: usize = 20;

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let inputs = Input::all(&args.files)?;
    let limits = Limits::default();
    let engine = engine(args, &limits, ui)?;
    let start = Instant::now();
    let mut total = Counts::default();
    for input in &inputs {
        evaluate(&engine, input, usize::from(args.threads), &limits, &mut total, ui)?;
    }
    ui.note(&format!(
        "{} records, {} matches, {} unreadable lines, {:.2} s",
        total.records,
        total.matches,
        total.unreadable,
        start.elapsed().as_secs_f64()
    ));
    let nothing_read = total.unreadable > 0 && total.records == 0;
    Ok(if nothing_read { Exit::Usage } else { Exit::Fine })
}

/// The rules, ready; those that do not compile are told.
fn engine(args: &Args, limits: &Limits, ui: &Ui) -> anyhow::Result<LogEngine> {
    let files = Files::read(&args.rules, limits)?;
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::new());
    let rules = sigma::rules(&files.files, limits, &mut sources, &mut diagnostics);
    let errors = diagnostics.iter().filter(|problem| problem.code.severity() == Severity::Error);
    let errors = errors.map(|problem| format!("{}{}", place(&sources, problem), problem.message));
    let problems: Vec<String> = files.problems.into_iter().chain(errors).collect();
    for problem in problems.iter().take(PROBLEMS_MAX) {
        ui.note(&format!("left out: {}", escape(problem)));
    }
    if problems.len() > PROBLEMS_MAX {
        ui.note(&format!("left out: {} more", problems.len() - PROBLEMS_MAX));
    }
    ui.note(&format!("{}, {}", counted(rules.len(), "rule"), counted(problems.len(), "problem")));
    if rules.is_empty() {
        return Err(Exit::Config.because("no Sigma rule that compiles"));
    }
    let engine = LogEngine::new(Logs::new(rules, Plan::default(), limits.clone()));
    Ok(if args.routing { engine } else { engine.without_routing() })
}

/// `file:line: `, for a problem that has a place.
fn place(sources: &Sources, problem: &Diagnostic) -> String {
    let Some(span) = problem.span else { return String::new() };
    let line = sources.line_column(span.source, span.start).map_or(0, |(line, _)| line);
    sources.get(span.source).map_or_else(String::new, |file| format!("{}:{line}: ", file.path))
}

/// What happened to the records of one block or more.
#[derive(Default)]
struct Counts {
    lines: u64,
    records: u64,
    matches: u64,
    unreadable: u64,
}

/// What a thread made of one block.
struct Done {
    out: Vec<u8>,
    counts: Counts,
    read: u64,
    problems: Vec<(u64, String)>,
}

/// One block, and the number of its first line, from 0, over all inputs.
struct Work {
    block: event::Block,
    first: u64,
}

fn evaluate(
    engine: &LogEngine,
    input: &Input,
    threads: usize,
    limits: &Limits,
    total: &mut Counts,
    ui: &Ui,
) -> anyhow::Result<()> {
    let (stream, size) = input.open()?;
    let name = escape(&input.name());
    let mut progress = (size > 0).then(|| ui.progress(size, true));
    let mut reader = LineReader::new(stream, limits);
    let pool = &BlockPool::new(in_order::under_way(threads));
    let before = total.lines;
    let next = || {
        let mut block = pool.take();
        let more = reader.read(&mut block)?;
        Ok(more.then(|| Work { first: before + block.first_line() - 1, block }))
    };
    let worker = || {
        let mut evaluator = Evaluator { engine, scratch: engine.scratch(), list: MemberList::new(), limits };
        move |work: Work| {
            let done = evaluator.block(&work);
            pool.give(work.block);
            done
        }
    };
    let mut out = ui.stdout();
    let take = |done: Done| {
        out.write_all(&done.out).and_then(|()| out.flush()).map_err(ui::unwritten)?;
        for (line, problem) in done.problems {
            ui.note(&format!("{name}:{line}: {}", escape(&problem)));
        }
        if let Some(progress) = &mut progress {
            progress.add(done.read);
        }
        total.add(&done.counts);
        Ok(())
    };
    in_order::run(threads, next, worker, take)?;
    Ok(())
}

impl Counts {
    const fn add(&mut self, more: &Self) {
        self.lines += more.lines;
        self.records += more.records;
        self.matches += more.matches;
        self.unreadable += more.unreadable;
    }
}

/// One thread's way from lines to matches.
struct Evaluator<'e> {
    engine: &'e LogEngine,
    scratch: LogScratch,
    list: MemberList,
    limits: &'e Limits,
}

impl Evaluator<'_> {
    fn block(&mut self, work: &Work) -> Done {
        let read = work.block.original_bytes().unwrap_or(work.block.bytes().len() as u64);
        let mut done = Done { out: Vec::new(), counts: Counts::default(), read, problems: Vec::new() };
        for line in work.block.lines() {
            let (text, _) = event::text(line.bytes);
            let record = match RawObject::parse_with(&text, self.limits, &mut self.list) {
                Ok(record) => record,
                Err(error) => {
                    done.counts.unreadable += 1;
                    done.problems.push((line.number, error.to_string()));
                    continue;
                }
            };
            done.counts.records += 1;
            let number = work.first + (line.number - work.block.first_line());
            for rule in self.engine.evaluate_with(record, &mut self.scratch) {
                done.counts.matches += 1;
                if let Some(rule) = self.engine.logs().rule(*rule) {
                    write_match(number, &rule.id, &mut done.out);
                }
            }
        }
        done.counts.lines = work.block.count();
        done
    }
}

fn write_match(event: u64, rule: &str, out: &mut Vec<u8>) {
    #[derive(serde::Serialize)]
    struct Match<'a> {
        event: u64,
        rule: &'a str,
    }
    // Writing to memory cannot fail.
    let _ = serde_json::to_writer(&mut *out, &Match { event, rule }).map_err(io::Error::from);
    out.push(b'\n');
}
