// SPDX-License-Identifier: AGPL-3.0-or-later
//! Diagnostics as a SARIF 2.1.0 log: what code scanning services read.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use crate::diag::{Code, Diagnostic, Diagnostics, Severity, Sources, Span};

/// The log of one run.
pub(super) fn log(sources: &Sources, diagnostics: &Diagnostics) -> Json {
    let codes: BTreeSet<Code> = diagnostics.iter().map(|item| item.code).collect();
    let rules: Vec<Json> = codes.iter().map(|code| rule(*code)).collect();
    let index = |code: Code| codes.iter().position(|known| *known == code);
    let results: Vec<Json> = diagnostics.iter().map(|item| result(sources, item, index(item.code))).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "decnet-ttp",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn rule(code: Code) -> Json {
    json!({
        "id": code.as_str(),
        "shortDescription": {"text": code.meaning()},
        "defaultConfiguration": {"level": level(code)},
    })
}

fn level(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn result(sources: &Sources, item: &Diagnostic, index: Option<usize>) -> Json {
    let mut text = item.message.clone();
    if let Some(label) = &item.label {
        // Writing to a string cannot fail.
        let _ = write!(text, ": {label}");
    }
    for help in &item.help {
        let _ = write!(text, "\nhelp: {help}");
    }
    let mut result = Map::new();
    let mut set = |key: &str, value: Json| result.insert(key.to_owned(), value);
    set("ruleId", item.code.as_str().into());
    set("ruleIndex", index.into());
    set("level", level(item.code).into());
    set("message", json!({"text": text}));
    if let Some(place) = item.span.and_then(|span| location(sources, span)) {
        set("locations", json!([{"physicalLocation": place}]));
    }
    let related: Vec<Json> = item
        .related
        .iter()
        .filter_map(|(span, text)| Some((location(sources, *span)?, text)))
        .map(|(place, text)| json!({"physicalLocation": place, "message": {"text": text}}))
        .collect();
    if !related.is_empty() {
        set("relatedLocations", related.into());
    }
    result.into()
}

/// A file and a region of it; columns count characters from 1, the end is exclusive.
fn location(sources: &Sources, span: Span) -> Option<Json> {
    let file = sources.get(span.source)?;
    let artifact = json!({"uri": uri(&file.path)});
    let start = sources.line_column(span.source, span.start);
    let end = sources.line_column(span.source, span.end);
    let Some(((line, column), (end_line, end_column))) = start.zip(end) else {
        return Some(json!({"artifactLocation": artifact}));
    };
    let region =
        json!({"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column});
    Some(json!({"artifactLocation": artifact, "region": region}))
}

/// The path as a URI reference: all but unreserved characters and slashes percent-encoded.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_become_uri_references() {
        assert_eq!(uri("rules/ttp/R0001.yaml"), "rules/ttp/R0001.yaml");
        assert_eq!(uri("a b/c:d/é.yaml"), "a%20b/c%3Ad/%C3%A9.yaml");
    }
}
