// SPDX-License-Identifier: AGPL-3.0-or-later
//! A stored tag as a later release has it. What is not ATT&CK's stays as it was written.

use std::borrow::Cow;

use crate::attack::{Catalogue, Release, Status, Stranded};
use crate::cli::stored::StoredTag;
use crate::cli::text;
use crate::event::RawValue;

/// Names what a mapped tag said before.
const FROM: &str = "migrated_from";
const TECHNIQUE: &str = "technique_id";
const SUB: &str = "sub_technique_id";

/// What the release makes of a tag.
#[derive(Debug)]
pub(super) enum Mapped {
    /// Nothing: it holds.
    Same,
    /// It is of a later release, which this one knows nothing of.
    Newer,
    /// It says something else: the line, and from what to what.
    Changed { line: String, from: String, to: String },
}

/// Maps a tag.
///
/// # Errors
/// What was expected of the line, or what only a person can decide.
pub(super) fn map(tag: StoredTag<'_>, attack: &Catalogue) -> Result<Mapped, String> {
    let (tactic, technique, sub) = (tag.text("tactic")?, tag.text(TECHNIQUE)?, tag.optional(SUB)?);
    for key in ["technique_name", "mitre_url"] {
        tag.optional(key)?;
    }
    let before = tag.object(FROM)?;
    let release = tag.optional("attack_release")?;
    if release.as_deref().and_then(Release::parse) > Release::parse(attack.release()) {
        return Ok(Mapped::Newer);
    }
    let written = sub.as_deref().unwrap_or(&technique);
    let (next, new_tactic) =
        attack.follow(written, &tactic).map_err(|stranded| reason(stranded, written, &tactic, attack))?;
    if *next.id == *written && new_tactic == tactic {
        return Ok(Mapped::Same);
    }
    let (new_technique, new_sub) = match &next.parent {
        Some(parent) => (&**parent, Some(&*next.id)),
        None => (&*next.id, None),
    };
    let new = [
        ("tactic", Some(new_tactic)),
        (TECHNIQUE, Some(new_technique)),
        (SUB, new_sub),
        ("technique_name", Some(next.full_name())),
        ("attack_release", Some(attack.release())),
        ("mitre_url", Some(next.url())),
    ];
    let mut line = Rewritten { out: "{".to_owned(), from: String::new() };
    let kept = |name: &str| before.is_some_and(|before| before.get(name).is_some());
    for (key, value) in before.iter().flat_map(|before| before.members()) {
        line.keep(key.as_raw(), &raw(value));
    }
    let no_sub = tag.object.get(SUB).is_none();
    for (key, value) in tag.object.members().filter(|(key, _)| !key.equals(FROM)) {
        let (key, value, known) = (key.as_raw(), raw(value), new.iter().find(|(name, _)| key.equals(name)));
        let Some((name, new)) = known else {
            line.put(key, &value);
            continue;
        };
        let new = quoted(*new)?;
        line.put(key, &new);
        if new != *value && !kept(name) {
            line.keep(key, &value);
        }
        if *name == TECHNIQUE && no_sub && new_sub.is_some() {
            line.put(SUB, &quoted(new_sub)?);
            line.keep(SUB, "null");
        }
    }
    let from = format!("{written} {tactic}");
    Ok(Mapped::Changed { line: line.finish(), from, to: format!("{} {new_tactic}", next.id) })
}

/// A line that is being written.
struct Rewritten {
    out: String,
    /// The members of [`FROM`].
    from: String,
}

impl Rewritten {
    fn put(&mut self, key: &str, value: &str) {
        push(&mut self.out, key, value);
    }

    fn keep(&mut self, key: &str, value: &str) {
        push(&mut self.from, key, value);
    }

    fn finish(mut self) -> String {
        let from = format!("{{{}}}", self.from);
        self.put(FROM, &from);
        self.out.push('}');
        self.out
    }
}

fn push(out: &mut String, key: &str, value: &str) {
    if !out.is_empty() && !out.ends_with('{') {
        out.push(',');
    }
    for part in ["\"", key, "\":", value] {
        out.push_str(part);
    }
}

/// The value as it was written.
fn raw(value: RawValue<'_>) -> Cow<'_, str> {
    Cow::Borrowed(match value {
        RawValue::Null => "null",
        RawValue::Bool(true) => "true",
        RawValue::Bool(false) => "false",
        RawValue::Number(number) => number.as_str(),
        RawValue::String(string) => return Cow::Owned(format!("\"{}\"", string.as_raw())),
        RawValue::Array(array) => array.as_str(),
        RawValue::Object(object) => object.as_str(),
        RawValue::Opaque(text) => text,
    })
}

fn quoted(value: Option<&str>) -> Result<String, String> {
    text::json(&value).map_err(|error| error.to_string())
}

/// Why a tag is left as it is.
fn reason(stranded: Stranded<'_>, id: &str, tactic: &str, attack: &Catalogue) -> String {
    match stranded {
        Stranded::Unknown => format!("`{id}` is not in ATT&CK {}", attack.release()),
        Stranded::Retired(found) if *found.id == *id => {
            let status = if found.status == Status::Deprecated { "deprecated" } else { "revoked" };
            format!("`{id}` is {status} and has no successor")
        }
        Stranded::Retired(parent) => {
            format!("`{}`, the technique of what `{id}` became, is not in force", parent.id)
        }
        Stranded::UnknownTactic => format!("there is no tactic `{tactic}`"),
        Stranded::Tactics(next) => {
            let theirs = next.tactics.join("` or `");
            format!("`{}` does not belong to tactic `{tactic}` but to `{theirs}`", next.id)
        }
    }
}
