// SPDX-License-Identifier: AGPL-3.0-or-later
//! The word that was probably meant.

/// The candidate most like `word`, if one is close enough to be a likely slip.
///
/// # Cost
/// Linear in the candidates; each compared by edit distance.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let bound = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= bound && *candidate != word)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions, substitutions and swaps of neighbours from `a` to `b`.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    let mut last = None;
    for (i, ca) in a.chars().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        next.push(i + 1);
        for (j, cb) in b.iter().enumerate() {
            let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or(usize::MAX - 1);
            let change = cell(&row, j) + usize::from(ca != *cb);
            let mut best = change.min(cell(&row, j + 1) + 1).min(cell(&next, j) + 1);
            // `ab` for `ba`
            if let Some(before) = j.checked_sub(1)
                && last == Some(*cb)
                && b.get(before) == Some(&ca)
            {
                best = best.min(cell(&above, before) + 1);
            }
            next.push(best);
        }
        above = std::mem::replace(&mut row, next);
        last = Some(ca);
    }
    row.last().copied().unwrap_or(0)
}
