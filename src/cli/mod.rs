// SPDX-License-Identifier: AGPL-3.0-or-later
//! The binary: one file or folder per subcommand.

mod artifacts;
mod attack;
mod check;
mod completions;
mod condition;
mod exit;
mod explain;
mod in_order;
mod input;
mod man;
mod pack;
mod phases;
mod rules;
mod sigma;
mod stored;
mod tag;
mod test;
mod text;
mod ui;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use artifacts::ArtifactsArg;
use exit::Exit;
use pack::{Pack, RulesArg};
use ui::{Tone, Ui};

/// Turns honeypot and sensor events into MITRE ATT&CK technique tags
#[derive(Debug, Parser)]
#[command(name = "decnet-ttp", bin_name = "decnet-ttp", version, max_term_width = 100)]
#[command(arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    /// Prints results and errors only
    #[arg(short, long, global = true, display_order = 900)]
    quiet: bool,

    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  decnet-ttp tag samples/cowrie.json
  decnet-ttp check rules/
  decnet-ttp test rules/ --corpus more.jsonl
  echo '{\"command_text\": \"cat /etc/shadow\"}' | decnet-ttp explain --kind command
  decnet-ttp attack show T1003.008

Exit codes: 0 fine; 1 the answer is no; 2 wrong usage or unreadable input; 74 input/output error;
78 configuration or rules refuse to load.";

#[derive(Debug, Subcommand)]
enum Command {
    Tag(tag::Args),
    Check(check::Args),
    Test(test::Args),
    Explain(explain::Args),
    Rules(rules::Args),
    Sigma(sigma::Args),
    Attack(attack::Args),
    Phases(phases::Args),
    Completions(completions::Args),
    Man(man::Args),
}

/// Parses the arguments, runs the subcommand and returns its exit code.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help that nobody reads any more is no failure.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Fine.into() };
        }
    };
    let ui = Ui::new(cli.quiet);
    match dispatch(&cli.command, &ui) {
        Ok(exit) => exit.into(),
        Err(error) if ui::is_broken_pipe(&error) => Exit::Fine.into(),
        Err(error) => {
            ui.error(&exit::describe(&error));
            Exit::of(&error).into()
        }
    }
}

fn dispatch(command: &Command, ui: &Ui) -> anyhow::Result<Exit> {
    match command {
        Command::Tag(args) => tag::run(args, ui),
        Command::Check(args) => check::run(args, ui),
        Command::Test(args) => test::run(args, ui),
        Command::Explain(args) => explain::run(args, ui),
        Command::Rules(args) => rules::run(args, ui),
        Command::Sigma(args) => sigma::run(args, ui),
        Command::Attack(args) => attack::run(args, ui),
        Command::Phases(args) => phases::run(args, ui),
        Command::Completions(args) => completions::run(args, ui),
        Command::Man(args) => man::run(args, ui),
    }
}
