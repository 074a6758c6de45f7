// SPDX-License-Identifier: AGPL-3.0-or-later
//! One word → the words that it comes down to in a layer.

use bumpalo::collections::Vec as ArenaVec;

use super::class::{COMMAND, EQUALS, GLOB, LIST, SPECIAL, classes, is_name};
use super::commands::Word;
use super::escapes::{self, Reader};
use super::field::{Bit, Field, flat};
use super::params::{Around, Param};
use super::rewrite::Rewriter;
use super::scripts::command_text;
use super::view::Via;
use super::word::{Part, Piece, Pieces, Quote, SUSPECT, is_empty, is_ifs};
use super::{braces, compute, field, files, paths};

/// What a word is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Program,
    Argument,
    /// The target of a redirection.
    File,
}

impl<'a> Rewriter<'a> {
    /// The words that `word` comes down to.
    pub(super) fn resolve(&mut self, word: &Word<'a>, place: Place) -> ArenaVec<'a, Field<'a>> {
        let mut fields = ArenaVec::new_in(self.arena);
        if word.flags & LIST == 0 {
            self.raw(word.raw, true, &mut fields);
        } else {
            for raw in braces::expand(word.raw, &mut self.room, self.arena) {
                self.raw(raw, true, &mut fields);
            }
        }
        let mut settled = ArenaVec::with_capacity_in(fields.len(), self.arena);
        for (index, field) in fields.into_iter().enumerate() {
            let place = if place == Place::Program && index > 0 { Place::Argument } else { place };
            self.settle(field, place, &mut settled);
        }
        settled
    }

    /// The value of an assignment, which no blank takes apart.
    pub(super) fn resolve_value(&mut self, raw: &'a str, flags: u32) -> Field<'a> {
        if flags & (SUSPECT | COMMAND) == 0 {
            return bumpalo::vec![in self.arena; Bit::Text { text: raw, inert: false }];
        }
        let mut fields = ArenaVec::new_in(self.arena);
        self.raw(raw, false, &mut fields);
        fields.pop().unwrap_or(ArenaVec::new_in(self.arena))
    }

    /// Adds the words of one raw word; with `splits`, blanks in values separate them.
    fn raw(&mut self, raw: &'a str, splits: bool, fields: &mut ArenaVec<'a, Field<'a>>) {
        let mut field: Field<'a> = ArenaVec::new_in(self.arena);
        let mut has_quotes = false;
        let mut after_ifs = false;
        for piece in Pieces::new(raw) {
            let quoted = piece.quote != Quote::None;
            let was_after_ifs = std::mem::take(&mut after_ifs);
            match piece.part {
                Part::Open => has_quotes = true,
                Part::Close | Part::Continued => {}
                Part::Literal => field.push(Bit::Text { text: piece.text, inert: quoted }),
                Part::Escaped => field.push(Bit::Text { text: piece.text, inert: true }),
                // Nothing closes it: no shell would run it.
                Part::Arithmetic | Part::Parameter if is_open(piece.text) => {
                    field.push(Bit::Text { text: piece.text, inert: true });
                }
                Part::Arithmetic => field.push(Bit::Live { text: piece.text, quoted }),
                Part::Ansi => {
                    has_quotes = true;
                    field.push(self.ansi(piece, raw));
                }
                Part::Command if is_empty(piece.text) => {}
                Part::Command => self.substitution(piece, quoted, splits, &mut field, fields),
                Part::Parameter
                    if is_ifs(piece.text) && !self.env.has("IFS") && piece.text.len() < raw.len() =>
                {
                    after_ifs = true;
                    if !quoted && splits {
                        end(&mut field, fields, self.arena);
                    } else {
                        field.push(Bit::Text { text: " ", inert: true });
                    }
                }
                // What follows `$IFS` to end its name stands for nothing.
                Part::Parameter if was_after_ifs && is_positional(piece.text) => {}
                Part::Parameter => match self.parameter(piece.text, around(raw, piece, splits)) {
                    Param::Keep => field.push(Bit::Live { text: piece.text, quoted }),
                    Param::Value(value) => self.value(value, quoted || !splits, &mut field, fields),
                    Param::Values(values) => {
                        for (index, value) in values.iter().enumerate() {
                            if index > 0 {
                                end(&mut field, fields, self.arena);
                            }
                            self.value(value, quoted, &mut field, fields);
                        }
                    }
                },
            }
        }
        if !field.is_empty() || has_quotes {
            if field.is_empty() {
                field.push(Bit::Text { text: "", inert: true });
            }
            fields.push(field);
        }
    }

    fn ansi(&self, piece: Piece<'a>, raw: &'a str) -> Bit<'a> {
        let mut bytes = ArenaVec::with_capacity_in(piece.text.len(), self.arena);
        escapes::decode(piece.text, Reader::Quote, &mut bytes);
        match std::str::from_utf8(bytes.into_bump_slice()) {
            Ok(text) => Bit::Text { text, inert: true },
            Err(_) => Bit::Live { text: raw.get(piece.start..piece.end).unwrap_or(""), quoted: false },
        }
    }

    /// Adds what an expansion gives; outside of quotes, its blanks separate words.
    fn value(
        &mut self,
        value: &'a str,
        whole: bool,
        field: &mut Field<'a>,
        fields: &mut ArenaVec<'a, Field<'a>>,
    ) {
        self.changed = true;
        if whole {
            return field.push(Bit::Text { text: value, inert: true });
        }
        let separators = self.env.value("IFS").unwrap_or(" \t\n");
        for (index, part) in value.split(|c| separators.contains(c)).enumerate() {
            if index > 0 {
                end(field, fields, self.arena);
            }
            if !part.is_empty() {
                // What it has of operators and quotes is data; patterns are patterns.
                field.push(Bit::Text { text: part, inert: classes(part) & SPECIAL & !GLOB != 0 });
            }
        }
    }

    fn substitution(
        &mut self,
        piece: Piece<'a>,
        quoted: bool,
        splits: bool,
        field: &mut Field<'a>,
        fields: &mut ArenaVec<'a, Field<'a>>,
    ) {
        let script = command_text(piece.text, self.arena);
        let open = if piece.text.starts_with('<') {
            "<("
        } else if piece.text.starts_with('>') {
            ">("
        } else {
            "$("
        };
        if open == "$("
            && let Some(output) = compute::substitution(self, script)
        {
            return self.value(output, quoted || !splits, field, fields);
        }
        field.push(match self.nest(script, self.env.parameters) {
            Some(unit) => Bit::Nested { open, unit, quoted },
            None => Bit::Live { text: piece.text, quoted },
        });
    }

    /// Adds a word in its final form: its path in the short way, its folder and patterns resolved.
    fn settle(&mut self, field: Field<'a>, place: Place, settled: &mut ArenaVec<'a, Field<'a>>) {
        let mixed = field.iter().any(|bit| matches!(bit, Bit::Live { .. } | Bit::Nested { .. }));
        let Some(text) = flat(&field, self.arena).filter(|text| !mixed && !text.contains("://")) else {
            return settled.push(field);
        };
        let inert = field
            .iter()
            .any(|bit| matches!(bit, Bit::Text { text, inert: true } if classes(text) & SPECIAL != 0));
        let is_pattern =
            |bit: &Bit<'_>| matches!(bit, Bit::Text { text, inert: false } if classes(text) & GLOB != 0);
        let pattern = field.iter().any(is_pattern);
        if inert && pattern {
            return settled.push(field);
        }
        let mut short = self.short(text);
        if self.via >= Via::State {
            if pattern && self.files(short, place, settled) {
                return;
            }
            let located = self.located(short, place);
            self.changed |= !std::ptr::eq(located, short);
            short = located;
        }
        if place == Place::Program && !pattern {
            short = files::without_folder(short);
        }
        if std::ptr::eq(short, text) {
            return settled.push(field);
        }
        settled.push(bumpalo::vec![in self.arena; Bit::Text { text: short, inert }]);
    }

    /// Adds the files that a pattern stands for, if some are known.
    fn files(&mut self, pattern: &'a str, place: Place, settled: &mut ArenaVec<'a, Field<'a>>) -> bool {
        let is_program = place == Place::Program;
        let found = files::expand(pattern, self.env.folder, is_program, &mut self.fuel, self.arena);
        for (index, file) in found.iter().enumerate() {
            let text = if is_program && index == 0 { files::without_folder(file) } else { file };
            settled.push(bumpalo::vec![in self.arena; Bit::Text { text, inert: false }]);
        }
        self.changed |= !found.is_empty();
        !found.is_empty()
    }

    /// A word with the path in it, or after its `=`, in the short way.
    fn short(&self, text: &'a str) -> &'a str {
        if !text.contains('/') {
            return text;
        }
        let bits = classes(text);
        if bits & EQUALS != 0
            && let Some((name, path)) = text.split_once('=')
            && !name.contains('/')
        {
            return match paths::shorter(path, self.arena) {
                Some(path) => field::concat(&[name, "=", path], self.arena),
                None => text,
            };
        }
        paths::shorter(text, self.arena).unwrap_or(text)
    }

    /// A relative path with the folder that the line went to.
    fn located(&self, text: &'a str, place: Place) -> &'a str {
        let Some(folder) = self.env.folder else { return text };
        if text.is_empty() || text.starts_with(['/', '~', '-']) || text.contains([' ', '\n', '=', '*', '?']) {
            return text;
        }
        let relative = text.starts_with("./") || text.starts_with("../");
        let is_path = match place {
            Place::File => true,
            Place::Program => relative || text.contains('/'),
            Place::Argument => relative,
        };
        if is_path {
            return paths::join(folder, text, self.arena);
        }
        if place != Place::Argument || !files::is_known_name(text) {
            return text;
        }
        let path = paths::join(folder, text, self.arena);
        if files::is_known(path) { path } else { text }
    }
}

/// Ends a word, if there is one.
fn end<'a>(field: &mut Field<'a>, fields: &mut ArenaVec<'a, Field<'a>>, arena: &'a bumpalo::Bump) {
    if !field.is_empty() {
        fields.push(std::mem::replace(field, ArenaVec::new_in(arena)));
    }
}

/// Whether a `${…` or `$((…` lacks its end.
fn is_open(expansion: &str) -> bool {
    (expansion.starts_with("${") && !expansion.ends_with('}'))
        || (expansion.starts_with("$(") && !expansion.ends_with("))"))
}

/// `$1`, `${9}`, `$@` or `$*`.
pub(super) fn is_positional(parameter: &str) -> bool {
    let name = parameter.strip_prefix("${").and_then(|name| name.strip_suffix('}'));
    let name = name.or_else(|| parameter.strip_prefix('$')).unwrap_or("");
    matches!(name, "@" | "*" | "!") || (matches!(name.as_bytes(), [b'1'..=b'9']))
}

/// What a piece stands in.
fn around(raw: &str, piece: Piece<'_>, splits: bool) -> Around {
    let touches = |byte: Option<&u8>| byte.is_some_and(|byte| is_name(*byte) || *byte == b'/');
    let is_quote = |byte: &&u8| matches!(byte, b'"' | b'\'');
    let before = raw.as_bytes().get(..piece.start).unwrap_or_default();
    let after = raw.as_bytes().get(piece.end..).unwrap_or_default();
    Around {
        before: touches(before.iter().rev().find(|byte| !is_quote(byte))),
        after: touches(after.iter().find(|byte| !is_quote(byte))),
        alone: before.is_empty() && after.is_empty(),
        whole: !splits || (piece.quote != Quote::None && piece.text.contains('*')),
    }
}
