// SPDX-License-Identifier: AGPL-3.0-or-later
//! Literals of one slot in one automaton.

use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, BuildError, Input, MatchKind};

/// Where in the text a literal must stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Anchor {
    /// Anywhere.
    Anywhere,
    /// At the start.
    Start,
    /// At the end.
    End,
}

/// One literal to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Needle {
    /// The literal, not empty.
    pub(super) text: String,
    /// Where it must stand.
    pub(super) anchor: Anchor,
    /// Its letters count in every case.
    pub(super) nocase: bool,
    /// The predicate that it makes true.
    pub(super) pred: u32,
}

/// Every literal of a slot, found in one pass over the text.
#[derive(Clone, Debug)]
pub struct Literals {
    automaton: AhoCorasick,
    /// Per literal, its range of `targets`.
    ranges: Vec<(u32, u32)>,
    targets: Vec<Target>,
}

/// What a literal, found, makes true.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    anchor: Anchor,
    pred: u32,
    /// The very text that must stand there, where the automaton takes every case and this does not.
    exact: Option<Box<str>>,
}

/// Above this many bytes of literals the DFA's tables fall out of the cache and the contiguous
/// NFA is faster; measured with `cargo bench --bench scan`.
const DFA_NEEDLE_BYTES_MAX: usize = 16 << 10;

impl Literals {
    /// The automaton of these needles; `None` where there are none.
    ///
    /// With `ascii_nocase` it finds every needle in every ASCII case and then looks whether a
    /// needle that counts as it is really stands there, so that one pass serves both sorts. An
    /// automaton that is not for the usual texts is the kind that is built quicker.
    pub(super) fn new(
        needles: impl Iterator<Item = Needle>,
        ascii_nocase: bool,
        usual: bool,
    ) -> Result<Option<Self>, BuildError> {
        let mut by_text: BTreeMap<String, Vec<Target>> = BTreeMap::new();
        for Needle { text, anchor, nocase, pred } in needles {
            let cased = ascii_nocase && !nocase && text.bytes().any(|byte| byte.is_ascii_alphabetic());
            let exact = cased.then(|| text.as_str().into());
            let text = if ascii_nocase { text.to_ascii_lowercase() } else { text };
            by_text.entry(text).or_default().push(Target { anchor, pred, exact });
        }
        if by_text.is_empty() {
            return Ok(None);
        }
        let bytes: usize = by_text.keys().map(String::len).sum();
        let dfa = usual && bytes <= DFA_NEEDLE_BYTES_MAX;
        let kind = if dfa { AhoCorasickKind::DFA } else { AhoCorasickKind::ContiguousNFA };
        let automaton = AhoCorasickBuilder::new()
            .kind(Some(kind))
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(ascii_nocase)
            .build(by_text.keys())?;
        let mut ranges = Vec::with_capacity(by_text.len());
        let mut targets = Vec::new();
        let at = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        for mut hits in by_text.into_values() {
            hits.sort_unstable();
            hits.dedup();
            let start = at(targets.len());
            targets.extend(hits);
            ranges.push((start, at(targets.len())));
        }
        Ok(Some(Self { automaton, ranges, targets }))
    }

    /// Calls `hit` with the predicate of every literal in the text; more than once for some.
    ///
    /// # Cost
    /// Linear in the text and the occurrences; no allocation.
    #[inline]
    pub fn scan(&self, text: &str, mut hit: impl FnMut(u32)) {
        for found in self.automaton.find_overlapping_iter(Input::new(text)) {
            let Some((start, end)) = self.ranges.get(found.pattern().as_usize()) else { continue };
            let Some(targets) = self.targets.get(*start as usize..*end as usize) else { continue };
            for target in targets {
                let stands = match target.anchor {
                    Anchor::Anywhere => true,
                    Anchor::Start => found.start() == 0,
                    Anchor::End => found.end() == text.len(),
                };
                let same = |exact: &str| text.get(found.range()).is_some_and(|part| part == exact);
                if stands && target.exact.as_deref().is_none_or(same) {
                    hit(target.pred);
                }
            }
        }
    }

    /// How many literals there are.
    pub fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Bytes of the automaton and its tables.
    pub fn bytes(&self) -> usize {
        self.automaton.memory_usage()
            + self.ranges.len() * size_of::<(u32, u32)>()
            + self.targets.len() * size_of::<Target>()
    }

    /// The automaton's kind, for the plan's report.
    pub fn kind(&self) -> &'static str {
        match self.automaton.kind() {
            AhoCorasickKind::DFA => "dfa",
            AhoCorasickKind::ContiguousNFA => "contiguous nfa",
            _ => "noncontiguous nfa",
        }
    }
}
