// SPDX-License-Identifier: AGPL-3.0-or-later
//! Measures decnet-ttp beside its peers on the same work.
//!
//! ```text
//! rules ─ load ─▶ contender ─┐
//! lane ─ variant ────────────┴─ over ─▶ pass ─ matches, run ─▶ section ─▶ report
//! ```

mod alone;
mod args;
mod clock;
mod contender;
mod explained;
mod host;
mod lane;
mod matches;
mod measure;
mod native;
mod report;
mod scratch;
mod sigma;
mod variant;

use std::env;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use regex::RegexSet;

use args::{Args, HELP, Work};
use contender::{Contender, Side, Stage};
use lane::Lane;
use measure::{Loaded, section};
use report::Report;
use variant::Variant;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            let _ = writeln!(io::stderr(), "error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<ExitCode> {
    let Some(args) = Args::parse(env::args_os().skip(1))? else {
        io::stdout().write_all(HELP.as_bytes())?;
        return Ok(ExitCode::SUCCESS);
    };
    match args.work {
        Work::Pairs => pairs(&args)?,
        Work::Lane => write_lane(&args)?,
        Work::Native => {
            let rules = args
                .rules
                .as_deref()
                .unwrap_or(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/commands.yaml")));
            let venv = args
                .venv
                .as_deref()
                .unwrap_or(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/target/venv")));
            let inputs = native::Inputs {
                rules: Arc::new(native::Rules::read(rules)?),
                venv: args.python.then(|| venv.to_owned()),
                python_events: args.python_events,
            };
            return compare(&args, inputs.sides(), &Variant::NATIVE, Some(&inputs.patterns()?));
        }
        Work::Sigma => {
            let rules = args.rules.as_deref().context("`--rules` is needed")?;
            return compare(&args, sigma::sides(rules), &Variant::SIGMA, None);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The one lane that some commands work on.
fn only_lane(args: &Args) -> Result<&Path> {
    match args.lanes.as_slice() {
        [lane] => Ok(lane),
        _ => bail!("one `--lane` is needed"),
    }
}

/// Prints rsigma's pairs.
fn pairs(args: &Args) -> Result<()> {
    let rules = args.rules.as_deref().context("`--rules` is needed")?;
    let lane = Lane::read(only_lane(args)?, args.events)?;
    let prefilters = sigma::Prefilters { bloom: args.bloom, cross_rule: args.cross_rule };
    let mut rsigma = sigma::Rsigma::load(rules, prefilters)?;
    let mut errors = io::stderr().lock();
    for problem in rsigma.problems() {
        writeln!(errors, "not loaded: {problem}")?;
    }
    let found = rsigma.over(&lane)?.matches()?;
    matches::write(&found, &mut io::BufWriter::new(io::stdout().lock()))?;
    Ok(())
}

/// Prints the lane that a variant makes.
fn write_lane(args: &Args) -> Result<()> {
    let lane = Lane::read(only_lane(args)?, args.events)?;
    let [variant] = args.variants.as_slice() else { bail!("one variant is needed") };
    let patterns = match &args.rules {
        Some(rules) => {
            let rules = Arc::new(native::Rules::read(rules)?);
            Some(native::Inputs { rules, venv: None, python_events: 0 }.patterns()?)
        }
        None => None,
    };
    let lane = if matches!(variant, Variant::Long) { lane.with_commands()? } else { lane };
    io::stdout().write_all(&variant.make(lane, patterns.as_ref(), args.seed)?.ndjson)?;
    Ok(())
}

/// Measures all sides on all lanes.
fn compare(
    args: &Args,
    mut sides: Vec<Side>,
    variants: &[Variant],
    patterns: Option<&RegexSet>,
) -> Result<ExitCode> {
    let native = patterns.is_some();
    if let Some(name) = &args.alone {
        let side = sides.iter().find(|side| side.name == name).context("no such side")?;
        let lane = args.alone_lane.as_deref().context("no lane")?;
        serde_json::to_writer(io::stdout(), &alone::here(side, lane, native)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    if args.lanes.is_empty() {
        bail!("`--lane` is needed");
    }
    let wanted =
        |side: &Side| args.sides.is_empty() || args.sides.iter().any(|start| side.name.starts_with(start));
    sides.retain(|side| side.ours || wanted(side));
    let mut report = Report {
        host: host::Host::read(),
        skipped: Vec::new(),
        problems: Vec::new(),
        sections: Vec::new(),
        alone: Vec::new(),
    };
    if !native {
        report.skipped.extend(sigma::LEFT_OUT.map(|(name, reason)| (name.to_owned(), reason.to_owned())));
    }
    let mut loaded = load(sides, &mut report)?;
    let variants = if args.variants.is_empty() { variants } else { args.variants.as_slice() };
    for path in &args.lanes {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        for variant in variants {
            let lane = Lane::read(path, args.events)?;
            let lane = if native { lane.with_commands()? } else { lane };
            let lane = variant.make(lane, patterns, args.seed)?;
            let lane = if native { lane.with_commands()? } else { lane };
            let name = format!("{name}, {}", variant.name());
            for stage in [Stage::Matching, Stage::EndToEnd] {
                if loaded.iter().any(|loaded| loaded.side.stage == stage) {
                    report.sections.push(section(&name, &lane, stage, &mut loaded, args.runs)?);
                }
            }
        }
        if args.memory {
            report.alone.push((name.into_owned(), memory(&loaded, path)?));
        }
    }
    finish(args, &report)
}

/// Loads every side; a peer that does not load is skipped.
fn load(sides: Vec<Side>, report: &mut Report) -> Result<Vec<Loaded>> {
    let mut loaded = Vec::new();
    for side in sides {
        match (side.load)() {
            Ok(contender) => {
                let problems = contender.problems().iter();
                report.problems.extend(problems.map(|problem| format!("{}: {problem}", side.name)));
                loaded.push(Loaded { side, contender });
            }
            Err(error) if side.ours => return Err(error.context(side.name)),
            Err(error) => {
                let name = format!("{} ({})", side.name, side.stage);
                report.skipped.push((name, format!("{error:#}")));
            }
        }
    }
    Ok(loaded)
}

/// Load time and memory of each side, once where it is measured at both stages.
fn memory(loaded: &[Loaded], lane: &Path) -> Result<Vec<alone::Figures>> {
    let mut figures: Vec<alone::Figures> = Vec::new();
    for side in loaded {
        if figures.iter().all(|known| known.side != side.side.name) {
            figures.push(alone::figures(side, lane)?);
        }
    }
    Ok(figures)
}

fn finish(args: &Args, report: &Report) -> Result<ExitCode> {
    write!(io::stdout(), "{report}")?;
    if let Some(path) = &args.json {
        let json = serde_json::to_vec_pretty(report)?;
        std::fs::write(path, json).with_context(|| format!("cannot write {}", path.display()))?;
    }
    match report.unexplained() {
        0 => Ok(ExitCode::SUCCESS),
        pairs => {
            writeln!(io::stderr(), "error: {pairs} differing pairs have no explanation")?;
            Ok(ExitCode::FAILURE)
        }
    }
}
