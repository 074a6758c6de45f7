// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack groups`: who uses a technique.

use serde_json::json;

use crate::attack::is_technique_id;

use super::super::text::counted_or_no;
use super::source::SourceArgs;
use super::{Exit, Ui, normal, unknown};

/// Lists the groups that use a technique
///
/// A technique's groups are those that MITRE names for exactly this id: groups of its sub-techniques
/// are not among them.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  decnet-ttp attack groups T1059.004
  decnet-ttp attack groups T1110 --json
  decnet-ttp attack groups T1110 --bundle enterprise-attack-20.0.json")]
pub(super) struct Args {
    /// A technique or sub-technique
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    source: SourceArgs,

    /// Prints one JSON array
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let attack = &*args.source.open(ui)?;
    let id = normal(&args.id);
    let Some(technique) = attack.technique(&id) else {
        if is_technique_id(&id) || (attack.tactic(&id).is_none() && attack.group(&id).is_none()) {
            return Err(unknown(attack, &id, &args.id));
        }
        return Err(
            Exit::Usage.because(format!("`{id}` is not a technique: those look like T1059 or T1059.004"))
        );
    };
    let groups = attack.groups_using(&id);
    if args.json {
        let groups = groups.map(|group| {
            json!({"id": &*group.id, "name": group.name, "aliases": group.aliases, "url": group.url()})
        });
        ui.print_json(&groups.collect::<Vec<_>>())?;
        return Ok(Exit::Fine);
    }
    let rows: Vec<Vec<String>> = groups
        .map(|group| {
            let aliases = group.aliases.iter().map(|alias| &**alias).collect::<Vec<_>>().join(", ");
            vec![group.id.to_string(), group.name.to_string(), group.url().to_owned(), aliases]
        })
        .collect();
    let count = rows.len();
    if count > 0 {
        ui.print(&ui.table(&["ID", "NAME", "URL", "ALIASES"], rows))?;
    }
    let verb = if count == 1 { "uses" } else { "use" };
    ui.note(&format!("{} {verb} {id} {}", counted_or_no(count, "group"), technique.full_name()));
    Ok(Exit::Fine)
}
