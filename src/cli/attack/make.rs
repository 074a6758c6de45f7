// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack pack`: makes the catalogue's table.

use std::path::{Path, PathBuf};

use crate::attack::pack::{PackError, pack};

use super::super::input::read_text;
use super::{Exit, Ui};

/// Bytes of a bundle or table that are read; MITRE's bundles have about 50 MB.
const FILE_BYTES: u64 = 1 << 30;

/// Makes the catalogue's table from a STIX bundle or a compact table
///
/// The same input gives the same bytes. Prints the table, one record a line.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  decnet-ttp attack pack enterprise-attack.json > enterprise.tsv
  decnet-ttp attack pack enterprise-attack-18.1.json --version 18.1 > enterprise-18.1.tsv
  decnet-ttp attack pack base-18.1.json changes-19.0.json supplement-19.0.json > enterprise-19.0.tsv")]
pub(super) struct Args {
    /// An official enterprise bundle (STIX 2.0 or 2.1), or a compact table
    #[arg(value_name = "FILE")]
    source: PathBuf,

    /// How a later release differs, applied in this order
    #[arg(value_name = "CHANGES")]
    changes: Vec<PathBuf>,

    /// The release, for a bundle that does not say its own, as STIX 2.0 ones don't
    #[arg(long, value_name = "V")]
    version: Option<String>,
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let source = read_text(&args.source, FILE_BYTES)?;
    let changes: Vec<String> =
        args.changes.iter().map(|path| read_text(path, FILE_BYTES)).collect::<Result<_, _>>()?;
    let changes: Vec<&str> = changes.iter().map(String::as_str).collect();
    if let Some(version) = args.version.as_deref().filter(|version| !is_version(version)) {
        return Err(Exit::Usage.because(format!("`{version}` is no release: they look like 18.1")));
    }
    let table = pack(&source, &changes, args.version.as_deref())
        .map_err(|error| failed(&args.source, describe(&error, args.changes.is_empty())))?;
    ui.print(&table)?;
    Ok(Exit::Fine)
}

/// Two numbers with a dot between them.
fn is_version(text: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

/// What is wrong, and where the user can help, how.
fn describe(error: &PackError, alone: bool) -> String {
    if error.is_without_version() {
        return format!("{error} (`--version 18.1`)");
    }
    match error.json_position() {
        Some((line, column)) if alone => {
            format!("not the JSON that is expected, at line {line}, column {column}")
        }
        _ => error.to_string(),
    }
}

fn failed(path: &Path, problem: String) -> anyhow::Error {
    Exit::Usage.caused_by(format!("no table can be made from `{}`", path.display()), problem)
}
