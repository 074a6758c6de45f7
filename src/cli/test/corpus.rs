// SPDX-License-Identifier: AGPL-3.0-or-later
//! Labelled events: which rules should fire on each, and which do.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::diag::did_you_mean;
use crate::event::{self, Block, LineReader, RawObject, RawValue};
use crate::vocab::{Limits, SourceKind};

use super::judge::{Judge, Verdict, describe};
use super::score::Score;
use super::text::{counted, escape};
use super::{Exit, Failure, Pack, Ui};

/// Mistakes that are kept, to be shown.
const MISTAKES_MAX: usize = 1000;
/// Unreadable lines that are shown.
const PROBLEMS_MAX: usize = 10;

/// What the corpora say of the rules.
#[derive(Default)]
pub(super) struct Corpora {
    /// Each file and how many events it holds.
    pub(super) files: Vec<(String, usize)>,
    /// Each rule's score.
    pub(super) scores: BTreeMap<String, Score>,
    /// Every wrong or missing rule, the first thousand.
    pub(super) mistakes: Vec<Failure>,
    /// How many there are in all.
    pub(super) mistake_count: usize,
    /// Events on which engine and reference evaluator disagree.
    pub(super) disagreements: usize,
}

impl Corpora {
    /// The rules that some event is about.
    pub(super) fn tested(&self) -> impl Iterator<Item = (&str, &Score)> {
        self.scores.iter().filter(|(_, score)| score.is_tested()).map(|(id, score)| (id.as_str(), score))
    }

    /// How many events there are.
    pub(super) fn events(&self) -> usize {
        self.files.iter().map(|(_, events)| events).sum()
    }

    pub(super) fn is_fine(&self) -> bool {
        self.disagreements == 0 && self.scores.values().all(|score| score.shortfalls().is_empty())
    }

    fn mistake(&mut self, failure: Failure) {
        self.mistake_count += 1;
        if self.mistakes.len() < MISTAKES_MAX {
            self.mistakes.push(failure);
        }
    }
}

/// One labelled event.
struct Labelled<'a> {
    kind: SourceKind,
    decky_id: Option<String>,
    payload: RawObject<'a>,
    expect: BTreeSet<String>,
    note: Option<String>,
}

/// Evaluates every event of every file.
///
/// # Errors
/// A file cannot be read, or has lines that are no labelled events; the first of those are shown.
pub(super) fn run(files: &[PathBuf], pack: &Pack, judge: &mut Judge, ui: &Ui) -> anyhow::Result<Corpora> {
    let mut corpora = Corpora::default();
    for rule in pack.program.rules() {
        corpora.scores.insert(rule.id.clone(), Score::new(rule));
    }
    for path in files {
        let events = file(path, &mut corpora, judge, ui)?;
        corpora.files.push((path.display().to_string(), events));
    }
    Ok(corpora)
}

fn file(path: &Path, corpora: &mut Corpora, judge: &mut Judge, ui: &Ui) -> anyhow::Result<usize> {
    let name = path.display();
    let unreadable = |error| Exit::Usage.caused_by(format!("cannot read `{name}`"), error);
    let stream = File::open(path).map_err(unreadable)?;
    let bytes = stream.metadata().map_or(0, |metadata| metadata.len());
    let limits = judge.limits.clone();
    let mut reader = LineReader::new(stream, &limits);
    let mut block = Block::default();
    let mut progress = ui.progress(bytes, true);
    let mut problems: Vec<String> = Vec::new();
    let (mut events, mut bad) = (0, 0);
    while reader.read(&mut block).map_err(unreadable)? {
        for line in block.lines() {
            let (text, _) = event::text(line.bytes);
            match labelled(&text, line.original_bytes.is_some(), &limits, &corpora.scores) {
                Ok(labelled) => {
                    let verdict = judge.judge(labelled.kind, labelled.decky_id.as_deref(), labelled.payload);
                    compare(&labelled, &verdict, &format!("{name}:{}", line.number), corpora);
                    events += 1;
                }
                Err(problem) => {
                    bad += 1;
                    if problems.len() < PROBLEMS_MAX {
                        problems.push(format!("{name}:{}: {problem}", line.number));
                    }
                }
            }
        }
        progress.add(block.bytes().len() as u64);
    }
    drop(progress);
    if bad == 0 {
        return Ok(events);
    }
    problems.iter().for_each(|problem| ui.complain(&escape(problem)));
    Err(Exit::Usage.because(format!("`{name}` has {} that cannot be used", counted(bad, "line"))))
}

/// Reads one line.
fn labelled<'a>(
    line: &'a str,
    cut: bool,
    limits: &Limits,
    known: &BTreeMap<String, Score>,
) -> Result<Labelled<'a>, String> {
    if cut {
        return Err(format!("longer than {} bytes", limits.line_bytes));
    }
    let object = RawObject::parse(line, limits).map_err(|error| error.to_string())?;
    let kind = match object.get("source_kind") {
        Some(RawValue::String(name)) => {
            let name = name.to_text();
            SourceKind::from_name(&name).ok_or_else(|| unknown_kind(&name))?
        }
        _ => return Err("no `source_kind`".to_owned()),
    };
    let Some(RawValue::Object(payload)) = object.get("payload") else {
        return Err("no `payload`, or not an object".to_owned());
    };
    let Some(RawValue::Array(ids)) = object.get("expect") else {
        return Err("no `expect`: a list of rule ids, empty where no rule should fire".to_owned());
    };
    let mut expect = BTreeSet::new();
    for id in ids.items() {
        let RawValue::String(id) = id else {
            return Err("`expect` holds something else than rule ids".to_owned());
        };
        let id = id.to_text().into_owned();
        if !known.contains_key(&id) {
            let like = did_you_mean(&id, known.keys().map(String::as_str));
            let help = like.map_or(String::new(), |like| format!("; did you mean `{like}`?"));
            return Err(format!("`expect` names `{id}`, which is no rule of this pack{help}"));
        }
        expect.insert(id);
    }
    let text = |key: &str| match object.get(key) {
        Some(RawValue::String(text)) => Some(text.to_text().into_owned()),
        _ => None,
    };
    Ok(Labelled { kind, decky_id: text("decky_id"), payload, expect, note: text("note") })
}

fn unknown_kind(name: &str) -> String {
    let like = did_you_mean(name, SourceKind::ALL.iter().map(|kind| kind.as_str()));
    let help = like.map_or(String::new(), |like| format!("; did you mean `{like}`?"));
    format!("unknown source kind `{name}`{help}")
}

/// Counts what fired against what should.
fn compare(event: &Labelled<'_>, verdict: &Verdict, place: &str, corpora: &mut Corpora) {
    let failure = |what, rule_id: &str, expected: String, got: String| Failure {
        what,
        place: place.to_owned(),
        rule_id: rule_id.to_owned(),
        payload: event.payload.as_str().to_owned(),
        expected,
        got,
        note: event.note.clone(),
    };
    if let Some(other) = &verdict.disagreement {
        corpora.disagreements += 1;
        let got = format!("engine: {}; reference: {}", describe(&verdict.fired), describe(other));
        let expected = "engine and reference evaluator agree".to_owned();
        corpora.mistake(failure("DISAGREEMENT", "", expected, got));
    }
    let fired = verdict.rules();
    for rule in &fired {
        let right = event.expect.contains(*rule);
        if let Some(score) = corpora.scores.get_mut(*rule) {
            score.right += usize::from(right);
            score.wrong += usize::from(!right);
        }
        if !right {
            let expected = format!("{rule} stays silent");
            corpora.mistake(failure("FALSE POSITIVE", rule, expected, describe(&verdict.fired)));
        }
    }
    for rule in event.expect.iter().filter(|rule| !fired.contains(rule.as_str())) {
        if let Some(score) = corpora.scores.get_mut(rule) {
            score.missed += 1;
        }
        corpora.mistake(failure("FALSE NEGATIVE", rule, format!("{rule} fires"), describe(&verdict.fired)));
    }
}
