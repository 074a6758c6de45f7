// SPDX-License-Identifier: AGPL-3.0-or-later
//! How a pack is compiled.

use std::sync::Arc;

use jiff::civil::Date;

use crate::attack::Catalogue;
use crate::vocab::Limits;

use super::optimize::Passes;
use super::program::Plan;

/// How a pack is compiled; the default is how it should be.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The bounds.
    pub limits: Limits,
    /// The optimizer's switches.
    pub passes: Passes,
    /// The automata's switches.
    pub plan: Plan,
    /// Reads rules as DECNET reads them: what it passes over is a warning, patterns mean what they
    /// mean to Python.
    pub compat: bool,
    /// The ATT&CK release that emitted ids must stand in and tags are of; `None` is the embedded one.
    pub catalogue: Option<Arc<Catalogue>>,
    /// The day on which intel tables are held to their next review; `None` asks no clock.
    pub today: Option<Date>,
}

impl Options {
    /// The ATT&CK catalogue to compile against.
    pub fn catalogue(&self) -> &Catalogue {
        self.catalogue.as_deref().unwrap_or_else(|| Catalogue::embedded())
    }
}
