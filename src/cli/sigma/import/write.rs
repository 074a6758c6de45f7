// SPDX-License-Identifier: AGPL-3.0-or-later
//! A rule of ours as a file.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::emits::Emit;
use super::fields::Kind;
use crate::compile::parse::ast::Expr;
use crate::compile::sigma::{Level, ast};

/// A rule that is about to be written.
pub(super) struct Draft<'r> {
    pub(super) head: &'r ast::Head,
    pub(super) kind: Kind,
    pub(super) expr: Expr,
    pub(super) lacks: BTreeSet<String>,
    pub(super) emits: Vec<Emit>,
    pub(super) release: &'r str,
}

/// Characters of an id or a name.
const NAME_CHARS: usize = 64;

impl Draft<'_> {
    /// `sigma_…`, from the id or else from the title.
    pub(super) fn file_name(&self) -> String {
        format!("sigma_{}.yaml", self.id().replace(['-', '.'], "_"))
    }

    /// The Sigma rule's id where it can be ours, or else one from its title.
    fn id(&self) -> String {
        let id = self.head.id.as_ref().map(|id| id.value.as_str());
        let ours = |id: &&str| {
            (1..=NAME_CHARS).contains(&id.len())
                && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
        };
        id.filter(ours).map_or_else(|| snake_case(&self.head.title), str::to_owned)
    }

    /// The file's text.
    pub(super) fn text(&self) -> String {
        let head = self.head;
        let mut out = String::new();
        // The licences of Sigma rules ask for the authors' names to be kept.
        comment(&mut out, &format!("Written anew from the Sigma rule {}", head.title));
        for (word, value) in [("by", &head.author), ("licence", &head.license)] {
            if !value.is_empty() {
                comment(&mut out, &format!("{word}: {value}"));
            }
        }
        for lack in &self.lacks {
            comment(&mut out, &format!("without {lack}"));
        }
        let title = if head.title.is_empty() { self.id() } else { head.title.clone() };
        let description = if head.description.is_empty() { &title } else { &head.description };
        let _ = write!(
            out,
            "rule_id: {}\nrule_version: 1\nname: {}\ndescription: {}\nattack_release: {}\napplies_to: [{}]\nmatch: |\n  {}\nemits:\n",
            quoted(&self.id()),
            snake_case(&title),
            quoted(&description.split_whitespace().collect::<Vec<_>>().join(" ")),
            self.release,
            self.kind.source_kind(),
            self.expr,
        );
        for emit in &self.emits {
            let _ = write!(out, "  - {{tactic: {}, technique_id: {}", emit.tactic, emit.technique);
            if let Some(sub) = &emit.sub_technique {
                let _ = write!(out, ", sub_technique_id: {sub}");
            }
            let _ = writeln!(out, ", confidence: {}}}", confidence(head.level));
        }
        let _ = writeln!(out, "evidence_fields: {}", self.kind.evidence());
        out
    }
}

/// How sure a rule of a level is; without one, as `medium`.
const fn confidence(level: Option<Level>) -> &'static str {
    match level {
        Some(Level::Informational) => "0.3",
        Some(Level::Low) => "0.5",
        Some(Level::Medium) | None => "0.7",
        Some(Level::High) => "0.85",
        Some(Level::Critical) => "0.95",
    }
}

/// One line of a comment.
fn comment(out: &mut String, text: &str) {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let _ = writeln!(out, "# {}", crate::diag::render::escape(&line));
}

/// A text in double quotes, as YAML reads it.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if crate::diag::render::is_hidden(c) => {
                let _ = write!(out, "\\U{:08x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Lower-case words with `_` between, from any text.
fn snake_case(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
        if !name.is_empty() {
            name.push('_');
        }
        name.push_str(&word.to_ascii_lowercase());
    }
    name.truncate(NAME_CHARS);
    let name = name.trim_end_matches('_');
    match name.bytes().next() {
        Some(byte) if byte.is_ascii_lowercase() => name.to_owned(),
        _ => format!("sigma_{name}")
            .chars()
            .take(NAME_CHARS)
            .collect::<String>()
            .trim_end_matches('_')
            .to_owned(),
    }
}
