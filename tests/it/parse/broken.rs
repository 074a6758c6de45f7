// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every file or folder of `tests/broken` and what is said about it: `NAME.diag` beside it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{Options, compile};
use decnet_ttp::diag::{Code, render};

/// Codes of problems that no file in the tree can have; tests elsewhere name them.
const ELSEWHERE: [Code; 7] = [
    Code::File,
    Code::PackLimit,
    Code::SigmaDetection,
    Code::SigmaModifier,
    Code::SigmaCondition,
    Code::SigmaLimit,
    Code::PassedOver,
];

#[test]
fn every_broken_file_is_explained() {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../broken");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut codes = BTreeSet::new();
    let (mut seen, mut sound) = (0, Vec::new());
    let today = "2026-05-02".parse().unwrap();
    for entry in fs::read_dir("tests/broken").unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        let is_case = path.is_dir() || path.extension().is_some_and(|it| it == "yaml");
        if !is_case || name == "pack" {
            continue;
        }
        seen += 1;
        let compiled = compile(
            &case(&path),
            &Options { compat: name.starts_with("compat"), today: Some(today), ..Options::default() },
            None,
        );
        if compiled.diagnostics.is_empty() {
            sound.push(name.to_owned());
            continue;
        }
        codes.extend(compiled.diagnostics.iter().map(|item| item.code));
        let text = render::text(&compiled.sources, &compiled.diagnostics, false);
        settings.bind(|| insta::assert_snapshot!(format!("{name}.diag"), text));
    }
    assert!(sound.is_empty(), "not broken: {sound:?}");
    assert!(seen >= 30, "only {seen} broken files");
    let missing: Vec<_> = Code::ALL.iter().filter(|code| !codes.contains(code)).collect();
    assert_eq!(missing, ELSEWHERE.iter().collect::<Vec<_>>(), "codes without a broken file");
}

/// The fixture's tables, and over them the file or the folder.
fn case(path: &Path) -> PackFiles {
    let mut files = PackFiles::new("tests/broken");
    add(&mut files, Path::new("tests/broken/pack"), "");
    if path.is_dir() {
        add(&mut files, path, "");
    } else {
        files.insert(path.file_name().unwrap().to_str().unwrap(), fs::read(path).unwrap());
    }
    files
}

fn add(files: &mut PackFiles, folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{prefix}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            add(files, &path, &format!("{name}/"));
        } else {
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}
