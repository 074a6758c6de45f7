// SPDX-License-Identifier: AGPL-3.0-or-later
//! Compiles the rules that are about to be written, so that none is written that does not load.

use std::collections::{BTreeSet, HashMap};

use crate::compile::parse::PackFiles;
use crate::compile::{Options, compile};
use crate::diag::{Diagnostics, Severity, Sources};
use crate::vocab::Limits;

/// A rule file to be, and the Sigma rule it comes from.
pub(super) struct Written {
    pub(super) name: String,
    pub(super) text: String,
    /// `PATH: TITLE: `, for the list.
    pub(super) from: String,
    /// What was left out of it.
    pub(super) lacks: BTreeSet<String>,
}

/// The path and the message of each error.
pub(super) fn errors<'d>(
    sources: &'d Sources,
    diagnostics: &'d Diagnostics,
) -> impl Iterator<Item = (String, &'d str)> {
    diagnostics.iter().filter(|problem| problem.code.severity() == Severity::Error).map(|problem| {
        let path = problem.span.and_then(|span| sources.get(span.source)).map(|file| file.path.clone());
        (path.unwrap_or_default(), problem.message.as_str())
    })
}

/// Compiles what is to be written; the rules that do, and why the others do not.
pub(super) fn checked(drafts: Vec<Written>, options: &Options) -> (Vec<Written>, Vec<String>) {
    let mut drafts: Vec<Option<Written>> = drafts.into_iter().map(Some).collect();
    let mut refused = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::with_capacity(drafts.len());
    let mut pack = PackFiles::default();
    for (at, slot) in drafts.iter_mut().enumerate() {
        let Some(rule) = slot else { continue };
        if places.contains_key(&rule.name) {
            refused.push(format!("{}another rule has the same name", rule.from));
            *slot = None;
            continue;
        }
        places.insert(rule.name.clone(), at);
        pack.insert(rule.name.as_str(), rule.text.as_str());
    }
    let limits = Limits { rules: options.limits.rules.max(places.len()), ..options.limits.clone() };
    let compiled = compile(&pack, &Options { limits, ..options.clone() }, None);
    for (path, message) in errors(&compiled.sources, &compiled.diagnostics) {
        let slot = places.get(&path).and_then(|at| drafts.get_mut(*at));
        if let Some(rule) = slot.and_then(Option::take) {
            refused.push(format!("{}written anew it does not compile: {message}", rule.from));
        }
    }
    (drafts.into_iter().flatten().collect(), refused)
}
