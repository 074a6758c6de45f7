// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which module names which: every `crate::` and `super::` path of the code, not only the `use` lines.

use super::rust_text::{RustText, is_name, name_at};
use super::tree::Problems;

/// The modules of the crate; each may name those before it.
const ORDER: [&str; 14] = [
    "vocab", "diag", "attack", "event", "lift", "compile", "engine", "tag", "store", "bus", "worker",
    "export", "api", "cli",
];

/// The modules inside `compile`, likewise; `compile` itself drives them all.
const COMPILE_ORDER: [&str; 11] = [
    "parse",
    "automaton",
    "ir",
    "lower",
    "sigma",
    "optimize",
    "program",
    "logs",
    "options",
    "validate",
    "constants",
];

/// Reports every path of one file that runs to the right.
pub(super) fn check(path: &str, text: &RustText, problems: &mut Problems) {
    let module = module_of(path);
    let inline = text.inline_modules();
    let is_visibility = |at: usize| text.code()[..at].trim_end().ends_with("(in");
    let crate_paths = text.words("crate").filter(|at| !is_visibility(*at)).map(|at| (at, Vec::new()));
    let super_paths = text.words("super").filter(|at| !text.code()[..*at].ends_with("::")).map(|at| {
        let mut base = module.clone();
        let around = inline.iter().filter(|inner| inner.range.contains(&at));
        base.extend(around.map(|inner| inner.name.clone()));
        base.pop();
        (at, base)
    });
    for (at, base) in crate_paths.chain(super_paths) {
        for target in targets(text.code(), at, base) {
            if let Some(problem) = problem(&module, &target) {
                problems.add(path, text.line_of(at), format!("names `{}`: {problem}", target.join("::")));
            }
        }
    }
}

/// `src/compile/lower/mod.rs` is `compile`, `lower`; the crate's root is empty.
fn module_of(path: &str) -> Vec<String> {
    let path = path.trim_start_matches("src/").trim_end_matches(".rs");
    let path = path.strip_suffix("/mod").unwrap_or(path);
    if path == "lib" || path == "main" {
        return Vec::new();
    }
    path.split('/').map(str::to_owned).collect()
}

/// Every path that the `crate::…` or `super::…` at `at` names, groups taken apart.
fn targets(code: &str, at: usize, base: Vec<String>) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let after = at + name_at(code, at).len();
    if let Some(rest) = code[after..].strip_prefix("::") {
        take_path(rest, base, &mut found);
    }
    found
}

/// Takes one path off `rest`, adds what it names to `found` and returns what is left.
fn take_path<'a>(rest: &'a str, mut base: Vec<String>, found: &mut Vec<Vec<String>>) -> &'a str {
    let mut rest = rest.trim_start();
    if let Some(group) = rest.strip_prefix('{') {
        rest = group.trim_start();
        while !rest.is_empty() && !rest.starts_with('}') {
            rest = take_path(rest, base.clone(), found);
            // An `as name` and the comma: nothing that names a module.
            rest = rest.trim_start_matches(|c| c != ',' && c != '}');
            rest = rest.strip_prefix(',').unwrap_or(rest).trim_start();
        }
        return rest.get(1..).unwrap_or("");
    }
    let name = &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())];
    match name {
        "super" => drop(base.pop()),
        "" | "self" => {}
        _ => base.push(name.to_owned()),
    }
    match rest[name.len()..].strip_prefix("::") {
        Some(deeper) => take_path(deeper, base, found),
        None => {
            found.push(base);
            &rest[name.len()..]
        }
    }
}

/// What is wrong with `module` naming `target`.
fn problem(module: &[String], target: &[String]) -> Option<String> {
    let from = module.first()?;
    let Some(from_rank) = rank(&ORDER, from) else {
        return Some(format!(
            "`{from}` has no place in the order: put it into ORDER of tests/it/tidy/imports.rs"
        ));
    };
    let Some((to, to_rank)) = target.first().and_then(|to| Some((to, rank(&ORDER, to)?))) else {
        return Some("that hides which module is meant: name the module that defines it".to_owned());
    };
    if to_rank > from_rank {
        return Some(to_the_right(from, to));
    }
    if to_rank < from_rank || from != "compile" {
        return None;
    }
    let from = module.get(1)?;
    let Some(from_rank) = rank(&COMPILE_ORDER, from) else {
        return Some(format!(
            "`compile::{from}` has no place in the order: put it into COMPILE_ORDER of tests/it/tidy/imports.rs"
        ));
    };
    let Some((to, to_rank)) = target.get(1).and_then(|to| Some((to, rank(&COMPILE_ORDER, to)?))) else {
        return Some(
            "that hides which module of `compile` is meant: name the one that defines it".to_owned(),
        );
    };
    (to_rank > from_rank).then(|| to_the_right(from, to))
}

fn rank(order: &[&str], module: &str) -> Option<usize> {
    order.iter().position(|name| *name == module)
}

fn to_the_right(from: &str, to: &str) -> String {
    format!("`{to}` stands to the right of `{from}`: move what both need to the left, or pass it in")
}
