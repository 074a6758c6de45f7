// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lifters: each does what its examples say, and names fields that `fields.yaml` has.

use std::collections::BTreeSet;

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;
use decnet_ttp::compile;
use decnet_ttp::lift::{self, Example, INPUTS_MAX, Lift, Lifter, OUTPUTS_MAX, Site};
use decnet_ttp::vocab::{FieldType, Origin, Slot};
use serde_json::{Map, Value as Json, json};

fn slot<'a>(value: &Json, ty: FieldType, arena: &'a Bump) -> Slot<'a> {
    match (ty, value) {
        (_, Json::Null) => Slot::Absent,
        (FieldType::Text | FieldType::Ip | FieldType::Time, Json::String(text)) => {
            Slot::Text(arena.alloc_str(text))
        }
        (FieldType::Number, Json::Number(number)) => Slot::Number(number.as_f64().unwrap()),
        (FieldType::Bool, Json::Bool(value)) => Slot::Bool(*value),
        (FieldType::TextList, Json::Array(items)) => {
            let items = items.iter().filter_map(Json::as_str).map(|item| &*arena.alloc_str(item));
            Slot::Texts(arena.alloc_slice_fill_iter(items.collect::<Vec<_>>()))
        }
        (FieldType::Map, Json::Object(members)) => {
            let items = members.values().filter_map(Json::as_str).map(|item| &*arena.alloc_str(item));
            Slot::Texts(arena.alloc_slice_fill_iter(items.collect::<Vec<_>>()))
        }
        _ => Slot::Wrong,
    }
}

fn json(slot: Slot<'_>) -> Option<Json> {
    match slot {
        Slot::Text(text) => Some(json!(text)),
        Slot::Number(number) => Some(json!(number)),
        Slot::Bool(value) => Some(json!(value)),
        Slot::Texts(items) => Some(json!(items)),
        Slot::Numbers(items) => Some(json!(items)),
        Slot::Absent | Slot::Deferred(_) | Slot::Wrong => None,
    }
}

/// Numbers as floats to nine places, so that `3` equals `3.0` however it is parsed.
fn floats(value: Json) -> Json {
    match value {
        Json::Number(number) => json!(number.as_f64().map(|number| (number * 1e9).round())),
        other => other,
    }
}

fn given(lifter: &Lifter, example: &Example) -> Map<String, Json> {
    let payload: Map<String, Json> = serde_json::from_str(example.payload).unwrap();
    let arena = Bump::new();
    let find = |name: &str| match name.split_once('.') {
        Some((object, member)) => payload.get(object).and_then(|object| object.get(member)),
        None => payload.get(name),
    };
    let inputs: Vec<_> =
        lifter.inputs.iter().map(|(name, ty)| slot(find(name).unwrap_or(&Json::Null), *ty, &arena)).collect();
    let mut outputs = vec![Slot::Absent; lifter.outputs.len()];
    let mut views = ArenaVec::new_in(&arena);
    let site = Site { views: true, ..Site::default() };
    let mut run = Lift {
        inputs: &inputs,
        outputs: &mut outputs,
        wanted: u32::MAX,
        views: &mut views,
        arena: &arena,
        site,
    };
    (lifter.lift)(&mut run);
    let named = lifter.outputs.iter().zip(outputs);
    named.filter_map(|(name, value)| Some(((*name).to_owned(), floats(json(value)?)))).collect()
}

#[test]
fn every_example_gives_what_it_says() {
    for lifter in lift::ALL {
        assert!(!lifter.examples.is_empty(), "{} has no example", lifter.name);
        for example in lifter.examples {
            let expected: Map<String, Json> = serde_json::from_str(example.gives).unwrap();
            let expected: Map<String, Json> =
                expected.into_iter().map(|(name, value)| (name, floats(value))).collect();
            assert_eq!(given(lifter, example), expected, "{} on {}", lifter.name, example.payload);
        }
    }
}

#[test]
fn every_lifter_names_declared_fields() {
    let program = compile::builtin().unwrap();
    let mut names = BTreeSet::new();
    for lifter in lift::ALL {
        assert!(names.insert(lifter.name), "two lifters `{}`", lifter.name);
        assert!(lifter.inputs.len() <= INPUTS_MAX && lifter.outputs.len() <= OUTPUTS_MAX, "{}", lifter.name);
        for kind in lifter.kinds {
            let schema = program.schema(*kind);
            for output in lifter.outputs {
                assert!(schema.field(output).is_some(), "{}: `{kind}` has no `{output}`", lifter.name);
                let givers = lift::ALL
                    .iter()
                    .filter(|other| other.kinds.contains(kind) && other.outputs.contains(output));
                assert_eq!(givers.count(), 1, "`{kind}`.`{output}`");
            }
            for (input, ty) in lifter.inputs {
                if let Some((_, declared)) = schema.resolve(input) {
                    assert_eq!(declared, *ty, "{}: `{kind}`.`{input}`", lifter.name);
                }
            }
            let origins: BTreeSet<_> = lifter
                .outputs
                .iter()
                .filter_map(|output| schema.field(output))
                .map(|field| field.origin == Origin::OnDemand)
                .collect();
            assert_eq!(origins.len(), 1, "{} mixes what is derived always and on demand", lifter.name);
        }
    }
}

#[test]
fn every_derived_field_has_a_lifter() {
    let program = compile::builtin().unwrap();
    for kind in decnet_ttp::vocab::SourceKind::ALL {
        for field in &program.schema(kind).fields {
            if matches!(field.origin, Origin::Lifter | Origin::OnDemand) {
                assert!(lift::of_field(kind, &field.name).is_some(), "`{kind}`.`{}`", field.name);
            }
        }
    }
}
