// SPDX-License-Identifier: AGPL-3.0-or-later
//! Emits: every id must stand in the ATT&CK catalogue and be live.

use crate::attack::{Catalogue, Status, Technique};
use crate::compile::ir;
use crate::compile::parse::ast;
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, did_you_mean};

/// Resolves the emits of a rule; problems go to `diags`.
pub(super) fn emits(emits: &[ast::Emit], catalogue: &Catalogue, diags: &mut Diagnostics) -> Vec<ir::Emit> {
    let mut lowered: Vec<ir::Emit> = Vec::with_capacity(emits.len());
    for emit in emits {
        let tactic_known = tactic_exists(&emit.tactic, catalogue, diags);
        let technique = technique(&emit.technique, catalogue, diags);
        let sub = match &emit.sub_technique {
            Some(sub) => match self::technique(sub, catalogue, diags) {
                Some(found) => Some(found),
                None => continue,
            },
            None => None,
        };
        let Some(technique) = technique else { continue };
        if technique.parent.is_some() && emit.sub_technique.is_none() {
            let parent = technique.parent.as_deref().unwrap_or_default();
            diags.push(
                Diagnostic::new(
                    Code::NotASubTechnique,
                    emit.technique.span,
                    format!("`{}` is a sub-technique", technique.id),
                )
                .help(format!("write `technique_id: {parent}` and `sub_technique_id: {}`", technique.id)),
            );
            continue;
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
            continue;
        }
        let specific = sub.unwrap_or(technique);
        if tactic_known {
            tactic_fits(&emit.tactic, specific, diags);
        }
        let repeated = lowered.iter().position(|other| {
            other.technique == emit.technique.value
                && other.sub_technique.as_deref() == emit.sub_technique.as_ref().map(|sub| sub.value.as_str())
        });
        if let Some(first) = repeated.and_then(|index| emits.get(index)) {
            diags.push(
                Diagnostic::new(
                    Code::DuplicateEmit,
                    emit.span,
                    format!("`{}` is emitted twice", specific.id),
                )
                .label("its tag would have the same id as the first, and be lost")
                .related(first.span, "first emitted here"),
            );
        }
        lowered.push(ir::Emit {
            tactic: emit.tactic.value.clone(),
            technique: technique.id.to_string(),
            sub_technique: sub.map(|sub| sub.id.to_string()),
            technique_name: specific.full_name().to_owned(),
            url: specific.url().to_owned(),
            confidence: emit.confidence.value,
        });
    }
    lowered
}

/// The live technique of an id.
pub(super) fn technique<'c>(
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
    let known = crate::attack::is_ics_tactic(id) || catalogue.tactic(id).is_some();
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
    if crate::attack::is_ics_tactic(id) || technique.has_tactic(id) {
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

/// Warns where a rule is written for another release than the catalogue's.
pub(super) fn release(
    own: Option<(&str, Span)>,
    manifest: &ast::Manifest,
    catalogue: &Catalogue,
    rule: &ast::Rule,
    diags: &mut Diagnostics,
) {
    let (release, span) = match (own, &manifest.attack_release) {
        (Some((release, span)), _) => (release, span),
        (None, Some(release)) => (release.as_str(), rule.id.span),
        (None, None) => return,
    };
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
