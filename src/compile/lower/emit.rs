// SPDX-License-Identifier: AGPL-3.0-or-later
//! Emits: every id must stand in the ATT&CK catalogue and be live.

use crate::attack::{Catalogue, Release, Status, Technique, is_ics_tactic, parent_id};
use crate::compile::ir;
use crate::compile::parse::ast;
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, did_you_mean};

/// What an emit says in the catalogue's release.
struct Resolved<'c> {
    tactic: String,
    technique: &'c Technique,
    sub: Option<&'c Technique>,
}

/// Resolves the emits of a rule; problems go to `diags`. With `older`, the rule is written for an
/// earlier release than the catalogue's, and what was replaced since then becomes what replaced it.
pub(super) fn emits(
    emits: &[ast::Emit],
    catalogue: &Catalogue,
    older: bool,
    diags: &mut Diagnostics,
) -> Vec<ir::Emit> {
    let mut lowered: Vec<ir::Emit> = Vec::with_capacity(emits.len());
    // Which emit each lowered one comes from.
    let mut origins: Vec<Span> = Vec::with_capacity(emits.len());
    for emit in emits {
        let superseded = if older { superseded(emit, catalogue, diags) } else { None };
        let Some(resolved) = superseded.or_else(|| as_written(emit, catalogue, diags)) else { continue };
        let specific = resolved.sub.unwrap_or(resolved.technique);
        let technique = resolved.technique.id.to_string();
        let sub_technique = resolved.sub.map(|sub| sub.id.to_string());
        let same = |other: &ir::Emit| other.technique == technique && other.sub_technique == sub_technique;
        if let Some(first) = lowered.iter().position(same).and_then(|index| origins.get(index)) {
            diags.push(
                Diagnostic::new(
                    Code::DuplicateEmit,
                    emit.span,
                    format!("`{}` is emitted twice", specific.id),
                )
                .label("its tag would have the same id as the first, and be lost")
                .related(*first, "first emitted here"),
            );
        }
        origins.push(emit.span);
        lowered.push(ir::Emit {
            tactic: resolved.tactic,
            technique,
            sub_technique,
            technique_name: specific.full_name().to_owned(),
            url: specific.url().to_owned(),
            confidence: emit.confidence.value,
        });
    }
    lowered
}

/// What an emit became since it was written; `None` where it holds, or where it is for
/// [`as_written`] to say what is wrong with it.
fn superseded<'c>(
    emit: &ast::Emit,
    catalogue: &'c Catalogue,
    diags: &mut Diagnostics,
) -> Option<Resolved<'c>> {
    let written = emit.sub_technique.as_ref().unwrap_or(&emit.technique);
    // A pair that never was one is the author's mistake and not ATT&CK's doing.
    let parent = emit.sub_technique.as_ref().map(|_| emit.technique.value.as_str());
    if parent_id(&written.value) != parent {
        return None;
    }
    let (next, tactic) = catalogue.follow(&written.value, &emit.tactic.value).ok()?;
    let (technique, sub) = match &next.parent {
        Some(parent) => (catalogue.technique(parent)?, Some(next)),
        None => (next, None),
    };
    let (new_id, new_tactic) = (*next.id != written.value, tactic != emit.tactic.value);
    let release = catalogue.release();
    if new_id {
        let message = format!("`{}` is `{}` in ATT&CK {release}", written.value, next.id);
        diags.push(
            Diagnostic::new(Code::Superseded, written.span, message)
                .label(format!("tagged as `{}` {}, for {tactic}", next.id, next.full_name()))
                .help(MIGRATE),
        );
    } else if new_tactic {
        let message = format!("`{}` is for tactic `{tactic}` in ATT&CK {release}", next.id);
        diags.push(
            Diagnostic::new(Code::Superseded, emit.tactic.span, message)
                .label(format!("tagged for {tactic}"))
                .help(MIGRATE),
        );
    } else {
        return None;
    }
    Some(Resolved { tactic: tactic.to_owned(), technique, sub })
}

/// What would help with a rule that ATT&CK left behind.
const MIGRATE: &str = "`attack migrate` rewrites the rule";

/// An emit whose ids hold as they are written.
fn as_written<'c>(
    emit: &ast::Emit,
    catalogue: &'c Catalogue,
    diags: &mut Diagnostics,
) -> Option<Resolved<'c>> {
    let tactic_known = tactic_exists(&emit.tactic, catalogue, diags);
    let technique = technique(&emit.technique, catalogue, diags);
    let sub = match &emit.sub_technique {
        Some(sub) => Some(self::technique(sub, catalogue, diags)?),
        None => None,
    };
    let technique = technique?;
    if let Some(parent) = technique.parent.as_deref().filter(|_| sub.is_none()) {
        diags.push(
            Diagnostic::new(
                Code::NotASubTechnique,
                emit.technique.span,
                format!("`{}` is a sub-technique", technique.id),
            )
            .help(format!("write `technique_id: {parent}` and `sub_technique_id: {}`", technique.id)),
        );
        return None;
    }
    if let (Some(sub), Some(written)) = (sub, &emit.sub_technique)
        && sub.parent.as_deref() != Some(&*technique.id)
    {
        diags.push(
            Diagnostic::new(
                Code::NotASubTechnique,
                written.span,
                format!("`{}` is not a sub-technique of `{}`", sub.id, technique.id),
            )
            .maybe_help(sub.parent.as_ref().map(|parent| format!("its technique is `{parent}`"))),
        );
        return None;
    }
    if tactic_known {
        tactic_fits(&emit.tactic, sub.unwrap_or(technique), diags);
    }
    Some(Resolved { tactic: emit.tactic.value.clone(), technique, sub })
}

/// Reports a technique that something leads to and that is not in force; with `older`, one that was
/// replaced since is a warning.
pub(super) fn mapped(id: &Spanned<String>, catalogue: &Catalogue, older: bool, diags: &mut Diagnostics) {
    match catalogue.successor(&id.value).filter(|next| older && *next.id != id.value) {
        Some(next) => {
            let message = format!("`{}` is `{}` in ATT&CK {}", id.value, next.id, catalogue.release());
            diags.push(Diagnostic::new(Code::Superseded, id.span, message).label(format!(
                "counts for `{}` {}",
                next.id,
                next.full_name()
            )));
        }
        None => {
            technique(id, catalogue, diags);
        }
    }
}

/// The live technique of an id.
fn technique<'c>(
    id: &Spanned<String>,
    catalogue: &'c Catalogue,
    diags: &mut Diagnostics,
) -> Option<&'c Technique> {
    let Some(found) = catalogue.technique(&id.value) else {
        let help = did_you_mean(&id.value, catalogue.techniques().map(|technique| &*technique.id));
        diags.push(
            Diagnostic::new(Code::UnknownTechnique, id.span, format!("unknown technique `{}`", id.value))
                .label(format!("not in ATT&CK {}", catalogue.release()))
                .maybe_help(help.map(|word| format!("did you mean `{word}`?"))),
        );
        return None;
    };
    let retired = match &found.status {
        Status::Live => return Some(found),
        Status::Deprecated => "deprecated",
        Status::Revoked { .. } => "revoked",
    };
    let successor =
        catalogue.successor(&id.value).map(|next| format!("it became `{}` {}", next.id, next.full_name()));
    diags.push(
        Diagnostic::new(Code::RetiredTechnique, id.span, format!("technique `{}` is {retired}", id.value))
            .label(format!("`{}` in ATT&CK {}", found.full_name(), catalogue.release()))
            .maybe_help(successor),
    );
    None
}

/// Reports a tactic that is neither the catalogue's nor one of ATT&CK for ICS.
fn tactic_exists(tactic: &Spanned<String>, catalogue: &Catalogue, diags: &mut Diagnostics) -> bool {
    let id = &tactic.value;
    let known = is_ics_tactic(id) || catalogue.tactic(id).is_some();
    if !known {
        let help = did_you_mean(id, catalogue.tactics().map(|tactic| &*tactic.id));
        diags.push(
            Diagnostic::new(Code::UnknownTactic, tactic.span, format!("unknown tactic `{id}`"))
                .label(format!("not in ATT&CK {}", catalogue.release()))
                .maybe_help(help.map(|word| format!("did you mean `{word}`?"))),
        );
    }
    known
}

/// Warns of a tactic that the technique does not belong to.
fn tactic_fits(tactic: &Spanned<String>, technique: &Technique, diags: &mut Diagnostics) {
    let id = &tactic.value;
    if is_ics_tactic(id) || technique.has_tactic(id) {
        return;
    }
    let theirs: Vec<_> = technique.tactics.iter().map(|tactic| format!("`{tactic}`")).collect();
    diags.push(
        Diagnostic::new(
            Code::TacticOfOtherTechnique,
            tactic.span,
            format!("technique `{}` does not belong to tactic `{id}`", technique.id),
        )
        .help(format!("its tactics: {}", theirs.join(", "))),
    );
}

/// The release that a rule is written for, where it or the pack says one.
pub(super) fn written_for<'a>(rule: &'a ast::Rule, manifest: &'a ast::Manifest) -> Option<(&'a str, Span)> {
    let own = rule.attack_release.as_ref().map(|release| (release.value.as_str(), release.span));
    own.or_else(|| manifest.attack_release.as_deref().map(|release| (release, rule.id.span)))
}

/// Whether that is an earlier release than the catalogue's.
pub(super) fn is_older(release: &str, catalogue: &Catalogue) -> bool {
    let releases = Release::parse(release).zip(Release::parse(catalogue.release()));
    releases.is_some_and(|(written, loaded)| written < loaded)
}

/// Warns where a rule is written for another release than the catalogue's.
pub(super) fn release(release: &str, span: Span, catalogue: &Catalogue, diags: &mut Diagnostics) {
    if release != catalogue.release() {
        diags.push(
            Diagnostic::new(
                Code::OtherRelease,
                span,
                format!("written for ATT&CK `{release}`, the catalogue is `{}`", catalogue.release()),
            )
            .help("its ids are checked against the catalogue; change `attack_release` once they hold"),
        );
    }
}
