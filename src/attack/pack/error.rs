// SPDX-License-Identifier: AGPL-3.0-or-later
//! Why a table could not be made.

use crate::attack::TableError;

/// Why a table could not be made; it says which object or which place in the text.
#[derive(Debug)]
pub struct PackError(Kind);

#[derive(Debug)]
enum Kind {
    Json {
        file: &'static str,
        source: serde_json::Error,
    },
    Record {
        id: Box<str>,
        problem: &'static str,
    },
    Table {
        id: Box<str>,
        source: TableError,
    },
    Whole(&'static str),
    /// Neither the bundle nor its reader says the version.
    NoVersion,
}

impl PackError {
    /// The version is said nowhere.
    pub(super) const fn no_version() -> Self {
        Self(Kind::NoVersion)
    }

    /// The text of `file` (what it is, not its name) is not the JSON that was expected.
    pub(super) fn json(file: &'static str, source: serde_json::Error) -> Self {
        Self(Kind::Json { file, source })
    }

    /// Something is wrong with one object.
    pub(super) fn record(id: &str, problem: &'static str) -> Self {
        Self(Kind::Record { id: id.into(), problem })
    }

    /// The table was written but does not load.
    pub(super) fn table(id: &str, source: TableError) -> Self {
        Self(Kind::Table { id: id.into(), source })
    }

    /// Something is wrong with the input as a whole.
    pub(super) fn whole(problem: &'static str) -> Self {
        Self(Kind::Whole(problem))
    }

    /// Whether the bundle does not say its version, so that it must be given.
    pub const fn is_without_version(&self) -> bool {
        matches!(self.0, Kind::NoVersion)
    }

    /// The id of the object that is wrong, where it is one.
    pub fn id(&self) -> Option<&str> {
        match &self.0 {
            Kind::Record { id, .. } | Kind::Table { id, .. } => Some(id),
            Kind::Json { .. } | Kind::Whole(_) | Kind::NoVersion => None,
        }
    }

    /// The line and column of the JSON that is wrong, where that is the problem.
    pub fn json_position(&self) -> Option<(usize, usize)> {
        match &self.0 {
            Kind::Json { source, .. } => Some((source.line(), source.column())),
            _ => None,
        }
    }
}

impl std::fmt::Display for PackError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Json { file, source } => write!(f, "{file}: {source}"),
            Kind::Record { id, problem } => write!(f, "`{id}`: {problem}"),
            Kind::Table { id, source } => write!(f, "`{id}`: {}", source.problem()),
            Kind::Whole(problem) => f.write_str(problem),
            Kind::NoVersion => f.write_str("the bundle does not say its version, so it must be given"),
        }
    }
}

impl std::error::Error for PackError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.0 {
            Kind::Json { source, .. } => Some(source),
            Kind::Table { source, .. } => Some(source),
            Kind::Record { .. } | Kind::Whole(_) | Kind::NoVersion => None,
        }
    }
}
