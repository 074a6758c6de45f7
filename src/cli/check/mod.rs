// SPDX-License-Identifier: AGPL-3.0-or-later
//! `check`: every problem of a pack, and what makes it slow.

mod facts;
mod sarif;

use std::path::PathBuf;
use std::time::Instant;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::compile::{Options, compile};
use crate::diag::render;

use facts::Facts;

use super::pack::{AttackArg, CompatArg};
use super::{Exit, Tone, Ui, pack, text};

/// Compiles rules and prints every problem in them
///
/// Also lists what costs time on every event: rules without a witness, which are always decided,
/// and patterns without a literal, which run on every text. Exits with 1 if there are errors, or if
/// a technique is emitted for a tactic that it does not have in the ATT&CK release: a worker does
/// not start with either. Other warnings are fine, that an intel table's next review is past among them.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Folder with rules, or one rule file; without, the built-in rules
    #[arg(value_name = "DIR")]
    dir: Option<PathBuf>,

    #[command(flatten)]
    attack: AttackArg,

    #[command(flatten)]
    compat: CompatArg,

    /// How problems are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const EXAMPLES: &str = "\
Examples:
  decnet-ttp check rules/
  decnet-ttp check rules/ttp/R0014.yaml
  decnet-ttp check rules/ --format sarif > rules.sarif";

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people: with the line, a caret and help
    Text,
    /// One JSON object a line for each problem, then one with the key `summary`
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let attack = args.attack.open(ui)?;
    let options = Options {
        catalogue: attack.bundle(),
        compat: args.compat.is_decnet(),
        today: Some(TimeZone::UTC.to_datetime(Timestamp::now()).date()),
        ..Options::default()
    };
    let files = pack::files(args.dir.as_deref(), &options.limits)?;
    let start = Instant::now();
    let compilation = compile(&files, &options, None);
    let facts = Facts::new(&compilation, &attack, start.elapsed());
    let (sources, diagnostics) = (&compilation.sources, &compilation.diagnostics);
    let empty = facts.rules_read == 0 && facts.errors == 0;
    match args.format {
        Format::Text => {
            let mut out = render::text(sources, diagnostics, ui.stdout_color());
            // Its last line has the counts, which stand in the summary.
            if let Some((problems, _)) = out.trim_end().rsplit_once('\n') {
                out.truncate(problems.len() + 1);
            }
            if !ui.is_quiet() && !empty {
                out.push_str(&facts.text());
                let tone = if facts.errors > 0 || !facts.misfits.is_empty() { Tone::Bad } else { Tone::Good };
                out.push_str(&ui.paint(tone, &facts.summary()));
                out.push('\n');
            }
            ui.print(&out)?;
        }
        Format::Json => {
            let mut out = render::json(sources, diagnostics);
            if !ui.is_quiet() {
                out.push_str(&text::json(&facts.json())?);
                out.push('\n');
            }
            ui.print(&out)?;
        }
        Format::Sarif => {
            let log = sarif::log(sources, diagnostics);
            ui.print(&(text::json_pretty(&log)? + "\n"))?;
        }
    }
    if empty {
        ui.error(&text::escape(&pack::no_rules(args.dir.as_deref())));
    }
    Ok(Exit::yes_or_no(facts.errors == 0 && facts.misfits.is_empty() && !empty))
}
