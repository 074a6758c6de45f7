// SPDX-License-Identifier: AGPL-3.0-or-later
//! SigmaHQ's rules on sensor lanes: NDJSON in, (event, rule) pairs out.

mod ours;
mod rsigma;

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::contender::{Contender, Side, Stage};

pub(crate) use rsigma::{Prefilters, Rsigma};

/// Every side, those of ours first; each reads the rules below `rules`.
pub(crate) fn sides(rules: &Path) -> Vec<Side> {
    let folder = PathBuf::from(rules);
    let ours = move || -> Result<Box<dyn Contender>> { Ok(Box::new(ours::Ours::load(&folder)?)) };
    let mut sides = vec![side("decnet-ttp", "logsource routing", true, ours)];
    sides.extend(Prefilters::ALL.map(|(name, settings, prefilters)| {
        let folder = PathBuf::from(rules);
        let load = move || -> Result<Box<dyn Contender>> { Ok(Box::new(Rsigma::load(&folder, prefilters)?)) };
        side(name, settings, false, load)
    }));
    sides
}

fn side(
    name: &'static str,
    settings: &'static str,
    ours: bool,
    load: impl Fn() -> Result<Box<dyn Contender>> + 'static,
) -> Side {
    Side { name, settings, stage: Stage::EndToEnd, ours, events_max: None, load: Box::new(load) }
}

/// Peers of the design that take no part, and why.
pub(crate) const LEFT_OUT: [(&str, &str); 1] = [(
    "tau-engine",
    "it loads rules in its own language only; the crate has no reader or converter for Sigma",
)];
