// SPDX-License-Identifier: AGPL-3.0-or-later
//! Runs the binary, and compares what it prints with `tests/cli/printed/`.

use std::ffi::OsStr;
use std::io::Write as _;
use std::process::{Command, Output, Stdio};

/// What a command printed and how it ended.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) code: i32,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            stdout: String::from_utf8(output.stdout).expect("standard output is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
            code: output.status.code().expect("no signal ends it"),
        }
    }
}

/// The binary with a fixed environment, not on a terminal.
pub(super) fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_decnet-ttp"));
    command.current_dir(env!("CARGO_MANIFEST_DIR"));
    command.env_remove("DECNET_ATTACK_BUNDLE").env_remove("DECNET_ATTACK_LICENSE");
    command.env_remove("DECNET_ARTIFACTS_ROOT");
    command.env_remove("NO_COLOR").env("TERM", "xterm-256color").env("COLUMNS", "100");
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Runs it without input.
pub(super) fn run(args: &[impl AsRef<OsStr>]) -> Ran {
    run_with("", args)
}

/// Runs it with that text on standard input.
pub(super) fn run_with(input: &str, args: &[impl AsRef<OsStr>]) -> Ran {
    let mut child = binary().args(args).stdin(Stdio::piped()).spawn().expect("the binary starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // Written beside the reading, since a pipe holds little. A command that needs no input may be gone
    // before it is written.
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().expect("the binary ends");
    let _ = writer.join();
    Ran::from(output)
}

/// Splits at blanks, runs, and returns all of it as one text for a snapshot.
pub(super) fn transcript(input: &str, line: &str) -> String {
    let args: Vec<&str> = line.split_whitespace().collect();
    let ran = run_with(input, &args);
    assert_inert(&ran);
    let mut text = format!("$ decnet-ttp {line}\n{}", ran.stdout);
    for error in ran.stderr.lines() {
        text.push_str(&format!("! {error}\n"));
    }
    text.push_str(&format!("exit {}\n", ran.code));
    text
}

/// Nothing printed steers a terminal.
pub(super) fn assert_inert(ran: &Ran) {
    for text in [&ran.stdout, &ran.stderr] {
        let bad =
            text.chars().find(|c| (c.is_control() && *c != '\n') || matches!(c, '\u{202a}'..='\u{202e}'));
        assert_eq!(bad, None, "in {text}");
    }
}

/// Compares transcripts with the snapshot of that name.
pub(super) fn assert_transcripts(name: &str, runs: &[(&str, &str)]) {
    let texts: Vec<String> = runs.iter().map(|(input, line)| transcript(input, line)).collect();
    assert_printed(name, &texts.join("\n"));
}

/// Compares a text with `tests/cli/printed/NAME.snap`; times are left out.
pub(super) fn assert_printed(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../cli/printed");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"\d+ ms", "[time] ms");
    settings.add_filter(r#""ms":\d+"#, r#""ms":[time]"#);
    settings.bind(|| insta::assert_snapshot!(name, text));
}
