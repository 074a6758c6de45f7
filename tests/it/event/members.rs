// SPDX-License-Identifier: AGPL-3.0-or-later
//! Reading with a list of members is reading without one, and `serde_json` agrees.

use bumpalo::Bump;
use decnet_ttp::compile::ir::Field;
use decnet_ttp::compile::program::FieldTable;
use decnet_ttp::engine::{Counts, Slot, fill};
use decnet_ttp::event::{Event, MemberList, RawObject, RawValue};
use decnet_ttp::vocab::{FieldType, Limits, Origin};
use proptest::prelude::*;
use serde_json::Value;

use super::json::{CASES, any_value, nearly_json, object_of, serde_accepts};

/// Reads a text both ways; the results must be the same to the last byte.
fn same(text: &str, limits: &Limits, list: &mut MemberList) {
    let plain = RawObject::parse(text, limits);
    let listed = RawObject::parse_with(text, limits, list);
    assert_eq!(plain, listed, "{text}");
    let (Ok(plain), Ok(listed)) = (plain, listed) else { return };
    assert_eq!(plain.is_deep(), listed.is_deep(), "{text}");
    assert!(plain.members().eq(listed.members()), "{text}\n{:?}\n{:?}", plain, listed.members());
    inside(RawValue::Object(plain), RawValue::Object(listed));
}

/// What stands in equal values is equal too.
fn inside(a: RawValue<'_>, b: RawValue<'_>) {
    assert_eq!(a, b);
    match (a, b) {
        (RawValue::Object(a), RawValue::Object(b)) => {
            a.members().zip(b.members()).for_each(|((_, a), (_, b))| inside(a, b));
        }
        (RawValue::Array(a), RawValue::Array(b)) => {
            assert!(a.items().eq(b.items()));
            a.items().zip(b.items()).for_each(|(a, b)| inside(a, b));
        }
        _ => {}
    }
}

#[test]
fn corpus_is_read_as_without_a_list() {
    let mut list = MemberList::new();
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        same(case["text"].as_str().unwrap(), &Limits::default(), &mut list);
    }
}

/// Texts where quotes and escapes stand at every place of the windows that are looked at together.
#[test]
fn strings_end_where_they_end_at_every_place() {
    let mut list = MemberList::new();
    for pad in 0..140 {
        let x = "x".repeat(pad);
        for middle in [
            "", r"\\", r#"\""#, r"\\\\", r#"\\\""#, r"\u0041", r"\n", r"\x", r"\u00g0", r"\", "\u{1}", "é",
            "\u{1f}",
        ] {
            for text in [
                format!(r#"{{"{x}{middle}":"{middle}{x}","b":[{{"c{middle}":"{x}{middle}"}}],"d":1}}"#),
                format!(r#"{{"a":"{x}{middle}"#),
                format!(r#"{{"a":"{x}{middle}"{middle}}}"#),
                format!(r#"  {{"a":"{x}" , {middle}"b"{middle}: "{x}{middle}" }} {middle}"#),
            ] {
                same(&text, &Limits::default(), &mut list);
            }
        }
    }
}

#[test]
fn numbers_and_words_end_where_they_end() {
    let mut list = MemberList::new();
    for value in [
        "0",
        "-0",
        "1",
        "12345678",
        "123456789",
        "12345678901234567890",
        "-12345678",
        "0.5",
        "10.25e-3",
        "1E+9",
        "1e5",
        "01",
        "-",
        "-a",
        "1.",
        ".5",
        "1e",
        "1e+",
        "0x1",
        "1:",
        "12/4",
        "true",
        "false",
        "null",
        "tru",
        "nulll",
        "True",
        "NaN",
        "",
        "٣",
        "+1",
        "1 2",
        "[]",
        "{}",
        "[1,]",
        "[,]",
        "{,}",
        "[1}",
        "{]",
    ] {
        for text in [
            format!(r#"{{"a":{value}}}"#),
            format!(r#"{{"a":{value},"b":{value}}}"#),
            format!(r#"{{"a": {value} , "b" : [{value},{value} , {{"c": {value}}}]}}"#),
        ] {
            same(&text, &Limits::default(), &mut list);
        }
    }
}

#[test]
fn long_texts_are_read_too() {
    let mut list = MemberList::new();
    for bytes in [1000, 256 * 1024 - 20, 256 * 1024, 300_000] {
        for unit in ["x", r#"\""#, r#"","k":""#] {
            let text = format!(r#"{{"a":"{}","b":{{"c":[2]}}}}"#, unit.repeat(bytes / unit.len()));
            same(&text, &Limits { json_keys: usize::MAX, ..Limits::default() }, &mut list);
            same(&text, &Limits::default(), &mut list);
        }
    }
}

#[test]
fn the_last_string_of_each_key_is_found() {
    let text = r#"{"a":"1","bb":7,"\u0061":"2","a":null,"c":"x","":"e","ccc":"3","long":{"a":"9"},"cc":"4","bb":"\n"}"#;
    let (limits, mut list) = (Limits::default(), MemberList::new());
    for object in
        [RawObject::parse(text, &limits).unwrap(), RawObject::parse_with(text, &limits, &mut list).unwrap()]
    {
        let found = object.strings(["a", "bb", "ccc", "", "long", "absent", "a"]);
        let found = found.map(|string| string.map(|string| string.to_text().into_owned()));
        let expected = [Some("2"), Some("\n"), Some("3"), Some("e"), None, None, Some("2")];
        assert_eq!(found, expected.map(|text| text.map(str::to_owned)));
    }
}

/// Limits that texts of the generators run into.
fn tight() -> impl Strategy<Value = Limits> {
    let depth = prop_oneof![1..6_usize, Just(64), Just(200)];
    (depth, prop_oneof![1..5_usize, Just(4096)]).prop_map(|(json_depth, json_keys)| Limits {
        json_depth,
        json_keys,
        ..Limits::default()
    })
}

fn field(name: &str, ty: FieldType) -> Field {
    Field { name: name.to_owned(), ty, origin: Origin::Payload }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn reads_what_is_read_without_a_list(text in nearly_json(), other in nearly_json(), limits in tight()) {
        let mut list = MemberList::new();
        same(&other, &limits, &mut list);
        same(&text, &limits, &mut list);
        let limits = Limits::default();
        let ours = RawObject::parse_with(&text, &limits, &mut list);
        prop_assert_eq!(ours.is_ok(), serde_accepts(&text), "{:?}: {}", ours, text);
        if let Ok(expected) = serde_json::from_str::<Value>(&text) && expected.is_object() {
            prop_assert_eq!(object_of(ours.unwrap()), expected);
        }
    }

    #[test]
    fn reads_tokens_as_without_a_list(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\\"\"", "1", "-1.5e3", "null", "true", " ", "\"a\":", "\\", "\"",
        ]), 0..14),
        limits in tight(),
    ) {
        same(&format!("{{\"k\":{}}}", tokens.concat()), &limits, &mut MemberList::new());
    }

    #[test]
    fn reads_events_as_without_a_list(
        payload in any_value(),
        edits in prop::collection::vec(
            (any::<prop::sample::Index>(), 0..3_usize, prop::sample::select(vec!["\"", "\\", "{", "}", ",", ":", "null", "\"payload\":{},", "\t", "é"])),
            0..3,
        ),
        limits in tight(),
        last in any::<bool>(),
    ) {
        let payload = serde_json::json!({ "a": payload, "b\n": "c" });
        let mut line = if last {
            format!(r#"{{"source_kind":"command","x":[{{"y":"z"}}],"source_id":"s\u0031","index":7,"ts":null,"payload":{payload}}}"#)
        } else {
            format!(r#"{{"payload": {payload}, "source_id": "1", "session_id": "\\", "source_kind": "scan"}}"#)
        };
        for (place, cut, piece) in edits {
            let at = line.floor_char_boundary(place.index(line.len() + 1));
            let end = line.ceil_char_boundary((at + cut).min(line.len()));
            line.replace_range(at..end, piece);
        }
        let mut list = MemberList::new();
        let plain = Event::parse(&line, &limits);
        let listed = Event::parse_with(&line, &limits, &mut list);
        match (plain, listed) {
            (Ok(plain), Ok(listed)) => {
                prop_assert_eq!(&plain, &listed);
                prop_assert!(plain.payload.members().eq(listed.payload.members()));
                inside(RawValue::Object(plain.payload), RawValue::Object(listed.payload));
            }
            (Err(plain), Err(listed)) => prop_assert_eq!(plain.to_string(), listed.to_string()),
            (plain, listed) => prop_assert!(false, "{}: {:?} {:?}", line, plain, listed),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn fills_the_slots_that_names_say(
        names in prop::collection::hash_set("[ab]{1,20}|[ab]{15,17}|é[ab]{0,9}|aaaaaaaa[ab]{0,2}aaaaaaaa", 1..60),
        members in prop::collection::vec(("[ab]{0,20}|aaaaaaaa[ab]{0,2}aaaaaaaa|\\\\u0061[ab]{0,3}|é", any::<u16>()), 0..12),
    ) {
        let fields: Vec<Field> = names.iter().map(|name| field(name, FieldType::Any)).collect();
        let table = FieldTable::new(&fields);
        // Half of the members have a name that is read.
        let members: Vec<(String, u16)> = members.into_iter().map(|(key, n)| match names.iter().nth(usize::from(n) % (2 * names.len())) {
            Some(name) => (name.clone(), n),
            None => (key, n),
        }).collect();
        let written: Vec<String> = members.iter().map(|(key, n)| format!("\"{key}\":\"{n}\"")).collect();
        let text = format!("{{{}}}", written.join(","));
        let limits = Limits::default();
        let (arena, mut list) = (Bump::new(), MemberList::new());
        let (mut walked, mut listed) = (Counts::default(), Counts::default());
        let plain = RawObject::parse(&text, &limits).unwrap();
        let slots = fill(&table, fields.len(), plain, &arena, &limits, &mut walked);
        let object = RawObject::parse_with(&text, &limits, &mut list).unwrap();
        prop_assert_eq!(&*slots, &*fill(&table, fields.len(), object, &arena, &limits, &mut listed));
        prop_assert_eq!(walked, listed);
        for (field, slot) in fields.iter().zip(slots) {
            let mut written = members.iter().filter(|(key, _)| key.replace("\\u0061", "a") == field.name);
            let expected = written.next_back().map(|(_, n)| n.to_string());
            prop_assert_eq!(expected.as_deref().map_or(Slot::Absent, Slot::Text), *slot, "{}", field.name);
        }
    }
}
