// SPDX-License-Identifier: AGPL-3.0-or-later
//! Shares equal nodes, and joins the alternatives of one value that one table or automaton answers.

use std::collections::BTreeMap;

use crate::compile::ir::{Cond, CondId, Needle, Pred, Regex, TextTest, ValueId};

use super::rewrite::{Build, Pass};

/// The pass; the sharing itself is [`Build`]'s.
pub(super) struct Dedup;

/// The most text of patterns that are joined into one.
const JOINED_BYTES_MAX: usize = 16 << 10;

/// The alternatives of one disjunction, by what answers them.
#[derive(Default)]
struct Alternatives {
    sets: BTreeMap<(ValueId, bool), Vec<String>>,
    needles: BTreeMap<ValueId, Vec<Needle>>,
    regexes: BTreeMap<ValueId, Vec<Regex>>,
    rest: Vec<CondId>,
}

impl Pass for Dedup {
    fn cond(&mut self, build: &mut Build, cond: Cond) -> CondId {
        let Cond::Or(parts) = cond else { return build.cond(cond) };
        let mut all = Alternatives::default();
        for part in &parts {
            all.add(build, *part);
        }
        if !all.joins() {
            return build.cond(Cond::Or(parts));
        }
        match all.into_conds(build).as_slice() {
            [one] => *one,
            conds => build.cond(Cond::Or(conds.to_vec())),
        }
    }
}

impl Alternatives {
    fn add(&mut self, build: &Build, part: CondId) {
        match build.as_pred(part) {
            Some(Pred::Text(value, TextTest::Equals { text, nocase })) => {
                self.sets.entry((*value, *nocase)).or_default().push(text.clone());
            }
            Some(Pred::Text(value, TextTest::In { set, nocase })) => {
                self.sets.entry((*value, *nocase)).or_default().extend(set.iter().cloned());
            }
            Some(Pred::Text(value, TextTest::Contains { text, nocase })) if !text.is_empty() => {
                let needle = Needle { text: text.clone(), nocase: *nocase };
                self.needles.entry(*value).or_default().push(needle);
            }
            Some(Pred::Text(value, TextTest::Matches(regex))) => {
                self.regexes.entry(*value).or_default().push(regex.clone());
            }
            _ => self.rest.push(part),
        }
    }

    fn joins(&self) -> bool {
        self.sets.values().any(|set| set.len() > 1)
            || self.needles.values().any(|list| list.len() > 1)
            || self.regexes.values().any(|list| list.len() > 1)
    }

    fn into_conds(self, build: &mut Build) -> Vec<CondId> {
        let mut conds = self.rest;
        let mut add = |value: ValueId, test: TextTest| conds.push(build.pred(Pred::Text(value, test)));
        for ((value, nocase), mut set) in self.sets {
            set.sort();
            set.dedup();
            add(value, TextTest::In { set, nocase });
        }
        for (value, mut needles) in self.needles {
            needles.sort();
            needles.dedup();
            let test = match needles.as_slice() {
                [Needle { text, nocase }] => TextTest::Contains { text: text.clone(), nocase: *nocase },
                _ => TextTest::ContainsAny(needles),
            };
            add(value, test);
        }
        for (value, regexes) in self.regexes {
            for regex in join(&regexes) {
                add(value, TextTest::Matches(regex));
            }
        }
        conds
    }
}

/// As few patterns as the bound allows, each with several as its branches: what branches begin with
/// in common is then walked once.
fn join(regexes: &[Regex]) -> Vec<Regex> {
    let mut joined = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (end, regex) in regexes.iter().enumerate() {
        bytes += regex.pattern().len();
        if bytes > JOINED_BYTES_MAX && end > start {
            joined.extend(regexes.get(start..end).map(Regex::any));
            (start, bytes) = (end, regex.pattern().len());
        }
    }
    joined.extend(regexes.get(start..).filter(|left| !left.is_empty()).map(Regex::any));
    joined
}
