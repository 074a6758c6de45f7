// SPDX-License-Identifier: AGPL-3.0-or-later
//! `attack show`: one technique, tactic or group.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::attack::kill_chain::Phase;
use crate::attack::{Catalogue, Group, Status, Tactic, Technique};

use super::super::Tone;
use super::super::text::{WIDTH, wrap};
use super::source::SourceArgs;
use super::{Exit, Ui, normal, unknown};

/// Shows a technique, sub-technique, tactic or group
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  decnet-ttp attack show T1003.008
  decnet-ttp attack show TA0006
  decnet-ttp attack show G0007 --json
  decnet-ttp attack show T1685 --bundle cache")]
pub(super) struct Args {
    /// Such as T1059, T1059.004, TA0002 or G0007
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    source: SourceArgs,

    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

/// Where what is written here goes; writing to a string cannot fail.
struct Page<'a> {
    attack: &'a Catalogue,
    ui: &'a Ui,
    out: String,
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let attack = &*args.source.open(ui)?;
    let id = normal(&args.id);
    let mut page = Page { attack, ui, out: String::new() };
    let json = if let Some(technique) = attack.technique(&id) {
        page.technique(technique);
        technique_json(attack, technique)
    } else if let Some(tactic) = attack.tactic(&id) {
        page.tactic(tactic);
        tactic_json(attack, tactic)
    } else if let Some(group) = attack.group(&id) {
        page.group(group);
        group_json(attack, group)
    } else {
        return Err(unknown(attack, &id, &args.id));
    };
    if args.json {
        ui.print_json(&json)?;
    } else {
        ui.print(&page.out)?;
    }
    Ok(Exit::Fine)
}

impl Page<'_> {
    fn title(&mut self, id: &str, name: &str, what: &str, url: &str) {
        let title = self.ui.paint(Tone::Bold, &format!("{id} {name}"));
        let _ = writeln!(self.out, "{title}");
        let _ = writeln!(self.out, "{what}, ATT&CK {}\n{url}\n", self.attack.release());
    }

    fn line(&mut self, name: &str, value: &str) {
        let _ = writeln!(self.out, "{name:<15}{value}");
    }

    fn technique(&mut self, technique: &Technique) {
        let what = if technique.parent.is_some() { "Sub-technique" } else { "Technique" };
        self.title(&technique.id, technique.full_name(), what, technique.url());
        match &technique.status {
            Status::Live => {}
            Status::Deprecated => self.line("Status", "deprecated, without a successor"),
            Status::Revoked { by } => {
                let by =
                    by.as_deref().map_or(String::new(), |by| format!(", replaced by {}", self.named(by)));
                self.line("Status", &format!("revoked{by}"));
                let end = self.attack.successor(&technique.id).map(|end| end.id.to_string());
                if let Some(end) = end.filter(|end| !by.contains(end.as_str())) {
                    self.line("In force is", &self.named(&end));
                }
            }
        }
        let heading = if technique.tactics.len() == 1 { "Tactic" } else { "Tactics" };
        for (index, tactic) in technique.tactics.iter().enumerate() {
            let value = self.named(tactic);
            self.line(if index == 0 { heading } else { "" }, &value);
        }
        if let Some(parent) = &technique.parent {
            let value = self.named(parent);
            self.line("Parent", &value);
        }
        let subs: Vec<String> =
            sub_techniques(self.attack, technique).map(|sub| sub.id.to_string()).collect();
        for (index, sub) in subs.iter().enumerate() {
            let value = self.named(sub);
            self.line(if index == 0 { "Sub-techniques" } else { "" }, &value);
        }
        let groups = self.attack.groups_using(&technique.id).count();
        let more = if groups > 0 {
            format!(" (`attack groups {}` lists them)", technique.id)
        } else {
            String::new()
        };
        self.line("Groups", &format!("{groups}{more}"));
    }

    fn tactic(&mut self, tactic: &Tactic) {
        self.title(&tactic.id, &tactic.name, "Tactic", tactic.url());
        if let Some(phase) = Phase::of_tactic(&tactic.id) {
            self.line("Kill chain", &phase.as_str().replace('_', " "));
        }
        let ids: Vec<String> =
            top_techniques(self.attack, &tactic.id).map(|technique| technique.id.to_string()).collect();
        for (index, id) in ids.iter().enumerate() {
            let value = self.named(id);
            self.line(if index == 0 { "Techniques" } else { "" }, &value);
        }
    }

    fn group(&mut self, group: &Group) {
        self.title(&group.id, &group.name, "Group", group.url());
        if !group.aliases.is_empty() {
            let aliases = wrap(&group.aliases.join(", "), WIDTH, &" ".repeat(15));
            self.line("Aliases", aliases.trim());
        }
        let ids = wrap(&group.uses.join(" "), WIDTH, &" ".repeat(15));
        self.line("Techniques", ids.trim());
    }

    /// An id and its name.
    fn named(&self, id: &str) -> String {
        let technique = self.attack.technique(id).map(Technique::full_name);
        let name = technique.or_else(|| self.attack.tactic(id).map(|tactic| &*tactic.name));
        format!("{id} {}", name.unwrap_or_default())
    }
}

/// The live sub-techniques of a technique.
fn sub_techniques<'a>(
    attack: &'a Catalogue,
    technique: &'a Technique,
) -> impl Iterator<Item = &'a Technique> {
    let live = attack.techniques().filter(|sub| sub.is_live());
    live.filter(|sub| sub.parent.as_ref() == Some(&technique.id))
}

/// The live techniques of a tactic, sub-techniques left out.
fn top_techniques<'a>(attack: &'a Catalogue, tactic: &'a str) -> impl Iterator<Item = &'a Technique> {
    let live = attack.techniques().filter(|technique| technique.is_live() && technique.parent.is_none());
    live.filter(move |technique| technique.has_tactic(tactic))
}

fn technique_json(attack: &Catalogue, technique: &Technique) -> Json {
    let (status, successor) = match &technique.status {
        Status::Live => ("live", None),
        Status::Deprecated => ("deprecated", None),
        Status::Revoked { .. } => ("revoked", attack.successor(&technique.id).map(|by| &*by.id)),
    };
    let tactics: Vec<Json> = technique
        .tactics
        .iter()
        .map(|id| json!({"id": &**id, "name": attack.tactic(id).map(|tactic| &*tactic.name)}))
        .collect();
    json!({
        "type": "technique",
        "id": &*technique.id,
        "name": technique.full_name(),
        "release": attack.release(),
        "status": status,
        "successor": successor,
        "tactics": tactics,
        "parent": technique.parent.as_deref(),
        "sub_techniques": sub_techniques(attack, technique).map(|sub| &*sub.id).collect::<Vec<_>>(),
        "groups": attack.groups_using(&technique.id).map(|group| &*group.id).collect::<Vec<_>>(),
        "url": technique.url(),
        "stix_uuid": technique.stix,
    })
}

fn tactic_json(attack: &Catalogue, tactic: &Tactic) -> Json {
    json!({
        "type": "tactic",
        "id": &*tactic.id,
        "name": tactic.name,
        "release": attack.release(),
        "shortname": tactic.shortname,
        "kill_chain_phase": Phase::of_tactic(&tactic.id).map(Phase::as_str),
        "techniques": top_techniques(attack, &tactic.id).map(|technique| &*technique.id).collect::<Vec<_>>(),
        "url": tactic.url(),
        "stix_uuid": tactic.stix,
    })
}

fn group_json(attack: &Catalogue, group: &Group) -> Json {
    json!({
        "type": "group",
        "id": &*group.id,
        "name": group.name,
        "release": attack.release(),
        "aliases": group.aliases,
        "techniques": group.uses.iter().map(|id| &**id).collect::<Vec<_>>(),
        "url": group.url(),
        "stix_uuid": group.stix,
    })
}
