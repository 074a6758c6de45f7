// SPDX-License-Identifier: AGPL-3.0-or-later
//! Compact tables: one JSON object with the tactics, techniques and groups of a release.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::PackError;
use super::draft::{Draft, Group, Status, Tactic, Technique, uuid};
use crate::attack::ids;

/// The domain whose tables are packed.
const DOMAIN: &str = "enterprise-attack";

#[derive(Deserialize)]
struct Table {
    domain: String,
    version: String,
    licence: String,
    tactics: Vec<TacticRow>,
    techniques: Vec<TechniqueRow>,
    groups: Vec<GroupRow>,
}

#[derive(Deserialize)]
pub(super) struct TacticRow {
    pub(super) id: String,
    name: String,
    shortname: String,
    stix: String,
}

#[derive(Deserialize)]
pub(super) struct TechniqueRow {
    pub(super) id: String,
    name: String,
    stix: String,
    tactics: Vec<String>,
    parent: Option<String>,
    #[serde(default)]
    revoked: bool,
    revoked_by: Option<String>,
    #[serde(default)]
    deprecated: bool,
}

#[derive(Deserialize)]
struct GroupRow {
    id: String,
    name: String,
    stix: String,
    #[serde(default)]
    aliases: Vec<String>,
    uses: Vec<String>,
}

impl TacticRow {
    pub(super) fn into_tactic(self) -> Result<Tactic, PackError> {
        let stix = uuid(&self.id, &self.stix)?;
        Ok(Tactic { name: self.name, shortname: self.shortname, stix, url: None })
    }
}

impl TechniqueRow {
    /// The technique, unless its parent is not the one its id names.
    pub(super) fn into_technique(self) -> Result<Technique, PackError> {
        if self.parent.as_deref() != ids::parent_id(&self.id) {
            return Err(PackError::record(&self.id, "`parent` is not what the id says"));
        }
        let status = match (self.revoked, self.deprecated) {
            (true, _) => Status::Revoked { by: self.revoked_by },
            (false, true) => Status::Deprecated,
            (false, false) => Status::Live,
        };
        let stix = uuid(&self.id, &self.stix)?;
        let tactics = self.tactics.into_iter().collect();
        Ok(Technique { name: self.name, tactics, status, stix, url: None })
    }
}

/// Reads a compact table.
pub(super) fn read(text: &str) -> Result<Draft, PackError> {
    let table: Table = serde_json::from_str(text).map_err(|error| PackError::json("table", error))?;
    if table.domain != DOMAIN {
        return Err(PackError::whole("the table's `domain` is not `enterprise-attack`"));
    }
    let mut draft = Draft { version: table.version, notice: table.licence, ..Draft::default() };
    for row in table.tactics {
        insert(&mut draft.tactics, row.id.clone(), row.into_tactic()?)?;
    }
    for row in table.techniques {
        insert(&mut draft.techniques, row.id.clone(), row.into_technique()?)?;
    }
    for row in table.groups {
        let uses = row.uses.into_iter().collect();
        let stix = uuid(&row.id, &row.stix)?;
        let group = Group { name: row.name, aliases: row.aliases, uses, stix, url: None };
        insert(&mut draft.groups, row.id, group)?;
    }
    Ok(draft)
}

/// Adds a record, unless its id is taken.
pub(super) fn insert<T>(records: &mut BTreeMap<String, T>, id: String, record: T) -> Result<(), PackError> {
    if records.contains_key(&id) {
        return Err(PackError::record(&id, "there is another object with this id"));
    }
    records.insert(id, record);
    Ok(())
}
