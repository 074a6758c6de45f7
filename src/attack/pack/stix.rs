// SPDX-License-Identifier: AGPL-3.0-or-later
//! MITRE's STIX bundles, 2.0 and 2.1, of which the catalogue takes a small part.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use uuid::Uuid;

use super::PackError;
use super::draft::{Draft, Group, Status, Tactic, Technique, uuid};
use super::tables::insert;

/// The source that MITRE's own ids and addresses are under, and the name of its kill chain.
const MITRE: &str = "mitre-attack";

/// Enough of any JSON object to tell a bundle.
#[derive(Deserialize)]
struct Head {
    #[serde(rename = "type")]
    kind: Option<String>,
}

#[derive(Deserialize)]
struct Bundle {
    objects: Vec<Object>,
}

/// What is read of an object of any type. Longer texts are not: they are most of a bundle.
#[derive(Deserialize)]
struct Object {
    #[serde(rename = "type")]
    kind: String,
    id: String,
    name: Option<String>,
    revoked: Option<bool>,
    x_mitre_deprecated: Option<bool>,
    x_mitre_shortname: Option<String>,
    x_mitre_version: Option<String>,
    external_references: Option<Vec<Reference>>,
    kill_chain_phases: Option<Vec<Phase>>,
    aliases: Option<Vec<String>>,
    definition: Option<Definition>,
    relationship_type: Option<String>,
    source_ref: Option<String>,
    target_ref: Option<String>,
}

#[derive(Deserialize)]
struct Reference {
    source_name: Option<String>,
    external_id: Option<String>,
    url: Option<String>,
}

#[derive(Deserialize)]
struct Phase {
    kill_chain_name: String,
    phase_name: String,
}

#[derive(Deserialize)]
struct Definition {
    statement: Option<String>,
}

/// Whether the JSON object is a bundle rather than a compact table.
pub(super) fn is_bundle(text: &str) -> Result<bool, PackError> {
    let head: Head = serde_json::from_str(text).map_err(|error| PackError::json("source", error))?;
    Ok(head.kind.as_deref() == Some("bundle"))
}

/// Reads a bundle; `version` counts where the bundle has no collection object to say its own.
pub(super) fn read(text: &str, version: Option<&str>) -> Result<Draft, PackError> {
    let bundle: Bundle = serde_json::from_str(text).map_err(|error| PackError::json("bundle", error))?;
    let mut reader = Reader::default();
    let mut patterns = Vec::new();
    let mut relations = Vec::new();
    for object in bundle.objects {
        match object.kind.as_str() {
            "x-mitre-collection" => reader.version = object.x_mitre_version,
            "marking-definition" => reader.marking(&object),
            "x-mitre-tactic" => reader.tactic(object)?,
            "attack-pattern" => patterns.push(object),
            "intrusion-set" => reader.group(object)?,
            "relationship" if !object.is_dead() => relations.push(object),
            _ => {}
        }
    }
    // Techniques name tactics, and relations name techniques and groups, in no order.
    patterns.into_iter().try_for_each(|object| reader.technique(object))?;
    relations.iter().for_each(|object| reader.relation(object));
    reader.finish(version)
}

impl Object {
    fn is_dead(&self) -> bool {
        self.revoked == Some(true) || self.x_mitre_deprecated == Some(true)
    }

    /// The ATT&CK id and the address, from MITRE's own reference.
    fn reference(&mut self) -> Result<(String, Option<String>), PackError> {
        let references = self.external_references.take().unwrap_or_default();
        references
            .into_iter()
            .find(|reference| reference.source_name.as_deref() == Some(MITRE))
            .and_then(|reference| Some((reference.external_id?, reference.url)))
            .ok_or_else(|| PackError::record(&self.id, "no external reference of `mitre-attack`"))
    }

    fn name(&mut self) -> Result<String, PackError> {
        self.name.take().ok_or_else(|| PackError::record(&self.id, "no name"))
    }

    fn uuid(&self) -> Result<Uuid, PackError> {
        let (_, after_type) = self.id.split_once("--").unwrap_or_default();
        uuid(&self.id, after_type)
    }
}

/// The bundle as far as it is read.
#[derive(Default)]
struct Reader {
    draft: Draft,
    version: Option<String>,
    /// The last year of MITRE's copyright statement.
    year: Option<u16>,
    /// Tactic ids by the name of their phase.
    phases: BTreeMap<String, String>,
    /// ATT&CK ids of techniques and live groups, by STIX id.
    ids: BTreeMap<String, String>,
}

impl Reader {
    fn marking(&mut self, object: &Object) {
        let statement = object.definition.as_ref().and_then(|definition| definition.statement.as_deref());
        if let Some(statement) = statement.filter(|statement| statement.contains("MITRE")) {
            self.year = self.year.max(last_year(statement));
        }
    }

    fn tactic(&mut self, mut object: Object) -> Result<(), PackError> {
        if object.is_dead() {
            return Ok(());
        }
        let (id, url) = object.reference()?;
        let shortname = object.x_mitre_shortname.take();
        let shortname = shortname.ok_or_else(|| PackError::record(&id, "no `x_mitre_shortname`"))?;
        self.phases.insert(shortname.clone(), id.clone());
        let tactic = Tactic { name: object.name()?, shortname, stix: object.uuid()?, url };
        insert(&mut self.draft.tactics, id, tactic)
    }

    fn technique(&mut self, mut object: Object) -> Result<(), PackError> {
        let (id, url) = object.reference()?;
        let status = match (object.revoked, object.x_mitre_deprecated) {
            (Some(true), _) => Status::Revoked { by: None },
            (_, Some(true)) => Status::Deprecated,
            _ => Status::Live,
        };
        let mut tactics = BTreeSet::new();
        for phase in object.kill_chain_phases.take().unwrap_or_default() {
            if phase.kill_chain_name != MITRE {
                continue;
            }
            match self.phases.get(&phase.phase_name) {
                Some(tactic) => {
                    tactics.insert(tactic.clone());
                }
                // A technique that was withdrawn keeps the phases of its day.
                None if status != Status::Live => {}
                None => return Err(PackError::record(&id, "a phase that is no tactic of the bundle")),
            }
        }
        self.ids.insert(object.id.clone(), id.clone());
        let technique = Technique { name: object.name()?, tactics, status, stix: object.uuid()?, url };
        insert(&mut self.draft.techniques, id, technique)
    }

    fn group(&mut self, mut object: Object) -> Result<(), PackError> {
        if object.is_dead() {
            return Ok(());
        }
        let (id, url) = object.reference()?;
        self.ids.insert(object.id.clone(), id.clone());
        let aliases = object.aliases.take().unwrap_or_default();
        let group = Group { name: object.name()?, aliases, uses: BTreeSet::new(), stix: object.uuid()?, url };
        insert(&mut self.draft.groups, id, group)
    }

    /// Notes what a group uses and what revoked a technique; other relations do not matter.
    fn relation(&mut self, object: &Object) {
        let end = |end: &Option<String>| end.as_ref().and_then(|end| self.ids.get(end));
        let (Some(source), Some(target)) = (end(&object.source_ref), end(&object.target_ref)) else { return };
        match object.relationship_type.as_deref() {
            Some("uses") => {
                if let Some(group) = self.draft.groups.get_mut(source) {
                    group.uses.insert(target.clone());
                }
            }
            Some("revoked-by") => {
                let technique = self.draft.techniques.get_mut(source);
                if let Some(Status::Revoked { by }) = technique.map(|technique| &mut technique.status) {
                    *by = Some(target.clone());
                }
            }
            _ => {}
        }
    }

    fn finish(mut self, version: Option<&str>) -> Result<Draft, PackError> {
        let version = self.version.or_else(|| version.map(str::to_owned));
        self.draft.version = version.ok_or_else(PackError::no_version)?;
        let year =
            self.year.ok_or_else(|| PackError::whole("no copyright statement of MITRE in the bundle"))?;
        self.draft.notice = format!(
            "© {year} The MITRE Corporation. This work is reproduced and distributed with the permission of The \
             MITRE Corporation."
        );
        Ok(self.draft)
    }
}

/// The last number of four digits in a statement such as `Copyright 2015-2025, The MITRE Corporation`.
fn last_year(statement: &str) -> Option<u16> {
    statement
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|number| number.len() == 4)
        .filter_map(|number| number.parse().ok())
        .max()
}
