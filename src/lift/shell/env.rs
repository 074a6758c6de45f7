// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a line has set so far: variables, positional parameters, the working directory.

use bumpalo::Bump;
use bumpalo::collections::{String as ArenaString, Vec as ArenaVec};

use super::paths;
use super::tools::Role;

/// Variables of one line; further ones are unknown.
const VARIABLES_MAX: usize = 64;
/// Bytes of one variable; a longer value is unknown.
const VALUE_MAX: usize = 4096;
/// Values of one array; a longer one is unknown.
const LIST_MAX: usize = 256;
/// Bytes of the working directory; a longer one is unknown.
const FOLDER_MAX: usize = 1024;
/// Functions of one line; further ones are not seen through.
const FUNCTIONS_MAX: usize = 16;

/// Variables that every login has, used only where a part of one is cut out: `${PATH:0:1}` is `/`.
const USUAL: [(&str, &str); 10] = [
    ("HOME", "/root"),
    ("PWD", "/root"),
    ("OLDPWD", "/root"),
    ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
    ("SHELL", "/bin/bash"),
    ("BASH", "/bin/bash"),
    ("USER", "root"),
    ("LOGNAME", "root"),
    ("OSTYPE", "linux-gnu"),
    ("TERM", "xterm"),
];

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Variable<'a> {
    /// The line does not set it.
    Unset,
    /// It is set to what can't be known.
    Unknown,
    Value(&'a str),
}

/// What a variable is set to.
enum Value<'a> {
    Unknown,
    Text(&'a str),
    List(ArenaVec<'a, &'a str>),
}

pub(super) struct Env<'a> {
    arena: &'a Bump,
    variables: ArenaVec<'a, (&'a str, Value<'a>)>,
    /// Names and bodies.
    functions: ArenaVec<'a, (&'a str, &'a str)>,
    definitions: usize,
    /// `$0`, `$1` and so on; empty if the line sets none.
    pub(super) parameters: &'a [&'a str],
    /// The last variable that a loop gives more than one value.
    loops: Option<&'a str>,
    /// The working directory, if the line went to one.
    pub(super) folder: Option<&'a str>,
}

impl<'a> Env<'a> {
    pub(super) fn new(arena: &'a Bump) -> Self {
        Self {
            arena,
            variables: ArenaVec::new_in(arena),
            functions: ArenaVec::new_in(arena),
            definitions: 0,
            parameters: &[],
            loops: None,
            folder: None,
        }
    }

    pub(super) fn get(&self, name: &str) -> Variable<'a> {
        match self.find(name) {
            Some(Value::Text(value)) => Variable::Value(value),
            Some(Value::List(values)) => {
                values.first().map_or(Variable::Unset, |first| Variable::Value(first))
            }
            Some(Value::Unknown) => Variable::Unknown,
            None => Variable::Unset,
        }
    }

    fn find(&self, name: &str) -> Option<&Value<'a>> {
        self.variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    /// The values of an array; a plain variable is one of a single value.
    pub(super) fn list(&self, name: &str) -> Option<&[&'a str]> {
        match self.find(name)? {
            Value::Text(value) => Some(std::slice::from_ref(value)),
            Value::List(values) => Some(values),
            Value::Unknown => None,
        }
    }

    /// The body of a function.
    pub(super) fn function(&self, name: &str) -> Option<&'a str> {
        self.functions.iter().rfind(|(known, _)| *known == name).map(|(_, body)| *body)
    }

    pub(super) fn define(&mut self, name: &'a str, body: &'a str) {
        self.functions.push((name, body));
    }

    /// Whether positional parameters may be those of a function.
    pub(super) fn defines(&self) -> bool {
        self.definitions > 0
    }

    /// Whether one more definition may be looked at.
    pub(super) fn may_define(&mut self) -> bool {
        self.definitions += 1;
        self.definitions <= FUNCTIONS_MAX
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name) != Variable::Unset
    }

    pub(super) fn value(&self, name: &str) -> Option<&'a str> {
        match self.get(name) {
            Variable::Value(value) => Some(value),
            _ => None,
        }
    }

    /// The value of a variable within a word: where a loop gives many, the first.
    pub(super) fn first(&self, name: &str, value: &'a str) -> &'a str {
        if self.loops == Some(name) { value.split(' ').next().unwrap_or(value) } else { value }
    }

    /// The value of a variable, also of one that every login has.
    pub(super) fn usual(&self, name: &str) -> Option<&'a str> {
        match self.get(name) {
            Variable::Value(value) => Some(value),
            Variable::Unknown => None,
            Variable::Unset => USUAL.iter().find(|(known, _)| *known == name).map(|(_, value)| *value),
        }
    }

    pub(super) fn is_usual(name: &str) -> bool {
        USUAL.iter().any(|(known, _)| *known == name)
    }

    /// Sets a variable, to an unknown value if `value` is none; `name` may name one value of an array.
    pub(super) fn set(&mut self, name: &'a str, value: Option<&'a str>, appends: bool) {
        if let Some((name, index)) = name.split_once('[') {
            return self.set_element(name, index.strip_suffix(']').unwrap_or(index), value);
        }
        let value = match (appends, value, self.get(name)) {
            (true, Some(end), Variable::Value(start)) => {
                Some(super::field::concat(&[start, end], self.arena))
            }
            (true, _, Variable::Unknown) => None,
            _ => value,
        };
        let value = value.filter(|value| value.len() <= VALUE_MAX);
        self.put(name, value.map_or(Value::Unknown, Value::Text));
    }

    fn put(&mut self, name: &'a str, value: Value<'a>) {
        if let Some((_, place)) = self.variables.iter_mut().find(|(known, _)| *known == name) {
            *place = value;
        } else if self.variables.len() < VARIABLES_MAX {
            self.variables.push((name, value));
        }
    }

    /// Sets an array, to unknown values if one of them is none.
    pub(super) fn set_list(&mut self, name: &'a str, values: &[Option<&'a str>], appends: bool) {
        let mut all = ArenaVec::with_capacity_in(values.len(), self.arena);
        if appends {
            match self.find(name) {
                Some(Value::Unknown) => return,
                _ => all.extend_from_slice_copy(self.list(name).unwrap_or_default()),
            }
        }
        all.extend(values.iter().flatten());
        let known = values.iter().all(Option::is_some) && all.len() <= LIST_MAX;
        self.put(name, if known { Value::List(all) } else { Value::Unknown });
    }

    /// Sets one value of an array; a gap before it has empty values.
    fn set_element(&mut self, name: &'a str, index: &str, value: Option<&'a str>) {
        let index = index.parse::<usize>().ok().filter(|index| *index < LIST_MAX);
        let place = self.variables.iter_mut().find(|(known, _)| *known == name).map(|(_, value)| value);
        let (Some(index), Some(value)) = (index, value) else { return self.put(name, Value::Unknown) };
        if let Some(Value::List(values)) = place {
            if values.len() <= index {
                values.resize(index + 1, "");
            }
            if let Some(place) = values.get_mut(index) {
                *place = value;
            }
            return;
        }
        let mut values = bumpalo::vec![in self.arena; ""; index + 1];
        if let Some(last) = values.last_mut() {
            *last = value;
        }
        self.put(name, Value::List(values));
    }

    /// Sets a variable to what a loop gives it, all at once, with a blank between.
    pub(super) fn set_all(&mut self, name: &'a str, values: &[Option<&'a str>]) {
        let mut all = ArenaString::new_in(self.arena);
        let mut known = !values.is_empty();
        self.loops = (values.len() > 1).then_some(name).or(self.loops);
        for (index, value) in values.iter().enumerate() {
            let value =
                value.filter(|value| !value.contains(['$', '*', '{']) && all.len() + value.len() < VALUE_MAX);
            known &= value.is_some();
            all.push_str(if index > 0 { " " } else { "" });
            all.push_str(value.unwrap_or(""));
        }
        self.set(name, known.then(|| all.into_bump_str()), false);
    }

    /// What a built-in command with these arguments changes.
    pub(super) fn run(&mut self, role: Role, args: &[Option<&'a str>]) {
        match role {
            Role::Set => self.set_parameters(args),
            Role::Cd => self.folder = self.target(args).filter(|folder| folder.len() <= FOLDER_MAX),
            Role::Unset => {
                let is_named = |name: &&str| args.contains(&Some(*name));
                self.variables.retain(|(name, _)| !is_named(name));
            }
            Role::Shift if !self.parameters.is_empty() => {
                let count = args.first().map_or(Some(1), |count| count.and_then(|count| count.parse().ok()));
                let rest = count.and_then(|count| self.parameters.get(1..)?.get(count..)).unwrap_or_default();
                let mut parameters =
                    bumpalo::vec![in self.arena; self.parameters.first().copied().unwrap_or("")];
                parameters.extend_from_slice_copy(rest);
                self.parameters = parameters.into_bump_slice();
            }
            _ => {}
        }
    }

    fn set_parameters(&mut self, args: &[Option<&'a str>]) {
        let mut rest = args;
        while let Some((first, after)) = rest.split_first() {
            match first {
                Some("--") => {
                    rest = after;
                    break;
                }
                Some(option) if option.starts_with(['-', '+']) => rest = after,
                _ => break,
            }
        }
        if rest.iter().any(Option::is_none) || rest.len() > LIST_MAX {
            self.parameters = &[];
        } else if !rest.is_empty() {
            let mut parameters = bumpalo::vec![in self.arena; ""];
            parameters.extend(rest.iter().flatten());
            self.parameters = parameters.into_bump_slice();
        }
    }

    /// Where `cd` goes to.
    fn target(&self, args: &[Option<&'a str>]) -> Option<&'a str> {
        let mut operands = args.iter().filter(|arg| !arg.is_some_and(|arg| arg.starts_with('-')));
        match operands.next().copied() {
            None => args.is_empty().then_some("~"),
            Some(Some("$HOME")) => Some("~"),
            Some(Some(path)) if path.starts_with(['/', '~']) => {
                Some(paths::shorter(path, self.arena).unwrap_or(path))
            }
            Some(Some(path)) if !path.is_empty() && !path.contains(['$', '*', '?']) => {
                Some(paths::join(self.folder?, path, self.arena))
            }
            _ => None,
        }
    }
}
