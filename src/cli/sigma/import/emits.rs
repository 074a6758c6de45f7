// SPDX-License-Identifier: AGPL-3.0-or-later
//! The tags of a Sigma rule as what a rule of ours emits.

use crate::attack::Catalogue;

/// A technique to emit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Emit {
    pub(super) tactic: String,
    pub(super) technique: String,
    pub(super) sub_technique: Option<String>,
}

/// What the tags `attack.t1059.001` and `attack.execution` come to in a release, or why nothing.
///
/// A technique that ATT&CK replaced is followed. It gets the first of the rule's tactics that it
/// has; else what became of one of those; else its own first. A technique of which a
/// sub-technique is emitted too is left out.
pub(super) fn emits(tags: &[String], catalogue: &Catalogue) -> Result<Vec<Emit>, String> {
    let tags: Vec<String> = tags
        .iter()
        .filter_map(|tag| Some(tag.trim().to_lowercase().strip_prefix("attack.")?.to_owned()))
        .collect();
    let tactics: Vec<&str> = tags.iter().filter_map(|tag| tactic(tag, catalogue)).collect();
    let (mut emits, mut gone) = (Vec::<Emit>::new(), Vec::new());
    for id in tags.iter().filter_map(|tag| technique(tag)) {
        let Some(found) = catalogue.successor(&id) else {
            gone.push(id);
            continue;
        };
        let fits = tactics.iter().copied().find(|tactic| found.has_tactic(tactic));
        let followed = || tactics.iter().find_map(|tactic| Some(catalogue.follow(&id, tactic).ok()?.1));
        let Some(tactic) = fits.or_else(followed).or_else(|| found.tactics.first().map(|own| &**own)) else {
            gone.push(id);
            continue;
        };
        let own = found.id.to_string();
        let emit = match &found.parent {
            Some(parent) => {
                Emit { tactic: tactic.to_owned(), technique: parent.to_string(), sub_technique: Some(own) }
            }
            None => Emit { tactic: tactic.to_owned(), technique: own, sub_technique: None },
        };
        let same =
            |other: &Emit| (&other.technique, &other.sub_technique) == (&emit.technique, &emit.sub_technique);
        if !emits.iter().any(same) {
            emits.push(emit);
        }
    }
    let narrowed: Vec<String> =
        emits.iter().filter(|emit| emit.sub_technique.is_some()).map(|emit| emit.technique.clone()).collect();
    emits.retain(|emit| emit.sub_technique.is_some() || !narrowed.contains(&emit.technique));
    match (emits.is_empty(), gone.is_empty()) {
        (false, _) => Ok(emits),
        (true, true) => Err("its tags name no ATT&CK technique".to_owned()),
        (true, false) => Err(format!("ATT&CK {} has no {}", catalogue.release(), gone.join(", "))),
    }
}

/// `T1059.001`, for `t1059.001`.
fn technique(tag: &str) -> Option<String> {
    let digits = tag.strip_prefix('t')?;
    let (number, sub) = digits.split_once('.').unwrap_or((digits, "000"));
    let all = |text: &str, len: usize| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit());
    (all(number, 4) && all(sub, 3)).then(|| tag.to_uppercase())
}

/// The tactic of a tag such as `defense-evasion`: in this release, or in an earlier one.
fn tactic<'c>(tag: &str, catalogue: &'c Catalogue) -> Option<&'c str> {
    let name = tag.replace('_', "-");
    // The one that ATT&CK 19 split; what became of it depends on the technique.
    if name == "defense-evasion" {
        return Some("TA0005");
    }
    catalogue.tactics().find(|tactic| *tactic.shortname == *name).map(|tactic| &*tactic.id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(tags: &[&str]) -> Result<String, String> {
        let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
        let emits = emits(&tags, Catalogue::embedded())?;
        let one = |emit: &Emit| {
            format!("{} {}", emit.tactic, emit.sub_technique.as_ref().unwrap_or(&emit.technique))
        };
        Ok(emits.iter().map(one).collect::<Vec<_>>().join(", "))
    }

    #[test]
    fn tags_give_techniques_under_the_rules_tactics() {
        let fine = |text: &str| Ok(text.to_owned());
        assert_eq!(said(&["attack.execution", "attack.t1059", "attack.t1059.004"]), fine("TA0002 T1059.004"));
        assert_eq!(said(&["attack.persistence", "attack.t1053.003"]), fine("TA0003 T1053.003"));
        assert_eq!(said(&["attack.defense-evasion", "attack.t1562.004"]), fine("TA0112 T1686"));
        assert_eq!(said(&["attack.t1003.008", "cve.2020-1"]), fine("TA0006 T1003.008"));
        assert!(said(&["attack.t9999"]).is_err() && said(&["attack.execution"]).is_err());
    }
}
