// SPDX-License-Identifier: AGPL-3.0-or-later
//! Events go down this folder: fields → scan → decide.
//!
//! ```text
//! payload bytes ─ fields ─▶ slots ─ scan ─▶ predicate bits ─ decide ─▶ hits
//! ```

mod bits;
mod decide;
pub mod explain;
mod fields;
mod function;
mod hits;
mod lazy;
mod lift;
mod lifted;
mod live;
mod log_reference;
mod logs;
mod memo;
mod record;
pub mod reference;
mod scan;
mod scratch;
mod state;
mod value;

use std::sync::{Arc, Mutex, PoisonError};

use crate::compile::program::Program;
use crate::event::Event;
use crate::lift::Site;

pub use crate::vocab::Slot;
pub use fields::{fill, text_view};
pub use function::apply;
pub use hits::{Computed, Counts, Hit, Hits};
pub use lazy::LazyCache;
pub use live::{Live, Snapshot};
pub use logs::{LogEngine, LogScratch};
pub use scratch::Scratch;
pub use state::{Mode, RuleState, StateError, StateTable};

/// Evaluates events against a program that can be swapped while others evaluate.
///
/// # Example
/// ```
/// use decnet_ttp::{Engine, compile, event::Event, vocab::Limits};
///
/// let engine = Engine::new(compile::builtin()?);
/// let line = r#"{"source_kind":"command","source_id":"s1#0","payload":{"command_text":"cat /etc/shadow"}}"#;
/// let event = Event::parse(line, &Limits::default())?;
/// let mut scratch = engine.scratch();
/// let hits = engine.evaluate_with(&event, &mut scratch);
/// assert!(hits.iter().any(|hit| hits.rule(hit).is_some_and(|rule| rule.id == "R0014")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Engine {
    live: Live,
    pool: Mutex<Vec<Scratch>>,
    #[cfg(all(feature = "mail", target_os = "linux"))]
    messages: Option<crate::lift::Messages>,
}

impl Engine {
    /// An engine over a program; every rule is enabled.
    pub fn new(program: impl Into<Arc<Program>>) -> Self {
        Self {
            live: Live::new(program.into()),
            pool: Mutex::new(Vec::new()),
            #[cfg(all(feature = "mail", target_os = "linux"))]
            messages: None,
        }
    }

    /// Opens the bodies of e-mails where they are stored, when a rule asks for one.
    #[cfg(all(feature = "mail", target_os = "linux"))]
    #[must_use]
    pub fn with_messages(mut self, messages: crate::lift::Messages) -> Self {
        self.messages = Some(messages);
        self
    }

    /// What lifters may use for an event.
    fn site<'s>(&'s self, event: &'s Event<'_>) -> Site<'s> {
        Site {
            decky_id: event.decky_id.as_deref(),
            #[cfg(all(feature = "mail", target_os = "linux"))]
            messages: self.messages.as_ref(),
            ..Site::default()
        }
    }

    /// The program and rule states that evaluations see, and the way to change them.
    pub const fn live(&self) -> &Live {
        &self.live
    }

    /// Working memory for [`Engine::evaluate_with`]; make one per thread and keep it.
    pub fn scratch(&self) -> Scratch {
        Scratch::new(self.live.snapshot())
    }

    /// Evaluates an event with working memory from a pool.
    ///
    /// # Cost
    /// As [`Engine::evaluate_with`], and one lock and one small vector.
    pub fn evaluate(&self, event: &Event<'_>) -> Vec<Hit> {
        let pooled = self.pool.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut scratch = pooled.unwrap_or_else(|| self.scratch());
        let hits = self.evaluate_with(event, &mut scratch).iter().copied().collect();
        self.pool.lock().unwrap_or_else(PoisonError::into_inner).push(scratch);
        hits
    }

    /// Evaluates an event: which rules hold, and what each then emits, in order of rule.
    ///
    /// The snapshot taken at the start serves to the end, whatever is swapped meanwhile.
    ///
    /// # Cost
    /// Linear in the event; no lock, no I/O, and no allocation once `scratch` is warm.
    pub fn evaluate_with<'s>(&self, event: &Event<'_>, scratch: &'s mut Scratch) -> Hits<'s> {
        scratch.refresh(&self.live);
        scratch.evaluate(event, self.site(event), self.live.clock())
    }
}
