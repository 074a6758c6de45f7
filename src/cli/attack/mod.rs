// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack`: the ATT&CK catalogue.

mod fetch;
mod groups;
mod import;
mod make;
mod migrate;
mod show;
mod source;

pub(super) use source::Source;

use crate::attack::{Catalogue, is_group_id, is_tactic_id, is_technique_id, license};

use super::{Exit, Ui};

/// Looks things up in the ATT&CK catalogue; all but `fetch` without a network
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  decnet-ttp attack show T1003.008
  decnet-ttp attack groups T1059.004
  decnet-ttp attack fetch
  decnet-ttp attack license";

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(show::Args),
    Groups(groups::Args),
    License(LicenseArgs),
    Pack(make::Args),
    Fetch(fetch::Args),
    Import(import::Args),
    Migrate(migrate::Args),
}

/// Prints MITRE's notice and licence, and what the catalogue was made from
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  decnet-ttp attack license > ATTACK-LICENSE.txt")]
struct LicenseArgs {}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    match &args.command {
        Command::Show(args) => show::run(args, ui),
        Command::Groups(args) => groups::run(args, ui),
        Command::License(LicenseArgs {}) => {
            ui.print(&license().to_string())?;
            Ok(Exit::Fine)
        }
        Command::Pack(args) => make::run(args, ui),
        Command::Fetch(args) => fetch::run(args, ui),
        Command::Import(args) => import::run(args, ui),
        Command::Migrate(args) => migrate::run(args, ui),
    }
}

/// An id as it is in the catalogue: upper case.
fn normal(id: &str) -> String {
    id.trim().to_ascii_uppercase()
}

/// Why an id, as normal and as typed, finds nothing.
fn unknown(attack: &Catalogue, id: &str, typed: &str) -> anyhow::Error {
    let what = match id {
        id if is_tactic_id(id) => "tactic",
        id if is_technique_id(id) => "technique",
        id if is_group_id(id) => "group",
        _ => {
            let forms = "they look like T1059, T1059.004, TA0002 or G0007";
            return Exit::Usage.because(format!("`{typed}` is not an ATT&CK id: {forms}"));
        }
    };
    Exit::Usage.because(format!("no {what} `{id}` in {}", attack.release()))
}
