// SPDX-License-Identifier: AGPL-3.0-or-later
//! What the formats put into payloads is declared in `rules/fields.yaml`, or no rule could read it.

use std::collections::BTreeSet;
use std::fs;

use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{Options, compile};
#[cfg(feature = "mail")]
use decnet_ttp::event::formats::EmlDecoder;
use decnet_ttp::event::formats::{CowrieDecoder, SyslogDecoder};
use decnet_ttp::vocab::{FieldType, Limits, Origin, SourceKind};
use serde_json::Value;

/// The events that every format makes of the samples and of the records made for tests.
fn events() -> String {
    let limits = Limits::default();
    let mut out = Vec::new();
    let text = |path: &str| fs::read_to_string(path).unwrap();
    for path in ["samples/cowrie.json", "tests/data/cowrie/every_kind.json"] {
        let mut decoder = CowrieDecoder::new(&limits);
        text(path).lines().for_each(|line| drop(decoder.line(line, &mut out)));
        decoder.finish(&mut out);
    }
    for path in ["samples/decoy.log", "tests/data/syslog/every_kind.log"] {
        let mut decoder = SyslogDecoder::new(&limits);
        text(path).lines().for_each(|line| drop(decoder.line(line, &mut out)));
        decoder.finish(&mut out);
    }
    #[cfg(feature = "mail")]
    for (path, mail_bytes) in [
        ("samples/phish-macro.eml", limits.mail_bytes),
        ("samples/punycode.eml", limits.mail_bytes),
        ("samples/phish-macro.eml", 100),
    ] {
        let mut decoder = EmlDecoder::new(&Limits { mail_bytes, ..limits.clone() });
        decoder.take(&fs::read(path).unwrap(), 1, &mut out);
        decoder.finish(&mut out);
    }
    String::from_utf8(out).unwrap()
}

#[test]
fn every_field_that_a_format_sends_is_declared_with_its_type() {
    let schema = compile(&PackFiles::builtin(), &Options::default(), None).ast.schema;
    let mut wrong = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for line in events().lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let kind = SourceKind::from_name(event["source_kind"].as_str().unwrap()).unwrap();
        for (name, value) in event["payload"].as_object().unwrap() {
            seen.insert((kind, name.clone()));
            let field = schema.kind(kind).field(name);
            let fits = field.is_some_and(|field| {
                let is_payload = matches!(field.origin, Origin::Payload | Origin::OnDemand);
                is_payload
                    && match field.ty {
                        FieldType::Text | FieldType::Time | FieldType::Ip => value.is_string(),
                        FieldType::Number => value.is_number(),
                        FieldType::Bool => value.is_boolean(),
                        FieldType::TextList | FieldType::NumberList => value.is_array(),
                        FieldType::Map => value.is_object(),
                        FieldType::Any | FieldType::All => true,
                    }
            });
            if !fits {
                wrong.insert(format!("{kind}.{name} = {value}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(seen.len() > 80, "{}", seen.len());
    #[cfg(feature = "mail")]
    assert!(seen.contains(&(SourceKind::Email, "partial".to_owned())));
}
