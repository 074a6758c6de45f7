// SPDX-License-Identifier: AGPL-3.0-or-later
//! `phases`: how far somebody came along the kill chain, on each decoy.

mod report;

use std::path::PathBuf;

use crate::attack::kill_chain::{NAME_BYTES_MAX, Passed, Sighting, Time, Trails};
use crate::vocab::Limits;

use super::stored::{Lines, Problems, StoredTag};
use super::tag::Input;
use super::{Exit, Ui};

/// Shows who went through which phases of the kill chain on which decoy, from tags
///
/// Tags come from files or from standard input, one JSON object a line, as `tag` prints them. Each
/// identity, or attacker without one, has a line for each decoy: the first and the last phase and
/// when they were, and every phase that was seen. The phases are those of the Unified Kill Chain, by
/// the tags' tactics.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  decnet-ttp tag samples/cowrie.json | decnet-ttp phases
  decnet-ttp phases tags.ndjson --json")]
pub(super) struct Args {
    /// Files of tags; `-` or none reads standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Prints one JSON array
    #[arg(long)]
    json: bool,
}

/// What became of the lines.
#[derive(Default)]
struct Counts {
    tags: u64,
    unreadable: u64,
    unknown_tactics: u64,
    nobody: u64,
    too_many: u64,
    /// On a trail, but at no known time.
    no_time: u64,
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let limits = Limits::default();
    let mut trails = Trails::new(&limits);
    let mut counts = Counts::default();
    let mut problems = Problems::new(ui);
    for input in Input::all(&args.files)? {
        let (stream, size) = input.open()?;
        let mut progress = (size > 0).then(|| ui.progress(size, true));
        let mut lines = Lines::new(stream, &limits);
        while lines.read()? {
            let step = lines
                .tag(&limits)
                .and_then(|tag| tag.map_or(Ok(()), |tag| add(tag, &mut trails, &mut counts)));
            if let Err(problem) = step {
                counts.unreadable += 1;
                problems.say(&input.name(), lines.number(), &problem);
            }
            if let Some(progress) = &mut progress {
                progress.add(lines.bytes().len() as u64);
            }
        }
    }
    let trails = trails.finish();
    if args.json {
        ui.print_json(&report::json(&trails))?;
    } else if !trails.is_empty() {
        ui.print(&report::table(&trails, ui))?;
    }
    ui.note(&report::summary(&trails, &counts));
    Ok(if counts.tags == 0 && counts.unreadable > 0 { Exit::Usage } else { Exit::Fine })
}

/// Adds one tag.
fn add(tag: StoredTag<'_>, trails: &mut Trails, counts: &mut Counts) -> Result<(), String> {
    let [identity, attacker, decoy] =
        ["identity_uuid", "attacker_uuid", "decky_id"].map(|key| tag.optional(key));
    let (identity, attacker, decoy) = (identity?, attacker?, decoy?);
    let (tactic, ts) = (tag.text("tactic")?, tag.optional("ts")?);
    let time = ts.as_deref().and_then(Time::parse);
    let sighting = Sighting {
        identity: identity.as_deref(),
        attacker: attacker.as_deref(),
        decoy: decoy.as_deref(),
        tactic: &tactic,
        time,
    };
    match trails.add(sighting) {
        Ok(()) => counts.no_time += u64::from(time.is_none()),
        Err(Passed::UnknownTactic) => counts.unknown_tactics += 1,
        Err(Passed::Nobody) => counts.nobody += 1,
        Err(Passed::Full) => counts.too_many += 1,
        Err(Passed::LongName) => {
            return Err(format!("names of at most {NAME_BYTES_MAX} bytes are expected"));
        }
    }
    counts.tags += 1;
    Ok(())
}
