// SPDX-License-Identifier: AGPL-3.0-or-later
//! The program and rule states in force, swapped whole by one pointer store.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use jiff::Timestamp;

use crate::compile::program::Program;

use super::{RuleState, StateTable};

/// What an evaluation sees from its start to its end.
#[derive(Debug)]
pub struct Snapshot {
    /// The program.
    pub program: Arc<Program>,
    /// The states of its rules.
    pub states: Arc<StateTable>,
}

/// The snapshot in force. Readers never wait; an evaluation in flight ends on the snapshot that
/// it began with.
#[derive(Debug)]
pub struct Live {
    current: ArcSwap<Snapshot>,
    /// Writers take turns, so that no change is lost between load and store.
    writer: Mutex<()>,
    clock: fn() -> Timestamp,
}

impl Live {
    pub(super) fn new(program: Arc<Program>) -> Self {
        let snapshot = Snapshot { program, states: Arc::default() };
        Self { current: ArcSwap::from_pointee(snapshot), writer: Mutex::new(()), clock: Timestamp::now }
    }

    /// Replaces the clock that expiry is read from, for tests and replays.
    #[must_use]
    pub fn with_clock(mut self, clock: fn() -> Timestamp) -> Self {
        self.clock = clock;
        self
    }

    pub(super) const fn clock(&self) -> fn() -> Timestamp {
        self.clock
    }

    /// The snapshot in force.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Whether `held` is the snapshot in force; a pointer comparison.
    pub(super) fn is_current(&self, held: &Arc<Snapshot>) -> bool {
        Arc::ptr_eq(&self.current.load(), held)
    }

    /// Puts another program in force; rule states stay.
    pub fn swap(&self, program: impl Into<Arc<Program>>) {
        let program = program.into();
        self.change(|old| Snapshot { program: Arc::clone(&program), states: Arc::clone(&old.states) });
    }

    /// Sets or, with `None`, clears the state of a rule; nothing is recompiled.
    pub fn set_state(&self, rule_id: &str, state: Option<RuleState>) {
        self.change(|old| {
            let mut states = (*old.states).clone();
            states.set(rule_id, state.clone());
            Snapshot { program: Arc::clone(&old.program), states: Arc::new(states) }
        });
    }

    fn change(&self, next: impl Fn(&Snapshot) -> Snapshot) {
        let _turn = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let old = self.current.load_full();
        self.current.store(Arc::new(next(&old)));
    }
}
