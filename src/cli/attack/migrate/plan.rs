// SPDX-License-Identifier: AGPL-3.0-or-later
//! What has to change in a rule, and what only a person can decide.

use std::ops::Range;

use crate::attack::{Catalogue, Status, Stranded};
use crate::compile::parse::{self, PackFiles, ast};
use crate::diag::{Code, Diagnostic, Diagnostics, Sources, Span};
use crate::vocab::Limits;

use super::edit::{Edit, apply};

const SUB_KEY: &str = "sub_technique_id";
const KEY: &str = "technique_id";

/// What an emit is to say.
#[derive(PartialEq, Eq)]
struct Target {
    tactic: String,
    technique: String,
    sub: Option<String>,
}

/// The edits that migrate a rule, in order; none where it holds or needs a person, which then goes
/// to `open`.
pub(super) fn edits(rule: &ast::Rule, text: &str, attack: &Catalogue, open: &mut Diagnostics) -> Vec<Edit> {
    let before = open.len();
    let mut targets: Vec<Target> = Vec::with_capacity(rule.emits.len());
    for emit in &rule.emits {
        match target(emit, attack) {
            Ok(target) => {
                let twice = |other: &Target| other.technique == target.technique && other.sub == target.sub;
                if targets.iter().any(twice) {
                    let id = target.sub.as_ref().unwrap_or(&target.technique);
                    let message = format!("two emits of this rule become `{id}`");
                    open.push(Diagnostic::new(Code::DuplicateEmit, emit.span, message));
                }
                targets.push(target);
            }
            Err(problem) => open.push(*problem),
        }
    }
    if open.len() > before || rule.emits.iter().zip(&targets).all(|(emit, target)| says(emit, target)) {
        return Vec::new();
    }
    match changes(rule, text, &targets).filter(|edits| holds(rule, &apply(text, edits), &targets)) {
        Some(edits) => edits,
        None => {
            let message = "the emits of this rule cannot be rewritten where they stand";
            open.push(
                Diagnostic::new(Code::RetiredTechnique, rule.id.span, message)
                    .help("write each `technique_id` on a line of its own, as plain text"),
            );
            Vec::new()
        }
    }
}

/// What the release makes of an emit.
fn target(emit: &ast::Emit, attack: &Catalogue) -> Result<Target, Box<Diagnostic>> {
    let written = emit.sub_technique.as_ref().unwrap_or(&emit.technique);
    let problem = |code, span, message: String| Box::new(Diagnostic::new(code, span, message));
    let (next, tactic) =
        attack.follow(&written.value, &emit.tactic.value).map_err(|stranded| match stranded {
            Stranded::Unknown => {
                let message = format!("`{}` is not in ATT&CK {}", written.value, attack.release());
                problem(Code::UnknownTechnique, written.span, message)
            }
            Stranded::Retired(found) if *found.id == written.value => {
                let status = if found.status == Status::Deprecated { "deprecated" } else { "revoked" };
                let message = format!("`{}` is {status} and has no successor", written.value);
                problem(Code::RetiredTechnique, written.span, message)
            }
            Stranded::Retired(parent) => {
                let message = format!("`{}` is not in force although its sub-technique is", parent.id);
                problem(Code::RetiredTechnique, emit.technique.span, message)
            }
            Stranded::UnknownTactic => {
                let message = format!("there is no tactic `{}`", emit.tactic.value);
                problem(Code::UnknownTactic, emit.tactic.span, message)
            }
            Stranded::Tactics(next) => {
                let message = format!("`{}` does not belong to tactic `{}`", next.id, emit.tactic.value);
                let theirs: Vec<String> = next.tactics.iter().map(|id| format!("`{id}`")).collect();
                let help = format!("choose one of its tactics: {}", theirs.join(", "));
                Box::new(Diagnostic::new(Code::TacticOfOtherTechnique, emit.tactic.span, message).help(help))
            }
        })?;
    let (technique, sub) = match &next.parent {
        // What holds stays as it is written, right or wrong: `check` judges that.
        _ if *next.id == written.value => {
            (emit.technique.value.clone(), emit.sub_technique.as_ref().map(|sub| sub.value.clone()))
        }
        Some(parent) => (parent.to_string(), Some(next.id.to_string())),
        None => (next.id.to_string(), None),
    };
    if attack.technique(&technique).is_some_and(|technique| !technique.is_live()) {
        let message = format!("`{technique}` is not in force although `{}` is", next.id);
        return Err(problem(Code::RetiredTechnique, emit.technique.span, message));
    }
    Ok(Target { tactic: tactic.to_owned(), technique, sub })
}

fn says(emit: &ast::Emit, target: &Target) -> bool {
    emit.tactic.value == target.tactic
        && emit.technique.value == target.technique
        && emit.sub_technique.as_ref().map(|sub| &sub.value) == target.sub.as_ref()
}

/// The edits, in order; `None` where the text has not the form that they need.
fn changes(rule: &ast::Rule, text: &str, targets: &[Target]) -> Option<Vec<Edit>> {
    let version = bytes(rule.version.span);
    if text.get(version.clone())? != rule.version.value.to_string() {
        return None;
    }
    let mut edits = vec![Edit { range: version, text: rule.version.value.checked_add(1)?.to_string() }];
    for (emit, target) in rule.emits.iter().zip(targets) {
        let mut replace = |old: &str, span, new: &str| -> Option<()> {
            if old != new {
                edits.push(Edit { range: value_within(text, span, old)?, text: new.to_owned() });
            }
            Some(())
        };
        replace(&emit.tactic.value, emit.tactic.span, &target.tactic)?;
        replace(&emit.technique.value, emit.technique.span, &target.technique)?;
        match (&emit.sub_technique, &target.sub) {
            (Some(old), Some(new)) => replace(&old.value, old.span, new)?,
            // Rule files may write `null` where there is no sub-technique.
            (Some(old), None) => edits.push(Edit { range: bytes(old.span), text: "null".to_owned() }),
            (None, Some(new)) => edits.push(added(text, emit, new)?),
            (None, None) => {}
        }
    }
    edits.sort_by_key(|edit| edit.range.start);
    Some(edits)
}

/// The edit that gives an emit a sub-technique.
fn added(text: &str, emit: &ast::Emit, id: &str) -> Option<Edit> {
    let whole = bytes(emit.span);
    if let Some(at) = text.get(whole.clone())?.find(SUB_KEY) {
        let after = whole.start + at + SUB_KEY.len();
        let colon = after + text.get(after..)?.find(':')? + 1;
        let value = colon + text.get(colon..)?.len() - text.get(colon..)?.trim_start_matches(' ').len();
        let null = ["null", "~"]
            .into_iter()
            .find(|null| text.get(value..).is_some_and(|it| it.starts_with(null)))?;
        return Some(Edit { range: value..value + null.len(), text: id.to_owned() });
    }
    let value = bytes(emit.technique.span);
    if text.get(whole)?.starts_with('{') {
        return Some(Edit { range: value.end..value.end, text: format!(", {SUB_KEY}: {id}") });
    }
    // A line of its own below, under the same column.
    let line = text.get(..value.start)?.rfind('\n').map_or(0, |at| at + 1);
    let key = line + text.get(line..value.start)?.find(KEY)?;
    let indent = text.get(line..key)?.replace('-', " ");
    if !indent.bytes().all(|byte| byte == b' ') {
        return None;
    }
    let rest = text.get(value.end..)?;
    let end = value.end + rest.find('\n').unwrap_or(rest.len());
    let (end, feed) = if text.get(..end)?.ends_with('\r') { (end - 1, "\r\n") } else { (end, "\n") };
    Some(Edit { range: end..end, text: format!("{feed}{indent}{SUB_KEY}: {id}") })
}

/// Where the value stands in its span, which may have quotes around it.
fn value_within(text: &str, span: Span, value: &str) -> Option<Range<usize>> {
    let span = bytes(span);
    let mut found = text.get(span.clone())?.match_indices(value);
    let (at, _) = found.next().filter(|_| found.next().is_none())?;
    let start = span.start + at;
    Some(start..start + value.len())
}

fn bytes(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// Whether the new text says what it is to say, and otherwise what it said before.
fn holds(rule: &ast::Rule, text: &str, targets: &[Target]) -> bool {
    let mut files = PackFiles::new("");
    files.insert("rule.yaml", text);
    let (mut sources, mut diags) = (Sources::default(), Diagnostics::new());
    let pack = parse::pack(&files, &mut sources, &Limits::default(), &mut diags);
    let [after] = pack.rules.as_slice() else { return false };
    let emits = after.emits.len() == targets.len()
        && after.emits.iter().zip(targets).all(|(emit, target)| says(emit, target))
        && after.emits.iter().zip(&rule.emits).all(|(a, b)| {
            a.confidence.value == b.confidence.value
                && (a.when.is_some(), a.scale.is_some()) == (b.when.is_some(), b.scale.is_some())
        });
    let payloads = |rule: &ast::Rule| -> Vec<_> {
        rule.tests.iter().map(|test| (test.hit, test.payload.clone())).collect()
    };
    let fields = |rule: &ast::Rule| -> Vec<String> {
        rule.evidence_fields.iter().map(|it| it.value.clone()).collect()
    };
    emits
        && !after.refused
        && Some(after.version.value) == rule.version.value.checked_add(1)
        && (&after.id.value, &after.name.value, &after.description)
            == (&rule.id.value, &rule.name.value, &rule.description)
        && fields(after) == fields(rule)
        && payloads(after) == payloads(rule)
}
