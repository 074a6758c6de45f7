// SPDX-License-Identifier: AGPL-3.0-or-later
//! `man`: manual pages.

use clap::CommandFactory as _;

use super::{Cli, Exit, Ui};

/// Prints the manual page of the program, or of one of its commands, as roff
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// A command, such as `check` or `rules show`; without, the program itself
    #[arg(value_name = "COMMAND")]
    path: Vec<String>,
}

const EXAMPLES: &str = "\
Examples:
  decnet-ttp man | man -l -
  decnet-ttp man rules show | man -l -
  decnet-ttp man > ~/.local/share/man/man1/decnet-ttp.1";

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let mut root = Cli::command();
    root.build();
    let mut command = &root;
    for name in &args.path {
        command = command.find_subcommand(name).ok_or_else(|| {
            let known: Vec<&str> = command.get_subcommands().map(clap::Command::get_name).collect();
            let whole = args.path.join(" ");
            if known.is_empty() {
                Exit::Usage
                    .because(format!("no command `{whole}`: `{}` has none below it", command.get_name()))
            } else {
                Exit::Usage.because(format!("no command `{whole}`; there are: {}", known.join(", ")))
            }
        })?;
    }
    let mut out = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut out)?;
    ui.print(&String::from_utf8_lossy(&out))?;
    Ok(Exit::Fine)
}
