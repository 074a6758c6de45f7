// SPDX-License-Identifier: AGPL-3.0-or-later
//! The literals of a regular expression: those it is, and those it cannot match without.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

use crate::compile::ir::Needle;

/// A pattern that is nothing but literals: one of `needles`, at the start, the end, or anywhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// The alternatives.
    pub needles: Vec<Needle>,
    /// Only at the start of the text.
    pub start: bool,
    /// Only at the end of the text.
    pub end: bool,
}

/// How many alternatives are worth a literal each.
const NEEDLES_MAX: usize = 32;
/// How long a literal may get.
const NEEDLE_BYTES_MAX: usize = 256;
/// The shortest literal worth looking for before a pattern.
const REQUIRED_CHARS_MIN: usize = 3;

/// The literals that a pattern is, exactly, or `None`.
pub fn shape(hir: &Hir) -> Option<Shape> {
    let parts: &[Hir] = match hir.kind() {
        HirKind::Concat(parts) => parts,
        _ => std::slice::from_ref(hir),
    };
    let is =
        |part: Option<&Hir>, look: Look| matches!(part.map(Hir::kind), Some(HirKind::Look(l)) if *l == look);
    let start = is(parts.first(), Look::Start);
    let parts = if start { parts.get(1..)? } else { parts };
    let end = is(parts.last(), Look::End);
    let parts = if end { parts.split_last()?.1 } else { parts };
    let words =
        parts.iter().try_fold(vec![Word::default()], |words, part| cross(words, &enumerate(part)?))?;
    let needles: Option<Vec<Needle>> = words.into_iter().map(Word::exact).collect();
    let mut needles = needles?;
    if needles.iter().any(|needle| needle.text.is_empty()) {
        return None;
    }
    needles.sort();
    needles.dedup();
    Some(Shape { needles, start, end })
}

/// Literals of which every match of the pattern contains at least one, or `None` where there
/// are none worth looking for.
pub fn required(hir: &Hir) -> Option<Vec<Needle>> {
    let mut needles = best(hir, 0)?;
    needles.sort();
    needles.dedup();
    Some(needles)
}

/// How deep nested groups are looked into.
const DEPTH_MAX: usize = 32;

fn best(hir: &Hir, depth: usize) -> Option<Vec<Needle>> {
    if depth > DEPTH_MAX {
        return None;
    }
    match hir.kind() {
        HirKind::Capture(capture) => best(&capture.sub, depth + 1),
        HirKind::Repetition(repetition) if repetition.min > 0 => best(&repetition.sub, depth + 1),
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(best(branch, depth + 1)?);
                if all.len() > NEEDLES_MAX {
                    return None;
                }
            }
            Some(all)
        }
        HirKind::Concat(parts) => concat(parts, depth),
        HirKind::Literal(_) | HirKind::Class(_) => worthy(enumerate(hir)?),
        HirKind::Empty | HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

/// The best literals of a sequence: those of its longest run of literals, or of one part.
fn concat(parts: &[Hir], depth: usize) -> Option<Vec<Needle>> {
    let mut candidates: Vec<Vec<Needle>> = Vec::new();
    let mut run = vec![Word::default()];
    for part in parts {
        let next = match part.kind() {
            // Zero width: what follows still adjoins what stands before.
            HirKind::Look(_) | HirKind::Empty => continue,
            _ => enumerate(part),
        };
        let longer = next.as_ref().and_then(|words| cross(run.clone(), words));
        if let Some(longer) = longer {
            run = longer;
            continue;
        }
        candidates.extend(worthy(std::mem::take(&mut run)));
        run = next.unwrap_or_else(|| vec![Word::default()]);
        candidates.extend(best(part, depth + 1));
    }
    candidates.extend(worthy(run));
    candidates.into_iter().max_by_key(|needles| score(needles))
}

/// Longer shortest literal first, then fewer literals.
fn score(needles: &[Needle]) -> (usize, std::cmp::Reverse<usize>) {
    let shortest = needles.iter().map(|needle| needle.text.chars().count()).min().unwrap_or(0);
    (shortest.min(12), std::cmp::Reverse(needles.len()))
}

/// The words as needles that any match contains, if each is long enough to be worth it.
fn worthy(words: Vec<Word>) -> Option<Vec<Needle>> {
    let long = |word: &Word| word.text.chars().count() >= REQUIRED_CHARS_MIN;
    (!words.is_empty() && words.iter().all(long)).then(|| words.into_iter().map(Word::loose).collect())
}

/// A string whose letters each count with or without their case.
#[derive(Clone, Debug, Default)]
struct Word {
    text: String,
    /// Some letter counts in every case.
    folded: bool,
    /// Some letter counts only as it is.
    cased: bool,
}

impl Word {
    /// The needle that is this word, exactly; none where cases are mixed.
    fn exact(self) -> Option<Needle> {
        (!(self.folded && self.cased)).then_some(Needle { text: self.text, nocase: self.folded })
    }

    /// A needle that every text with this word has.
    fn loose(self) -> Needle {
        Needle { text: self.text, nocase: self.folded }
    }
}

/// Every word of one with every word of the other behind it, within bounds.
fn cross(words: Vec<Word>, tails: &[Word]) -> Option<Vec<Word>> {
    if words.len().checked_mul(tails.len())? > NEEDLES_MAX {
        return None;
    }
    let mut all = Vec::with_capacity(words.len() * tails.len());
    for word in &words {
        for tail in tails {
            let text = format!("{}{}", word.text, tail.text);
            if text.len() > NEEDLE_BYTES_MAX {
                return None;
            }
            all.push(Word { text, folded: word.folded || tail.folded, cased: word.cased || tail.cased });
        }
    }
    Some(all)
}

/// The finite language of a pattern, if it is small.
fn enumerate(hir: &Hir) -> Option<Vec<Word>> {
    match hir.kind() {
        HirKind::Empty => Some(vec![Word::default()]),
        HirKind::Literal(literal) => {
            let text = std::str::from_utf8(&literal.0).ok()?.to_owned();
            let cased = text.chars().any(has_case);
            Some(vec![Word { text, folded: false, cased }])
        }
        HirKind::Class(Class::Unicode(class)) => class_words(class),
        HirKind::Class(Class::Bytes(class)) => class_words(&class.to_unicode_class()?),
        HirKind::Capture(capture) => enumerate(&capture.sub),
        HirKind::Concat(parts) => {
            parts.iter().try_fold(vec![Word::default()], |words, part| cross(words, &enumerate(part)?))
        }
        HirKind::Alternation(branches) => {
            let mut all = Vec::new();
            for branch in branches {
                all.extend(enumerate(branch)?);
                if all.len() > NEEDLES_MAX {
                    return None;
                }
            }
            Some(all)
        }
        HirKind::Repetition(repetition) if repetition.max == Some(repetition.min) && repetition.min <= 16 => {
            let part = enumerate(&repetition.sub)?;
            (0..repetition.min).try_fold(vec![Word::default()], |words, _| cross(words, &part))
        }
        HirKind::Look(_) | HirKind::Repetition(_) => None,
    }
}

/// The words of a character class: one folded letter, or a few characters.
fn class_words(class: &regex_syntax::hir::ClassUnicode) -> Option<Vec<Word>> {
    const CLASS_CHARS_MAX: usize = 10;
    let mut chars = Vec::new();
    for range in class.iter() {
        for c in range.start()..=range.end() {
            chars.push(c);
            if chars.len() > CLASS_CHARS_MAX {
                return None;
            }
        }
    }
    let first = *chars.first()?;
    if chars.len() > 1 && orbit(first) == chars {
        let text = chars.iter().find(|c| c.is_lowercase()).copied().unwrap_or(first).to_string();
        return Some(vec![Word { text, folded: true, cased: false }]);
    }
    Some(chars.into_iter().map(|c| Word { text: c.to_string(), folded: false, cased: has_case(c) }).collect())
}

/// Whether other characters are the same but for case.
fn has_case(c: char) -> bool {
    orbit(c).len() > 1
}

/// The characters equal to `c` by Unicode simple case folding, `c` among them, sorted.
pub(crate) fn orbit(c: char) -> Vec<char> {
    let mut class = regex_syntax::hir::ClassUnicode::new([regex_syntax::hir::ClassUnicodeRange::new(c, c)]);
    if class.try_case_fold_simple().is_err() {
        return vec![c];
    }
    class.iter().flat_map(|range| range.start()..=range.end()).collect()
}
