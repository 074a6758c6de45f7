// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where output goes: pipes that close, disks that are full, colours.

use std::path::Path;

use super::run::{assert_inert, binary, run_with};

#[test]
fn a_reader_that_leaves_ends_the_command_quietly() {
    for args in [&["attack", "license"][..], &["rules", "list", "--rules", "tests/cli/good"], &["--help"]] {
        let mut child = binary().args(args).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("error") && !stderr.contains("panicked"), "{args:?}: {stderr}");
    }
}

#[test]
fn a_full_disk_is_an_error_of_its_own() {
    if !Path::new("/dev/full").exists() {
        eprintln!("skipped: there is no /dev/full");
        return;
    }
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = binary().args(["attack", "license"]).stdout(full()).output().unwrap();
    assert_eq!(output.status.code(), Some(74));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, "error: cannot write to standard output: No space left on device\n");
    let ran = binary().args(["test", "tests/cli/good", "--junit", "/dev/full"]).output().unwrap();
    assert_eq!(ran.status.code(), Some(74));
    let stderr = String::from_utf8(ran.stderr).unwrap();
    assert_eq!(stderr, "error: cannot write `/dev/full`: No space left on device\n");
}

#[test]
fn pipes_get_no_colours_whatever_the_environment_says() {
    for no_color in ["", "1"] {
        let output = binary().args(["check", "tests/cli/bad"]).env("NO_COLOR", no_color).output().unwrap();
        assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b));
    }
    assert_inert(&run_with("{}", &["explain", "--kind", "command", "--rules", "tests/cli/bad"]));
}
