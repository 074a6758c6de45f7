// SPDX-License-Identifier: AGPL-3.0-or-later
//! Packs on disk.

use std::fs;
use std::path::{Path, PathBuf};

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::vocab::Limits;

use super::{parse_pack, rule_with};

/// A folder of a test's own, removed at its end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let root = std::env::temp_dir().join(format!("decnet-ttp-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        let folder = Self(root);
        for (path, text) in files {
            folder.write(path, text.as_bytes());
        }
        folder
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.0.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    fn read(&self, limits: &Limits) -> PackFiles {
        PackFiles::read_dir(&self.0, limits).unwrap()
    }

    /// What parsing says, with the folder's name taken out.
    fn report(&self, limits: &Limits) -> String {
        parse_pack(&self.read(limits)).text().replace(self.0.to_str().unwrap(), "DIR")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn a_folder_is_a_pack_with_and_without_ttp() {
    let rule = rule_with("user == \"root\"");
    for path in ["ttp/R1.yaml", "R1.yml"] {
        let folder = Folder::new("layout", &[(path, &rule), ("lists/a.txt", "x\n"), ("README.md", "#")]);
        let parsed = parse_pack(&folder.read(&Limits::default()));
        assert!(parsed.diagnostics.is_empty(), "{}", parsed.text());
        assert_eq!(parsed.pack.rules.len(), 1);
        assert!(parsed.pack.lists.iter().any(|list| list.name == "a"));
        let single = PackFiles::read_dir(&folder.0.join(path), &Limits::default()).unwrap();
        assert_eq!(parse_pack(&single).pack.rules.len(), 1);
    }
}

#[test]
fn what_cannot_be_read_is_reported_and_the_rest_is_read() {
    let rule = rule_with("user == \"root\"");
    let folder = Folder::new(
        "unreadable",
        &[("R1.yaml", &rule), (".hidden.yaml", "["), ("R2.yaml~", "["), ("my-rule.yaml", "[")],
    );
    folder.write("R3.yaml", b"rule_id: R3\nname: caf\xe9\n");
    folder.write("R4.yaml", &vec![b'#'; Limits::RULE_FILE_BYTES + 1]);
    fs::create_dir(folder.0.join("R5.yaml")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.0.join("R6.yaml")).status().unwrap();
    assert!(made.success());
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", folder.0.join("R7.yaml")).unwrap();
    assert_eq!(parse_pack(&folder.read(&Limits::default())).pack.rules.len(), 1);
    insta::assert_snapshot!(folder.report(&Limits::default()), @"
    warning[W005]: this file is passed over because of its name
    --> DIR/my-rule.yaml
     = help: the name of a rule file has letters, digits and `_`, and ends in `.yaml`

    error[E013]: this file is not UTF-8
     --> DIR/R3.yaml:2:10
      |
    2 | name: caf�
      |          ^ byte 21 is no part of a character

    error[E002]: this file has more than 262144 bytes
    --> DIR/R4.yaml

    error[E013]: this is no regular file
    --> DIR/R5.yaml

    error[E013]: this is no regular file
    --> DIR/R6.yaml

    error[E013]: this file is gone
    --> DIR/R7.yaml

    5 errors, 1 warning in 6 files
    ");
}

#[test]
fn more_rules_than_allowed_are_not_read() {
    let limits = Limits { rules: 3, ..Limits::default() };
    let rules: Vec<_> =
        (0..9).map(|n| (format!("R{n}.yaml"), rule_with("a").replace("R1", &format!("R{n}")))).collect();
    let files: Vec<_> = rules.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let folder = Folder::new("many", &files);
    let files = folder.read(&limits);
    assert_eq!(files.len(), 4);
    let (mut sources, mut diagnostics) = Default::default();
    let pack = decnet_ttp::compile::parse::pack(&files, &mut sources, &limits, &mut diagnostics);
    assert_eq!(pack.rules.len(), 3);
    assert!(diagnostics.iter().any(|item| item.code.as_str() == "E035"));
}

#[test]
fn a_path_that_is_no_pack_is_an_error() {
    let error = PackFiles::read_dir(Path::new("no/such/folder"), &Limits::default()).unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.to_string(), "cannot read rules from `no/such/folder`");
    let device = PackFiles::read_dir(Path::new("/dev/null"), &Limits::default()).unwrap_err();
    assert!(!device.is_not_found());
}

#[test]
fn the_built_in_pack_is_read_without_a_word() {
    let parsed = parse_pack(&PackFiles::builtin());
    assert!(parsed.diagnostics.is_empty(), "{}", parsed.text());
}
