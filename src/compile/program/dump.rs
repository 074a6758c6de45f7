// SPDX-License-Identifier: AGPL-3.0-or-later
//! Prints the plan for people: what `explain --plan` and the golden files show.

use std::fmt::{self, Display, Formatter};

use crate::vocab::{FieldType, SourceKind};

use super::{ACCEPT, KindProgram, Literals, Program, REJECT, SlotScan, Test};

/// Prints a program: per kind its slots, what is scanned in each, the code, the witness index.
pub fn dump(program: &Program) -> String {
    program.kinds().map(|kind| KindDump(kind).to_string()).collect::<Vec<_>>().join("\n")
}

struct KindDump<'a>(&'a KindProgram);

impl Display for KindDump<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = self.0;
        writeln!(
            f,
            "kind {}: {} rules, {} predicates",
            kind.source_kind.map_or("log", SourceKind::as_str),
            kind.entries.len(),
            kind.tests.len()
        )?;
        for key in kind.fields.keys() {
            let slot = |slot: Option<(u32, FieldType)>| {
                slot.map_or("object".to_owned(), |(slot, ty)| format!("s{slot} {}", ty.as_str()))
            };
            writeln!(f, "  key {} → {}", key.name, slot(key.slot))?;
            for member in key.members.keys() {
                writeln!(f, "    key {} → {}", member.name, slot(member.slot))?;
            }
        }
        for scan in &kind.scans {
            scan_lines(f, scan)?;
        }
        for (index, test) in kind.tests.iter().enumerate() {
            if !matches!(test, Test::Scanned) {
                writeln!(f, "  on demand p{index}: {}", describe(kind, test))?;
            }
        }
        for (index, node) in kind.code.iter().enumerate() {
            writeln!(f, "  {index:>4}: p{} ? {} : {}", node.pred, target(node.yes), target(node.no))?;
        }
        for entry in &kind.entries {
            write!(f, "  rule {} at {}", entry.rule.id, target(entry.code))?;
            for emit in entry.emits.iter().filter(|emit| emit.when != ACCEPT || emit.scale.is_some()) {
                write!(f, ", emit when {}", target(emit.when))?;
                if let Some(scale) = emit.scale {
                    write!(f, " scale v{scale}")?;
                }
            }
            writeln!(f)?;
        }
        for (pred, (start, end)) in
            kind.witness_ranges.iter().enumerate().filter(|(_, (start, end))| start < end)
        {
            let entries = kind.witnessed.get(*start as usize..*end as usize).unwrap_or(&[]);
            writeln!(f, "  p{pred} wakes {}", rule_names(kind, entries))?;
        }
        if !kind.always.is_empty() {
            writeln!(f, "  always decided: {}", rule_names(kind, &kind.always))?;
        }
        Ok(())
    }
}

fn rule_names(kind: &KindProgram, entries: &[u32]) -> String {
    let names: Vec<_> = entries
        .iter()
        .filter_map(|entry| kind.entries.get(*entry as usize))
        .map(|entry| entry.rule.id.as_str())
        .collect();
    names.join(" ")
}

fn scan_lines(f: &mut Formatter<'_>, scan: &SlotScan) -> fmt::Result {
    let mut line = |text: String| writeln!(f, "  scan s{}: {text}", scan.slot);
    if !scan.exists.is_empty() {
        line("presence".to_owned())?;
    }
    if !scan.is_true.is_empty() {
        line("boolean".to_owned())?;
    }
    if !scan.numbers.is_empty() {
        line(format!("{} number thresholds", scan.numbers.len()))?;
    }
    if !scan.text.exact.is_empty() {
        line(format!("{} equal strings in a hash table", scan.text.exact.len()))?;
    }
    let automaton = |literals: &Literals| format!("{} literals, {}", literals.len(), literals.kind());
    if let Some(literals) = &scan.text.literals {
        let texts = if scan.text.folded.is_some() { "texts beyond ASCII: " } else { "" };
        line(format!("{texts}{}", automaton(literals)))?;
    }
    if let Some(folded) = &scan.text.folded {
        if let Some(literals) = &folded.ascii {
            line(format!("ASCII texts: {}", automaton(literals)))?;
        }
        if let Some(literals) = &folded.full {
            line(format!("texts beyond ASCII, folded: {}", automaton(literals)))?;
        }
        if !folded.exact.is_empty() {
            line(format!("nocase: {} equal strings in a hash table", folded.exact.len()))?;
        }
    }
    for group in &scan.text.groups {
        line(format!("{} patterns in automaton r{} on every text", group.preds.len(), group.regex))?;
    }
    Ok(())
}

fn describe(kind: &KindProgram, test: &Test) -> String {
    match test {
        Test::Text(value, super::Probe::Regex(regex)) => {
            let regex = kind.regexes.get(*regex as usize);
            let patterns = regex.map(|regex| &regex.patterns);
            format!("v{value} automaton {:?}", patterns.and_then(|all| all.first()).map_or("", |one| one))
        }
        Test::Text(value, super::Probe::Contains(finder)) => {
            format!("v{value} contains {:?}", String::from_utf8_lossy(finder.needle()))
        }
        other => format!("{other:?}"),
    }
}

fn target(target: u32) -> String {
    match target {
        ACCEPT => "yes".to_owned(),
        REJECT => "no".to_owned(),
        node => node.to_string(),
    }
}
