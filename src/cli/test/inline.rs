// SPDX-License-Identifier: AGPL-3.0-or-later
//! The `hit` and `miss` examples in rule files.

use crate::compile::parse::ast::{InlineTest, Rule};
use crate::event::RawObject;

use super::judge::{Judge, Verdict, describe};
use super::{Failure, Pack};

/// One example and how it went.
pub(super) struct Case {
    pub(super) rule_id: String,
    /// `hit 3`: the third of the rule's hits.
    pub(super) name: String,
    pub(super) file: String,
    pub(super) line: usize,
    pub(super) failure: Option<Failure>,
}

/// Runs every example of every rule.
pub(super) fn run(pack: &Pack, judge: &mut Judge) -> Vec<Case> {
    let mut cases = Vec::new();
    for rule in &pack.compilation.ast.rules {
        let (mut hits, mut misses) = (0_usize, 0_usize);
        for test in &rule.tests {
            let number = if test.hit { &mut hits } else { &mut misses };
            *number += 1;
            cases.push(case(pack, judge, rule, test, *number));
        }
    }
    cases
}

fn case(pack: &Pack, judge: &mut Judge, rule: &Rule, test: &InlineTest, number: usize) -> Case {
    let sources = &pack.compilation.sources;
    let file = sources.get(test.span.source).map_or_else(String::new, |file| file.path.clone());
    let line = sources.line_column(test.span.source, test.span.start).map_or(1, |(line, _)| line);
    let mut case = Case {
        rule_id: rule.id.value.clone(),
        name: format!("{} {number}", if test.hit { "hit" } else { "miss" }),
        file,
        line,
        failure: None,
    };
    let kind = test.kind.as_ref().or_else(|| rule.applies_to.first()).map(|kind| kind.value);
    // A map of strings to JSON always serialises.
    let payload = serde_json::to_string(&test.payload).unwrap_or_default();
    let fail = |what, expected: String, got| Failure {
        what,
        place: format!("{}:{}", case.file, case.line),
        rule_id: case.rule_id.clone(),
        payload: payload.clone(),
        expected,
        got,
        note: None,
    };
    case.failure = match (kind, RawObject::parse(&payload, &judge.limits)) {
        (Some(kind), Ok(object)) => {
            let verdict = judge.judge(kind, None, object);
            judged(&rule.id.value, test.hit, &verdict).map(|(what, expected, got)| fail(what, expected, got))
        }
        (_, Err(error)) => {
            Some(fail("UNREADABLE", "a payload within the limits".to_owned(), error.to_string()))
        }
        (None, _) => None,
    };
    case
}

/// What is wrong with a verdict, what was expected and what came.
fn judged(rule_id: &str, hit: bool, verdict: &Verdict) -> Option<(&'static str, String, String)> {
    let got = describe(&verdict.fired);
    if let Some(other) = &verdict.disagreement {
        let got = format!("engine: {got}; reference: {}", describe(other));
        return Some(("DISAGREEMENT", "engine and reference evaluator agree".to_owned(), got));
    }
    if verdict.has(rule_id) == hit {
        return None;
    }
    let (what, verb) = if hit { ("HIT FAILED", "fires") } else { ("MISS FAILED", "stays silent") };
    Some((what, format!("{rule_id} {verb}"), got))
}
