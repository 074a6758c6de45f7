// SPDX-License-Identifier: AGPL-3.0-or-later
//! Parameter expansion: `$x`, `${x:1:2}`, `${x#…}`, `${x/…/…}` and their like on known values.

use bumpalo::Bump;
use bumpalo::collections::String as ArenaString;

use super::class::is_name;
use super::env::{Env, Variable};
use super::glob;
use super::rewrite::Rewriter;
use super::view::Via;
use super::word::unquoted;

/// What one of many values costs beside its bytes.
const VALUE_COST: usize = 16;
/// Bytes of values and patterns that operators are run on.
const OPERAND_MAX: usize = 1024;

pub(super) enum Param<'a> {
    /// Not known: it stays as it is written.
    Keep,
    Value(&'a str),
    /// The values of an array, or of `$@`: a word each, even in quotes.
    Values(&'a [&'a str]),
}

/// What a parameter stands in.
#[derive(Clone, Copy)]
pub(super) struct Around {
    /// A letter or a slash touches it, quotes not counted.
    pub(super) before: bool,
    pub(super) after: bool,
    /// It is the whole word.
    pub(super) alone: bool,
    /// Its values make one word: in quotes with `*`, or in an assignment.
    pub(super) whole: bool,
}

/// A parameter by itself.
pub(super) const ALONE: Around = Around { before: false, after: false, alone: true, whole: false };

/// Which values `${…}` is about, and what it does to them.
struct Reference<'a> {
    name: &'a str,
    /// What stands in `[…]`.
    place: Option<&'a str>,
    operator: &'a str,
}

impl<'a> Reference<'a> {
    fn new(inner: &'a str) -> Option<Self> {
        let end = match inner.as_bytes() {
            [b'@' | b'*', ..] => 1,
            [b'0'..=b'9', ..] => inner.bytes().take_while(u8::is_ascii_digit).count(),
            bytes => bytes.iter().take_while(|byte| is_name(**byte)).count(),
        };
        let (name, rest) = inner.split_at_checked(end).filter(|(name, _)| !name.is_empty())?;
        let subscript = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (place, operator) = subscript.map_or((None, rest), |(place, rest)| (Some(place), rest));
        Some(Self { name, place, operator })
    }

    /// Whether it is about all values: `$@`, `${x[*]}`.
    fn is_list(&self) -> bool {
        matches!(self.place.unwrap_or(self.name), "@" | "*")
    }

    fn is_positional(&self) -> bool {
        self.name.starts_with(['@', '*']) || matches!(self.name.as_bytes(), [b'1'..=b'9', ..])
    }
}

impl<'a> Rewriter<'a> {
    /// The value of `$x` or `${…}`; `around` is what it stands in.
    pub(super) fn parameter(&mut self, text: &'a str, around: Around) -> Param<'a> {
        if self.via < Via::State {
            return Param::Keep;
        }
        let inner = text.strip_prefix("${").and_then(|inner| inner.strip_suffix('}'));
        let inner = inner.or_else(|| text.strip_prefix('$')).unwrap_or("");
        match self.expansion(inner, around).unwrap_or(Param::Keep) {
            Param::Value(value) if value.len() <= self.fuel => {
                self.fuel -= value.len();
                Param::Value(value)
            }
            Param::Values(values) => {
                let length = values.iter().map(|value| value.len() + VALUE_COST).sum::<usize>();
                if length > self.fuel {
                    return Param::Keep;
                }
                self.fuel -= length;
                Param::Values(values)
            }
            _ => Param::Keep,
        }
    }

    fn expansion(&mut self, inner: &'a str, around: Around) -> Option<Param<'a>> {
        if let Some(counted) = inner.strip_prefix('#') {
            return self.count(counted).map(Param::Value);
        }
        if let Some(name) = inner.strip_prefix('!') {
            if name.is_empty() {
                return (around.before || around.after).then_some(Param::Value(""));
            }
            let target = self.env.value(name)?;
            return self.scalar(&Reference::new(target)?, around).map(Param::Value);
        }
        let reference = Reference::new(inner)?;
        if !reference.is_list() {
            return self.scalar(&reference, around).map(Param::Value);
        }
        let Some(values) = self.values(&reference) else {
            let is_touched = (around.before || around.after) && !self.env.defines();
            let empty = reference.is_positional() && is_touched;
            return empty.then_some(Param::Value(""));
        };
        let mut values = self.arena.alloc_slice_copy(values);
        if let Some(range) =
            reference.operator.strip_prefix(':').filter(|range| !range.starts_with(['-', '+']))
        {
            // `$0` stands before the positional parameters.
            values = slice(values, range, usize::from(reference.is_positional()))?;
        } else if !reference.operator.is_empty() {
            for value in &mut *values {
                *value = self.operate(reference.operator, value)?;
            }
        }
        if !around.whole {
            return Some(Param::Values(values));
        }
        let separators = if inner.contains('*') { self.env.value("IFS") } else { None };
        let mark = separators.map_or(Some(' '), |separators| separators.chars().next());
        let mut all = ArenaString::new_in(self.arena);
        for (index, value) in values.iter().enumerate() {
            all.extend(mark.filter(|_| index > 0));
            all.push_str(value);
        }
        Some(Param::Value(all.into_bump_str()))
    }

    /// All values that a reference is about, if they are known and there are some.
    fn values(&self, reference: &Reference<'_>) -> Option<&[&'a str]> {
        if reference.is_positional() { self.env.parameters.get(1..) } else { self.env.list(reference.name) }
    }

    /// `${#x}` is a value's length, `$#` and `${#x[@]}` how many there are.
    fn count(&self, counted: &'a str) -> Option<&'a str> {
        let reference = Reference::new(if counted.is_empty() { "@" } else { counted })?;
        let count = if reference.is_list() {
            self.values(&reference)?.len()
        } else {
            match self.variable(&reference) {
                Variable::Value(value) => value.chars().count(),
                _ => return None,
            }
        };
        Some(bumpalo::format!(in self.arena, "{}", count).into_bump_str())
    }

    /// What the line knows of one value.
    fn variable(&self, reference: &Reference<'_>) -> Variable<'a> {
        if reference.is_positional() {
            let index = reference.name.parse().unwrap_or(usize::MAX);
            return match self.env.parameters {
                [] => Variable::Unset,
                parameters => Variable::Value(parameters.get(index).copied().unwrap_or("")),
            };
        }
        let Some(place) = reference.place else { return self.env.get(reference.name) };
        let index = place.parse().ok().or_else(|| {
            let name = place.strip_prefix('$').unwrap_or(place);
            self.env.value(name)?.parse::<i64>().ok()
        });
        let Some((values, index)) = self.env.list(reference.name).zip(index) else {
            return Variable::Unknown;
        };
        let index = if index < 0 { values.len() as i64 + index } else { index };
        let value = usize::try_from(index).ok().and_then(|index| values.get(index));
        value.map_or(Variable::Unset, |value| Variable::Value(value))
    }

    fn scalar(&mut self, reference: &Reference<'a>, around: Around) -> Option<&'a str> {
        let Reference { name, operator, .. } = *reference;
        if name == "0" {
            let value = self.env.parameters.first().copied();
            return value.filter(|name| !name.is_empty() && operator.is_empty());
        }
        let is_usual = Env::is_usual(name);
        let variable = self.variable(reference);
        if operator.is_empty() {
            let is_touched = if reference.is_positional() {
                (around.before || around.after) && !self.env.defines()
            } else {
                around.before && around.after
            };
            return match variable {
                Variable::Value(value) if around.alone || reference.is_positional() => Some(value),
                Variable::Value(value) => Some(self.env.first(name, value)),
                Variable::Unset if is_touched && !is_usual => Some(""),
                _ => None,
            };
        }
        let defaults = [":-", "-", ":=", "="].iter().find_map(|mark| operator.strip_prefix(mark));
        if let Some(default) = defaults {
            return match variable {
                Variable::Value("") if operator.starts_with(':') => self.constant(default),
                Variable::Value(value) => Some(value),
                Variable::Unset if !is_usual => self.constant(default),
                _ => None,
            };
        }
        if let Some(other) = [":+", "+"].iter().find_map(|mark| operator.strip_prefix(mark)) {
            return match variable {
                Variable::Value("") if operator.starts_with(':') => Some(""),
                Variable::Value(_) => self.constant(other),
                Variable::Unset => Some(""),
                Variable::Unknown => None,
            };
        }
        let value = match variable {
            Variable::Value(value) => value,
            Variable::Unset => self.env.usual(name)?,
            Variable::Unknown => return None,
        };
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

/// `${x[@]:from:length}`; `first` is the number of the first value.
fn slice<'v, 'a>(values: &'v mut [&'a str], range: &str, first: usize) -> Option<&'v mut [&'a str]> {
    let (from, length) = range.split_once(':').map_or((range, None), |(from, length)| (from, Some(length)));
    let from = match from.trim().parse::<i64>().ok()? {
        from if from < 0 => values.len().checked_sub(usize::try_from(from.unsigned_abs()).ok()?)?,
        from => usize::try_from(from).ok()?.saturating_sub(first),
    };
    let rest = values.get_mut(from..)?;
    let length = length.map_or(Some(rest.len()), |length| length.trim().parse().ok())?;
    let length = length.min(rest.len());
    rest.get_mut(..length)
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
