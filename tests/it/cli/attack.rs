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
