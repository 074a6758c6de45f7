// SPDX-License-Identifier: AGPL-3.0-or-later
//! The budgets and the layering of the tree, held by reading its files.
//!
//! Each test gathers every problem before it fails, one line each: file, line, what to do.

mod imports;
mod paths;
mod rust_text;
mod tree;

use decnet_ttp::diag::Code;
use rust_text::RustText;
use tree::{Problems, Tree};

/// Lines of code of one file; blank and comment lines do not count.
const FILE_LINES_MAX: usize = 500;
/// Lines of code of one function, from `fn` to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;
/// All lines of a `mod.rs`: wiring and docs.
const MOD_LINES_MAX: usize = 150;

const LICENCE_LINE: &str = "SPDX-License-Identifier: AGPL-3.0-or-later";
const CODES: &str = "src/diag/code.rs";

#[test]
fn imports_run_one_way() {
    let mut problems = Problems::default();
    for file in Tree::read().rust_under("src/") {
        imports::check(&file.path, &RustText::new(&file.text), &mut problems);
    }
    problems.report("a module imports only from modules to its left");
}

#[test]
fn files_and_functions_keep_their_size() {
    let mut problems = Problems::default();
    for file in Tree::read().files.iter().filter(|file| file.path.ends_with(".rs")) {
        check_sizes(&file.path, &file.text, &mut problems);
    }
    problems.report("files and functions have a budget");
}

fn check_sizes(path: &str, text: &str, problems: &mut Problems) {
    let rust = RustText::new(text);
    let code = rust.code_lines(0..text.len());
    if code > FILE_LINES_MAX {
        problems.add(path, 1, format!("{code} lines of code, at most {FILE_LINES_MAX}: split it by subject"));
    }
    let lines = text.lines().count();
    if path.ends_with("/mod.rs") && lines > MOD_LINES_MAX {
        let advice = "move the code into files beside it; mod.rs keeps wiring and docs";
        problems.add(path, 1, format!("{lines} lines, at most {MOD_LINES_MAX}: {advice}"));
    }
    for function in rust.functions() {
        let code = rust.code_lines(function.range.clone());
        if code > FUNCTION_LINES_MAX {
            let advice = format!("at most {FUNCTION_LINES_MAX}: take a step out into a function with a name");
            let line = rust.line_of(function.range.start);
            problems.add(path, line, format!("`{}` has {code} lines of code, {advice}", function.name));
        }
    }
}

#[test]
fn source_files_name_their_licence_first() {
    let mut problems = Problems::default();
    for file in &Tree::read().files {
        let Some(comment) = comment_sign(&file.path) else { continue };
        let shebang = file.text.starts_with("#!") && !file.text.starts_with("#![");
        let head = file.text.lines().nth(usize::from(shebang)).unwrap_or("");
        if head != format!("{comment} {LICENCE_LINE}") {
            problems.add(&file.path, 1, format!("`{comment} {LICENCE_LINE}` comes first: run .ci/spdx"));
        }
    }
    problems.report("every source file names its licence");
}

/// How a source file begins a comment; `None` for test data and prose. `.ci/spdx` knows the same list.
fn comment_sign(path: &str) -> Option<&'static str> {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "rs" | "pest" => Some("//"),
        "sh" | "py" | "toml" => Some("#"),
        "yaml" | "yml" if path.starts_with("rules/") || path.starts_with("grammar/") => Some("#"),
        _ if path.starts_with(".ci/") => Some("#"),
        _ => None,
    }
}

#[test]
fn paths_named_in_the_architecture_exist() {
    let tree = Tree::read();
    let document = "ARCHITECTURE.md";
    let mut problems = Problems::default();
    match tree.get(document) {
        Some(text) => paths::check(document, text, &tree, &mut problems),
        None => problems.add(document, 1, "the file is missing: it names the modules and the invariants"),
    }
    problems.report("ARCHITECTURE.md describes this tree");
}

#[test]
fn diagnostic_codes_are_unique_and_documented() {
    let tree = Tree::read();
    let mut problems = Problems::default();
    let mut seen = std::collections::HashMap::new();
    for code in Code::ALL {
        let (text, line) = (code.as_str(), line_of_code(&tree, *code));
        if let Some(other) = seen.insert(text, code) {
            problems.add(
                CODES,
                line,
                format!("`{code:?}` and `{other:?}` share {text}: give it the next number"),
            );
        }
        let number = text.strip_prefix(['E', 'W']).unwrap_or("");
        if number.len() != 3 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            problems.add(CODES, line, format!("`{text}` is not E or W and three digits"));
        }
        let meaning = code.meaning();
        if meaning.trim().is_empty() || !meaning.ends_with('.') {
            problems.add(
                CODES,
                line,
                format!("{text} needs a doc comment of one sentence: say what it is about"),
            );
        }
    }
    problems.report("a diagnostic code stands for one thing and says what");
}

#[test]
fn every_code_is_used() {
    let tree = Tree::read();
    let sources: Vec<RustText> = tree
        .rust_under("src/")
        .filter(|file| file.path != CODES)
        .map(|file| RustText::new(&file.text))
        .collect();
    let mut problems = Problems::default();
    for code in Code::ALL {
        let path = format!("Code::{code:?}");
        if !sources.iter().any(|source| source.words(&path).next().is_some()) {
            let advice = "report it where the mistake is found, or take it out before it is released";
            problems.add(
                CODES,
                line_of_code(&tree, *code),
                format!("nothing reports {code} (`{path}`): {advice}"),
            );
        }
    }
    problems.report("every diagnostic code is reported somewhere");
}

fn line_of_code(tree: &Tree, code: Code) -> usize {
    let declaration = format!("{code:?} = \"{code}\"");
    let text = tree.get(CODES).unwrap_or("");
    text.lines().position(|line| line.contains(&declaration)).map_or(1, |index| index + 1)
}

#[test]
fn no_file_names_a_path_of_the_machine_it_was_written_on() {
    // In pieces, or this file would be the first finding.
    let private = [concat!("/", "work/"), concat!("/tmp", "/wt")];
    let mut problems = Problems::default();
    for file in &Tree::read().files {
        for (index, line) in file.text.lines().enumerate() {
            for path in private.into_iter().filter(|path| has_absolute(line, path)) {
                problems.add(
                    &file.path,
                    index + 1,
                    format!("`{path}` is a path of one machine: take it out"),
                );
            }
        }
    }
    problems.report("the tree reads the same on every machine");
}

/// Whether `line` has `path` as the beginning of an absolute path, not as the middle of a longer one.
fn has_absolute(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '}' | '*'))
    })
}

mod itself {
    //! A check that has never failed proves little: each is shown something to find.

    use super::*;

    fn found(check: impl FnOnce(&mut Problems)) -> Vec<String> {
        let mut problems = Problems::default();
        check(&mut problems);
        problems.into_lines()
    }

    fn import_problems(path: &str, text: &str) -> Vec<String> {
        found(|problems| imports::check(path, &RustText::new(text), problems))
    }

    #[test]
    fn an_import_from_the_right_is_found() {
        for text in [
            "use crate::engine::Scratch;",
            "use crate::{diag::{self, Code}, engine::{Scratch as S}};",
            "fn f() -> crate::engine::Scratch {}",
            "use super::super::engine;",
            "mod tests { use super::super::super::engine::Scratch; }",
        ] {
            let lines = import_problems("src/tag/x.rs", text);
            assert_eq!(lines, Vec::<String>::new(), "engine is left of tag: {text}");
            let lines = import_problems("src/compile/parse.rs", text);
            assert_eq!(lines.len(), 1, "{text}: {lines:?}");
            assert!(lines[0].starts_with("src/compile/parse.rs:1: "), "{lines:?}");
        }
        let visible = "pub(super) mod a; pub(in crate::compile) fn f() {}";
        assert_eq!(import_problems("src/compile/ir/x.rs", visible), Vec::<String>::new());
        let quoted = "//! [`crate::engine`]\nconst A: &str = \"crate::engine\"; /* crate::engine */";
        assert_eq!(import_problems("src/vocab/x.rs", quoted), Vec::<String>::new());
    }

    #[test]
    fn compile_has_an_order_of_its_own() {
        let lower = "src/compile/lower/mod.rs";
        assert_eq!(import_problems(lower, "use super::{ir, parse::ast};\nmod a;"), Vec::<String>::new());
        assert_eq!(import_problems("src/compile/mod.rs", "use crate::compile::program;").len(), 0);
        assert_eq!(import_problems(lower, "\nuse super::program::Program;").len(), 1);
        assert_eq!(import_problems(lower, "use crate::compile::optimize;").len(), 1);
        assert_eq!(import_problems(lower, "use crate::compile::Passes;").len(), 1, "disguises the order");
        assert_eq!(import_problems("src/compile/odd.rs", "use super::ir;").len(), 1, "not in the list");
    }

    #[test]
    fn modules_outside_the_list_are_found() {
        assert_eq!(import_problems("src/odd.rs", "use crate::vocab::Limits;").len(), 1);
        assert_eq!(import_problems("src/tag/mod.rs", "use crate::Odd;").len(), 1);
    }

    #[test]
    fn long_files_and_functions_are_found() {
        let body = |lines: usize| "    let _ = '{';\n    // a comment\n\n".repeat(lines);
        let function = |lines: usize| format!("fn f<'a>() -> [u8; 2] {{\n{}}}\n", body(lines));
        let sizes = |path: &str, text: &str| found(|problems| check_sizes(path, text, problems));
        assert_eq!(sizes("src/x.rs", &function(FUNCTION_LINES_MAX - 2)), Vec::<String>::new());
        assert_eq!(sizes("src/x.rs", &function(FUNCTION_LINES_MAX - 1)).len(), 1);
        assert_eq!(sizes("src/x.rs", &"use a::b;\n".repeat(FILE_LINES_MAX)), Vec::<String>::new());
        assert_eq!(sizes("src/x.rs", &"use a::b;\n".repeat(FILE_LINES_MAX + 1)).len(), 1);
        assert_eq!(sizes("src/x/mod.rs", &"//! Docs.\n".repeat(MOD_LINES_MAX)), Vec::<String>::new());
        assert_eq!(sizes("src/x/mod.rs", &"//! Docs.\n".repeat(MOD_LINES_MAX + 1)).len(), 1);
    }

    #[test]
    fn a_stale_path_in_prose_is_found() {
        let tree = Tree::of(&[("src/engine/scan.rs", "fn scan() {}"), ("rules/ttp/R0001.yaml", "")]);
        let stale = |text: &str| found(|problems| paths::check("A.md", text, &tree, problems));
        let good = "`src/engine/` `scan.rs` `engine/scan.rs` `src/engine/scan.rs::scan` `rules/ttp/*.yaml` \
                    `src/{engine,engine/scan.rs}` `application/json` `a b/c.rs` `https://a.b/c.rs` `~/x.rs`\n\
                    ```text\nsrc/`gone.rs`\n```\n";
        assert_eq!(stale(good), Vec::<String>::new());
        for bad in [
            "`src/gone.rs`",
            "`engine/gone`",
            "`gone.rs`",
            "`gone/`",
            "`rules/ttp/*.json`",
            "`src/{engine,gone}`",
            "`src/engine/scan.rs::gone`",
        ] {
            assert_eq!(stale(&format!("\n{bad}")).len(), 1, "{bad}");
        }
    }

    #[test]
    fn private_paths_are_told_from_others() {
        let private = concat!("/", "work/");
        assert!(has_absolute(concat!("in /", "work/x"), private));
        assert!(has_absolute(concat!("\"/", "work/x"), private));
        assert!(!has_absolute(concat!("net/", "work/x"), private));
    }
}
