// SPDX-License-Identifier: AGPL-3.0-or-later
//! How a command ends.

use std::error::Error;
use std::fmt;
use std::process::ExitCode;

use super::text::escape_lines;

/// The exit code of a command; scripts depend on the numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Exit {
    /// Done.
    Fine = 0,
    /// The answer is no: a check, test or comparison failed.
    No = 1,
    /// Wrong usage or unreadable input.
    Usage = 2,
    /// Reading or writing failed on the way.
    Io = 74,
    /// Configuration or rules refuse to load.
    Config = 78,
}

impl Exit {
    /// An error that ends the command with this code.
    pub(super) fn because(self, message: impl Into<String>) -> anyhow::Error {
        self.wrap(message.into())
    }

    /// An error that ends the command with this code, and what caused it.
    pub(super) fn caused_by(
        self,
        message: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> anyhow::Error {
        Failure { exit: self, message: Some(message.into()), error: source.into() }.into()
    }

    /// An error that ends the command with this code and says for itself what is wrong.
    pub(super) fn wrap(self, error: impl Into<Box<dyn Error + Send + Sync>>) -> anyhow::Error {
        Failure { exit: self, message: None, error: error.into() }.into()
    }

    /// The code that an error ends the command with: its own, or that of an I/O error.
    pub(super) fn of(error: &anyhow::Error) -> Self {
        error.downcast_ref::<Failure>().map_or(Self::Io, |failure| failure.exit)
    }

    /// [`Exit::Fine`] or [`Exit::No`].
    pub(super) const fn yes_or_no(yes: bool) -> Self {
        if yes { Self::Fine } else { Self::No }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// The error and its causes in one line, safe to show.
pub(super) fn describe(error: &anyhow::Error) -> String {
    let mut text = String::new();
    for cause in error.chain() {
        let cause = cause.to_string();
        // The number says nothing that the words don't.
        let cause = cause.split(" (os error ").next().unwrap_or_default();
        if !text.is_empty() {
            text.push_str(": ");
        }
        text.push_str(cause);
    }
    escape_lines(&text)
}

/// An error with the exit code it ends in.
#[derive(Debug)]
struct Failure {
    exit: Exit,
    /// What failed; where there is none, the error says it.
    message: Option<String>,
    error: Box<dyn Error + Send + Sync>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => f.write_str(message),
            None => self.error.fmt(f),
        }
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self.message {
            Some(_) => Some(&*self.error),
            None => self.error.source(),
        }
    }
}
