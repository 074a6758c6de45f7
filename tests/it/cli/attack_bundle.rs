// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack import`, and looking at what was imported.

use std::path::Path;
use std::process::Command;

use decnet_ttp::attack::bundle::Sha256Digest;
use decnet_ttp::attack::{Catalogue, license};

use super::run::{Ran, binary};
use crate::attack::bundle::{Folder, official};
use crate::attack::{stix_21, stix_of};

/// The binary in that folder, with a cache folder below it.
fn run_in(folder: &Folder, args: &[&str]) -> Ran {
    ran(binary().current_dir(folder.path("")).env("XDG_CACHE_HOME", folder.path("xdg")).args(args))
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("the binary ends");
    Ran::from(output)
}

fn digest(bytes: impl AsRef<[u8]>) -> String {
    Sha256Digest::of(bytes.as_ref()).to_string()
}

#[test]
fn an_imported_bundle_is_looked_at_and_the_built_in_catalogue_without_asking() {
    let folder = Folder::new("cli-import");
    folder.write("b.json", stix_21(""));
    let empty = run_in(&folder, &["attack", "show", "T1059", "--bundle", "cache"]);
    assert_eq!(empty.code, 2);
    assert!(empty.stderr.contains("or `attack import FILE` puts one there"), "{}", empty.stderr);

    let sha256 = digest(stix_21(""));
    let import = ["attack", "import", "b.json", "--sha256", &sha256];
    let refused = run_in(&folder, &import);
    assert_eq!((refused.code, refused.stdout.as_str()), (78, ""));
    assert!(refused.stderr.starts_with("error: no licence for `b.json`"), "{}", refused.stderr);

    folder.write("terms.txt", license().text);
    let imported = run_in(&folder, &[&import[..], &["--license", "terms.txt"]].concat());
    let path = folder.path("xdg/decnet/attack/enterprise-attack-20.0.json");
    assert_eq!(imported.stdout, format!("enterprise-v20.0 {sha256} {}\n", path.display()));
    assert_eq!(imported.stderr, "2 techniques and 1 group; `--bundle cache` looks at them\n");
    assert_eq!(imported.code, 0);

    let shown = run_in(&folder, &["attack", "show", "T1061", "--bundle", "cache"]);
    assert_eq!((shown.code, shown.stderr.as_str()), (0, ""));
    assert!(shown.stdout.contains("enterprise-v20.0") && shown.stdout.contains("replaced by T1059"));
    let groups = run_in(&folder, &["attack", "groups", "T1059", "--bundle", "cache", "--json"]);
    assert!(groups.stdout.contains(r#""id":"G0001""#), "{}", groups.stdout);
    let unknown = run_in(&folder, &["attack", "show", "T1110", "--bundle", "cache"]);
    assert_eq!(
        (unknown.code, unknown.stderr.as_str()),
        (2, "error: no technique `T1110` in enterprise-v20.0\n")
    );

    let built_in = run_in(&folder, &["attack", "show", "T1061", "--json"]);
    assert!(built_in.stdout.contains("enterprise-v19.0"));
    let variable = ran(binary()
        .env("XDG_CACHE_HOME", folder.path("xdg"))
        .env("DECNET_ATTACK_BUNDLE", &path)
        .args(["attack", "show", "T1061", "--json"]));
    assert!(variable.stdout.contains("enterprise-v20.0"), "{}", variable.stderr);

    let json = run_in(&folder, &["attack", "import", "b.json", "--json", "--quiet"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!((&json["release"], &json["sha256"]), (&"enterprise-v20.0".into(), &sha256.into()));
}

#[test]
fn a_refused_bundle_ends_with_its_own_code() {
    let folder = Folder::new("cli-refused");
    let path = folder.write("b.json", stix_21(""));
    folder.write("LICENSE.txt", license().text);
    folder.write("not.json", "{}");
    let code = |args: &[&str]| {
        let ran = run_in(&folder, args);
        assert!(ran.stdout.is_empty() && ran.stderr.starts_with("error: "), "{ran:?}");
        ran.code
    };
    let (zeros, not) = ("0".repeat(64), digest("{}"));
    let show = ["attack", "show", "T1059", "--bundle"];
    assert_eq!(code(&["attack", "import", "b.json"]), 78, "not known here");
    assert_eq!(code(&["attack", "import", "b.json", "--sha256", &zeros]), 78, "another digest");
    assert_eq!(code(&["attack", "import", "b.json", "--sha256", "abc"]), 2, "no digest");
    assert_eq!(code(&["attack", "import", "not.json", "--sha256", &not]), 78, "no bundle");
    assert_eq!(code(&["attack", "import", "absent.json"]), 2);
    assert_eq!(code(&["attack", "import", "."]), 2);
    assert_eq!(code(&[&show[..], &["b.json"]].concat()), 78);
    let sha256 = digest(std::fs::read(&path).unwrap());
    let args = ["attack", "import", "b.json", "--sha256", &sha256];
    let full = ran(binary().current_dir(folder.path("")).env("XDG_CACHE_HOME", path).args(args));
    assert_eq!(full.code, 74, "{}", full.stderr);
}

#[test]
fn a_changed_licence_is_a_warning() {
    let folder = Folder::new("cli-licence");
    folder.write("b.json", stix_21(""));
    folder.write("LICENSE.txt", license().text);
    let sha256 = digest(stix_21(""));
    let show = ["attack", "show", "T1059", "--bundle", "b.json", "--sha256", &sha256];
    assert_eq!(run_in(&folder, &show).stderr, "");
    folder.write("LICENSE.txt", format!("{}\n", license().text));
    let warned = run_in(&folder, &show);
    assert_eq!(warned.code, 0);
    assert!(warned.stderr.starts_with("warning: MITRE's licence has changed: "), "{}", warned.stderr);
    assert_eq!(run_in(&folder, &show).stderr, "", "once");
}

/// The address space is limited, which is more than the memory that is used.
#[test]
#[cfg(target_os = "linux")]
fn the_official_bundle_loads_in_150_mib() {
    let Some(bytes) = official() else { return };
    let folder = Folder::new("cli-memory");
    folder.write("b.json", &bytes);
    folder.write("LICENSE.txt", license().text);
    let sha256 = digest(&bytes);
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -v 153600 && exec \"$@\"", "sh"]);
    limited.arg(Path::new(env!("CARGO_BIN_EXE_decnet-ttp")));
    limited.args(["attack", "show", "T1059", "--bundle", "b.json", "--release", "18.1", "--sha256", &sha256]);
    let shown = ran(limited.current_dir(folder.path("")).env("XDG_CACHE_HOME", folder.path("xdg")));
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert!(shown.stdout.contains("enterprise-v18.1"));
}

/// A release 20.0 that is as the built-in one, but for two techniques that it revokes.
fn release_20() -> String {
    stix_of(Catalogue::embedded(), "20.0", &[("T1003.008", "T1003.007"), ("T1105", "T1570")])
}

#[test]
fn rules_are_held_against_the_bundle_that_is_named_or_in_the_environment() {
    let folder = Folder::new("cli-rules");
    folder.write("b.json", release_20());
    folder.write("LICENSE.txt", license().text);
    folder.write(
        "rules/ttp/R1.yaml",
        "rule_id: R1\nrule_version: 1\nname: one\napplies_to: [command]\nattack_release: enterprise-v19.0\n\
         match: command_text contains \"x\"\nemits:\n  - {tactic: TA0006, technique_id: T1003, \
         sub_technique_id: T1003.008, confidence: 0.9}\n\
         tests: [{hit: {command_text: x}}, {miss: {command_text: y}}]\n",
    );
    folder.write(
        "events.ndjson",
        r#"{"source_kind":"command","source_id":"a","payload":{"command_text":"x"}}"#,
    );
    let tag = ["tag", "--rules", "rules", "events.ndjson"];
    let bundle = ["--attack-bundle", "b.json"];
    let refused = run_in(&folder, &[&tag[..], &bundle].concat());
    assert_eq!((refused.code, refused.stdout.as_str()), (78, ""), "a bundle that nobody vouches for");
    assert!(refused.stderr.contains("import it with its SHA-256"), "{}", refused.stderr);
    assert_eq!(run_in(&folder, &["attack", "import", "b.json", "--sha256", &digest(release_20())]).code, 0);

    let embedded = run_in(&folder, &tag);
    assert!(embedded.stdout.contains(r#""sub_technique_id":"T1003.008""#), "{}", embedded.stderr);
    let tagged = run_in(&folder, &[&tag[..], &bundle].concat());
    assert_eq!(tagged.code, 0, "{}", tagged.stderr);
    for part in [
        r#""technique_id":"T1003","sub_technique_id":"T1003.007","technique_name":"OS Credential Dumping: Proc Filesystem""#,
        r#""attack_release":"enterprise-v20.0","mitre_url":"https://attack.mitre.org/techniques/T1003/007""#,
    ] {
        assert!(tagged.stdout.contains(part), "{}", tagged.stdout);
    }
    let by_environment = |bundle: &str| {
        let mut command = binary();
        command.current_dir(folder.path("")).env("XDG_CACHE_HOME", folder.path("xdg"));
        ran(command.env("DECNET_ATTACK_BUNDLE", bundle).args(tag)).stdout
    };
    assert_eq!(by_environment("b.json"), tagged.stdout);
    assert_eq!(by_environment("cache"), tagged.stdout);

    let cached = ["--attack-bundle", "cache"];
    let with = |args: &[&str]| run_in(&folder, &[args, &cached].concat());
    assert_eq!(with(&["test", "rules"]).code, 0);
    let listed = with(&["rules", "list", "--rules", "rules"]);
    assert!(listed.stdout.contains("T1003.007") && listed.stderr.contains("enterprise-v20.0"));
    let shown = with(&["rules", "show", "R1", "--rules", "rules"]);
    assert!(shown.stdout.contains("T1003.007 OS Credential Dumping: Proc Filesystem"), "{}", shown.stdout);
    let plan = with(&["explain", "--rules", "rules", "--rule", "R1", "--ir"]);
    assert!(plan.stdout.contains("T1003.007"), "{}{}", plan.stdout, plan.stderr);
    let checked = with(&["check", "rules"]);
    assert_eq!(checked.code, 0, "{}", checked.stdout);
    assert!(checked.stdout.contains("warning[W009]: `T1003.008` is `T1003.007` in ATT&CK enterprise-v20.0"));
}

#[test]
fn no_release_strands_the_built_in_rules_and_a_broken_one_is_told_whole() {
    let folder = Folder::new("cli-strand");
    folder.write("LICENSE.txt", license().text);
    let import = |text: &str| {
        folder.write("b.json", text);
        let _ = std::fs::remove_dir_all(folder.path("xdg"));
        let ran = run_in(&folder, &["attack", "import", "b.json", "--sha256", &digest(text)]);
        assert_eq!(ran.code, 0, "{}", ran.stderr);
        run_in(&folder, &["check", "--attack-bundle", "cache"])
    };
    let checked = import(&release_20());
    assert_eq!(checked.code, 0, "{}", checked.stdout);
    // Rules, and what leads to them from the tables of intelligence providers.
    assert!(checked.stdout.contains("counts for `T1570` Lateral Tool Transfer"), "{}", checked.stdout);
    assert!(checked.stdout.contains("tagged as `T1570` Lateral Tool Transfer, for TA0008"));
    let other = |line: &&str| line.starts_with("warning") && !line.contains("W004") && !line.contains("W009");
    assert_eq!(checked.stdout.lines().find(other), None);

    // One tactic less: rules that have it are refused, and the kill chain has no place for its phase.
    let without = release_20().replace(r#""external_id":"TA0008""#, r#""external_id":"TA0998""#);
    let refused = import(&without);
    assert_eq!(refused.code, 1);
    assert!(refused.stdout.contains("  kill chain: there is no tactic TA0008\n"), "{}", refused.stdout);
}

/// A bundle of STIX 2.0 does not say its release, so a command says how to.
#[test]
fn a_bundle_without_a_release_is_told_how_to_give_one() {
    let folder = Folder::new("cli-no-release");
    let bundle = r#"{"type": "bundle", "spec_version": "2.0", "id": "bundle--1", "objects": []}"#;
    folder.write("b.json", bundle);
    folder.write("LICENSE.txt", license().text);
    let said = "the bundle does not say its version, so it must be given";
    let pack = run_in(&folder, &["attack", "pack", "b.json"]);
    assert_eq!(pack.code, 2, "{pack:?}");
    assert!(pack.stderr.contains(&format!("{said} (`--version 18.1`)")), "{pack:?}");
    let show = ["attack", "show", "T1059", "--bundle", "b.json", "--sha256", &digest(bundle)];
    let show = run_in(&folder, &show);
    assert_eq!(show.code, 78, "{show:?}");
    assert!(show.stderr.contains(&format!("{said} (`--release 18.1`)")), "{show:?}");
}
