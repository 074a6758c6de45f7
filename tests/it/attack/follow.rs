// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules against another release than the one they are written for.

use std::sync::Arc;

use decnet_ttp::attack::{Catalogue, Claim, Release, Stranded, validate};
use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{self, Compilation, Options, compile};
use decnet_ttp::diag::Code;

use super::TABLE;

/// A release 20.0 that is as 19.0, with edits to its table.
fn release_20(edits: &[(&str, &str)]) -> Arc<Catalogue> {
    let mut table = TABLE.replacen("enterprise-v19.0", "enterprise-v20.0", 1);
    for (from, to) in edits {
        assert_eq!(table.matches(from).count(), 1, "{from}");
        table = table.replacen(from, to, 1);
    }
    Arc::new(Catalogue::from_table(&table).unwrap())
}

/// The table's columns from a technique's id to its tactics, which `status` and `tactics` replace.
fn edit(id: &str, status: &str, tactics: &str) -> (String, String) {
    let line = TABLE.lines().find(|line| line.starts_with(&format!("{id}\t"))).unwrap();
    let mut columns: Vec<&str> = line.split('\t').collect();
    let at = columns.iter().position(|column| *column == "live").unwrap();
    (columns[at], columns[at + 1]) = (status, tactics);
    (format!("{line}\n"), format!("{}\n", columns.join("\t")))
}

/// The built-in pack, but of its rules only one, which emits this for that release.
fn compiled(release: &str, emit: &str, catalogue: Option<Arc<Catalogue>>) -> Compilation {
    let mut files = PackFiles::new("");
    files.insert("fields.yaml", include_str!("../../../rules/fields.yaml"));
    files.insert("pack.yaml", include_str!("../../../rules/pack.yaml"));
    let rule = format!(
        "rule_id: R1\nrule_version: 1\nname: one\napplies_to: [command]\n{release}\n\
         match: command_text contains \"x\"\nemits:\n  - {{{emit}, confidence: 0.9}}\n\
         tests: [{{hit: {{command_text: x}}}}, {{miss: {{command_text: y}}}}]\n"
    );
    files.insert("ttp/R1.yaml", rule);
    compile(&files, &Options { catalogue, ..Options::default() }, None)
}

fn codes(compilation: &Compilation) -> Vec<&'static str> {
    compilation.diagnostics.iter().map(|it| it.code.as_str()).filter(|code| *code != "W004").collect()
}

#[test]
fn a_rule_of_an_older_release_follows_with_a_warning_and_one_of_this_release_does_not() {
    let shadow = edit("T1003.008", "revoked:T1003.007", "TA0006");
    let catalogue = release_20(&[(&shadow.0, &shadow.1)]);
    let emit = "tactic: TA0006, technique_id: T1003, sub_technique_id: T1003.008";

    // The pack says 19.0.
    let older = compiled("", emit, Some(catalogue.clone()));
    assert_eq!(codes(&older), [Code::Superseded.as_str()]);
    let program = older.program.expect("a program");
    assert_eq!(program.attack_release(), "enterprise-v20.0");
    let rule = program.rule("R1").expect("the rule");
    let [emitted] = rule.emits.as_slice() else { panic!("{:?}", rule.emits) };
    assert_eq!((&*emitted.technique, emitted.sub_technique.as_deref()), ("T1003", Some("T1003.007")));
    assert_eq!(emitted.technique_name, "OS Credential Dumping: Proc Filesystem");
    assert_eq!(emitted.url, "https://attack.mitre.org/techniques/T1003/007");
    compile::validate(&program, &catalogue).unwrap();
    compile::validate(&program, Catalogue::embedded()).unwrap();

    for release in ["enterprise-v20.0", "enterprise-v21.0", "v20", "whenever"] {
        let same = compiled(&format!("attack_release: {release}"), emit, Some(catalogue.clone()));
        assert_eq!(codes(&same), [Code::RetiredTechnique.as_str()], "{release}");
        assert!(same.program.expect("the program of no rules").rule("R1").is_none());
    }
    assert_eq!(codes(&compiled("", emit, None)), [""; 0], "in 19.0 it holds");

    // A program of the one release is not valid in the other.
    let before = compiled("", emit, None).program.unwrap();
    let invalid = compile::validate(&before, &catalogue).unwrap_err();
    assert_eq!(
        invalid.to_string(),
        "not in ATT&CK enterprise-v20.0:\n  R1: technique T1003.008 is not in force, it became T1003.007"
    );
}

#[test]
fn without_a_live_successor_a_rule_stays_refused() {
    for (status, tactics) in [("revoked", "TA0006"), ("revoked:T1064", "TA0006"), ("deprecated", "-")] {
        let shadow = edit("T1003.008", status, tactics);
        let catalogue = release_20(&[(&shadow.0, &shadow.1)]);
        let emit = "tactic: TA0006, technique_id: T1003, sub_technique_id: T1003.008";
        assert_eq!(codes(&compiled("", emit, Some(catalogue))), ["E028"], "{status}");
    }
}

#[test]
fn a_technique_that_moved_takes_its_only_tactic_and_leaves_a_choice_to_a_person() {
    let emit = "tactic: TA0006, technique_id: T1003";
    let only = edit("T1003", "live", "TA0007");
    let moved = compiled("", emit, Some(release_20(&[(&only.0, &only.1)])));
    assert_eq!(codes(&moved), ["W009"]);
    assert_eq!(moved.program.unwrap().rule("R1").unwrap().emits[0].tactic, "TA0007");

    let several = edit("T1003", "live", "TA0007,TA0008");
    let catalogue = release_20(&[(&several.0, &several.1)]);
    let open = compiled("", emit, Some(catalogue.clone()));
    assert_eq!(codes(&open), ["W001"]);
    let invalid = compile::validate(&open.program.unwrap(), &catalogue).unwrap_err();
    assert!(invalid.to_string().contains("T1003 does not belong to tactic TA0006, only to TA0007, TA0008"));

    let ics = compiled("", "tactic: TA0106, technique_id: T1003", Some(catalogue));
    assert_eq!(codes(&ics), [""; 0], "ATT&CK for ICS is exempt");
}

#[test]
fn following_gives_what_holds_itself_and_says_why_there_is_nothing() {
    let attack = Catalogue::embedded();
    let follow = |id, tactic| attack.follow(id, tactic).map(|(technique, tactic)| (&*technique.id, tactic));
    assert_eq!(follow("T1003.008", "TA0006"), Ok(("T1003.008", "TA0006")));
    assert_eq!(follow("T1562.004", "TA0106"), Ok(("T1686", "TA0106")));
    assert_eq!(follow("T1222", "TA0005"), Ok(("T1222", "TA0112")));
    assert_eq!(follow("T9999", "TA0005"), Err(Stranded::Unknown));
    assert_eq!(follow("T1222", "TA9999"), Err(Stranded::UnknownTactic));
    assert!(matches!(follow("T1064", "TA0002"), Err(Stranded::Retired(it)) if *it.id == *"T1064"));
    assert!(matches!(follow("T1050", "TA0040"), Err(Stranded::Tactics(it)) if *it.id == *"T1543.003"));
}

#[test]
fn releases_are_ordered_by_number() {
    let number = Release::parse;
    assert!(number("enterprise-v9.1") < number("enterprise-v10.0") && number("v18.1") < number("v19"));
    for text in ["", "v", "19.", ".1", "19.0.1", "enterprise-19.x", "+19.0", "mobile-v19.0", "99999999999.0"]
    {
        assert_eq!(number(text), None, "{text}");
    }
}

#[test]
fn validation_lists_all_that_has_no_place_and_exempts_ics() {
    let attack = Catalogue::embedded();
    let claim = |technique, tactic| Claim { by: "R1", tactic, technique };
    validate(attack, [claim("T1003.008", "TA0006"), claim("T1003", "TA0106")]).unwrap();
    let claims = [
        claim("T9999", "TA0006"),
        claim("T1562", "TA0005"),
        claim("T1064", "TA0002"),
        claim("T1003", "TA9999"),
        claim("T1003", "TA0006"),
        claim("T1003", "TA0101"),
        claim("T1222", "TA0005"),
    ];
    let invalid = validate(attack, claims).unwrap_err();
    insta::assert_snapshot!(invalid.to_string());
    assert_eq!((invalid.release(), invalid.problems().len()), ("enterprise-v19.0", 6));

    // The kill chain needs its 14 tactics, and not the newest one.
    let without = |tactic: &str| {
        let table: String = TABLE
            .lines()
            .take_while(|line| !line.starts_with("T1"))
            .filter(|line| !line.starts_with(tactic))
            .map(|line| match line.split_once('\t') {
                Some(("records", _)) => "records\t14\t0\t0\n".to_owned(),
                _ => format!("{line}\n"),
            })
            .collect();
        validate(&Catalogue::from_table(&table).unwrap(), []).map_err(|invalid| invalid.to_string())
    };
    assert_eq!(without("TA0112"), Ok(()));
    assert!(without("TA0040").unwrap_err().ends_with("kill chain: there is no tactic TA0040"));
}
