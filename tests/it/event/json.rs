// SPDX-License-Identifier: AGPL-3.0-or-later
//! The JSON reader against RFC 8259 as data, and against `serde_json`.

use decnet_ttp::event::{Piece, RawObject, RawValue};
use decnet_ttp::vocab::Limits;
use proptest::prelude::*;
use serde::de::IgnoredAny;
use serde_json::Value;

pub(super) const CASES: &str = include_str!("../../data/json/cases.ndjson");

#[test]
fn corpus_is_accepted_and_refused_as_it_says() {
    for line in CASES.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let (name, text) = (case["name"].as_str().unwrap(), case["text"].as_str().unwrap());
        let result = RawObject::parse(text, &Limits::default());
        match (case["accept"].as_bool().unwrap(), result) {
            (true, Ok(object)) => assert_eq!(object.as_str(), text.trim(), "{name}"),
            (false, Err(error)) => {
                assert_eq!(error.reason(), case["reason"].as_str().unwrap(), "{name}: {error}");
                assert_eq!(Some(error.offset() as u64), case["at"].as_u64(), "{name}: {error}");
                assert!(error.to_string().ends_with(&format!("at byte {}", error.offset())), "{error}");
            }
            (_, result) => panic!("{name}: {result:?}"),
        }
    }
}

/// What `RawValue` says, as `serde_json` would.
fn value_of(raw: RawValue<'_>) -> Value {
    match raw {
        RawValue::Null => Value::Null,
        RawValue::Bool(value) => value.into(),
        RawValue::Number(number) => serde_json::from_str(number.as_str()).unwrap_or(Value::Null),
        RawValue::String(text) => text.to_text().into(),
        RawValue::Array(array) => array.items().map(value_of).collect::<Vec<_>>().into(),
        RawValue::Object(object) => object_of(object),
        RawValue::Opaque(text) => panic!("opaque: {text}"),
    }
}

pub(super) fn object_of(object: RawObject<'_>) -> Value {
    let members = object.members().map(|(key, value)| (key.to_text().into_owned(), value_of(value)));
    Value::Object(members.collect())
}

pub(super) fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        "[a-z\"\\\\\n\u{1}\u{7f}é\u{ffff}\u{1f600}]{0,90}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map("[a-c\\\\\"]{0,70}", inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Text that is nearly JSON: that of a value, with pieces cut out, doubled or put in.
pub(super) fn nearly_json() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\\u",
        "\\u12",
        "\\ud800",
        "\\udc00",
        "\\ud83d\\ude00",
        "\\n",
        "0",
        "1",
        "-",
        "+",
        ".",
        "e",
        "E5",
        "true",
        "nul",
        "null",
        " ",
        "\t",
        "\n",
        "\0",
        "\u{1f}",
        "\u{7f}",
        "é",
        "\u{2028}",
        "a",
        "/",
        "1e999",
        "01",
    ]);
    let edits = prop::collection::vec((any::<prop::sample::Index>(), 0..3_usize, pieces), 0..4);
    (any_value(), edits, any::<bool>()).prop_map(|(value, edits, pretty)| {
        let value = serde_json::json!({ "a": value });
        let mut text = if pretty { serde_json::to_string_pretty(&value).unwrap() } else { value.to_string() };
        for (place, cut, piece) in edits {
            let at = text.floor_char_boundary(place.index(text.len() + 1));
            let end = text.ceil_char_boundary((at + cut).min(text.len()));
            text.replace_range(at..end, piece);
        }
        text
    })
}

/// Whether `text` is one JSON object to `serde_json`. It looks at no character that an escape
/// stands for and at no number's size, so lone surrogates and 1e999 are valid, as they are here.
pub(super) fn serde_accepts(text: &str) -> bool {
    text.trim_start_matches([' ', '\t', '\r', '\n']).starts_with('{')
        && serde_json::from_str::<IgnoredAny>(text).is_ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn accepts_exactly_what_serde_json_accepts(text in nearly_json()) {
        let ours = RawObject::parse(&text, &Limits::default());
        prop_assert_eq!(ours.is_ok(), serde_accepts(&text), "{:?}: {}", ours, text);
        if let Err(error) = ours {
            prop_assert!(error.offset() <= text.len());
        }
    }

    #[test]
    fn accepts_exactly_what_serde_json_accepts_of_tokens(
        tokens in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"a\"", "\"\\\"\"", "1", "-1.5e3", "null", "true", " ",
        ]), 0..14),
    ) {
        let text = format!("{{\"k\":{}}}", tokens.concat());
        prop_assert_eq!(RawObject::parse(&text, &Limits::default()).is_ok(), serde_accepts(&text), "{}", text);
    }

    #[test]
    fn reads_what_serde_json_reads(text in nearly_json()) {
        // A value of `serde_json` has no lone surrogate and no infinity; texts with those are
        // compared elsewhere.
        if let Ok(expected) = serde_json::from_str::<Value>(&text)
            && expected.is_object()
        {
            let object = RawObject::parse(&text, &Limits::default()).unwrap();
            prop_assert!(!object.is_deep());
            prop_assert_eq!(object_of(object), expected);
        }
    }

    #[test]
    fn decodes_in_pieces_as_in_whole(text in any::<String>(), other in any::<String>()) {
        let escaped: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
        let line = format!("{{\"a\":\"{escaped}{}\"}}", text.replace(['"', '\\'], "/").replace(|c: char| c < ' ', " "));
        let object = RawObject::parse(&line, &Limits::default()).unwrap();
        let Some(RawValue::String(raw)) = object.get("a") else { panic!("no string") };
        let whole = raw.to_text();
        let mut decoded = String::new();
        raw.decode_into(&mut decoded).unwrap();
        prop_assert_eq!(&decoded, &whole);
        prop_assert!(whole.starts_with(&text));
        prop_assert!(whole.len() <= raw.decoded_len_bound());
        prop_assert!(raw.equals(&whole));
        prop_assert_eq!(raw.equals(&other), whole == other);
        let longer = whole.into_owned() + "x";
        prop_assert!(!raw.equals(&longer));
    }
}

#[test]
fn lone_surrogates_become_the_replacement_character() {
    for (raw, expected) in [
        (r"\ud800", "\u{fffd}"),
        (r"\udc00x", "\u{fffd}x"),
        (r"\ud800\ud800", "\u{fffd}\u{fffd}"),
        (r"\ud800\ud83d\ude00", "\u{fffd}\u{1f600}"),
        (r"\udc00\ud800", "\u{fffd}\u{fffd}"),
        (r"\ud800\n", "\u{fffd}\n"),
        (r"\ud83d\uDE00", "\u{1f600}"),
        (r"a\/b", "a/b"),
    ] {
        let line = format!("{{\"a\":\"{raw}\"}}");
        let object = RawObject::parse(&line, &Limits::default()).unwrap();
        let Some(RawValue::String(string)) = object.get("a") else { panic!("{raw}") };
        assert_eq!(string.to_text(), expected, "{raw}");
        assert_eq!(string.as_plain(), None);
        assert_eq!(string.as_raw(), raw);
        assert!(string.pieces().any(|piece| matches!(piece, Piece::Char(_))));
    }
}

#[test]
fn numbers_are_floats_of_any_size() {
    for (text, expected) in [
        ("0", 0.0),
        ("-0.5e1", -5.0),
        ("1e999", f64::INFINITY),
        ("-1e999", f64::NEG_INFINITY),
        ("1e-999", 0.0),
        ("123456789012345678901234567890", 123_456_789_012_345_680_000_000_000_000.0),
    ] {
        let line = format!("{{\"a\":{text}}}");
        let object = RawObject::parse(&line, &Limits::default()).unwrap();
        let Some(RawValue::Number(number)) = object.get("a") else { panic!("{text}") };
        assert_eq!(number.as_f64(), expected, "{text}");
        assert_eq!(number.as_str(), text);
        assert_eq!(number.as_u64(), text.parse().ok(), "{text}");
    }
}

#[test]
fn members_of_one_object_are_bounded() {
    let limits = Limits { json_keys: 5, ..Limits::default() };
    let object = |keys: usize| {
        let members: Vec<_> = (0..keys).map(|key| format!("\"k{key}\":[]")).collect();
        format!("{{{}}}", members.join(","))
    };
    for (text, accepted) in [
        (object(5), true),
        (object(6), false),
        (format!("{{\"a\":{},\"b\":{},\"c\":[{}]}}", object(5), object(5), object(5)), true),
        (format!("{{\"a\":{}}}", object(6)), false),
        (format!("{{\"a\":[[{}]]}}", object(6)), false),
        (format!("{{\"a\":{{\"b\":{},\"c\":1,\"d\":{},\"e\":2,\"f\":3}}}}", object(5), object(5)), true),
    ] {
        let result = RawObject::parse(&text, &limits);
        let reason = result.err().map(|error| error.reason());
        assert_eq!(reason, if accepted { None } else { Some("too_many_keys") }, "{text}");
    }
}

#[test]
fn deep_values_are_opaque_and_the_rest_is_read() {
    let limits = Limits { json_depth: 3, ..Limits::default() };
    let text = r#"{"a":[[{"x":["]}\"", nonsense]}],1],"b":{"c":{"d":{}}},"e":"f"}"#;
    let object = RawObject::parse(text, &limits).unwrap();
    assert!(object.is_deep());
    assert_eq!(object.as_str(), text);
    let Some(RawValue::Array(a)) = object.get("a") else { panic!("no array") };
    let Some(RawValue::Array(inner)) = a.items().next() else { panic!("no inner array") };
    let items: Vec<_> = inner.items().collect();
    assert_eq!(items, [RawValue::Opaque(r#"{"x":["]}\"", nonsense]}"#)]);
    assert_eq!(a.items().nth(1).map(value_of), Some(1.into()));
    let Some(RawValue::Object(b)) = object.get("b") else { panic!("no object") };
    let Some(RawValue::Object(c)) = b.get("c") else { panic!("no inner object") };
    assert_eq!(c.get("d"), Some(RawValue::Opaque("{}")));
    assert_eq!(object.get("e").map(value_of), Some("f".into()));
    let shallow = RawObject::parse(r#"{"a":[[1],{"b":2}]}"#, &limits).unwrap();
    assert!(!shallow.is_deep());
    assert_eq!(object_of(shallow), serde_json::json!({"a": [[1], {"b": 2}]}));
}

#[test]
fn depth_of_a_hundred_thousand_takes_no_stack_and_no_quadratic_time() {
    let depth = 100_000;
    let lists = format!("{{\"a\":{}{},\"b\":1}}", "[".repeat(depth), "]".repeat(depth));
    let objects = format!("{{\"b\":1,\"a\":{}1{}}}", "{\"a\":".repeat(depth), "}".repeat(depth));
    for limits in [Limits::default(), Limits { json_depth: usize::MAX, ..Limits::default() }] {
        for text in [&lists, &objects] {
            let object = RawObject::parse(text, &limits).unwrap();
            assert!(object.is_deep());
            assert_eq!(object.get("b").map(value_of), Some(1.into()));
            assert_eq!(object.members().count(), 2);
        }
        let open = format!("{{\"a\":{}", "[".repeat(depth));
        assert_eq!(RawObject::parse(&open, &limits).unwrap_err().reason(), "truncated");
    }
}

#[test]
fn json_depth_counts_the_object_itself() {
    let nested =
        |levels: usize| format!("{}{}{}", "{\"a\":".repeat(levels - 1), "{}", "}".repeat(levels - 1));
    for depth in 1..6 {
        let limits = Limits { json_depth: depth, ..Limits::default() };
        assert!(!RawObject::parse(&nested(depth), &limits).unwrap().is_deep(), "{depth}");
        assert!(RawObject::parse(&nested(depth + 1), &limits).unwrap().is_deep(), "{depth}");
    }
}
