// SPDX-License-Identifier: AGPL-3.0-or-later
//! `sigma`: Sigma rules on log records, and as rules of ours.

mod eval;
mod files;
mod import;

use super::{Exit, Ui};

/// Evaluates Sigma rules on log records, or writes them as rules of ours
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  decnet-ttp sigma eval -r sigma/rules --routing events.ndjson
  journalctl -o json | decnet-ttp sigma eval -r my-rules/
  decnet-ttp sigma import sigma/rules/linux imported/";

#[derive(Debug, clap::Subcommand)]
enum Command {
    Eval(eval::Args),
    Import(import::Args),
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    match &args.command {
        Command::Eval(args) => eval::run(args, ui),
        Command::Import(args) => import::run(args, ui),
    }
}
