// SPDX-License-Identifier: AGPL-3.0-or-later
//! Command rules on native command events: each rule is one regular expression.

mod matcher;
mod ours;
mod python;
mod regexset;
mod rules;
mod tau;
#[cfg(feature = "yara")]
mod yara;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use regex::RegexSet;

use crate::contender::{Contender, Side, Stage};

pub(crate) use rules::Rules;

use matcher::Matching;
use ours::{Ours, View, Way};
use python::{Mode, Python};

/// What the sides are loaded from.
#[derive(Clone)]
pub(crate) struct Inputs {
    /// The rules.
    pub(crate) rules: Arc<Rules>,
    /// Where the virtual environment of the Python sides is, or is made; `None` leaves them out.
    pub(crate) venv: Option<PathBuf>,
    /// How many events the Python sides are given.
    pub(crate) python_events: usize,
}

impl Inputs {
    /// Tells commands that match from others.
    ///
    /// # Errors
    /// Where a pattern is none of Rust's.
    pub(crate) fn patterns(&self) -> Result<RegexSet> {
        Ok(RegexSet::new(self.rules.iter().map(|rule| &rule.pattern))?)
    }

    /// Every side, those of ours first.
    pub(crate) fn sides(&self) -> Vec<Side> {
        let mut sides = self.ours();
        for stage in [Stage::Matching, Stage::EndToEnd] {
            sides.push(self.matcher("RegexSet", "", stage, regexset::Set::load));
            sides.push(self.matcher("RegexSet, bytes", "unicode off", stage, regexset::ByteSet::load));
            #[cfg(feature = "yara")]
            sides.push(self.matcher("YARA-X", "scanner reused, fast_scan", stage, yara::Yara::load));
            let settings = "every optimisation, a document of borrowed fields";
            sides.push(self.matcher("tau-engine", settings, stage, tau::Tau::load));
        }
        if let Some(venv) = &self.venv {
            for (stage, mode) in Mode::ALL {
                let (rules, venv) = (Arc::clone(&self.rules), venv.clone());
                sides.push(Side {
                    name: mode.name(),
                    settings: mode.settings(),
                    stage,
                    ours: false,
                    events_max: Some(self.python_events),
                    load: Box::new(move || Ok(Box::new(Python::load(&rules, &venv, mode, stage)?))),
                });
            }
        }
        sides
    }

    fn ours(&self) -> Vec<Side> {
        let side = |name, settings, stage, view, way| {
            let rules = Arc::clone(&self.rules);
            Side {
                name,
                settings,
                stage,
                ours: true,
                events_max: None,
                load: Box::new(move || Ok(Box::new(Ours::load(&rules, view, way)?) as Box<dyn Contender>)),
            }
        };
        let raw = "the text as it stands, as the others";
        let views = "also what the shell makes of it, as the product does";
        vec![
            side("decnet-ttp", raw, Stage::Matching, View::Raw, Way::Payloads),
            side("decnet-ttp, views", views, Stage::Matching, View::All, Way::Payloads),
            side("decnet-ttp, tags out", raw, Stage::EndToEnd, View::Raw, Way::Tags),
            side("decnet-ttp, rules out", raw, Stage::EndToEnd, View::Raw, Way::Hits),
            side("decnet-ttp, views, tags out", views, Stage::EndToEnd, View::All, Way::Tags),
        ]
    }

    fn matcher<M: Matching + 'static>(
        &self,
        name: &'static str,
        settings: &'static str,
        stage: Stage,
        load: fn(&Rules) -> Result<M>,
    ) -> Side {
        let rules = Arc::clone(&self.rules);
        let load = Box::new(move || {
            let loaded = matcher::Loaded::new(load(&rules)?, &rules, stage);
            Ok(Box::new(loaded) as Box<dyn Contender>)
        });
        Side { name, settings, stage, ours: false, events_max: None, load }
    }
}
