// SPDX-License-Identifier: AGPL-3.0-or-later
//! Parameter expansion: `$x`, `${x:1:2}`, `${x#…}`, `${x/…/…}` and their like on known values.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use super::class::is_name;
use super::env::{Env, Variable};
use super::glob;
use super::resolve::is_positional;
use super::rewrite::Rewriter;
use super::view::Via;
use super::word::unquoted;

/// Bytes of values and patterns that operators are run on.
const OPERAND_MAX: usize = 1024;

pub(super) enum Param<'a> {
    /// Not known: it stays as it is written.
    Keep,
    Value(&'a str),
}

/// What a parameter stands in.
#[derive(Clone, Copy)]
pub(super) struct Around {
    /// A letter or a slash touches it, quotes not counted.
    pub(super) before: bool,
    pub(super) after: bool,
    /// It is the whole word.
    pub(super) alone: bool,
}

impl<'a> Rewriter<'a> {
    /// The value of `$x` or `${…}`; `around` is what it stands in.
    pub(super) fn parameter(&mut self, text: &'a str, around: Around) -> Param<'a> {
        if self.via < Via::State {
            return Param::Keep;
        }
        let inner = text.strip_prefix("${").and_then(|inner| inner.strip_suffix('}'));
        let inner = inner.or_else(|| text.strip_prefix('$')).unwrap_or("");
        let value =
            if is_positional(text) { self.positional(inner, around) } else { self.named(inner, around) };
        match value {
            Some(value) if value.len() <= self.fuel => {
                self.fuel -= value.len();
                Param::Value(value)
            }
            _ => Param::Keep,
        }
    }

    fn positional(&self, name: &str, around: Around) -> Option<&'a str> {
        let parameters = self.env.parameters;
        if parameters.is_empty() || name == "!" {
            return (around.before || around.after).then_some("");
        }
        match name.parse::<usize>() {
            Ok(number) => Some(parameters.get(number).copied().unwrap_or("")),
            Err(_) => {
                let mut all = ArenaString::new_in(self.arena);
                for (index, value) in parameters.iter().skip(1).enumerate() {
                    all.push_str(if index > 0 { " " } else { "" });
                    all.push_str(value);
                }
                Some(all.into_bump_str())
            }
        }
    }

    fn named(&mut self, inner: &'a str, around: Around) -> Option<&'a str> {
        if let Some(name) = inner.strip_prefix('#').filter(|name| !name.is_empty()) {
            let length = self.env.value(name)?.chars().count();
            return Some(bumpalo::format!(in self.arena, "{}", length).into_bump_str());
        }
        if let Some(name) = inner.strip_prefix('!').filter(|name| !name.is_empty()) {
            let target = self.env.value(name)?;
            return self.env.value(target);
        }
        let end = inner.bytes().position(|byte| !is_name(byte)).unwrap_or(inner.len());
        let (name, operator) = inner.split_at(end);
        if name == "0" && operator.is_empty() {
            return self.env.parameters.first().copied().filter(|name| !name.is_empty());
        }
        if name.is_empty() {
            return None;
        }
        if operator.is_empty() {
            return match self.env.get(name) {
                Variable::Value(value) if around.alone => Some(value),
                Variable::Value(value) => Some(self.env.first(name, value)),
                Variable::Unset if around.before && around.after && !Env::is_usual(name) => Some(""),
                _ => None,
            };
        }
        let defaults = [":-", "-", ":=", "="].iter().find_map(|mark| operator.strip_prefix(mark));
        if let Some(default) = defaults {
            return match self.env.get(name) {
                Variable::Value("") if operator.starts_with(':') => self.constant(default),
                Variable::Value(value) => Some(value),
                Variable::Unset if !Env::is_usual(name) => self.constant(default),
                _ => None,
            };
        }
        if let Some(other) = [":+", "+"].iter().find_map(|mark| operator.strip_prefix(mark)) {
            return match self.env.get(name) {
                Variable::Value(_) => self.constant(other),
                Variable::Unset => Some(""),
                Variable::Unknown => None,
            };
        }
        let value = self.env.usual(name)?;
        self.operate(operator, value)
    }

    /// An operand without expansions, its quotes taken off.
    fn constant(&self, operand: &'a str) -> Option<&'a str> {
        (!operand.contains(['$', '`'])).then(|| unquoted(operand, self.arena))
    }

    fn operate(&mut self, operator: &'a str, value: &'a str) -> Option<&'a str> {
        if value.len() > OPERAND_MAX || operator.len() > OPERAND_MAX {
            return None;
        }
        if let Some(range) = operator.strip_prefix(':') {
            return substring(value, range);
        }
        let cut = |mark: &str| operator.strip_prefix(mark);
        let fuel = &mut self.fuel;
        if let Some((pattern, longest)) = cut("##").map(|it| (it, true)).or(cut("#").map(|it| (it, false))) {
            let end = glob::prefix(pattern, value, longest, fuel).unwrap_or(0);
            return value.get(end..);
        }
        if let Some((pattern, longest)) = cut("%%").map(|it| (it, true)).or(cut("%").map(|it| (it, false))) {
            let start = glob::suffix(pattern, value, longest, fuel).unwrap_or(value.len());
            return value.get(..start);
        }
        let cased = |mark: &str, map: fn(&char) -> char| -> Option<&'a str> {
            match cut(mark) {
                Some("") => Some(self.arena.alloc_str(&map_first(value, map, self.arena))),
                Some(second) if second == mark => Some(map_all(value, map, self.arena)),
                _ => None,
            }
        };
        if operator.starts_with(['^', ',']) {
            return cased("^", char::to_ascii_uppercase).or_else(|| cased(",", char::to_ascii_lowercase));
        }
        let rest = cut("/")?;
        let (all, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
        let (pattern, with) = rest.split_once('/').unwrap_or((rest, ""));
        let (pattern, with) = (self.constant(pattern)?, self.constant(with)?);
        replace(value, pattern, with, all, &mut self.fuel, self.arena)
    }
}

/// `${x:from:length}`, in characters; negative numbers count from the end.
fn substring<'a>(value: &'a str, range: &str) -> Option<&'a str> {
    let (from, length) = match range.split_once(':') {
        Some((from, length)) => (from, Some(length.trim().parse::<i64>().ok()?)),
        None => (range, None),
    };
    let count = i64::try_from(value.chars().count()).ok()?;
    let from = match from.trim() {
        "" => 0,
        from => from.parse::<i64>().ok()?,
    };
    let from = if from < 0 { count.checked_add(from)? } else { from };
    let end = match length {
        Some(length) if length < 0 => count.checked_add(length)?,
        Some(length) => from.checked_add(length)?.min(count),
        None => count,
    };
    if from < 0 || from > end {
        return Some("");
    }
    let place = |index: i64| {
        let index = usize::try_from(index).ok()?;
        Some(value.char_indices().nth(index).map_or(value.len(), |(at, _)| at))
    };
    value.get(place(from)?..place(end)?)
}

fn map_all<'a>(value: &str, map: fn(&char) -> char, arena: &'a Bump) -> &'a str {
    ArenaString::from_iter_in(value.chars().map(|c| map(&c)), arena).into_bump_str()
}

fn map_first<'a>(value: &str, map: fn(&char) -> char, arena: &'a Bump) -> ArenaString<'a> {
    let mut chars = value.chars();
    let first = chars.next().map(|c| map(&c));
    ArenaString::from_iter_in(first.into_iter().chain(chars), arena)
}

/// `${x/pattern/with}`, or of all places.
fn replace<'a>(
    value: &'a str,
    pattern: &str,
    with: &str,
    all: bool,
    fuel: &mut usize,
    arena: &'a Bump,
) -> Option<&'a str> {
    if pattern.is_empty() {
        return Some(value);
    }
    let mut text = ArenaString::with_capacity_in(value.len(), arena);
    let mut rest = value;
    while let Some(c) = rest.chars().next() {
        match glob::prefix(pattern, rest, true, fuel).filter(|end| *end > 0) {
            Some(end) => {
                text.push_str(with);
                rest = rest.get(end..)?;
                if !all {
                    text.push_str(rest);
                    return Some(text.into_bump_str());
                }
            }
            None => {
                text.push(c);
                rest = rest.get(c.len_utf8()..)?;
            }
        }
    }
    (*fuel > 0).then(|| text.into_bump_str())
}
