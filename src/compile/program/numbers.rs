// SPDX-License-Identifier: AGPL-3.0-or-later
//! Number comparisons of one slot in sorted threshold tables.

use crate::compile::ir::Ordering;

/// Thresholds of one slot, sorted, so that one value touches only those it meets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberTable {
    /// `>` (strict) and `>=`, ascending.
    above: Vec<(f64, bool, u32)>,
    /// `<` (strict) and `<=`, descending.
    below: Vec<(f64, bool, u32)>,
    /// `==`, ascending.
    equal: Vec<(f64, u32)>,
}

impl NumberTable {
    pub(super) fn add(&mut self, op: Ordering, number: f64, pred: u32) {
        match op {
            Ordering::Gt => self.above.push((number, true, pred)),
            Ordering::Ge => self.above.push((number, false, pred)),
            Ordering::Lt => self.below.push((number, true, pred)),
            Ordering::Le => self.below.push((number, false, pred)),
            Ordering::Eq => self.equal.push((number, pred)),
        }
    }

    pub(super) fn sort(&mut self) {
        self.above.sort_by(|a, b| a.0.total_cmp(&b.0));
        self.below.sort_by(|a, b| b.0.total_cmp(&a.0));
        self.equal.sort_by(|a, b| a.0.total_cmp(&b.0));
    }

    /// Calls `hit` with every predicate that the value meets.
    #[inline]
    pub fn scan(&self, value: f64, mut hit: impl FnMut(u32)) {
        for (threshold, strict, pred) in self.above.iter().take_while(|(threshold, ..)| *threshold <= value) {
            if *threshold < value || !*strict {
                hit(*pred);
            }
        }
        for (threshold, strict, pred) in self.below.iter().take_while(|(threshold, ..)| *threshold >= value) {
            if *threshold > value || !*strict {
                hit(*pred);
            }
        }
        let start = self.equal.partition_point(|(number, _)| *number < value);
        for (_, pred) in self.equal.iter().skip(start).take_while(|(number, _)| *number == value) {
            hit(*pred);
        }
    }

    /// How many comparisons there are.
    pub fn len(&self) -> usize {
        self.above.len() + self.below.len() + self.equal.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
