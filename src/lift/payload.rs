// SPDX-License-Identifier: AGPL-3.0-or-later
//! Delivered content: what it is by its first bytes.

use crate::vocab::{FieldType, Slot, SourceKind};

use super::entropy::entropy;
use super::{Example, Lift, Lifter};

/// Looks at delivered content.
pub(super) static PAYLOAD: Lifter = Lifter {
    name: "payload",
    kinds: &[SourceKind::Payload],
    inputs: &[("payload_text", FieldType::Text), ("magic", FieldType::Text)],
    outputs: &["file_kind", "interpreter", "content_entropy"],
    views: false,
    lift,
    examples: &[
        Example {
            kind: SourceKind::Payload,
            payload: r##"{"payload_text": "#!/usr/bin/env -S python3 -u\n"}"##,
            gives: r#"{"file_kind": "script", "interpreter": "python3", "content_entropy": 4.228165046627903}"#,
        },
        Example {
            kind: SourceKind::Payload,
            payload: r#"{"magic": "ELF 32-bit LSB executable, ARM"}"#,
            gives: r#"{"file_kind": "elf"}"#,
        },
        Example {
            kind: SourceKind::Payload,
            payload: r#"{"payload_text": "hello"}"#,
            gives: r#"{"content_entropy": 1.9219280948873623}"#,
        },
    ],
};

/// First characters, what they mean.
const SIGNATURES: [(&str, &str); 17] = [
    ("\x7fELF", "elf"),
    ("MZ", "pe"),
    ("\u{feed}\u{face}", "macho"),
    ("#!", "script"),
    ("<?php", "php"),
    ("<?=", "php"),
    ("<%@", "jsp"),
    ("<%", "asp"),
    ("PK\x03\x04", "zip"),
    ("Rar!", "rar"),
    ("7z\u{bc}", "7z"),
    ("\x1f\u{8b}", "gzip"),
    ("%PDF", "pdf"),
    ("{\\rtf", "rtf"),
    ("<!DOCTYPE", "html"),
    ("<html", "html"),
    ("ssh-", "ssh_key"),
];

/// How the names that `file` gives begin, what they mean.
const NAMES: [(&str, &str); 14] = [
    ("ELF", "elf"),
    ("PE32", "pe"),
    ("MS-DOS", "pe"),
    ("Mach-O", "macho"),
    ("PHP", "php"),
    ("Zip", "zip"),
    ("RAR", "rar"),
    ("7-zip", "7z"),
    ("gzip", "gzip"),
    ("PDF", "pdf"),
    ("Rich Text", "rtf"),
    ("HTML", "html"),
    ("OpenSSH", "ssh_key"),
    ("Bourne-Again", "script"),
];

fn lift<'a>(lift: &mut Lift<'_, 'a>) {
    let text = lift.text(0);
    let magic = lift.text(1).unwrap_or("");
    let begin = |text: &str, table: &[(&str, &'static str)]| {
        table.iter().find(|(start, _)| text.starts_with(start)).map(|(_, kind)| *kind)
    };
    let by_name = || match magic {
        _ if magic.contains("script") => Some("script"),
        // A sensor may give the bytes themselves, or their digits.
        "7f454c46" | "7F454C46" => Some("elf"),
        "4d5a" | "4D5A" => Some("pe"),
        _ => begin(magic, &NAMES).or_else(|| begin(magic, &SIGNATURES)),
    };
    let content = text.map(|text| text.trim_start_matches('\u{feff}'));
    lift.give_text(0, content.and_then(|text| begin(text, &SIGNATURES)).or_else(by_name));
    lift.give_text(1, content.and_then(interpreter));
    if let Some(text) = text.filter(|text| !text.is_empty() && lift.wants(2)) {
        lift.give(2, Slot::Number(entropy(text.as_bytes())));
    }
}

/// The program of a `#!` line, without its folder; behind `env` the one that it finds.
fn interpreter(text: &str) -> Option<&str> {
    let line = text.strip_prefix("#!")?.lines().next()?;
    let base = |word: &'_ str| word.len() - word.rsplit('/').next().map_or(0, str::len);
    let mut words = line.split_ascii_whitespace();
    let first = words.next()?;
    let name = first.get(base(first)..)?;
    if name != "env" {
        return Some(name);
    }
    let word = words.find(|word| !word.starts_with('-') && !word.contains('='))?;
    word.get(base(word)..)
}
