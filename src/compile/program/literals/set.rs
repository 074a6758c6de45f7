// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every literal of a slot, and what each makes true.

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, BuildError, Input, MatchKind};

use super::runs::{Anywhere, Edge};
use super::{Anchor, Needle};

/// Every literal of a slot.
///
/// Literals at an edge of the text are looked up by its outermost bytes. Those that may stand anywhere are found
/// by rare runs of their bytes, and where a text has too many of such runs, by an automaton in one pass.
#[derive(Clone, Debug)]
pub struct Literals {
    /// Per literal, its bytes.
    texts: Vec<Box<[u8]>>,
    /// Per literal, its range of `targets`.
    ranges: Vec<(u32, u32)>,
    targets: Vec<Target>,
    nocase: bool,
    /// Bytes of the shortest.
    shortest: usize,
    heads: Edge,
    tails: Edge,
    anywhere: Option<Anywhere>,
    automaton: AhoCorasick,
    /// Per pattern of the automaton, its literal.
    patterns: Vec<u32>,
}

/// What a literal, found, makes true.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Target {
    anchor: Anchor,
    pred: u32,
    /// The very text that must stand there, where the automaton takes every case and this does not.
    exact: Option<Box<str>>,
}

impl Literals {
    /// The literals of these needles; `None` where there are none.
    ///
    /// With `ascii_nocase` every needle is found in every ASCII case, and then it is looked whether a needle that
    /// counts as it is really stands there, so that one pass serves both sorts. Without `runs`, the automaton
    /// finds all that may stand anywhere.
    pub(in crate::compile::program) fn new(
        needles: impl Iterator<Item = Needle>,
        ascii_nocase: bool,
        runs: bool,
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
        let mut texts: Vec<Box<[u8]>> = Vec::with_capacity(by_text.len());
        let mut ranges = Vec::with_capacity(by_text.len());
        let mut targets: Vec<Target> = Vec::new();
        let at = |len: usize| u32::try_from(len).unwrap_or(u32::MAX);
        for (text, mut hits) in by_text {
            hits.sort_unstable();
            hits.dedup();
            let start = at(targets.len());
            targets.extend(hits);
            ranges.push((start, at(targets.len())));
            texts.push(text.into_bytes().into());
        }
        let of = |anchors: &[Anchor]| {
            let wanted = |(start, end): &(u32, u32)| {
                let targets = targets.get(*start as usize..*end as usize).unwrap_or(&[]);
                targets.iter().any(|target| anchors.contains(&target.anchor))
            };
            let chosen: Vec<u32> =
                (0..).zip(&ranges).filter(|(_, range)| wanted(range)).map(|(literal, _)| literal).collect();
            chosen
        };
        let bytes = |literal: &u32| texts.get(*literal as usize).map(|text| (*literal, &**text));
        let heads = Edge::new(of(&[Anchor::Start]).iter().filter_map(bytes), false, ascii_nocase);
        let tails = Edge::new(of(&[Anchor::End, Anchor::Whole]).iter().filter_map(bytes), true, ascii_nocase);
        let patterns = of(&[Anchor::Anywhere]);
        let anywhere = runs.then(|| Anywhere::new(patterns.iter().filter_map(bytes), ascii_nocase));
        let automaton = AhoCorasickBuilder::new()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(ascii_nocase)
            .build(patterns.iter().filter_map(bytes).map(|(_, text)| text))?;
        let nocase = ascii_nocase;
        let shortest = texts.iter().map(|text| text.len()).min().unwrap_or(0);
        Ok(Some(Self {
            shortest,
            texts,
            ranges,
            targets,
            nocase,
            heads,
            tails,
            anywhere,
            automaton,
            patterns,
        }))
    }

    /// Calls `hit` with the predicate of every literal in the text; more than once for some.
    ///
    /// # Cost
    /// Linear in the text and the occurrences; no allocation.
    #[inline]
    pub fn scan(&self, text: &str, mut hit: impl FnMut(u32)) {
        let mut compare = |literal, start| self.compare(text, literal, start, &mut hit);
        self.heads.scan(text.as_bytes(), &mut compare);
        self.tails.scan(text.as_bytes(), &mut compare);
        let done = self.anywhere.as_ref().is_some_and(|runs| runs.scan(text.as_bytes(), &mut compare));
        if done || self.patterns.is_empty() {
            return;
        }
        for found in self.automaton.find_overlapping_iter(Input::new(text)) {
            if let Some(literal) = self.patterns.get(found.pattern().as_usize()) {
                self.hit(text, *literal, found.range(), &mut hit);
            }
        }
    }

    /// Hits if the literal stands in the text at that place.
    fn compare(&self, text: &str, literal: u32, start: usize, hit: &mut impl FnMut(u32)) {
        let Some(wanted) = self.texts.get(literal as usize) else { return };
        let range = start..start + wanted.len();
        let Some(there) = text.as_bytes().get(range.clone()) else { return };
        let same = if self.nocase { there.eq_ignore_ascii_case(wanted) } else { there == &**wanted };
        if same {
            self.hit(text, literal, range, hit);
        }
    }

    /// Hits what a literal that stands at that place makes true.
    fn hit(&self, text: &str, literal: u32, range: Range<usize>, hit: &mut impl FnMut(u32)) {
        let Some((start, end)) = self.ranges.get(literal as usize) else { return };
        for target in self.targets.get(*start as usize..*end as usize).unwrap_or(&[]) {
            let (starts, ends) = (range.start == 0, range.end == text.len());
            let stands = match target.anchor {
                Anchor::Anywhere => true,
                Anchor::Start => starts,
                Anchor::End => ends,
                Anchor::Whole => starts && ends,
            };
            let same = |exact: &str| text.get(range.clone()).is_some_and(|part| part == exact);
            if stands && target.exact.as_deref().is_none_or(same) {
                hit(target.pred);
            }
        }
    }

    /// Bytes of the shortest literal; a shorter ASCII text has none.
    pub const fn shortest(&self) -> usize {
        self.shortest
    }

    /// How many literals there are.
    pub const fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// Bytes of the tables and the automaton.
    pub fn bytes(&self) -> usize {
        self.automaton.memory_usage()
            + self.texts.iter().map(|text| text.len() + size_of::<Box<[u8]>>()).sum::<usize>()
            + self.ranges.len() * size_of::<(u32, u32)>()
            + self.targets.len() * size_of::<Target>()
            + self.heads.bytes()
            + self.tails.bytes()
            + self.anywhere.as_ref().map_or(0, Anywhere::bytes)
    }

    /// How those that may stand anywhere are found, for the plan's report.
    pub const fn kind(&self) -> &'static str {
        if self.anywhere.is_some() { "runs" } else { "contiguous nfa" }
    }
}
