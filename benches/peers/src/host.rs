// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the figures were taken on, and with which versions.

use std::path::Path;
use std::process::Command;
use std::{env, fs, thread};

use serde::Serialize;

/// The lock file that this binary was built from.
const LOCK: &str = include_str!("../Cargo.lock");
/// The crates whose versions are told.
const CRATES: [&str; 6] = ["decnet-ttp", "rsigma-eval", "rsigma-parser", "yara-x", "tau-engine", "regex"];

/// The circumstances.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Host {
    /// The processor.
    pub(crate) cpu: String,
    /// How many of it.
    pub(crate) cores: usize,
    /// The kernel.
    pub(crate) kernel: String,
    /// The compiler that is in use here.
    pub(crate) rustc: String,
    /// The commit of this tree.
    pub(crate) commit: String,
    /// Crates and their versions.
    pub(crate) versions: Vec<(String, String)>,
    /// The command, folders left out.
    pub(crate) command: String,
}

impl Host {
    /// Looks around; what cannot be found out is `unknown`.
    pub(crate) fn read() -> Self {
        let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
        Self {
            cpu: model.map_or("unknown", |(_, name)| name).to_owned(),
            cores: thread::available_parallelism().map_or(0, usize::from),
            kernel: fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned(),
            rustc: output("rustc", &["--version"]),
            commit: output("git", &["-C", env!("CARGO_MANIFEST_DIR"), "rev-parse", "--short", "HEAD"]),
            versions: CRATES.iter().map(|name| ((*name).to_owned(), version(name))).collect(),
            command: command(),
        }
    }
}

fn output(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output().ok().filter(|output| output.status.success());
    output.map_or_else(
        || "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

/// A crate's version in the lock file.
fn version(name: &str) -> String {
    let entry = format!("name = \"{name}\"\nversion = \"");
    let rest = LOCK.split_once(&entry).map(|(_, rest)| rest);
    rest.and_then(|rest| rest.split('"').next()).unwrap_or("unknown").to_owned()
}

/// The arguments; of paths, the last part.
fn command() -> String {
    let word = |arg: String| match Path::new(&arg).file_name() {
        Some(name) if arg.contains('/') => name.to_string_lossy().into_owned(),
        _ => arg,
    };
    let words: Vec<String> = env::args().skip(1).map(word).collect();
    format!("peers {}", words.join(" "))
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_are_in_the_lock_file() {
        for name in super::CRATES {
            assert_ne!(super::version(name), "unknown", "{name}");
        }
    }
}
