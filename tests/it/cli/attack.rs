// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack`.

use super::run::{assert_transcripts, run};

#[test]
fn the_catalogue_is_shown() {
    assert_transcripts(
        "attack",
        &[
            ("", "attack show T1003.008"),
            ("", "attack show t1562"),
            ("", "attack show T1059 --json"),
            ("", "attack show T1110"),
            ("", "attack show TA0112"),
            ("", "attack show TA0112 --json"),
            ("", "attack show G1001"),
            ("", "attack show G1001 --json"),
            ("", "attack groups T1110.002"),
            ("", "attack groups T1110.002 --json"),
            ("", "attack groups T1003.008"),
        ],
    );
}

#[test]
fn the_licence_is_printed_whole() {
    let ran = run(&["attack", "license"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert_eq!(ran.stdout, decnet_ttp::attack::license().to_string());
}

#[test]
fn the_embedded_table_is_what_its_source_file_says() {
    let data = "src/attack/data/";
    let file = |name: &str| format!("{data}{name}");
    let (base, changes, more) =
        (file("base-18.1.json"), file("changes-19.0.json"), file("supplement-19.0.json"));
    let ran = run(&["attack", "pack", &base, &changes, &more]);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout == include_str!("../../../src/attack/data/enterprise-19.0.tsv"));
    // The changes fit one release only.
    let again = run(&["attack", "pack", &base, &more, &base]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.starts_with("error: no table can be made from `src/attack/data/base-18.1.json`: "));
}

/// What a new user mistypes is told in his words, and what would be right.
#[test]
fn a_mistake_is_told_with_what_would_be_right() {
    for (line, code, said) in [
        ("attack show T99999", 2, "they look like T1059, T1059.004, TA0002 or G0007"),
        ("attack show T1059.999", 2, "no technique `T1059.999` in enterprise-v19.0"),
        ("attack show S0001", 2, "they look like T1059, T1059.004, TA0002 or G0007"),
        ("attack show T1059 --bundle absent.json", 2, "cannot read `absent.json`: No such file or directory"),
        ("attack show T1059 --bundle src", 2, "`src` is not a regular file"),
        (
            "attack show T1059 --bundle README.md",
            78,
            "no licence for `README.md`: MITRE's LICENSE.txt must lie beside it",
        ),
        (
            "attack show T1059 --bundle README.md --license src/attack/data/LICENSE.txt",
            78,
            "none of the bundles known here",
        ),
        ("attack show T1059 --sha256 abc --bundle README.md", 2, "a SHA-256 has 64 hexadecimal digits"),
        ("attack groups TA0001", 2, "`TA0001` is not a technique: those look like T1059 or T1059.004"),
        ("attack pack absent.json", 2, "cannot read `absent.json`: No such file or directory"),
        ("attack pack README.md", 2, "`README.md`: not the JSON that is expected, at line 1, column 1"),
        ("attack pack README.md --version abc", 2, "`abc` is no release: they look like 18.1"),
        ("attack import absent.json", 2, "cannot read `absent.json`: No such file or directory"),
        (
            "attack import README.md --license src/attack/data/LICENSE.txt",
            78,
            "`README.md` is none of the bundles known here",
        ),
        ("attack fetch --version 99", 2, "release `99` is not known here, only 20.0"),
        ("attack fetch --url http://mirror.example/x", 2, "`http` is taken from this machine only"),
        ("attack fetch --timeout 0", 2, "0 is not in 1..=3600"),
        ("attack migrate absent", 2, "cannot read rules from `absent`"),
        ("attack migrate --json rules", 2, "'--json' cannot be used with '[PATH]'"),
        ("attack migrate --write --tags x", 2, "'--write' cannot be used with"),
    ] {
        let args: Vec<&str> = line.split_whitespace().collect();
        let ran = run(&args);
        assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{line}: {ran:?}");
        assert!(ran.stderr.contains(said), "{line}: {}", ran.stderr);
        assert!(!ran.stderr.contains("os error"), "{line}: {}", ran.stderr);
    }
}
