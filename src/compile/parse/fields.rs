// SPDX-License-Identifier: AGPL-3.0-or-later
//! `fields.yaml`: the fields of every source kind.

use super::forms;
use super::problems::{Problems, suggest};
use super::rule::source_kind;
use super::table::{Table, boolean, listed, mapping, string, strings, text};
use super::yaml::{Entry, Node};
use crate::diag::render::quote;
use crate::diag::{Code, Diagnostic, Spanned};
use crate::vocab::{Field, FieldType, KindSchema, Origin, Schema};

const KIND_KEYS: &[&str] = &["default", "context", "fields"];
const FIELD_KEYS: &[&str] = &["type", "unit", "from", "evidence", "meaning"];

/// Reads the schema; what is wrong in it is left out and reported.
pub(super) fn schema(root: &Node, problems: &mut Problems<'_>) -> Option<Schema> {
    let mut schema = Schema::default();
    for entry in mapping(root, "`fields.yaml`", problems)? {
        let Some(kind) = source_kind(&entry.key, problems) else { continue };
        let fields = kind_schema(&entry.value, problems);
        if let (Some(slot), Some(fields)) = (schema.kinds.get_mut(kind.value.index()), fields) {
            *slot = fields;
        }
    }
    Some(schema)
}

fn kind_schema(node: &Node, problems: &mut Problems<'_>) -> Option<KindSchema> {
    let table = Table::new(node, "a source kind", KIND_KEYS, problems)?;
    let entries = table.require("fields", problems).and_then(|node| mapping(node, "`fields`", problems))?;
    let mut kind = KindSchema {
        fields: entries.iter().filter_map(|entry| field(entry, problems)).collect(),
        ..KindSchema::default()
    };
    let default = table.get("default").and_then(|node| string(node, "`default`", problems));
    kind.default_field = default.filter(|name| declared(&kind, name, problems)).map(|name| name.value);
    let context = table.get("context").map(|node| strings(node, "`context`", problems)).unwrap_or_default();
    let context = context.into_iter().filter(|name| declared(&kind, name, problems));
    kind.context_fields = context.map(|name| name.value).collect();
    Some(kind)
}

/// Whether the kind has that field.
fn declared(kind: &KindSchema, name: &Spanned<String>, problems: &mut Problems<'_>) -> bool {
    let found = kind.field(&name.value).is_some();
    if !found {
        problems.push_with(|| {
            let help = suggest(&name.value, kind.fields.iter().map(|field| field.name.as_str()));
            let message = format!("unknown field {}", quote(&name.value));
            Diagnostic::new(Code::UnknownField, name.span, message)
                .label("not among this kind's `fields`")
                .maybe_help(help)
        });
    }
    found
}

fn field(entry: &Entry, problems: &mut Problems<'_>) -> Option<Field> {
    let named = forms::field_name(&entry.key, problems);
    let table = Table::new(&entry.value, "a field", FIELD_KEYS, problems)?;
    let ty = table.require("type", problems).and_then(|node| string(node, "`type`", problems));
    let ty = ty.and_then(|name| {
        let names = FieldType::ALL.map(FieldType::as_str);
        one_of(&name, &names, "a field type", problems).and_then(|()| FieldType::from_name(&name.value))
    });
    let unit = table.get("unit").and_then(|node| string(node, "`unit`", problems));
    let origin = table.get("from").and_then(|node| string(node, "`from`", problems));
    let origin = origin.and_then(|name| {
        let names = Origin::ALL.map(Origin::as_str);
        one_of(&name, &names, "an origin", problems).and_then(|()| Origin::from_name(&name.value))
    });
    let evidence = table.get("evidence").and_then(|node| boolean(node, "`evidence`", problems));
    let meaning = text(table.require("meaning", problems), "`meaning`", problems);
    named.then_some(Field {
        name: entry.key.value.clone(),
        ty: ty?,
        unit: unit.map(|unit| unit.value),
        meaning,
        evidence: evidence.unwrap_or(true),
        origin: origin.unwrap_or(Origin::Payload),
    })
}

/// Reports a word that is not among `words`.
pub(super) fn one_of(
    word: &Spanned<String>,
    words: &[&str],
    what: &str,
    problems: &mut Problems<'_>,
) -> Option<()> {
    if words.contains(&word.value.as_str()) {
        return Some(());
    }
    problems.push_with(|| {
        let help = suggest(&word.value, words.iter().copied());
        let message = format!("{} is not {what}", quote(&word.value));
        Diagnostic::new(Code::BadValue, word.span, message)
            .help(help.unwrap_or_else(|| format!("write one of {}", listed(words))))
    });
    None
}
