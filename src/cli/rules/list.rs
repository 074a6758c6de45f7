// SPDX-License-Identifier: AGPL-3.0-or-later
//! `rules list`: every rule on one line.

use serde_json::{Map, Value as Json, json};

use crate::compile::ir::{Emit, Rule};
use crate::vocab::SourceKind;

use super::super::text::counted;
use super::{Exit, RulesArg, Ui};

/// Lists every rule: what it reads, what it emits, where it is from
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  decnet-ttp rules list
  decnet-ttp rules list --rules my-rules/
  decnet-ttp rules list --json | jq -r '.[].rule_id'")]
pub(super) struct Args {
    #[command(flatten)]
    rules: RulesArg,

    /// Prints one JSON array
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let pack = args.rules.load(ui)?;
    if args.json {
        ui.print_json(&pack.program.rules().map(to_json).collect::<Vec<_>>())?;
        return Ok(Exit::Fine);
    }
    let rows: Vec<Vec<String>> = pack.program.rules().map(row).collect();
    let count = rows.len();
    let heading = ["ID", "VERSION", "NAME", "READS", "EMITS", "CONFIDENCE", "FILE"];
    ui.print(&ui.table(&heading, rows))?;
    let (name, version) = pack.program.pack();
    ui.note(&format!(
        "{} in pack {} for {}",
        counted(count, "rule"),
        label(name, version),
        pack.program.attack_release()
    ));
    Ok(Exit::Fine)
}

/// The pack's name and version, as far as it has them.
fn label(name: &str, version: &str) -> String {
    let label = if version.is_empty() { name.to_owned() } else { format!("{name} {version}") };
    super::super::text::escape(&label)
}

fn row(rule: &Rule) -> Vec<String> {
    let kinds: Vec<&str> = rule.kinds.iter().map(|kind| kind.as_str()).collect();
    let techniques: Vec<&str> = rule.emits.iter().map(technique).collect();
    vec![
        rule.id.clone(),
        rule.version.to_string(),
        rule.name.clone(),
        kinds.join(", "),
        techniques.join(", "),
        confidences(&rule.emits),
        rule.path.clone(),
    ]
}

/// The most specific technique.
fn technique(emit: &Emit) -> &str {
    emit.sub_technique.as_deref().unwrap_or(&emit.technique)
}

/// `0.85`, or `0.6 to 0.85`.
fn confidences(emits: &[Emit]) -> String {
    let all = || emits.iter().map(|emit| emit.confidence);
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(0.0, f64::max));
    if low < high { format!("{low} to {high}") } else { high.to_string() }
}

fn to_json(rule: &Rule) -> Json {
    json!({
        "rule_id": rule.id,
        "rule_version": rule.version,
        "name": rule.name,
        "applies_to": rule.kinds.iter().map(|kind: &SourceKind| kind.as_str()).collect::<Vec<_>>(),
        "emits": rule.emits.iter().map(emit_json).collect::<Vec<_>>(),
        "file": rule.path,
    })
}

/// One emit, as in rule files, with the technique's name and page.
pub(super) fn emit_json(emit: &Emit) -> Map<String, Json> {
    let members = [
        ("tactic", json!(emit.tactic)),
        ("technique_id", json!(emit.technique)),
        ("sub_technique_id", json!(emit.sub_technique)),
        ("technique_name", json!(emit.technique_name)),
        ("confidence", json!(emit.confidence)),
        ("mitre_url", json!(emit.url)),
    ];
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}
