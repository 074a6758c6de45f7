// SPDX-License-Identifier: AGPL-3.0-or-later
//! The files of a pack to one [`Pack`].

use std::collections::{HashMap, HashSet};
use std::io::ErrorKind;

use super::ast::{List, Manifest, Pack};
use super::files::{FileProblem, PackFiles, Role};
use super::problems::Problems;
use super::table::{Table, string, text};
use super::{File, fields, forms, intel, predicates, rule, yaml};
use crate::diag::render::quote;
use crate::diag::{Code, Diagnostic, Diagnostics, SourceId, Sources, Span};
use crate::vocab::Limits;

const MANIFEST_KEYS: &[&str] = &["name", "version", "attack_release", "description"];

/// Parses every file of a pack. What the pack doesn't have comes from the one that is built in:
/// the ATT&CK release and the fields as a whole, predicates, lists and intel tables one by one.
///
/// Every problem goes into `diagnostics`, and every text into `sources`. A rule with a problem is
/// left out, and so is the second of two with one id.
///
/// # Cost
/// Linear in the text of the files.
pub fn pack(
    files: &PackFiles,
    sources: &mut Sources,
    limits: &Limits,
    diagnostics: &mut Diagnostics,
) -> Pack {
    let mut reader = Reader { sources, limits, diagnostics, found: Found::default() };
    for path in files.passed_over() {
        reader.pass_over(files.display(path));
    }
    for (path, role, bytes) in files.iter() {
        reader.file(files.display(path), role, bytes);
    }
    let folder = files.folder_name();
    reader.fill_in(&PackFiles::builtin(), if folder.is_empty() { "rules" } else { folder });
    reader.found.into_pack()
}

/// What was read so far.
#[derive(Default)]
struct Found {
    pack: Pack,
    manifest: bool,
    schema: bool,
    /// Where each rule id stands, refused rules among them.
    ids: HashMap<String, Span>,
    predicates: HashSet<String>,
    lists: HashSet<String>,
    rule_files: usize,
}

impl Found {
    fn into_pack(mut self) -> Pack {
        self.pack.predicates.sort_by(|a, b| a.name.value.cmp(&b.name.value));
        self.pack.lists.sort_by(|a, b| a.name.cmp(&b.name));
        self.pack.intel.sort_by(|a, b| a.provider.value.cmp(&b.provider.value));
        self.pack
    }
}

struct Reader<'a> {
    sources: &'a mut Sources,
    limits: &'a Limits,
    diagnostics: &'a mut Diagnostics,
    found: Found,
}

impl Reader<'_> {
    fn pass_over(&mut self, path: String) {
        let source = self.sources.add(path, "");
        let message = "this file is passed over because of its name";
        let help = "the name of a rule file has letters, digits and `_`, and ends in `.yaml`";
        self.diagnostics.push(Diagnostic::new(Code::PassedOver, at(source, 0..0), message).help(help));
    }

    fn file(&mut self, path: String, role: Role<'_>, bytes: Result<&[u8], &FileProblem>) {
        if role == Role::Rule && !self.may_add_rule() {
            return;
        }
        let text = match bytes.map_err(|problem| file_problem(problem, self.limits)) {
            Ok(bytes) => String::from_utf8_lossy(bytes),
            Err((code, message)) => {
                let source = self.sources.add(path, "");
                self.diagnostics.push(Diagnostic::new(code, at(source, 0..0), message));
                return;
            }
        };
        let source = self.sources.add(path, text.clone());
        // Where the text had to be mended, it is not UTF-8; up to there both are the same.
        if let Some(error) = bytes.ok().and_then(|bytes| std::str::from_utf8(bytes).err()) {
            let start = error.valid_up_to();
            let place = at(source, start..start + char::REPLACEMENT_CHARACTER.len_utf8());
            let problem = Diagnostic::new(Code::File, place, "this file is not UTF-8");
            self.diagnostics.push(problem.label(format!("byte {start} is no part of a character")));
            return;
        }
        match role {
            Role::List(name) => self.list(source, name, &text),
            _ => self.yaml(source, role, &text),
        }
    }

    /// Counts a rule file; past the bound, further ones are not read.
    fn may_add_rule(&mut self) -> bool {
        self.found.rule_files += 1;
        if self.found.rule_files == self.limits.rules + 1 {
            let message = format!("this pack has more than {} rules", self.limits.rules);
            self.diagnostics.push(Diagnostic::global(Code::PackLimit, message));
        }
        self.found.rule_files <= self.limits.rules
    }

    fn yaml(&mut self, source: SourceId, role: Role<'_>, text: &str) {
        let mut problems = Problems::new(source, self.diagnostics);
        let Some(root) = yaml::parse(text, self.limits, &mut problems) else { return };
        let file = File { text, limits: self.limits };
        match role {
            Role::Manifest => {
                if let Some(manifest) = manifest(&root, &mut problems) {
                    self.found.manifest = true;
                    self.found.pack.manifest = manifest;
                }
            }
            Role::Fields => {
                if let Some(schema) = fields::schema(&root, &mut problems) {
                    self.found.schema = true;
                    self.found.pack.schema = schema;
                }
            }
            Role::Predicates => {
                for predicate in predicates::predicates(&root, &file, &mut problems) {
                    if self.found.predicates.insert(predicate.name.value.clone()) {
                        self.found.pack.predicates.push(predicate);
                    }
                }
            }
            Role::Intel(name) => {
                let known = self.found.pack.intel.iter().any(|table| table.provider.value == name);
                let table = if known { None } else { intel::table(&root, name, &mut problems) };
                self.found.pack.intel.extend(table);
            }
            Role::Rule => {
                let parsed = rule::rule(&root, &file, &mut problems);
                self.rule(parsed);
            }
            Role::List(_) => {}
        }
    }

    /// Keeps a rule, unless an earlier one has its id.
    fn rule(&mut self, parsed: rule::Parsed) {
        let Some(id) = parsed.id else { return };
        match self.found.ids.get(&id.value) {
            Some(earlier) => {
                let message = format!("two rules have the id {}", quote(&id.value));
                let problem = Diagnostic::new(Code::DuplicateId, id.span, message).label("again here");
                self.diagnostics.push(problem.related(*earlier, "first here"));
            }
            None => {
                self.found.ids.insert(id.value, id.span);
                self.found.pack.rules.extend(parsed.rule);
            }
        }
    }

    fn list(&mut self, source: SourceId, name: &str, text: &str) {
        if !forms::is_list_name(name) {
            let message = format!("{} is no name of a list", quote(name));
            let problem = Diagnostic::new(Code::BadValue, at(source, 0..0), message);
            self.diagnostics.push(problem.help("a list's name has letters, digits and `_`"));
            return;
        }
        if self.found.lists.insert(name.to_owned()) {
            self.found.pack.lists.push(List { name: name.to_owned(), source, entries: entries(text) });
        }
    }

    /// Adds from the built-in pack what was not found.
    fn fill_in(&mut self, builtin: &PackFiles, name: &str) {
        let (manifest, schema) = (self.found.manifest, self.found.schema);
        for (path, role, bytes) in builtin.iter() {
            let wanted = match role {
                Role::Manifest => !manifest,
                Role::Fields => !schema,
                Role::Predicates | Role::List(_) => true,
                Role::Intel(name) => self.found.pack.intel.iter().all(|table| table.provider.value != name),
                Role::Rule => false,
            };
            if wanted {
                self.file(builtin.display(path), role, bytes);
            }
        }
        if !manifest {
            let attack_release = self.found.pack.manifest.attack_release.take();
            let (name, version) = (name.to_owned(), "0".to_owned());
            self.found.pack.manifest = Manifest { name, version, attack_release, description: String::new() };
        }
    }
}

fn manifest(root: &yaml::Node, problems: &mut Problems<'_>) -> Option<Manifest> {
    let table = Table::new(root, "a pack", MANIFEST_KEYS, problems)?;
    let name = table.require("name", problems).and_then(|node| string(node, "`name`", problems));
    let version = table.require("version", problems).and_then(|node| string(node, "`version`", problems));
    let release = table.get("attack_release").and_then(|node| string(node, "`attack_release`", problems));
    Some(Manifest {
        name: name?.value,
        version: version?.value,
        attack_release: release.map(|release| release.value),
        description: text(table.get("description"), "`description`", problems),
    })
}

/// The entries of a list file: one a line, trimmed, without comments and repeats.
fn entries(text: &str) -> Vec<String> {
    let mut seen = HashSet::new();
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let entries = lines.filter(|line| !line.is_empty() && !line.starts_with('#') && seen.insert(*line));
    entries.map(str::to_owned).collect()
}

fn file_problem(problem: &FileProblem, limits: &Limits) -> (Code, String) {
    match problem {
        FileProblem::TooLarge => {
            (Code::YamlLimit, format!("this file has more than {} bytes", limits.rule_file_bytes))
        }
        FileProblem::PackTooLarge => {
            (Code::PackLimit, "the files before this one fill the pack's bound".to_owned())
        }
        FileProblem::NotAFile => (Code::File, "this is no regular file".to_owned()),
        FileProblem::Io(ErrorKind::NotFound) => (Code::File, "this file is gone".to_owned()),
        FileProblem::Io(ErrorKind::PermissionDenied) => (Code::File, "this file may not be read".to_owned()),
        FileProblem::Io(kind) => (Code::File, format!("this file cannot be read: {kind}")),
    }
}

fn at(source: SourceId, bytes: std::ops::Range<usize>) -> Span {
    let clamp = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
    Span { source, start: clamp(bytes.start), end: clamp(bytes.end) }
}
