// SPDX-License-Identifier: AGPL-3.0-or-later
//! One rule file to [`Rule`].

use std::collections::HashMap;

use super::ast::{Emit, Expr, ExprKind, InlineTest, Match, Rule};
use super::forms;
use super::problems::{Problems, suggest};
use super::table::{Table, integer, listed, number, sequence, string, strings, text, wrong_type};
use super::value::{json_object, param_value};
use super::yaml::{Entry, Node, Value};
use super::{File, expression_of};
use crate::diag::render::quote;
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::vocab::SourceKind;

/// The keys of a rule. `last_reviewed` and `next_review` stand in existing files and are for
/// people only.
const KEYS: &[&str] = &[
    "rule_id",
    "rule_version",
    "name",
    "description",
    "attack_release",
    "applies_to",
    "match",
    "aggregate",
    "emits",
    "evidence_fields",
    "tests",
    "last_reviewed",
    "next_review",
];
const EMIT_KEYS: &[&str] = &["tactic", "technique_id", "sub_technique_id", "confidence", "when", "scale"];
const TEST_KEYS: &[&str] = &["hit", "miss", "kind"];

/// What a rule file gave: its id, where it has one, and the rule, where there is a mapping.
#[derive(Default)]
pub(super) struct Parsed {
    pub(super) id: Option<Spanned<String>>,
    pub(super) rule: Option<Rule>,
}

/// Reads a rule and reports every problem; with any, the rule is refused, and what could not be
/// read has a stand-in.
pub(super) fn rule(root: &Node, file: &File<'_>, problems: &mut Problems<'_>) -> Parsed {
    let before = problems.found();
    let Some(table) = Table::new(root, "a rule", KEYS, problems) else { return Parsed::default() };
    let id = table.require("rule_id", problems).and_then(|node| string(node, "`rule_id`", problems));
    let id = id.filter(|id| forms::rule_id(id, problems));
    let version = table.require("rule_version", problems).and_then(|node| version(node, problems));
    let name = table.require("name", problems).and_then(|node| string(node, "`name`", problems));
    let name = name.filter(|name| forms::snake_case(name, "`name`", problems));
    let description = text(table.get("description"), "`description`", problems);
    let attack_release =
        table.get("attack_release").and_then(|node| string(node, "`attack_release`", problems));
    let applies_to = table.require("applies_to", problems).map(|node| applies_to(node, problems));
    let applies_to = applies_to.unwrap_or_default();
    let matches = table.require("match", problems).and_then(|node| matches(node, file, problems));
    if let Some(entry) = table.entry("aggregate") {
        problems.push(unsupported_aggregate(entry));
    }
    let emits = table.require("emits", problems).map(|node| emits(node, file, problems)).unwrap_or_default();
    let evidence_fields = table.get("evidence_fields").map(|node| evidence_fields(node, problems));
    let tests = table.get("tests").map(|node| tests(node, &applies_to, problems)).unwrap_or_default();
    let stand_in = Expr { kind: ExprKind::Bool(true), span: root.span };
    let rule = Rule {
        source: problems.source,
        refused: problems.found() > before,
        id: id.clone().unwrap_or_else(|| Spanned::new(String::new(), root.span)),
        version: version.unwrap_or(Spanned::new(1, root.span)),
        name: name.unwrap_or_else(|| Spanned::new(String::new(), root.span)),
        description,
        attack_release,
        applies_to,
        matches: matches.unwrap_or(Match::Expr(stand_in)),
        emits,
        evidence_fields: evidence_fields.unwrap_or_default(),
        tests,
    };
    Parsed { id, rule: Some(rule) }
}

fn version(node: &Node, problems: &mut Problems<'_>) -> Option<Spanned<u32>> {
    let found = integer(node, "`rule_version`", problems)?;
    match u32::try_from(found.value) {
        Ok(version) if version >= 1 => Some(Spanned::new(version, found.span)),
        _ => {
            let message = format!("`rule_version` must be 1 to {}", u32::MAX);
            problems.push(Diagnostic::new(Code::BadValue, found.span, message));
            None
        }
    }
}

fn unsupported_aggregate(entry: &Entry) -> Diagnostic {
    Diagnostic::new(Code::Unsupported, entry.key.span, "`aggregate` is not evaluated by this version")
        .label("counting over several events")
        .help("match on a count that the event carries, or leave the rule out")
}

fn applies_to(node: &Node, problems: &mut Problems<'_>) -> Vec<Spanned<SourceKind>> {
    let Some(items) = sequence(node, "`applies_to`", problems) else { return Vec::new() };
    if items.is_empty() {
        let message = "`applies_to` must name at least one source kind";
        problems.push(Diagnostic::new(Code::BadValue, node.span, message));
    }
    let mut kinds: Vec<Spanned<SourceKind>> = Vec::new();
    for item in items {
        let Some(kind) =
            string(item, "a source kind", problems).and_then(|name| source_kind(&name, problems))
        else {
            continue;
        };
        match kinds.iter().find(|earlier| earlier.value == kind.value) {
            None => kinds.push(kind),
            Some(earlier) => {
                let message = format!("`{}` stands twice in `applies_to`", kind.value);
                let problem = Diagnostic::new(Code::BadValue, kind.span, message).label("again here");
                problems.push(problem.related(earlier.span, "first here"));
            }
        }
    }
    kinds
}

/// The source kind of that name.
pub(super) fn source_kind(
    name: &Spanned<String>,
    problems: &mut Problems<'_>,
) -> Option<Spanned<SourceKind>> {
    let found = SourceKind::from_name(&name.value);
    if found.is_none() {
        problems.push_with(|| {
            let kinds = SourceKind::ALL.map(SourceKind::as_str);
            let help =
                suggest(&name.value, kinds).unwrap_or_else(|| format!("the kinds are {}", listed(&kinds)));
            let message = format!("unknown source kind {}", quote(&name.value));
            Diagnostic::new(Code::UnknownSourceKind, name.span, message).help(help)
        });
    }
    found.map(|kind| Spanned::new(kind, name.span))
}

fn matches(node: &Node, file: &File<'_>, problems: &mut Problems<'_>) -> Option<Match> {
    match &node.value {
        Value::Scalar(scalar) if !scalar.is_null() => expression_of(node, file, problems).map(Match::Expr),
        Value::Mapping(entries) if entries.iter().any(|entry| entry.key.value == "kind") => {
            named_match(entries, problems)
        }
        Value::Mapping(_) => {
            let table = Table::new(node, "a pattern match", &["pattern", "field"], problems)?;
            let pattern =
                table.require("pattern", problems).and_then(|node| string(node, "`pattern`", problems));
            let field = table.get("field").and_then(|node| string(node, "`field`", problems));
            Some(Match::Pattern { pattern: pattern?, field })
        }
        _ => {
            let help = "write an expression, `{pattern: …, field: …}` or `{kind: \"lifter:…\"}`".to_owned();
            wrong_type(node, "`match`", "an expression or a mapping", Some(help), problems)
        }
    }
}

fn named_match(entries: &[Entry], problems: &mut Problems<'_>) -> Option<Match> {
    let mut name = None;
    let mut arguments = Vec::new();
    for entry in entries {
        match entry.key.value.as_str() {
            "kind" => name = string(&entry.value, "`kind`", problems),
            "pattern" | "field" => {
                let message = "a match has either a `pattern` or a `kind`";
                problems.push(Diagnostic::new(Code::BadValue, entry.key.span, message));
            }
            _ => {
                arguments.push((entry.key.clone(), Spanned::new(param_value(&entry.value), entry.value.span)))
            }
        }
    }
    let name = name.filter(|name| forms::predicate_name(name, problems))?;
    Some(Match::Named { name, arguments })
}

fn emits(node: &Node, file: &File<'_>, problems: &mut Problems<'_>) -> Vec<Emit> {
    let Some(items) = sequence(node, "`emits`", problems) else { return Vec::new() };
    if items.is_empty() {
        problems.push(Diagnostic::new(Code::BadValue, node.span, "`emits` must have at least one entry"));
    }
    items.iter().filter_map(|item| emit(item, file, problems)).collect()
}

fn emit(node: &Node, file: &File<'_>, problems: &mut Problems<'_>) -> Option<Emit> {
    let table = Table::new(node, "an entry of `emits`", EMIT_KEYS, problems)?;
    let tactic = table.require("tactic", problems).and_then(|node| string(node, "`tactic`", problems));
    let tactic = tactic.filter(|id| forms::tactic(id, problems));
    let technique = table.require("technique_id", problems);
    let technique = technique.and_then(|node| string(node, "`technique_id`", problems));
    let technique = technique.filter(|id| forms::technique(id, problems));
    // Existing files write `null` where there is no sub-technique.
    let sub_technique = table.get("sub_technique_id").filter(|node| !node.is_null());
    let sub_technique = sub_technique.and_then(|node| string(node, "`sub_technique_id`", problems));
    let sub_technique = sub_technique.filter(|id| forms::sub_technique(id, problems));
    let confidence = table.require("confidence", problems);
    let confidence = confidence.and_then(|node| number(node, "`confidence`", problems));
    let confidence = confidence.filter(|value| forms::confidence(value, problems));
    let when = table.get("when").map(|node| expression_of(node, file, problems));
    let scale = table.get("scale").map(|node| expression_of(node, file, problems));
    Some(Emit {
        span: node.span,
        tactic: tactic?,
        technique: technique?,
        sub_technique,
        confidence: confidence.unwrap_or(Spanned::new(0.0, node.span)),
        when: when.flatten(),
        scale: scale.flatten(),
    })
}

fn evidence_fields(node: &Node, problems: &mut Problems<'_>) -> Vec<Spanned<String>> {
    let fields = strings(node, "`evidence_fields`", problems);
    let mut seen: HashMap<&str, Span> = HashMap::with_capacity(fields.len());
    for field in &fields {
        if let Some(earlier) = seen.insert(&field.value, field.span) {
            let message = format!("{} stands twice in `evidence_fields`", quote(&field.value));
            let problem = Diagnostic::new(Code::BadValue, field.span, message).label("again here");
            problems.push(problem.related(earlier, "before"));
        }
    }
    fields
}

fn tests(node: &Node, applies_to: &[Spanned<SourceKind>], problems: &mut Problems<'_>) -> Vec<InlineTest> {
    let items = sequence(node, "`tests`", problems).unwrap_or_default();
    items.iter().filter_map(|item| test(item, applies_to, problems)).collect()
}

fn test(node: &Node, applies_to: &[Spanned<SourceKind>], problems: &mut Problems<'_>) -> Option<InlineTest> {
    let table = Table::new(node, "a test", TEST_KEYS, problems)?;
    let kind = table.get("kind").and_then(|node| string(node, "`kind`", problems));
    let kind = kind.and_then(|name| source_kind(&name, problems));
    if let (Some(kind), Some(first)) = (&kind, applies_to.first())
        && applies_to.iter().all(|it| it.value != kind.value)
    {
        let message = format!("the rule does not apply to `{}`", kind.value);
        let problem = Diagnostic::new(Code::BadValue, kind.span, message);
        problems.push(problem.help(format!("it applies to `{}`", first.value)));
    }
    let (hit, payload) = match (table.entry("hit"), table.entry("miss")) {
        (Some(payload), None) => (true, payload),
        (None, Some(payload)) => (false, payload),
        (Some(_), Some(second)) => {
            let message = "a test has either a `hit` or a `miss`";
            problems
                .push(Diagnostic::new(Code::BadValue, second.key.span, message).help("put `- ` before each"));
            return None;
        }
        (None, None) => {
            let message = "a test needs a `hit` or a `miss`";
            problems.push(Diagnostic::new(Code::MissingKey, node.span, message));
            return None;
        }
    };
    let payload = json_object(&payload.value, problems)?;
    Some(InlineTest { span: node.span, hit, kind, payload })
}
