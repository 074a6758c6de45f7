// SPDX-License-Identifier: AGPL-3.0-or-later
//! A hash that stays nearly the same when a text changes a little.

/// The 64-bit similarity hash of a text by its words and how often each comes; `None` for a text
/// without words. Texts of one template differ in few bits.
///
/// # Cost
/// One pass; no allocation.
pub(super) fn simhash(text: &str) -> Option<u64> {
    let mut weights = [0_i32; 64];
    let mut any = false;
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        any = true;
        let hash = hash(word);
        for (bit, weight) in weights.iter_mut().enumerate() {
            *weight += if hash >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    let bits = weights.iter().enumerate().filter(|(_, weight)| **weight > 0);
    any.then(|| bits.fold(0, |hash, (bit, _)| hash | 1 << bit))
}

/// FNV-1a over the lower-case word, then mixed so that every bit depends on every byte.
fn hash(word: &str) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for c in word.chars().flat_map(char::to_lowercase) {
        hash = (hash ^ u64::from(u32::from(c))).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ hash >> 33).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ hash >> 33
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_one_template_are_close() {
        let template = |name: &str| {
            format!(
                "Dear {name}, your mailbox is almost full. Please sign in within 24 hours to keep your \
                 messages, or your account will be closed. The help desk thanks you for your patience."
            )
        };
        let hash = |text: &str| simhash(text).expect("there are words");
        let distance = |a: &str, b: &str| (hash(a) ^ hash(b)).count_ones();
        assert!(distance(&template("Ann Smith"), &template("Bo")) <= 8);
        assert!(
            distance(&template("Ann"), "Minutes of the meeting on Monday: budget, hiring, parking") >= 16
        );
        assert_eq!(hash("One  TWO\nthree"), hash("one, two (three)!"));
        assert_eq!(simhash(" \n-- "), None);
    }
}
