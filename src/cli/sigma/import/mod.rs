// SPDX-License-Identifier: AGPL-3.0-or-later
//! `sigma import`: Sigma rules, written anew as rules of ours.

mod check;
mod emits;
mod fields;
mod matching;
mod write;

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::text::{counted, escape};
use crate::cli::{Exit, Ui};
use crate::compile::Options;
use crate::compile::sigma::{self, ast};
use crate::diag::{Diagnostics, Sources};

use super::files::Files;
use check::{Written, checked, errors};
use fields::Kind;
use write::Draft;

/// Writes Sigma rules anew as rules of ours, one file each
///
/// Rules on process creation become rules on commands, those on web servers rules on HTTP requests; ATT&CK
/// techniques come from their tags, the confidence from their level. Each rule that is left out, or lacks a
/// part, is listed with the reason. What is written compiles: see `check`.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  decnet-ttp sigma import sigma/rules/linux imported/
  decnet-ttp check imported/")]
pub(in crate::cli) struct Args {
    /// Folder with Sigma rules, or one file
    #[arg(value_name = "DIR")]
    from: PathBuf,

    /// Folder for the rules; it must be empty, or not be there yet
    #[arg(value_name = "OUT")]
    out: PathBuf,
}

pub(in crate::cli) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    refuse_full(&args.out)?;
    let options = Options::default();
    let files = Files::read(std::slice::from_ref(&args.from), &options.limits)?;
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::new());
    let rules = sigma::parse(&files.files, &options.limits, &mut sources, &mut diagnostics);
    diagnostics.sort();
    let mut left: Vec<String> = files.problems;
    left.extend(errors(&sources, &diagnostics).map(|(path, message)| format!("{path}: {message}")));
    let mut drafts = Vec::with_capacity(rules.len());
    for rule in &rules {
        let from = format!("{}: {}: ", rule.head.path, name_of(&rule.head));
        match draft(rule, &options) {
            Ok(draft) => {
                let (name, text, lacks) = (draft.file_name(), draft.text(), draft.lacks);
                drafts.push(Written { name, text, from, lacks });
            }
            Err(reason) => left.push(format!("{from}{reason}")),
        }
    }
    let (sound, refused) = checked(drafts, &options);
    left.extend(refused);
    fs::create_dir_all(&args.out).map_err(|error| unwritable(&args.out, error))?;
    for rule in &sound {
        let path = args.out.join(&rule.name);
        fs::write(&path, &rule.text).map_err(|error| unwritable(&path, error))?;
    }
    let mut listing = String::new();
    for rule in sound.iter().filter(|rule| !rule.lacks.is_empty()) {
        let lacks = rule.lacks.iter().map(String::as_str).collect::<Vec<_>>().join("; ");
        listing.push_str(&format!("in part  {}\n", escape(&format!("{}without {lacks}", rule.from))));
    }
    for reason in &left {
        listing.push_str(&format!("left out {}\n", escape(reason)));
    }
    ui.print(&listing)?;
    ui.note(&format!(
        "{} written to {}, {} left out",
        counted(sound.len(), "rule"),
        escape(&args.out.display().to_string()),
        left.len()
    ));
    Ok(Exit::yes_or_no(!sound.is_empty()))
}

/// Nothing is ever written over.
fn refuse_full(out: &Path) -> anyhow::Result<()> {
    let empty = match fs::read_dir(out) {
        Ok(mut entries) => entries.next().is_none(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => true,
        Err(error) => return Err(unwritable(out, error)),
    };
    match empty {
        true => Ok(()),
        false => Err(Exit::Usage.because(format!("`{}` is not empty: name a new folder", out.display()))),
    }
}

fn unwritable(path: &Path, error: std::io::Error) -> anyhow::Error {
    Exit::Io.caused_by(format!("cannot write `{}`", path.display()), error)
}

fn name_of(head: &ast::Head) -> &str {
    match &head.id {
        Some(id) if head.title.is_empty() => &id.value,
        _ => &head.title,
    }
}

/// The rule of ours, or why there is none.
fn draft<'r>(rule: &'r ast::Rule, options: &'r Options) -> Result<Draft<'r>, String> {
    let kind = Kind::of(&rule.head.logsource)?;
    let found = matching::matching(rule, kind)?;
    let emits = emits::emits(&rule.head.tags, options.catalogue())?;
    Ok(Draft {
        head: &rule.head,
        kind,
        expr: found.expr,
        lacks: found.lacks,
        emits,
        release: options.catalogue().release(),
    })
}
