// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sigma rules (specification 2.1.0) to the same [`ir`] as ours.
//!
//! ```text
//! files ─ parse ─▶ ast ─ lower ─▶ a part of ir per rule
//! ```
//!
//! A log record has no schema, so every field is a list of texts: a string or a number is one
//! item, an array gives one per scalar. What a rule asks of a field holds where some item meets
//! it. What a rule needs and this has not is a diagnostic that names both, never a silent skip.

pub mod ast;
mod condition;
mod detection;
mod document;
mod encode;
mod lower;
mod modifier;
mod reader;
mod value;

use std::collections::HashMap;

use crate::compile::ir;
use crate::diag::{Code, Diagnostic, Diagnostics, Sources, Span};
use crate::vocab::Limits;

pub use ast::{Head, Level, Logsource, Status};

/// One Sigma rule, lowered.
#[derive(Clone, Debug)]
pub struct Rule {
    /// What it says of itself.
    pub head: Head,
    /// Its fields, values, predicates and conditions.
    pub part: ir::Kind,
    /// When it holds.
    pub cond: ir::CondId,
}

/// Compiles the rules of Sigma files, each a path and its text; problems go to `diagnostics`, rules
/// with errors are left out.
///
/// # Cost
/// Linear in the texts and in what modifiers expand to, which is bounded per rule and in all.
///
/// # Example
/// ```
/// use decnet_ttp::compile::sigma;
/// use decnet_ttp::diag::{Diagnostics, Sources};
/// use decnet_ttp::vocab::Limits;
///
/// let text = "
/// title: Reads the shadow file
/// logsource: {category: process_creation, product: linux}
/// detection:
///   selection:
///     CommandLine|contains: /etc/shadow
///   condition: selection
/// ";
/// let files = [("shadow.yml".to_owned(), text.to_owned())];
/// let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::new());
/// let rules = sigma::rules(&files, &Limits::default(), &mut sources, &mut diagnostics);
/// assert_eq!(rules.len(), 1);
/// assert!(diagnostics.is_empty());
/// ```
pub fn rules(
    files: &[(String, String)],
    limits: &Limits,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Vec<Rule> {
    parse(files, limits, sources, diagnostics).into_iter().map(lower::rule).collect()
}

/// Reads the rules of Sigma files without lowering them, for tools that write rules anew.
///
/// # Cost
/// As for [`rules`].
pub fn parse(
    files: &[(String, String)],
    limits: &Limits,
    sources: &mut Sources,
    diagnostics: &mut Diagnostics,
) -> Vec<ast::Rule> {
    let mut rules = Vec::new();
    let mut total = value::TOTAL_BYTES;
    for (path, text) in files {
        let source = sources.add(path.as_str(), text.as_str());
        let file = reader::File { path, text, source, limits };
        document::rules(file, &mut total, diagnostics, &mut rules);
    }
    if rules.len() > limits.rules {
        let message = format!("{} Sigma rules, at most {} are taken", rules.len(), limits.rules);
        diagnostics.push(Diagnostic::global(Code::PackLimit, message));
        rules.truncate(limits.rules);
    }
    refuse_repeats(&mut rules, diagnostics);
    rules
}

/// Refuses rules whose id an earlier one has.
fn refuse_repeats(rules: &mut Vec<ast::Rule>, diagnostics: &mut Diagnostics) {
    let mut first: HashMap<String, Span> = HashMap::with_capacity(rules.len());
    rules.retain(|rule| {
        let Some(id) = &rule.head.id else { return true };
        let Some(earlier) = first.get(&id.value) else {
            first.insert(id.value.clone(), id.span);
            return true;
        };
        let message = format!("two rules have the id {}", crate::diag::render::quote(&id.value));
        diagnostics.push(
            Diagnostic::new(Code::DuplicateId, id.span, message)
                .label("again here")
                .help("give one of the rules a new id")
                .related(*earlier, "first here"),
        );
        false
    });
}
