// SPDX-License-Identifier: AGPL-3.0-or-later
//! A file's documents to rules: what stands around the detection.

use super::ast::{Expr, Head, Level, Logsource, Rule, Status};
use super::reader::{File, Reader, find, items, text};
use super::{detection, value};
use crate::compile::parse::problems::Problems;
use crate::compile::parse::yaml::{self, Entry, Node, Value};
use crate::diag::render::quote;
use crate::diag::{Code, Diagnostic, Diagnostics, Spanned};

/// Kinds of documents that are no rule on single records, and what each needs.
const OTHERS: [(&str, &str, &str); 3] = [
    (
        "correlation",
        "a correlation counts over several events, which this version does not evaluate",
        "the rules that it refers to are compiled each for itself",
    ),
    (
        "filter",
        "a filter changes other rules, which this version does not do",
        "add its selections to the rules that it names, with `and not`",
    ),
    (
        "action",
        "rule collections (`action`) are no part of the specification since version 2",
        "write what the documents share into each of them",
    ),
];

/// Reads the rules of one file and adds those without errors.
pub(super) fn rules(file: File<'_>, total: &mut usize, diagnostics: &mut Diagnostics, rules: &mut Vec<Rule>) {
    let mut problems = Problems::new(file.source, diagnostics);
    let documents = yaml::documents(file.text, file.limits, &mut problems);
    let empty = documents.iter().all(Node::is_null);
    if empty && problems.found() == 0 {
        let problem = Diagnostic::new(Code::MissingKey, problems.span(0, 0), "this file holds no rule");
        problems.push(problem.help("a Sigma rule is a mapping with `title`, `logsource` and `detection`"));
    }
    for document in documents.iter().filter(|document| !document.is_null()) {
        let mut reader =
            Reader { file, problems: &mut problems, prefix: String::new(), bytes: value::RULE_BYTES, total };
        let before = reader.problems.found();
        let rule = rule(document, &mut reader);
        if reader.problems.found() == before {
            rules.extend(rule);
        }
    }
}

/// Reads one document; the rule that it gives counts only where nothing was reported.
fn rule(document: &Node, reader: &mut Reader<'_, '_>) -> Option<Rule> {
    let Value::Mapping(entries) = &document.value else {
        reader.wrong_type(document, "a Sigma rule", "a mapping");
        return None;
    };
    let of = |key: &str| find(entries, key);
    let id = of("id").and_then(|entry| one_line(entry, reader));
    let title = of("title").and_then(|entry| one_line(entry, reader));
    let name = title.as_ref().or(id.as_ref());
    if let Some(name) = name {
        reader.prefix = format!("rule {}: ", quote(&name.value));
    }
    if let Some((entry, message, help)) =
        OTHERS.iter().find_map(|(key, message, help)| Some((of(key)?, *message, *help)))
    {
        reader.refuse(Code::Unsupported, entry.key.span, message, help);
        return None;
    }
    if name.is_none() {
        missing(entries, document, "title", "a rule is called by its `id`, or else by its `title`", reader);
    }
    let level = reader.word(of("level"), Level::WORDS, Level::from_word);
    let status = reader.word(of("status"), Status::WORDS, Status::from_word);
    let tags = of("tags").map(|entry| tags(entry, reader)).unwrap_or_default();
    let logsource = of("logsource").map(|entry| logsource(entry, reader)).unwrap_or_default();
    let said = |key: &str| of(key).and_then(|entry| text(&entry.value)).unwrap_or_default().trim().to_owned();
    let Some(detection) = of("detection") else {
        missing(entries, document, "detection", "say what the rule looks for", reader);
        return None;
    };
    let (selections, condition) =
        detection::detection(detection, reader).unwrap_or((Vec::new(), Expr::Or(Vec::new())));
    let head = Head {
        id,
        title: title.map(|title| title.value).unwrap_or_default(),
        description: said("description"),
        author: said("author"),
        license: said("license"),
        level,
        status,
        tags,
        logsource,
        path: reader.file.path.to_owned(),
        span: detection.value.span,
    };
    Some(Rule { head, selections, condition })
}

fn missing(entries: &[Entry], document: &Node, key: &str, help: &str, reader: &mut Reader<'_, '_>) {
    let place = entries.first().map_or(document.span, |entry| entry.key.span);
    let message = format!("the key `{key}` is missing");
    reader.report(Diagnostic::new(Code::MissingKey, place, message).help(help));
}

/// The text of a key that names the rule; `None` where it is nothing.
fn one_line(entry: &Entry, reader: &mut Reader<'_, '_>) -> Option<Spanned<String>> {
    let node = &entry.value;
    if !matches!(node.value, Value::Scalar(_)) {
        reader.wrong_type(node, &quote(&entry.key.value), "a string");
    }
    let text = text(node)?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!text.is_empty()).then(|| Spanned::new(text, node.span))
}

fn tags(entry: &Entry, reader: &mut Reader<'_, '_>) -> Vec<String> {
    let mut tags = Vec::new();
    for item in items(&entry.value) {
        match text(item) {
            Some(tag) => tags.push(tag.to_owned()),
            None if item.is_null() => {}
            None => reader.wrong_type(item, "a tag", "a string"),
        }
    }
    tags
}

fn logsource(entry: &Entry, reader: &mut Reader<'_, '_>) -> Logsource {
    let node = &entry.value;
    let Value::Mapping(entries) = &node.value else {
        if !node.is_null() {
            reader.wrong_type(node, "`logsource`", "a mapping");
        }
        return Logsource::default();
    };
    let mut part = |key: &str| {
        let entry = find(entries, key)?;
        if !matches!(entry.value.value, Value::Scalar(_)) {
            reader.wrong_type(&entry.value, &format!("`{key}`"), "a string");
        }
        let text = text(&entry.value)?.trim().to_lowercase();
        (!text.is_empty()).then_some(text)
    };
    Logsource { product: part("product"), category: part("category"), service: part("service") }
}
