// SPDX-License-Identifier: AGPL-3.0-or-later
//! decnet-ttp on log records.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use decnet_ttp::compile::logs::Logs;
use decnet_ttp::compile::program::Plan;
use decnet_ttp::compile::sigma;
use decnet_ttp::diag::{Diagnostics, Severity, Sources};
use decnet_ttp::engine::{LogEngine, LogScratch};
use decnet_ttp::event::{self, RawObject};
use decnet_ttp::vocab::Limits;

use crate::contender::{Contender, Pass, Ran};
use crate::lane::{Lane, lines};
use crate::matches::{Match, sorted};

/// The rules, compiled; their plans are made when events of a source come.
pub(crate) struct Ours {
    engine: LogEngine,
    limits: Limits,
    problems: Vec<String>,
}

impl Ours {
    /// Compiles every rule below a folder.
    ///
    /// # Errors
    /// Where the folder or a file in it cannot be read.
    pub(crate) fn load(rules: &Path) -> Result<Self> {
        let limits = Limits::default();
        let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::new());
        let compiled = sigma::rules(&files(rules)?, &limits, &mut sources, &mut diagnostics);
        let errors = diagnostics.iter().filter(|problem| problem.code.severity() == Severity::Error);
        let problems = errors.map(|problem| problem.message.clone()).collect();
        let engine = LogEngine::new(Logs::new(compiled, Plan::default(), limits.clone()));
        Ok(Self { engine, limits, problems })
    }
}

/// The rule files below a folder: paths and texts, in order of path.
fn files(root: &Path) -> Result<Vec<(String, String)>> {
    let (mut folders, mut paths) = (vec![root.to_owned()], Vec::<PathBuf>::new());
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|name| name == "yml" || name == "yaml") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    let text = |path: PathBuf| {
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok((path.display().to_string(), text))
    };
    paths.into_iter().map(text).collect()
}

impl Contender for Ours {
    fn rules(&self) -> usize {
        self.engine.logs().len()
    }

    fn problems(&self) -> &[String] {
        &self.problems
    }

    fn over<'a>(&'a mut self, lane: &'a Lane) -> Result<Box<dyn Pass + 'a>> {
        let scratch = self.engine.scratch();
        Ok(Box::new(Records { engine: &self.engine, limits: &self.limits, scratch, lane, found: Vec::new() }))
    }
}

/// Evaluation of a lane; rules are known by their places.
struct Records<'a> {
    engine: &'a LogEngine,
    limits: &'a Limits,
    scratch: LogScratch,
    lane: &'a Lane,
    found: Vec<(u32, u32)>,
}

impl Pass for Records<'_> {
    fn run(&mut self) -> Result<Ran> {
        self.found.clear();
        for (number, line) in (0..).zip(lines(&self.lane.ndjson)) {
            let (text, _) = event::text(line);
            // A line that is no JSON matches nothing, for any side.
            if let Ok(record) = RawObject::parse(&text, self.limits) {
                let rules = self.engine.evaluate_with(record, &mut self.scratch);
                self.found.extend(rules.iter().map(|&rule| (number, rule)));
            }
        }
        Ok(Ran::here(self.found.len()))
    }

    fn matches(&mut self) -> Result<Vec<Match>> {
        self.run()?;
        let logs = self.engine.logs();
        Ok(sorted(
            self.found.iter().filter_map(|&(event, rule)| Some((event, logs.rule(rule)?.id.as_str().into()))),
        ))
    }
}
