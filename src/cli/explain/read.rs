// SPDX-License-Identifier: AGPL-3.0-or-later
//! One event from standard input.

use std::io::{self, IsTerminal as _};

use crate::event::{self, Event, RawObject, RawValue};
use crate::vocab::{Limits, SourceKind};

use super::super::input::bounded;
use super::{Exit, Ui};

/// Bytes of standard input that are taken.
const INPUT_BYTES: u64 = 16 << 20;

/// The text on standard input; `None` where there is none and none is needed.
pub(super) fn input(optional: bool, ui: &Ui) -> anyhow::Result<Option<String>> {
    let stdin = io::stdin();
    if stdin.is_terminal() {
        if optional {
            return Ok(None);
        }
        ui.note("reading one event from the terminal; end it with Ctrl-D");
    }
    let bytes = bounded(stdin.lock(), INPUT_BYTES)
        .map_err(|error| Exit::Io.caused_by("cannot read standard input", error))?
        .ok_or_else(|| Exit::Usage.because(format!("standard input has more than {INPUT_BYTES} bytes")))?;
    let (text, _) = event::text(&bytes);
    if text.trim().is_empty() {
        if optional {
            return Ok(None);
        }
        let form = r#"{"source_kind": "command", "payload": {"command_text": "id"}}"#;
        return Err(Exit::Usage.because(format!("no event on standard input; one looks like {form}")));
    }
    Ok(Some(text.into_owned()))
}

/// The event that the text is: in the native format, or with a kind its payload.
pub(super) fn event<'a>(
    text: &'a str,
    kind: Option<SourceKind>,
    limits: &Limits,
) -> anyhow::Result<Event<'a>> {
    let object = RawObject::parse(text, limits).map_err(|error| not_json(text, &error))?;
    if let Some(kind) = kind {
        if object.get("source_kind").is_some() && object.get("payload").is_some() {
            return Err(Exit::Usage.because("this is a whole event, not a payload: leave out `--kind`"));
        }
        return Ok(Event::of_payload(kind, "standard input", object));
    }
    match Event::parse(text, limits) {
        Ok(event) => Ok(event),
        // What an event is called has no part in what holds for it.
        Err(error) if error.reason() == "no_source_id" => {
            let kind = match object.get("source_kind") {
                Some(RawValue::String(name)) => SourceKind::from_name(&name.to_text()),
                _ => None,
            };
            let payload = match object.get("payload") {
                Some(RawValue::Object(payload)) => payload,
                _ => RawObject::EMPTY,
            };
            kind.map(|kind| Event::of_payload(kind, "standard input", payload))
                .ok_or_else(|| Exit::Usage.wrap(error))
        }
        Err(error) if error.reason() == "no_source_kind" => {
            let help = "for a payload alone, say its kind: `--kind command`";
            Err(Exit::Usage.because(format!("the event has no `source_kind`; {help}")))
        }
        Err(error) => Err(Exit::Usage.caused_by("standard input holds no event", error)),
    }
}

fn not_json(text: &str, error: &event::JsonError) -> anyhow::Error {
    let lines = text.lines().filter(|line| !line.trim().is_empty()).count();
    let each_is_an_object = text.trim_start().starts_with('{') && lines > 1;
    if each_is_an_object && text.lines().next().is_some_and(|line| line.trim_end().ends_with('}')) {
        return Exit::Usage.because("more than one line on standard input: one event is explained at a time");
    }
    Exit::Usage.because(format!("standard input holds no JSON object: {error}"))
}
