// SPDX-License-Identifier: AGPL-3.0-or-later
//! Shares equal nodes, and joins the alternatives of one value that one table or automaton answers.

use std::collections::BTreeMap;

use crate::compile::ir::{Cond, CondId, Needle, Pred, TextTest, ValueId};

use super::rewrite::{Build, Pass};

/// The pass; the sharing itself is [`Build`]'s.
pub(super) struct Dedup;

impl Pass for Dedup {
    fn cond(&mut self, build: &mut Build, cond: Cond) -> CondId {
        let Cond::Or(parts) = cond else { return build.cond(cond) };
        let mut sets: BTreeMap<(ValueId, bool), Vec<String>> = BTreeMap::new();
        let mut needles: BTreeMap<ValueId, Vec<Needle>> = BTreeMap::new();
        let mut rest = Vec::new();
        for part in &parts {
            match build.as_pred(*part) {
                Some(Pred::Text(value, TextTest::Equals { text, nocase })) => {
                    sets.entry((*value, *nocase)).or_default().push(text.clone());
                }
                Some(Pred::Text(value, TextTest::In { set, nocase })) => {
                    sets.entry((*value, *nocase)).or_default().extend(set.iter().cloned());
                }
                Some(Pred::Text(value, TextTest::Contains { text, nocase })) if !text.is_empty() => {
                    needles.entry(*value).or_default().push(Needle { text: text.clone(), nocase: *nocase });
                }
                _ => rest.push(*part),
            }
        }
        let joins = sets.values().any(|set| set.len() > 1) || needles.values().any(|list| list.len() > 1);
        if !joins {
            return build.cond(Cond::Or(parts));
        }
        for ((value, nocase), mut set) in sets {
            set.sort();
            set.dedup();
            rest.push(build.pred(Pred::Text(value, TextTest::In { set, nocase })));
        }
        for (value, mut needles) in needles {
            needles.sort();
            needles.dedup();
            let test = match needles.as_slice() {
                [Needle { text, nocase }] => TextTest::Contains { text: text.clone(), nocase: *nocase },
                _ => TextTest::ContainsAny(needles),
            };
            rest.push(build.pred(Pred::Text(value, test)));
        }
        match rest.as_slice() {
            [one] => *one,
            _ => build.cond(Cond::Or(rest)),
        }
    }
}
