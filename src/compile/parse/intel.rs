// SPDX-License-Identifier: AGPL-3.0-or-later
//! `intel/PROVIDER.yaml`: which techniques a provider's signals stand for.

use jiff::civil::Date;

use super::ast::{IntelSignal, IntelTable, IntelTechnique, Reference};
use super::forms;
use super::problems::Problems;
use super::scalar::Typed;
use super::table::{Table, number, sequence, string, text, wrong_type};
use super::yaml::{Node, Value};
use crate::diag::render::quote;
use crate::diag::{Code, Diagnostic, Spanned};

const TABLE_KEYS: &[&str] =
    &["provider", "mapping_version", "attack_release", "last_reviewed", "next_review", "signals"];
const SIGNAL_KEYS: &[&str] = &["id", "label", "external_reference", "techniques", "confidence_multiplier"];
const REFERENCE_KEYS: &[&str] = &["source_name", "url", "external_id"];
const TECHNIQUE_KEYS: &[&str] = &["technique_id", "high_score_threshold"];

/// Reads the table of `intel/NAME.yaml`; one with a problem is kept as refused.
pub(super) fn table(root: &Node, name: &str, problems: &mut Problems<'_>) -> Option<IntelTable> {
    let before = problems.found();
    let table = Table::new(root, "an intel table", TABLE_KEYS, problems)?;
    let provider = table.require("provider", problems).and_then(|node| string(node, "`provider`", problems));
    if let Some(provider) = provider.as_ref().filter(|provider| provider.value != name) {
        let message = format!("the provider {} stands in the file of `{name}`", quote(&provider.value));
        problems.push(
            Diagnostic::new(Code::BadValue, provider.span, message)
                .help(format!("name the file `intel/{}.yaml`", provider.value)),
        );
    }
    let mapping_version = table.require("mapping_version", problems);
    let mapping_version = mapping_version.and_then(|node| version(node, problems)).unwrap_or_default();
    let attack_release =
        table.get("attack_release").and_then(|node| string(node, "`attack_release`", problems));
    date(table.get("last_reviewed"), "`last_reviewed`", problems);
    let next_review = date(table.get("next_review"), "`next_review`", problems);
    let signals = table.require("signals", problems).map(|node| signals(node, problems));
    Some(IntelTable {
        source: problems.source,
        refused: problems.found() > before,
        provider: provider.unwrap_or_else(|| Spanned::new(name.to_owned(), root.span)),
        mapping_version,
        attack_release,
        next_review,
        signals: signals.unwrap_or_default(),
    })
}

/// A version, in quotes or not.
fn version(node: &Node, problems: &mut Problems<'_>) -> Option<String> {
    match &node.value {
        Value::Scalar(scalar)
            if matches!(scalar.typed(), Typed::Text(_) | Typed::Int(_) | Typed::Float(_)) =>
        {
            Some(scalar.text.clone())
        }
        _ => wrong_type(node, "`mapping_version`", "a version", None, problems),
    }
}

fn date(node: Option<&Node>, what: &str, problems: &mut Problems<'_>) -> Option<Spanned<Date>> {
    let node = node.filter(|node| !node.is_null())?;
    let found = string(node, what, problems)?;
    match found.value.parse::<Date>() {
        Ok(date) => Some(Spanned::new(date, node.span)),
        Err(_) => {
            let message = format!("{what} is no date");
            problems
                .push(Diagnostic::new(Code::BadValue, node.span, message).help("write it as `2026-05-02`"));
            None
        }
    }
}

fn signals(node: &Node, problems: &mut Problems<'_>) -> Vec<IntelSignal> {
    let items = sequence(node, "`signals`", problems).unwrap_or_default();
    let mut signals: Vec<IntelSignal> = Vec::with_capacity(items.len());
    let mut ids = std::collections::HashMap::new();
    for item in items {
        let Some(signal) = signal(item, problems) else { continue };
        match ids.insert(signal.id.value.clone(), signal.id.span) {
            None => signals.push(signal),
            Some(earlier) => {
                let message = format!("two signals have the id {}", quote(&signal.id.value));
                let problem = Diagnostic::new(Code::DuplicateId, signal.id.span, message).label("again here");
                problems.push(problem.related(earlier, "first here"));
            }
        }
    }
    signals
}

fn signal(node: &Node, problems: &mut Problems<'_>) -> Option<IntelSignal> {
    let table = Table::new(node, "a signal", SIGNAL_KEYS, problems)?;
    let id = table.require("id", problems).and_then(|node| string(node, "`id`", problems));
    let label = text(table.get("label"), "`label`", problems);
    let reference = table.get("external_reference").and_then(|node| reference(node, problems));
    let techniques = table.require("techniques", problems);
    let techniques = techniques.and_then(|node| sequence(node, "`techniques`", problems)).unwrap_or_default();
    let techniques = techniques.iter().filter_map(|node| technique(node, problems)).collect();
    let multiplier = table.get("confidence_multiplier");
    let multiplier = multiplier.and_then(|node| number(node, "`confidence_multiplier`", problems));
    if let Some(multiplier) = multiplier.as_ref().filter(|found| !(0.0..=1.0).contains(&found.value)) {
        let message = "`confidence_multiplier` must be from 0 to 1";
        problems.push(Diagnostic::new(Code::BadValue, multiplier.span, message));
    }
    Some(IntelSignal {
        id: id?,
        label,
        reference,
        techniques,
        multiplier: multiplier.map_or(1.0, |multiplier| multiplier.value),
    })
}

fn reference(node: &Node, problems: &mut Problems<'_>) -> Option<Reference> {
    let table = Table::new(node, "an external reference", REFERENCE_KEYS, problems)?;
    let source_name = table.require("source_name", problems);
    let source_name = source_name.and_then(|node| string(node, "`source_name`", problems));
    let url = table.require("url", problems).and_then(|node| string(node, "`url`", problems));
    let external_id = table.get("external_id").filter(|node| !node.is_null());
    let external_id = external_id.and_then(|node| version(node, problems));
    Some(Reference { source_name: source_name?.value, url: url?.value, external_id })
}

fn technique(node: &Node, problems: &mut Problems<'_>) -> Option<IntelTechnique> {
    let table = Table::new(node, "a technique of a signal", TECHNIQUE_KEYS, problems)?;
    let id = table.require("technique_id", problems);
    let id = id.and_then(|node| string(node, "`technique_id`", problems));
    let id = id.filter(|id| id.value.contains('.') || forms::technique(id, problems));
    let id = id.filter(|id| !id.value.contains('.') || forms::sub_technique(id, problems));
    let threshold = table.get("high_score_threshold").filter(|node| !node.is_null());
    let threshold = threshold.and_then(|node| number(node, "`high_score_threshold`", problems));
    Some(IntelTechnique { id: id?, threshold })
}
