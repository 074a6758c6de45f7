// SPDX-License-Identifier: AGPL-3.0-or-later
//! The reference evaluator on log records.

use bumpalo::Bump;
use serde_json::Value as Json;

use crate::vocab::{FieldType, Slot};

use super::reference::{Reference, Walk};

impl Reference {
    /// The rules that hold for a log record, by their places in the pack, in ascending order.
    ///
    /// # Errors
    /// The record is no JSON.
    pub fn evaluate_record(&self, record: &str) -> Result<Vec<u32>, serde_json::Error> {
        let payload: Json = serde_json::from_str(record)?;
        let arena = Bump::new();
        let mut holding = Vec::new();
        for kind in self.pack().kinds.iter().filter(|kind| kind.source_kind.is_none()) {
            let walk = Walk { reference: self, kind, payload: &payload, arena: &arena, lifted: Vec::new() };
            holding.extend(
                kind.entries.iter().filter(|entry| walk.cond(entry.cond, None)).map(|entry| entry.rule),
            );
        }
        holding.sort_unstable();
        Ok(holding)
    }
}

impl<'a> Walk<'a> {
    /// A field of a log record, or all its strings.
    pub(super) fn record_field(&self, name: &str, ty: FieldType) -> Slot<'a> {
        let mut texts = Vec::new();
        if ty == FieldType::All {
            strings(self.payload, &mut texts);
            return self.cut(texts);
        }
        let found = match self.payload.get(name) {
            Some(value) => vec![value],
            None if name.contains('.') => self.path(name),
            None => Vec::new(),
        };
        let found: Vec<&Json> = found.into_iter().filter(|value| !value.is_null()).collect();
        found.iter().for_each(|value| scalars(value, &mut texts));
        match (found.as_slice(), texts.as_slice()) {
            ([], _) => Slot::Absent,
            ([Json::Object(_)], _) => Slot::Wrong,
            ([Json::String(_) | Json::Number(_) | Json::Bool(_)], [text]) => {
                Slot::Text(self.view(self.arena.alloc_str(text)))
            }
            _ => self.cut(texts),
        }
    }

    /// What stands at the end of a dotted name; arrays on the way give what each item has.
    fn path(&self, name: &str) -> Vec<&'a Json> {
        let mut here = vec![self.payload];
        for key in name.split('.') {
            let mut objects = Vec::new();
            here.into_iter().for_each(|value| flatten(value, &mut objects));
            here = objects.into_iter().filter_map(|value| value.get(key)).collect();
        }
        here
    }

    fn cut(&self, texts: Vec<String>) -> Slot<'a> {
        let texts = texts.into_iter().take(self.reference.limits.list_items);
        let texts: Vec<&'a str> = texts.map(|text| self.view(self.arena.alloc_str(&text))).collect();
        Slot::Texts(self.arena.alloc_slice_copy(&texts))
    }
}

/// The items of arrays in arrays.
fn flatten<'a>(value: &'a Json, items: &mut Vec<&'a Json>) {
    match value {
        Json::Array(array) => array.iter().for_each(|item| flatten(item, items)),
        value => items.push(value),
    }
}

fn scalars(value: &Json, texts: &mut Vec<String>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| scalars(item, texts)),
        Json::String(text) => texts.push(text.clone()),
        Json::Bool(value) => texts.push(value.to_string()),
        Json::Number(number) if number.is_i64() || number.is_u64() => texts.push(number.to_string()),
        Json::Number(number) => texts.extend(number.as_f64().map(|number| number.to_string())),
        Json::Null | Json::Object(_) => {}
    }
}

fn strings(value: &Json, texts: &mut Vec<String>) {
    match value {
        Json::Array(items) => items.iter().for_each(|item| strings(item, texts)),
        Json::Object(members) => members.values().for_each(|value| strings(value, texts)),
        Json::String(text) => texts.push(text.clone()),
        _ => {}
    }
}
