// SPDX-License-Identifier: AGPL-3.0-or-later
//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use anyhow::{Context, Result, bail};

use crate::variant::Variant;

/// What the binary does.
pub(crate) const HELP: &str = "\
Measures decnet-ttp beside its peers on the same work, in one process.

peers native --lane FILE [--rules FILE] [--venv DIR | --no-python] [options]
    command rules on native command events: matching alone, and end to end
peers sigma --rules DIR --lane FILE... [options]
    SigmaHQ's rules on sensor events: NDJSON in, (event, rule) pairs out
peers pairs --rules DIR --lane FILE [--bloom] [--cross-rule]
    the pairs that rsigma finds, a JSON object a line, sorted by event and rule
peers lane --lane FILE --variants NAME [--seed N]
    the lane that a variant makes, on standard output

options
    --variants A,B    given, distinct, match-N, long, non-ascii; by default all that apply
    --seed N          of what is random in variants (1)
    --events N        no more than the lane's first N events
    --python-events N the same for the Python sides (20000)
    --runs N          timed runs of each side (5)
    --sides A,B       only sides whose names start so; those of ours always take part
    --json FILE       writes the figures there, too
    --no-memory       leaves load time and memory out

A difference of match sets that is not in the list of explained ones makes it fail.
";

/// The work to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Command rules.
    Native,
    /// SigmaHQ's rules.
    Sigma,
    /// rsigma's pairs.
    Pairs,
    /// A lane.
    Lane,
}

/// The arguments.
#[derive(Debug)]
pub(crate) struct Args {
    /// What to do.
    pub(crate) work: Work,
    /// The rules: a file of ours, or a folder of Sigma rules.
    pub(crate) rules: Option<PathBuf>,
    /// The lanes.
    pub(crate) lanes: Vec<PathBuf>,
    /// What is made of them; all that apply where empty.
    pub(crate) variants: Vec<Variant>,
    /// The seed of variants.
    pub(crate) seed: u64,
    /// The most events.
    pub(crate) events: Option<usize>,
    /// The most events for Python.
    pub(crate) python_events: usize,
    /// How many timed runs.
    pub(crate) runs: usize,
    /// How the names of the wanted sides start; all where empty.
    pub(crate) sides: Vec<String>,
    /// Where the figures go.
    pub(crate) json: Option<PathBuf>,
    /// The virtual environment of the Python sides.
    pub(crate) venv: Option<PathBuf>,
    /// Whether the Python sides take part.
    pub(crate) python: bool,
    /// Whether load time and memory are measured.
    pub(crate) memory: bool,
    /// rsigma's bloom prefilter, for `pairs`.
    pub(crate) bloom: bool,
    /// rsigma's cross-rule prefilter, for `pairs`.
    pub(crate) cross_rule: bool,
    /// The one side to measure for memory, in a process started for it.
    pub(crate) alone: Option<String>,
    /// The lane for that.
    pub(crate) alone_lane: Option<PathBuf>,
}

impl Args {
    /// Reads the arguments behind the program's name; `None` asks for help.
    ///
    /// # Errors
    /// An argument that is unknown, lacks its value or is none.
    pub(crate) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Option<Self>> {
        let mut args = args.into_iter();
        let work = match args.next().as_ref().and_then(|word| word.to_str()) {
            Some("native") => Work::Native,
            Some("sigma") => Work::Sigma,
            Some("pairs") => Work::Pairs,
            Some("lane") => Work::Lane,
            None | Some("help" | "--help" | "-h") => return Ok(None),
            Some(other) => bail!("no command `{other}`; see `peers --help`"),
        };
        let mut out = Self::new(work);
        while let Some(name) = args.next() {
            let name = name.to_string_lossy().into_owned();
            if !out.flag(&name) {
                let value = args.next().with_context(|| format!("`{name}` lacks a value, or is unknown"))?;
                out.value(&name, value).with_context(|| format!("`{name}`"))?;
            }
        }
        Ok(Some(out))
    }

    const fn new(work: Work) -> Self {
        Self {
            work,
            rules: None,
            lanes: Vec::new(),
            variants: Vec::new(),
            seed: 1,
            events: None,
            python_events: 20_000,
            runs: 5,
            sides: Vec::new(),
            json: None,
            venv: None,
            python: true,
            memory: true,
            bloom: false,
            cross_rule: false,
            alone: None,
            alone_lane: None,
        }
    }

    fn flag(&mut self, name: &str) -> bool {
        match name {
            "--no-python" => self.python = false,
            "--no-memory" => self.memory = false,
            "--bloom" => self.bloom = true,
            "--cross-rule" => self.cross_rule = true,
            _ => return false,
        }
        true
    }

    fn value(&mut self, name: &str, value: OsString) -> Result<()> {
        let text = value.to_string_lossy();
        let list = || text.split(',').filter(|part| !part.is_empty());
        match name {
            "--rules" => self.rules = Some(value.into()),
            "--lane" => self.lanes.push(value.into()),
            "--json" => self.json = Some(value.into()),
            "--venv" => self.venv = Some(value.into()),
            "--variants" => self.variants = list().map(Variant::parse).collect::<Result<_>>()?,
            "--sides" => self.sides = list().map(str::to_owned).collect(),
            "--seed" => self.seed = number(&text)?,
            "--events" => self.events = Some(number(&text)?),
            "--python-events" => self.python_events = number(&text)?,
            "--runs" => self.runs = number::<usize>(&text)?.max(1),
            "--alone" => self.alone = Some(text.into_owned()),
            "--alone-lane" => self.alone_lane = Some(value.into()),
            _ => bail!("unknown argument"),
        }
        Ok(())
    }
}

fn number<T: FromStr>(text: &str) -> Result<T> {
    text.parse().ok().with_context(|| format!("`{text}` is no number that fits"))
}
