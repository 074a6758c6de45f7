// SPDX-License-Identifier: AGPL-3.0-or-later
//! A table in the making.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use uuid::Uuid;

use super::PackError;
use crate::attack::table::{EMPTY, FORMAT};
use crate::attack::{Catalogue, ids};

/// How many revocations are followed when a use is moved to a technique's successor.
const REVOCATIONS_MAX: usize = 16;

/// A release as far as it is known; ordered, so that it is written the same way every time.
#[derive(Default)]
pub(super) struct Draft {
    /// `18.1`.
    pub(super) version: String,
    pub(super) notice: String,
    pub(super) tactics: BTreeMap<String, Tactic>,
    pub(super) techniques: BTreeMap<String, Technique>,
    pub(super) groups: BTreeMap<String, Group>,
}

pub(super) struct Tactic {
    pub(super) name: String,
    pub(super) shortname: String,
    pub(super) stix: Uuid,
    pub(super) url: Option<String>,
}

pub(super) struct Technique {
    pub(super) name: String,
    pub(super) tactics: BTreeSet<String>,
    pub(super) status: Status,
    pub(super) stix: Uuid,
    pub(super) url: Option<String>,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Status {
    Live,
    Deprecated,
    Revoked { by: Option<String> },
}

pub(super) struct Group {
    pub(super) name: String,
    pub(super) aliases: Vec<String>,
    pub(super) uses: BTreeSet<String>,
    pub(super) stix: Uuid,
    pub(super) url: Option<String>,
}

impl Draft {
    /// Moves each use of a revoked technique to its successor, and drops those of techniques that
    /// are not here.
    pub(super) fn settle_uses(&mut self) {
        for group in self.groups.values_mut() {
            let uses = std::mem::take(&mut group.uses);
            group.uses = uses
                .into_iter()
                .filter(|id| self.techniques.contains_key(id))
                .map(|id| successor(&self.techniques, &id).to_owned())
                .collect();
        }
    }

    /// Writes the table and reads it back, which checks all that a table must keep.
    pub(super) fn finish(self) -> Result<String, PackError> {
        let table = self.render()?;
        match Catalogue::from_table(&table) {
            Ok(_) => Ok(table),
            Err(error) => {
                let line = table.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
                let subject = line.split('\t').next().unwrap_or_default();
                Err(PackError::table(subject, error))
            }
        }
    }

    fn render(&self) -> Result<String, PackError> {
        let mut table = String::new();
        let version = cell("version", &self.version)?;
        let notice = cell("notice", &self.notice)?;
        let (tactics, techniques, groups) = (self.tactics.len(), self.techniques.len(), self.groups.len());
        line(&mut table, format_args!("{FORMAT}"));
        line(&mut table, format_args!("release\tenterprise-v{version}"));
        line(&mut table, format_args!("notice\t{notice}"));
        line(&mut table, format_args!("records\t{tactics}\t{techniques}\t{groups}"));

        for (id, tactic) in &self.tactics {
            let (url, name) = (url_cell(id, tactic.url.as_deref())?, cell(id, &tactic.name)?);
            let shortname = cell(id, &tactic.shortname)?;
            line(&mut table, format_args!("{id}\t{}\t{url}\t{name}\t{shortname}", tactic.stix));
        }
        for (id, technique) in &self.techniques {
            let (url, name) = (url_cell(id, technique.url.as_deref())?, cell(id, &technique.name)?);
            let (status, tactics) = (technique.status.cell(), list(id, &technique.tactics, ',')?);
            line(&mut table, format_args!("{id}\t{}\t{url}\t{name}\t{status}\t{tactics}", technique.stix));
        }
        for (id, group) in &self.groups {
            let (url, name) = (url_cell(id, group.url.as_deref())?, cell(id, &group.name)?);
            let aliases = group.aliases.iter().filter(|alias| **alias != group.name);
            let (aliases, uses) = (list(id, aliases, '|')?, list(id, &group.uses, ',')?);
            line(&mut table, format_args!("{id}\t{}\t{url}\t{name}\t{aliases}\t{uses}", group.stix));
        }
        Ok(table)
    }
}

impl Status {
    fn cell(&self) -> String {
        match self {
            Self::Live => "live".to_owned(),
            Self::Deprecated => "deprecated".to_owned(),
            Self::Revoked { by: None } => "revoked".to_owned(),
            Self::Revoked { by: Some(by) } => format!("revoked:{by}"),
        }
    }
}

/// The UUID of the STIX object that stands for `id`.
pub(super) fn uuid(id: &str, text: &str) -> Result<Uuid, PackError> {
    Uuid::parse_str(text).map_err(|_| PackError::record(id, "the STIX id is not a UUID"))
}

/// The end of the chain of revocations that starts at `id`.
fn successor<'a>(techniques: &'a BTreeMap<String, Technique>, id: &'a str) -> &'a str {
    let mut id = id;
    for _ in 0..REVOCATIONS_MAX {
        match techniques.get(id).map(|technique| &technique.status) {
            Some(Status::Revoked { by: Some(by) }) if techniques.contains_key(by) => id = by,
            _ => break,
        }
    }
    id
}

fn line(table: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = writeln!(table, "{text}");
}

/// Text that may stand in a column.
fn cell<'a>(id: &str, text: &'a str) -> Result<&'a str, PackError> {
    if text.chars().any(char::is_control) {
        Err(PackError::record(id, "a control character in a name or an address"))
    } else {
        Ok(text)
    }
}

/// The address, where it is not the usual one.
fn url_cell<'a>(id: &str, url: Option<&'a str>) -> Result<&'a str, PackError> {
    match url {
        Some(url) if url != ids::canonical_url(id) => cell(id, url),
        _ => Ok(EMPTY),
    }
}

fn list<'a>(
    id: &str,
    items: impl IntoIterator<Item = &'a String>,
    separator: char,
) -> Result<String, PackError> {
    let mut cells = String::new();
    for item in items {
        if item.contains(separator) {
            return Err(PackError::record(id, "a `|` in an alias or a `,` in an id"));
        }
        if !cells.is_empty() {
            cells.push(separator);
        }
        cells.push_str(cell(id, item)?);
    }
    Ok(if cells.is_empty() { EMPTY.to_owned() } else { cells })
}
