// SPDX-License-Identifier: AGPL-3.0-or-later
//! `explain`: why rules hold for an event or don't.

mod json;
mod read;
mod stages;
mod story;
mod text;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use crate::vocab::SourceKind;

use super::artifacts::Stored;
use super::rules::unknown_rule;
use super::{ArtifactsArg, Exit, Pack, RulesArg, Tone, Ui, condition};

use stages::Stages;
use story::Story;

/// Says why rules hold for an event on standard input, or why they don't
///
/// Shows the rules that hold, and those that were tried and don't: what they saw of the event, and
/// each part of their condition, true or false. With `--rule`, shows that rule, whether it was
/// tried or not.
///
/// The event is one JSON object in the native format; its `source_id` may be missing. With `--kind`
/// it is just the payload.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    rules: RulesArg,

    #[command(flatten)]
    artifacts: ArtifactsArg,

    /// Shows this rule only
    #[arg(long, value_name = "ID")]
    rule: Option<String>,

    /// Takes standard input for the payload of an event of this kind
    #[arg(long, value_name = "KIND", value_parser = kinds())]
    kind: Option<SourceKind>,

    /// Prints the rules as the compiler reads them, before and after optimizing; needs no event
    #[arg(long)]
    ir: bool,

    /// Prints the automata, tables and code that run; needs no event
    #[arg(long)]
    plan: bool,

    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

const EXAMPLES: &str = "\
Examples:
  echo '{\"command_text\": \"cat /etc/shadow\"}' | decnet-ttp explain --kind command
  sed -n 12p events.jsonl | decnet-ttp explain --rule R0014
  decnet-ttp explain --rule R0014 --ir --plan < /dev/null";

fn kinds() -> impl clap::builder::TypedValueParser<Value = SourceKind> {
    let known = PossibleValuesParser::new(SourceKind::ALL.map(SourceKind::as_str));
    known.try_map(|name| SourceKind::from_name(&name).ok_or("unknown kind"))
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let stored = args.artifacts.open()?;
    let pack = args.rules.load(ui)?;
    if let Some(id) = args.rule.as_deref().filter(|id| pack.program.rule(id).is_none()) {
        return Err(unknown_rule(&pack, id));
    }
    let stages = Stages::new(&pack, args.rule.as_deref(), args.ir, args.plan)?;
    let input = read::input(args.ir || args.plan, ui)?;
    let event =
        input.as_deref().map(|text| read::event(text, args.kind, pack.program.limits())).transpose()?;
    let story =
        event.as_ref().map(|event| Story::new(&pack, &stored, event, args.rule.as_deref())).transpose()?;
    if args.json {
        ui.print_json(&json::report(&stages, story.as_ref()))?;
    } else {
        let mut out = stages.text();
        if let Some(story) = &story {
            out.push_str(&text::report(story, args.rule.as_deref(), &pack.attack, ui));
        }
        ui.print(&out)?;
    }
    let agreed = story.is_none_or(|story| story.agreed);
    if !agreed {
        ui.error("engine and reference evaluator disagree on this event; this is a bug in decnet-ttp, not in a rule");
    }
    Ok(Exit::yes_or_no(agreed))
}
