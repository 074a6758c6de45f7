// SPDX-License-Identifier: AGPL-3.0-or-later
//! `rules`: the catalogue of rules.

mod list;
mod show;

pub(super) use show::unknown_rule;

use super::{Exit, Pack, RulesArg, Ui};

/// Lists rules, or shows one
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  decnet-ttp rules list
  decnet-ttp rules show R0014
  decnet-ttp rules list --rules my-rules/ --json";

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    match &args.command {
        Command::List(args) => list::run(args, ui),
        Command::Show(args) => show::run(args, ui),
    }
}
