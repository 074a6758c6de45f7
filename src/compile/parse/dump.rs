// SPDX-License-Identifier: AGPL-3.0-or-later
//! A rule's tree as indented text, for golden files and for people.

use std::fmt::Write as _;

use super::ast::{Emit, Expr, ExprKind, InlineTest, Match, ParamValue, Rule};

/// The tree of a rule: one fact a line, expressions as trees. No places, so that moving a line
/// does not change it.
pub fn dump(rule: &Rule) -> String {
    let mut out = Out { text: String::new() };
    out.line(0, format_args!("rule {} version {}", rule.id.value, rule.version.value));
    out.line(1, format_args!("name {}", rule.name.value));
    if let Some(release) = &rule.attack_release {
        out.line(1, format_args!("attack_release {}", release.value));
    }
    let kinds: Vec<&str> = rule.applies_to.iter().map(|kind| kind.value.as_str()).collect();
    out.line(1, format_args!("applies_to {}", kinds.join(" ")));
    out.matches(&rule.matches);
    rule.emits.iter().for_each(|emit| out.emit(emit));
    if !rule.evidence_fields.is_empty() {
        let fields: Vec<&str> = rule.evidence_fields.iter().map(|field| field.value.as_str()).collect();
        out.line(1, format_args!("evidence {}", fields.join(" ")));
    }
    rule.tests.iter().for_each(|test| out.test(test));
    out.text
}

struct Out {
    text: String,
}

impl Out {
    fn line(&mut self, depth: usize, line: std::fmt::Arguments<'_>) {
        let _ = writeln!(self.text, "{:1$}{line}", "", depth * 2);
    }

    fn matches(&mut self, matches: &Match) {
        match matches {
            Match::Expr(expr) => {
                self.line(1, format_args!("match"));
                self.expr(2, expr);
            }
            Match::Pattern { pattern, field } => {
                let field = field.as_ref().map_or("the default field", |field| field.value.as_str());
                self.line(1, format_args!("match pattern {:?} in {field}", pattern.value));
            }
            Match::Named { name, arguments } => {
                self.line(1, format_args!("match {}", name.value));
                for (name, value) in arguments {
                    match &value.value {
                        ParamValue::TextList(items) => {
                            let items: Vec<&str> = items.iter().map(|item| item.value.as_str()).collect();
                            self.line(2, format_args!("{} = {items:?}", name.value));
                        }
                        ParamValue::PairList(pairs) => {
                            self.line(2, format_args!("{} = {pairs:?}", name.value));
                        }
                        ParamValue::Number(number) => self.line(2, format_args!("{} = {number}", name.value)),
                        ParamValue::Text(text) => self.line(2, format_args!("{} = {text:?}", name.value)),
                        ParamValue::Bool(value) => self.line(2, format_args!("{} = {value}", name.value)),
                        ParamValue::Mixed(_) => self.line(2, format_args!("{} = <a mixed list>", name.value)),
                        ParamValue::Other(what) => self.line(2, format_args!("{} = <{what}>", name.value)),
                    }
                }
            }
        }
    }

    fn emit(&mut self, emit: &Emit) {
        let id = emit.sub_technique.as_ref().unwrap_or(&emit.technique);
        self.line(
            1,
            format_args!("emit {} {} confidence {}", emit.tactic.value, id.value, emit.confidence.value),
        );
        for (what, expr) in [("when", &emit.when), ("scale", &emit.scale)] {
            if let Some(expr) = expr {
                self.line(2, format_args!("{what}"));
                self.expr(3, expr);
            }
        }
    }

    fn test(&mut self, test: &InlineTest) {
        let what = if test.hit { "hit" } else { "miss" };
        let kind = test.kind.as_ref().map(|kind| format!(" as {}", kind.value)).unwrap_or_default();
        let payload = serde_json::Value::Object(test.payload.clone());
        self.line(1, format_args!("{what}{kind} {payload}"));
    }

    fn expr(&mut self, depth: usize, expr: &Expr) {
        match &expr.kind {
            ExprKind::Not(inner) => self.node(depth, "not", [&**inner]),
            ExprKind::Negate(inner) => self.node(depth, "negate", [&**inner]),
            ExprKind::And(items) => self.node(depth, "and", items),
            ExprKind::Or(items) => self.node(depth, "or", items),
            ExprKind::Binary { op, lhs, rhs, nocase } => {
                let nocase = if *nocase { " nocase" } else { "" };
                self.node(depth, &format!("{}{nocase}", op.value.as_str()), [&**lhs, &**rhs]);
            }
            ExprKind::Quantifier { all, list, body } => {
                self.node(depth, if *all { "all" } else { "any" }, [&**list, &**body]);
            }
            ExprKind::Call { name, args } => self.node(depth, &format!("call {}", name.value), args),
            ExprKind::Field(name) => self.line(depth, format_args!("field {name}")),
            _ => self.line(depth, format_args!("{expr}")),
        }
    }

    fn node<'e>(&mut self, depth: usize, name: &str, parts: impl IntoIterator<Item = &'e Expr>) {
        self.line(depth, format_args!("{name}"));
        for part in parts {
            self.expr(depth + 1, part);
        }
    }
}
