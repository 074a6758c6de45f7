// SPDX-License-Identifier: AGPL-3.0-or-later
//! One lane, every side: match sets first, then alternating runs.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::clock;
use crate::contender::{Contender, Pass, Side, Stage};
use crate::explained::{Who, reason};
use crate::lane::Lane;
use crate::matches::{Match, compare};

/// How long a timed run takes at least, in CPU seconds: shorter lanes are repeated within it.
const RUN_SECONDS: f64 = 0.2;
/// How many differing pairs are shown.
const EXAMPLES: usize = 5;

/// A side whose rules are loaded.
pub(crate) struct Loaded {
    /// The side.
    pub(crate) side: Side,
    /// Its rules.
    pub(crate) contender: Box<dyn Contender>,
}

/// What came of one side on one lane.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Row {
    /// The side.
    pub(crate) side: &'static str,
    /// What was set.
    pub(crate) settings: &'static str,
    /// How many events it was given.
    pub(crate) events: usize,
    /// How many results a run gave.
    pub(crate) results: usize,
    /// CPU microseconds per event, the median.
    pub(crate) us_per_event: f64,
    /// Events per CPU second, from the median.
    pub(crate) events_per_s: f64,
    /// CPU time per event over that of the reference; `None` for the reference.
    pub(crate) ratio: Option<Spread>,
    /// How its match set differs from the reference's.
    pub(crate) difference: Differing,
}

/// A median with its extremes.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct Spread {
    /// The median.
    pub(crate) median: f64,
    /// The least.
    pub(crate) min: f64,
    /// The most.
    pub(crate) max: f64,
}

/// A difference of match sets.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Differing {
    /// Pairs that the side found and the reference did not.
    pub(crate) extra: usize,
    /// Pairs that the reference found and the side did not.
    pub(crate) missing: usize,
    /// How many of both have no reason in the list.
    pub(crate) unexplained: usize,
    /// The reasons of the others.
    pub(crate) reasons: BTreeSet<&'static str>,
    /// Some pairs, those without a reason first.
    pub(crate) examples: Vec<String>,
}

/// One table.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Section {
    /// The lane and what was made of it.
    pub(crate) lane: String,
    /// What was measured.
    pub(crate) stage: Stage,
    /// A row per side, the reference first.
    pub(crate) rows: Vec<Row>,
}

/// A side at work on the lane.
struct Running<'a> {
    side: &'a Side,
    pass: Box<dyn Pass + 'a>,
    events: usize,
    repeats: u32,
    results: usize,
    seconds: Vec<f64>,
    ratios: Vec<f64>,
}

impl Running<'_> {
    /// CPU seconds per event of one run.
    fn time(&mut self) -> Result<f64> {
        let start = clock::cpu();
        let mut elsewhere = None;
        for _ in 0..self.repeats {
            let ran = self.pass.run()?;
            self.results = ran.results;
            if let Some(cpu) = ran.elsewhere {
                *elsewhere.get_or_insert(0.0) += cpu.as_secs_f64();
            }
        }
        let here = (clock::cpu() - start).as_secs_f64();
        Ok(elsewhere.unwrap_or(here) / f64::from(self.repeats) / self.events.max(1) as f64)
    }

    /// Warms up and chooses how often the lane is repeated in a run.
    fn calibrate(&mut self) -> Result<()> {
        self.repeats = 1;
        self.time()?;
        let seconds = self.time()? * self.events as f64;
        self.repeats = (RUN_SECONDS / seconds.max(1e-6)).ceil().clamp(1.0, 1000.0) as u32;
        Ok(())
    }
}

/// Measures the loaded sides of a stage on a lane; the first is the reference.
///
/// # Errors
/// Where an engine fails, or there is no side of that stage.
pub(crate) fn section(
    lane_name: &str,
    lane: &Lane,
    stage: Stage,
    loaded: &mut [Loaded],
    runs: usize,
) -> Result<Section> {
    let sides: Vec<&mut Loaded> = loaded.iter_mut().filter(|loaded| loaded.side.stage == stage).collect();
    let heads: Vec<Option<Lane>> = sides
        .iter()
        .map(|loaded| loaded.side.events_max.filter(|&most| most < lane.events).map(|most| lane.head(most)))
        .map(Option::transpose)
        .collect::<Result<_>>()?;
    let mut running = Vec::new();
    for (loaded, head) in sides.into_iter().zip(&heads) {
        let lane = head.as_ref().unwrap_or(lane);
        let pass =
            loaded.contender.over(lane).with_context(|| format!("{} does not start", loaded.side.name))?;
        running.push(Running {
            side: &loaded.side,
            pass,
            events: lane.events,
            repeats: 1,
            results: 0,
            seconds: Vec::new(),
            ratios: Vec::new(),
        });
    }
    let (reference, others) = running.split_first_mut().context("there is no side to measure")?;
    let truth = reference.pass.matches()?;
    let mut differences = vec![Differing::default()];
    for other in &mut *others {
        let found = other.pass.matches().with_context(|| other.side.name)?;
        let events = u32::try_from(other.events)?;
        let known = truth.partition_point(|pair| pair.event < events);
        differences.push(differing(other.side, lane, truth.get(..known).unwrap_or_default(), &found));
    }
    alternate(reference, others, runs)?;
    let rows =
        running.iter().zip(differences).map(|(running, difference)| row(running, difference)).collect();
    Ok(Section { lane: lane_name.to_owned(), stage, rows })
}

/// Times the reference and each other side in turn, over and over.
fn alternate(reference: &mut Running<'_>, others: &mut [Running<'_>], runs: usize) -> Result<()> {
    reference.calibrate()?;
    for other in &mut *others {
        other.calibrate()?;
    }
    for _ in 0..runs {
        if others.is_empty() {
            let ours = reference.time()?;
            reference.seconds.push(ours);
        }
        for other in &mut *others {
            let ours = reference.time()?;
            let theirs = other.time()?;
            reference.seconds.push(ours);
            other.seconds.push(theirs);
            other.ratios.push(theirs / ours);
        }
    }
    Ok(())
}

fn row(running: &Running<'_>, difference: Differing) -> Row {
    let seconds = spread(&running.seconds).map_or(f64::NAN, |spread| spread.median);
    Row {
        side: running.side.name,
        settings: running.side.settings,
        events: running.events,
        results: running.results,
        us_per_event: seconds * 1e6,
        events_per_s: 1.0 / seconds,
        ratio: spread(&running.ratios),
        difference,
    }
}

/// The median and the extremes; of an even number of figures, the lower middle one.
pub(crate) fn spread(figures: &[f64]) -> Option<Spread> {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let median = *sorted.get(sorted.len().checked_sub(1)? / 2)?;
    Some(Spread { median, min: *sorted.first()?, max: *sorted.last()? })
}

fn differing(side: &Side, lane: &Lane, truth: &[Match], found: &[Match]) -> Differing {
    let difference = compare(truth, found);
    let mut out =
        Differing { extra: difference.second.len(), missing: difference.first.len(), ..Differing::default() };
    let mut explained = Vec::new();
    let pairs = difference.second.iter().map(|pair| (Who::Side, pair));
    for (who, pair) in pairs.chain(difference.first.iter().map(|pair| (Who::Reference, pair))) {
        let word = if who == Who::Side { "extra" } else { "missing" };
        let example = format!("{word}: event {}, rule {}", pair.event, pair.rule);
        let text = lane.commands.get(pair.event as usize);
        match reason(side.name, who, text.map_or(0, String::len)) {
            Some(reason) => {
                out.reasons.insert(reason);
                explained.push(example);
            }
            None => {
                out.unexplained += 1;
                out.examples.push(example);
            }
        }
    }
    out.examples.extend(explained);
    out.examples.truncate(EXAMPLES);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spread_is_median_and_extremes() {
        let spread = spread(&[3.0, 1.0, 2.0, 9.0, 2.5]).unwrap();
        assert_eq!((spread.min, spread.median, spread.max), (1.0, 2.5, 9.0));
        assert!(super::spread(&[]).is_none());
    }
}
