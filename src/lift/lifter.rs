// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a lifter is, and what it sees while it runs.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::vocab::{FieldType, Slot, SourceKind};

use super::shell::Via;

/// Fields that one lifter may read.
pub const INPUTS_MAX: usize = 16;
/// Fields that one lifter may give.
pub const OUTPUTS_MAX: usize = 16;

/// Derives fields of one or more source kinds.
///
/// It describes itself: its examples are run as tests, and the reference page is printed from them.
#[derive(Debug)]
pub struct Lifter {
    /// The lifter's name.
    pub name: &'static str,
    /// The kinds it serves.
    pub kinds: &'static [SourceKind],
    /// The fields it reads and their types, at most [`INPUTS_MAX`].
    pub inputs: &'static [(&'static str, FieldType)],
    /// The fields it gives, at most [`OUTPUTS_MAX`].
    pub outputs: &'static [&'static str],
    /// Whether it gives further views of an event, see [`View`].
    pub views: bool,
    /// Fills the outputs from the inputs: pure but for what [`Site`] opens, total, linear in them.
    pub lift: for<'a> fn(&mut Lift<'_, 'a>),
    /// What it makes of some payloads.
    pub examples: &'static [Example],
}

/// One payload and what a lifter makes of it, both JSON objects; fields that are not named are absent.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// The kind.
    pub kind: SourceKind,
    /// The payload.
    pub payload: &'static str,
    /// The fields that it gives.
    pub gives: &'static str,
}

/// What of the surroundings a lifter may use.
#[derive(Clone, Copy, Debug, Default)]
pub struct Site<'s> {
    /// The decoy that saw the event.
    pub decky_id: Option<&'s str>,
    /// Whether a line is also evaluated as what it is seen to mean, see [`View`].
    pub views: bool,
    /// Where messages are stored.
    #[cfg(all(feature = "mail", target_os = "linux"))]
    pub messages: Option<&'s Messages>,
}

impl<'s> Site<'s> {
    /// A place where no message is stored.
    pub const fn new(decky_id: Option<&'s str>, views: bool) -> Self {
        Self {
            decky_id,
            views,
            #[cfg(all(feature = "mail", target_os = "linux"))]
            messages: None,
        }
    }
}

/// Stored messages, and the bounds on reading them.
#[cfg(all(feature = "mail", target_os = "linux"))]
#[derive(Clone, Debug)]
pub struct Messages {
    /// Where they are.
    pub artifacts: crate::event::mail::Artifacts,
    /// The bounds.
    pub limits: crate::vocab::Limits,
}

impl Site<'_> {
    /// The body of a message that the decoy stored under that name; `None` where there is none that
    /// may be read.
    #[cfg(all(feature = "mail", target_os = "linux"))]
    pub fn body(&self, decky_id: &str, stored_as: &str) -> Option<String> {
        let messages = self.messages?;
        let raw = messages.artifacts.read(decky_id, stored_as).ok()?;
        crate::event::mail::body_text(&raw, &messages.limits)
    }

    /// No message can be opened without the feature `mail`.
    #[cfg(not(all(feature = "mail", target_os = "linux")))]
    pub const fn body(&self, _decky_id: &str, _stored_as: &str) -> Option<String> {
        None
    }
}

/// Another reading of the same event: the lifter's outputs as they are in it.
///
/// Rules are decided on each view by itself, and a view only adds tags.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// How it was come by.
    pub via: Via,
    /// In order of [`Lifter::outputs`].
    pub outputs: &'a [Slot<'a>],
}

/// One run of a lifter.
#[derive(Debug)]
pub struct Lift<'l, 'a> {
    /// In order of [`Lifter::inputs`].
    pub inputs: &'l [Slot<'a>],
    /// In order of [`Lifter::outputs`]; absent at the start.
    pub outputs: &'l mut [Slot<'a>],
    /// One bit per output that some rule reads.
    pub wanted: u32,
    /// Further views of the event, the most certain first.
    pub views: &'l mut ArenaVec<'a, View<'a>>,
    /// What values may be put into.
    pub arena: &'a Bump,
    /// The surroundings.
    pub site: Site<'l>,
}

impl<'a> Lift<'_, 'a> {
    /// An input's value.
    pub fn input(&self, index: usize) -> Slot<'a> {
        self.inputs.get(index).copied().unwrap_or_default()
    }

    /// An input that is a string.
    pub fn text(&self, index: usize) -> Option<&'a str> {
        self.input(index).text()
    }

    /// An input that is a list of strings; empty where it is not.
    pub fn texts(&self, index: usize) -> &'a [&'a str] {
        match self.input(index) {
            Slot::Texts(items) => items,
            _ => &[],
        }
    }

    /// Whether a rule reads an output.
    pub const fn wants(&self, index: u32) -> bool {
        self.wanted & (1 << index) != 0
    }

    /// Gives an output.
    pub fn give(&mut self, index: usize, value: Slot<'a>) {
        if let Some(output) = self.outputs.get_mut(index) {
            *output = value;
        }
    }

    /// Gives an output that may be absent.
    pub fn give_text(&mut self, index: usize, value: Option<&'a str>) {
        self.give(index, value.map_or(Slot::Absent, Slot::Text));
    }
}
