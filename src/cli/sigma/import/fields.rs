// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which of our fields holds what a field of Sigma's taxonomy holds.

use crate::compile::sigma::Logsource;
use crate::vocab::SourceKind;

/// The events of ours that a log source has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `process_creation`.
    Command,
    /// `webserver`.
    HttpRequest,
}

/// Where the values of a field stand in our events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// In any of these fields, as text.
    Text(&'static [&'static str]),
    /// The base names of programs, in a list.
    Program(&'static str),
    /// In that field, as a number.
    Number(&'static str),
}

impl Kind {
    /// The kind for a log source, or why there is none.
    pub(super) fn of(source: &Logsource) -> Result<Self, String> {
        match source.category.as_deref() {
            Some("process_creation") => Ok(Self::Command),
            Some("webserver") => Ok(Self::HttpRequest),
            _ => {
                let names = [&source.product, &source.category, &source.service];
                let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
                let source = if names.is_empty() { "any".to_owned() } else { names.join("/") };
                Err(format!("no events of ours are of the log source {source}"))
            }
        }
    }

    /// The source kind.
    pub(super) const fn source_kind(self) -> SourceKind {
        match self {
            Self::Command => SourceKind::Command,
            Self::HttpRequest => SourceKind::HttpRequest,
        }
    }

    /// The fields that tags of the rule keep.
    pub(super) const fn evidence(self) -> &'static str {
        match self {
            Self::Command => "[command_text]",
            Self::HttpRequest => "[raw_url, user_agent]",
        }
    }

    /// Where a field's values are; `None` where our events have no such thing.
    pub(super) fn target(self, field: Option<&str>) -> Option<Target> {
        let Some(field) = field else {
            return Some(Target::Text(match self {
                Self::Command => &["command_text"],
                Self::HttpRequest => &["raw_url", "path", "query", "user_agent"],
            }));
        };
        let target = match (self, field) {
            (Self::Command, "CommandLine") => Target::Text(&["command_text"]),
            (Self::Command, "Image") => Target::Program("command.argv0"),
            (Self::Command, "User") => Target::Text(&["user"]),
            (Self::Command, "CurrentDirectory") => Target::Text(&["pwd"]),
            (Self::HttpRequest, "cs-method") => Target::Text(&["method"]),
            (Self::HttpRequest, "cs-uri" | "c-uri") => Target::Text(&["raw_url"]),
            (Self::HttpRequest, "cs-uri-stem" | "c-uri-stem") => Target::Text(&["path"]),
            // Rules test paths by it too.
            (Self::HttpRequest, "cs-uri-query" | "c-uri-query") => Target::Text(&["query", "raw_url"]),
            (Self::HttpRequest, "c-useragent" | "cs-user-agent") => {
                Target::Text(&["user_agent", "headers.user-agent"])
            }
            (Self::HttpRequest, "cs-host") => Target::Text(&["host"]),
            (Self::HttpRequest, "cs-referer") => Target::Text(&["headers.referer"]),
            (Self::HttpRequest, "cs-cookie") => Target::Text(&["headers.cookie"]),
            (Self::HttpRequest, "sc-status") => Target::Number("status"),
            _ => return None,
        };
        Some(target)
    }
}
