// SPDX-License-Identifier: AGPL-3.0-or-later
//! `completions`: for the user's shell.

use clap::CommandFactory as _;

use super::{Cli, Exit, Ui};

/// Prints completions for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

const EXAMPLES: &str = "\
Examples:
  decnet-ttp completions bash > ~/.local/share/bash-completion/completions/decnet-ttp
  decnet-ttp completions zsh > ~/.zfunc/_decnet-ttp
  decnet-ttp completions fish > ~/.config/fish/completions/decnet-ttp.fish";

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    // Generating writes without looking at errors, so it writes to memory.
    let mut out = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "decnet-ttp", &mut out);
    ui.print(&String::from_utf8_lossy(&out))?;
    Ok(Exit::Fine)
}
