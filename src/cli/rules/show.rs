// SPDX-License-Identifier: AGPL-3.0-or-later
//! `rules show`: everything about one rule.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::compile::ir;
use crate::compile::parse::ast::{self, Expr, ExprKind, Match};
use crate::diag::did_you_mean;

use super::super::text::{WIDTH, counted, escape, wrap};
use super::super::{Tone, condition};
use super::list::emit_json;
use super::{Exit, Pack, RulesArg, Ui};

/// Shows one rule: what it is for, when it holds, what it emits and keeps
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  decnet-ttp rules show R0014
  decnet-ttp rules show my_rule --rules my-rules/ --json")]
pub(super) struct Args {
    /// The rule's id
    #[arg(value_name = "ID")]
    id: String,

    #[command(flatten)]
    rules: RulesArg,

    /// Prints one JSON object
    #[arg(long)]
    json: bool,
}

/// A rule from both ends.
struct Subject<'a> {
    pack: &'a Pack,
    rule: &'a ir::Rule,
    source: &'a ast::Rule,
}

pub(super) fn run(args: &Args, ui: &Ui) -> anyhow::Result<Exit> {
    let pack = args.rules.load(ui)?;
    let subject = find(&pack, &args.id)?;
    if args.json {
        ui.print_json(&subject.json())?;
    } else {
        ui.print(&subject.text(ui))?;
    }
    Ok(Exit::Fine)
}

fn find<'a>(pack: &'a Pack, id: &str) -> anyhow::Result<Subject<'a>> {
    let rule = pack.program.rule(id);
    let source = pack.compilation.ast.rules.iter().find(|rule| rule.id.value == id);
    match rule.zip(source) {
        Some((rule, source)) => Ok(Subject { pack, rule, source }),
        None => Err(unknown_rule(pack, id)),
    }
}

/// Says that there is no such rule, and which one may be meant.
pub(in super::super) fn unknown_rule(pack: &Pack, id: &str) -> anyhow::Error {
    let like = did_you_mean(id, pack.program.rules().map(|rule| rule.id.as_str()));
    let help = match like {
        Some(like) => format!("did you mean `{like}`?"),
        None => "`decnet-ttp rules list` shows them".to_owned(),
    };
    Exit::Usage.because(format!("no rule `{id}` in pack {}; {help}", pack.program.pack().0))
}

impl Subject<'_> {
    fn text(&self, ui: &Ui) -> String {
        let rule = self.rule;
        let title = format!("{} {}, version {}", rule.id, rule.name, rule.version);
        let mut out = format!("{}\n{}\n\n", ui.paint(Tone::Bold, &escape(&title)), escape(&rule.path));
        if !rule.description.is_empty() {
            out.push_str(&wrap(&rule.description, WIDTH, ""));
            out.push('\n');
        }
        let mut section = |name: &str, lines: &[String]| {
            for (index, line) in lines.iter().enumerate() {
                let name = if index == 0 { name } else { "" };
                // Writing to a string cannot fail.
                let _ = writeln!(out, "{name:<12}{}", escape(line));
            }
        };
        section("Reads", &[self.kinds().join(", ")]);
        for (group, lines) in self.conditions() {
            section(&group, &lines);
        }
        section("Emits", &self.emits());
        section("Evidence", &[self.evidence()]);
        let (hits, misses) = self.tests();
        section("Tests", &[format!("{}, {}", counted(hits, "hit"), counted_misses(misses))]);
        out
    }

    fn kinds(&self) -> Vec<&'static str> {
        self.rule.kinds.iter().map(|kind| kind.as_str()).collect()
    }

    /// When it holds: as written where it is an expression, else what it stands for, per kind.
    fn conditions(&self) -> Vec<(String, Vec<String>)> {
        if let Match::Expr(expr) = &self.source.matches {
            return vec![("Holds when".to_owned(), expr_lines(expr))];
        }
        let kinds = self.pack.compilation.lowered.kinds.iter();
        let mut all: Vec<(String, Vec<String>)> = kinds
            .filter_map(|kind| {
                let entry = kind.entries.iter().find(|entry| self.is_of(entry))?;
                Some((kind.source_kind?.to_string(), condition::lines(kind, entry.cond)))
            })
            .collect();
        let same = all.windows(2).all(|pair| matches!(pair, [a, b] if a.1 == b.1));
        if same {
            all.truncate(1);
            all.iter_mut().for_each(|(name, _)| "Holds when".clone_into(name));
        } else {
            all.iter_mut().for_each(|(name, lines)| {
                lines.insert(0, format!("(on {name})"));
                "Holds when".clone_into(name);
            });
        }
        all
    }

    fn is_of(&self, entry: &ir::Entry) -> bool {
        let rules = &self.pack.compilation.lowered.rules;
        rules.get(entry.rule as usize).is_some_and(|rule| rule.id == self.rule.id)
    }

    fn emits(&self) -> Vec<String> {
        let attack = &*self.pack.attack;
        let mut lines = Vec::new();
        for (emit, source) in self.rule.emits.iter().zip(&self.source.emits) {
            let tactic = attack.tactic(&emit.tactic).map_or("", |tactic| &tactic.name);
            let technique = emit.sub_technique.as_ref().unwrap_or(&emit.technique);
            lines.push(format!("{technique} {}, confidence {}", emit.technique_name, emit.confidence));
            lines.push(format!("  for {} {tactic}; {}", emit.tactic, emit.url));
            if let Some(when) = &source.when {
                lines.push(format!("  when {when}"));
            }
            if let Some(scale) = &source.scale {
                lines.push(format!("  confidence times {scale}"));
            }
        }
        lines
    }

    /// The fields that tags keep: the rule's, and those of its kinds.
    fn evidence(&self) -> String {
        let mut context: Vec<&str> = Vec::new();
        for kind in &self.rule.kinds {
            for field in &self.pack.program.schema(*kind).context_fields {
                if !self.rule.evidence.contains(field) && !context.contains(&field.as_str()) {
                    context.push(field);
                }
            }
        }
        let own = if self.rule.evidence.is_empty() {
            "none of its own".to_owned()
        } else {
            self.rule.evidence.join(", ")
        };
        if context.is_empty() { own } else { format!("{own}; where present: {}", context.join(", ")) }
    }

    fn tests(&self) -> (usize, usize) {
        let hits = self.source.tests.iter().filter(|test| test.hit).count();
        (hits, self.source.tests.len() - hits)
    }

    fn json(&self) -> Json {
        let (hits, misses) = self.tests();
        let emits = self.rule.emits.iter().zip(&self.source.emits).map(|(emit, source)| {
            let mut json = emit_json(emit);
            for (key, expr) in [("when", &source.when), ("scale", &source.scale)] {
                json.insert(key.to_owned(), expr.as_ref().map(Expr::to_string).into());
            }
            json
        });
        let conditions = match &self.source.matches {
            Match::Expr(expr) => vec![expr.to_string()],
            _ => self.conditions().into_iter().map(|(_, lines)| lines.join(" ")).collect(),
        };
        json!({
            "rule_id": self.rule.id,
            "rule_version": self.rule.version,
            "name": self.rule.name,
            "description": self.rule.description,
            "applies_to": self.kinds(),
            "holds_when": conditions,
            "emits": emits.collect::<Vec<_>>(),
            "evidence_fields": self.rule.evidence,
            "tests": {"hit": hits, "miss": misses},
            "attack_release": self.pack.program.attack_release(),
            "file": self.rule.path,
        })
    }
}

/// The parts of the outermost `and` or `or`, each on its own line.
fn expr_lines(expr: &Expr) -> Vec<String> {
    let (items, word) = match &expr.kind {
        ExprKind::And(items) => (items, "and"),
        ExprKind::Or(items) => (items, "or"),
        _ => return vec![expr.to_string()],
    };
    let line = |(index, item): (usize, &Expr)| {
        let nested = matches!(item.kind, ExprKind::And(_) | ExprKind::Or(_));
        let text = if nested { format!("({item})") } else { item.to_string() };
        if index == 0 { text } else { format!("{word} {text}") }
    };
    items.iter().enumerate().map(line).collect()
}

fn counted_misses(number: usize) -> String {
    format!("{number} miss{}", if number == 1 { "" } else { "es" })
}
