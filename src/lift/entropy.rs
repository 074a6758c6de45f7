// SPDX-License-Identifier: AGPL-3.0-or-later
//! Shannon entropy.

/// The entropy of bytes, in bits per byte: 0 for none or one value, 8 at the most.
///
/// # Cost
/// One pass; no allocation.
pub fn entropy(bytes: &[u8]) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in bytes {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let total = u32::try_from(bytes.len()).map_or(f64::from(u32::MAX), f64::from);
    let bits: f64 = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / total)
        .map(|share| -share * share.log2())
        .sum();
    bits.max(0.0)
}
