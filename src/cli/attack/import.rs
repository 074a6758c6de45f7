// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack import`: puts a bundle into the cache folder.

use std::path::PathBuf;

use serde_json::json;

use crate::attack::bundle::{Loaded, Places, import};

use super::super::text::{counted, escape};
use super::source::{GivenArgs, refused, report};
use super::{Exit, Ui};

/// Verifies an official bundle and puts it and its licence into the cache folder
///
/// The bundle's SHA-256 must be one that is known here, or the one that `--sha256` gives. MITRE's
/// licence is `--license`, else the LICENSE.txt beside the bundle, else what DECNET_ATTACK_LICENSE
/// names, else the one in the cache folder ($XDG_CACHE_HOME/decnet/attack or
/// ~/.cache/decnet/attack). Nothing is fetched.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  decnet-ttp attack import enterprise-attack-20.0.json
  decnet-ttp attack import enterprise-attack-20.0.json --license LICENSE.txt")]
pub(super) struct Args {
    /// An official enterprise bundle, STIX 2.0 or 2.1
    #[arg(value_name = "FILE")]
    bundle: PathBuf,

    #[command(flatten)]
    given: GivenArgs,

    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let loaded = import(&args.bundle, args.given.given(), &Places::from_env()).map_err(refused)?;
    report(&loaded, ui);
    print(&loaded, args.json, ui)?;
    Ok(Exit::Fine)
}

/// Says what is in the cache folder now.
pub(super) fn print(loaded: &Loaded, json: bool, ui: &Ui) -> std::io::Result<()> {
    let attack = &loaded.catalogue;
    if json {
        ui.print_json(&json!({
            "release": attack.release(),
            "path": loaded.path.to_string_lossy(),
            "sha256": loaded.sha256.to_string(),
            "techniques": attack.techniques().len(),
            "groups": attack.groups().len(),
        }))?;
    } else {
        let path = escape(&loaded.path.to_string_lossy());
        ui.print(&format!("{} {} {path}\n", attack.release(), loaded.sha256))?;
    }
    ui.note(&format!(
        "{} and {}; `--bundle cache` looks at them",
        counted(attack.techniques().len(), "technique"),
        counted(attack.groups().len(), "group")
    ));
    Ok(())
}
