// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a release changed against the one before.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::PackError;
use super::draft::{Draft, Group, Status, uuid};
use super::tables::{TacticRow, TechniqueRow, insert};

/// One file of changes. Each section says what it replaces, so that it fits one release only.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    from: String,
    to: String,
    licence: Option<String>,
    #[serde(default)]
    tactics: Vec<TacticRow>,
    #[serde(default)]
    added: Vec<TechniqueRow>,
    #[serde(default)]
    renamed: Vec<Renamed>,
    #[serde(default)]
    changed: BTreeMap<String, Changed>,
    #[serde(default)]
    groups: Vec<GroupChange>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Renamed {
    id: String,
    from: String,
    to: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    /// The technique is revoked, by this one.
    to: Option<String>,
    /// Its tactics before and after.
    tactics: Option<[BTreeSet<String>; 2]>,
}

/// A group that is new (with `name` and `stix`), renamed, or uses other techniques.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupChange {
    id: String,
    name: Option<String>,
    stix: Option<String>,
    #[serde(default)]
    add: Vec<String>,
    #[serde(default)]
    remove: Vec<String>,
}

/// Applies files of changes that all lead from the draft's version to one other.
///
/// Techniques of every file come first, then uses follow the revocations, then groups change.
pub(super) fn apply(draft: &mut Draft, files: &[&str]) -> Result<(), PackError> {
    let mut groups = Vec::new();
    let mut target: Option<String> = None;
    for text in files {
        let file: Changes = serde_json::from_str(text).map_err(|error| PackError::json("changes", error))?;
        if file.from != draft.version {
            return Err(PackError::whole("the changes start at another version than the source's"));
        }
        if target.as_ref().is_some_and(|target| *target != file.to) {
            return Err(PackError::whole("the files of changes lead to different versions"));
        }
        target = Some(file.to);
        if let Some(licence) = file.licence {
            draft.notice = licence;
        }
        for row in file.tactics {
            draft.tactics.insert(row.id.clone(), row.into_tactic()?);
        }
        for row in file.added {
            insert(&mut draft.techniques, row.id.clone(), row.into_technique()?)?;
        }
        for renamed in file.renamed {
            rename(draft, renamed)?;
        }
        for (id, changed) in file.changed {
            change(draft, &id, changed)?;
        }
        groups.extend(file.groups);
    }
    if let Some(target) = target {
        draft.version = target;
    }
    draft.settle_uses();
    groups.into_iter().try_for_each(|group| change_group(draft, group))
}

fn rename(draft: &mut Draft, renamed: Renamed) -> Result<(), PackError> {
    let technique = draft.techniques.get_mut(&renamed.id);
    match technique.filter(|technique| technique.name == renamed.from) {
        Some(technique) => {
            technique.name = renamed.to;
            Ok(())
        }
        None => Err(PackError::record(&renamed.id, "no technique of this id and name to rename")),
    }
}

fn change(draft: &mut Draft, id: &str, changed: Changed) -> Result<(), PackError> {
    let Some(technique) = draft.techniques.get_mut(id) else {
        return Err(PackError::record(id, "no technique of this id to change"));
    };
    if let Some([before, after]) = changed.tactics {
        if technique.tactics != before {
            return Err(PackError::record(id, "its tactics are not those that the changes replace"));
        }
        technique.tactics = after;
    }
    if let Some(by) = changed.to {
        technique.status = Status::Revoked { by: Some(by) };
    }
    Ok(())
}

fn change_group(draft: &mut Draft, change: GroupChange) -> Result<(), PackError> {
    let id = change.id;
    if let Some(stix) = change.stix {
        let name = change.name.ok_or_else(|| PackError::record(&id, "a new group without a name"))?;
        let stix = uuid(&id, &stix)?;
        let group = Group { name, aliases: Vec::new(), uses: BTreeSet::new(), stix, url: None };
        insert(&mut draft.groups, id.clone(), group)?;
    } else if let Some(name) = change.name {
        let group = draft.groups.get_mut(&id);
        group.ok_or_else(|| PackError::record(&id, "no group of this id to rename"))?.name = name;
    }
    let Some(group) = draft.groups.get_mut(&id) else {
        return Err(PackError::record(&id, "no group of this id to change"));
    };
    for technique in change.remove {
        if !group.uses.remove(&technique) {
            return Err(PackError::record(&id, "does not use a technique that it should use no more"));
        }
    }
    for technique in change.add {
        if !draft.techniques.contains_key(&technique) {
            return Err(PackError::record(&id, "would use a technique that there is not"));
        }
        group.uses.insert(technique);
    }
    Ok(())
}
