// SPDX-License-Identifier: AGPL-3.0-or-later
//! The Python package `decnet`, and `re` alone, in a process of their own.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::contender::{Contender, Pass, Ran, Stage};
use crate::lane::Lane;
use crate::matches::{Match, sorted};
use crate::scratch::Folder;

use super::Rules;

/// The script, written out beside the rules so that the binary works from anywhere.
const SCRIPT: &str = include_str!("../../decnet_peer.py");

/// What evaluates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Compiled patterns in a loop.
    Re,
    /// The package's rule engine.
    Engine,
    /// The package's composite tagger with every lifter.
    Tagger,
}

impl Mode {
    /// What is measured at which stage.
    pub(crate) const ALL: [(Stage, Self); 5] = [
        (Stage::Matching, Self::Re),
        (Stage::Matching, Self::Engine),
        (Stage::Matching, Self::Tagger),
        (Stage::EndToEnd, Self::Engine),
        (Stage::EndToEnd, Self::Tagger),
    ];

    /// The side's name.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Re => "Python re",
            Self::Engine => "decnet 1.0.0, RuleEngine",
            Self::Tagger => "decnet 1.0.0, whole tagger",
        }
    }

    /// What was set.
    pub(crate) const fn settings(self) -> &'static str {
        match self {
            Self::Re => "patterns compiled once",
            Self::Engine | Self::Tagger => {
                "rules loaded by its watchers; page addresses put together, not looked up"
            }
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Re => "re",
            Self::Engine => "engine",
            Self::Tagger => "tagger",
        }
    }
}

/// The package, installed, with the rules where it looks for them.
pub(crate) struct Python {
    folder: Folder,
    venv: PathBuf,
    mode: String,
    rules: usize,
}

impl Python {
    /// Writes the rules out and makes the virtual environment where it is missing.
    ///
    /// # Errors
    /// Where Python or the package cannot be had.
    pub(crate) fn load(rules: &Rules, venv: &Path, mode: Mode, stage: Stage) -> Result<Self> {
        let folder = Folder::new()?;
        let ttp = folder.path().join("rules/ttp");
        fs::create_dir_all(&ttp)?;
        for rule in rules.iter() {
            fs::write(ttp.join(format!("{}.yaml", rule.id)), &rule.yaml)?;
        }
        fs::write(folder.path().join("decnet_peer.py"), SCRIPT)?;
        let form = if stage == Stage::Matching { "values" } else { "lines" };
        let mode = format!("{}-{form}", mode.word());
        let mut python = Self { folder, venv: venv.to_owned(), mode, rules: 0 };
        python.rules = python.start(&Lane::default())?.0.rules;
        Ok(python)
    }

    fn start(&self, lane: &Lane) -> Result<(Loaded, Running)> {
        let path = self.folder.path().join("lane.ndjson");
        fs::write(&path, &lane.ndjson)?;
        let mut child = Command::new("python3")
            .arg(self.folder.path().join("decnet_peer.py"))
            .args([&self.venv, Path::new(&self.mode), self.folder.path(), &path])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(fs::File::create(self.folder.path().join("stderr"))?)
            .spawn()
            .context("python3 does not start")?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().map(BufReader::new);
        let mut running = Running { child, stdin, stdout };
        let loaded = running.answer().with_context(|| {
            let errors = fs::read_to_string(self.folder.path().join("stderr")).unwrap_or_default();
            errors.lines().last().unwrap_or("no message").to_owned()
        })?;
        Ok((loaded, running))
    }
}

impl Contender for Python {
    fn rules(&self) -> usize {
        self.rules
    }

    fn load_figures(&self) -> Result<Option<(Duration, u64)>> {
        let (loaded, _) = self.start(&Lane::default())?;
        Ok(Some((Duration::try_from_secs_f64(loaded.load_cpu_s)?, loaded.peak_bytes)))
    }

    fn over<'a>(&'a mut self, lane: &'a Lane) -> Result<Box<dyn Pass + 'a>> {
        Ok(Box::new(self.start(lane)?.1))
    }
}

/// The script's first answer.
#[derive(Deserialize)]
struct Loaded {
    rules: usize,
    load_cpu_s: f64,
    peak_bytes: u64,
}

/// The script's answer to `run`.
#[derive(Deserialize)]
struct Timed {
    cpu_s: f64,
    results: usize,
}

/// The script's answer to `matches`.
#[derive(Deserialize)]
struct Found {
    pairs: Vec<(u32, Box<str>)>,
}

/// The script at work; it ends when its input does.
struct Running {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: Option<BufReader<ChildStdout>>,
}

impl Running {
    fn ask<T: DeserializeOwned>(&mut self, word: &str) -> Result<T> {
        let stdin = self.stdin.as_mut().context("the script has no input")?;
        writeln!(stdin, "{word}")?;
        stdin.flush()?;
        self.answer()
    }

    fn answer<T: DeserializeOwned>(&mut self) -> Result<T> {
        let mut line = String::new();
        self.stdout.as_mut().context("the script has no output")?.read_line(&mut line)?;
        if line.is_empty() {
            bail!("the script ended: {}", self.child.wait()?);
        }
        Ok(serde_json::from_str(&line)?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stdin = None;
        let _ = self.child.wait();
    }
}

impl Pass for Running {
    fn run(&mut self) -> Result<Ran> {
        let timed: Timed = self.ask("run")?;
        let cpu = Duration::try_from_secs_f64(timed.cpu_s)?;
        Ok(Ran { results: timed.results, elsewhere: Some(cpu) })
    }

    fn matches(&mut self) -> Result<Vec<Match>> {
        let found: Found = self.ask("matches")?;
        Ok(sorted(found.pairs))
    }
}
