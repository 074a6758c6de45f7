// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where the strings of a text begin and end, found for all of it at once.

use wide::u8x16;

/// Bytes looked at in one step.
const WINDOW: usize = 64;

/// The places of a text's quotes and escapes.
///
/// A reader that has them finds the end of a string without looking for it, so it does not wait
/// for one string to end before it can begin with the next.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// A bit for each byte of the text, set for quotes that no backslash stands before.
    quotes: Vec<u64>,
    /// The places of backslashes that begin an escape.
    escapes: Vec<u32>,
}

impl Index {
    /// Finds the quotes and escapes of a text of less than 4 GiB.
    ///
    /// `None` for a text that has a control character or an invalid escape anywhere: few do, and
    /// another reader says what is wrong with them, if anything.
    ///
    /// # Cost
    ///
    /// Some tens of instructions for every 64 bytes; no allocation for a text no longer than an
    /// earlier one.
    pub(super) fn build(&mut self, bytes: &[u8]) -> Option<()> {
        self.quotes.clear();
        self.escapes.clear();
        self.quotes.reserve(bytes.len() / WINDOW + 1);
        let (windows, rest) = bytes.as_chunks::<WINDOW>();
        let mut base = 0;
        let mut low = u8x16::splat(u8::MAX);
        let mut carry = 0;
        for window in windows {
            carry = self.window(window, base, 0, bytes, &mut low, carry)?;
            base += WINDOW;
        }
        if !rest.is_empty() {
            let (window, seen) = match bytes.last_chunk() {
                Some(window) => (*window, WINDOW - rest.len()),
                None => (padded(bytes), 0),
            };
            self.window(&window, base - seen, seen, bytes, &mut low, carry)?;
            if let Some(last) = self.quotes.last_mut() {
                *last >>= seen;
            }
        }
        let low = low.min(u8x16::splat(b' ')).simd_eq(u8x16::splat(b' '));
        if low.to_bitmask() == 0xffff { Some(()) } else { None }
    }

    /// A bit for each byte of the text, set for quotes that no backslash stands before.
    pub(super) fn quotes(&self) -> &[u64] {
        &self.quotes
    }

    /// The places of the escapes.
    pub(super) fn escapes(&self) -> &[u32] {
        &self.escapes
    }

    /// Takes in one window, of which the first bytes were `seen` before; `carry` is 1 if an escape
    /// began with the last of them, or with the last byte of the window before.
    #[inline(always)]
    fn window(
        &mut self,
        window: &[u8; WINDOW],
        base: usize,
        seen: usize,
        bytes: &[u8],
        low: &mut u8x16,
        carry: u64,
    ) -> Option<u64> {
        let (parts, _) = window.as_chunks::<16>();
        let mut quotes = 0;
        let mut backslash = u8x16::splat(0);
        for (part, place) in parts.iter().zip([0, 16, 32, 48]) {
            let part = u8x16::new(*part);
            *low = low.min(part);
            backslash |= part.simd_eq(u8x16::splat(b'\\'));
            quotes |= u64::from(part.simd_eq(u8x16::splat(b'"')).to_bitmask()) << place;
        }
        quotes &= u64::MAX << seen;
        let mut next = 0;
        if backslash.to_bitmask() != 0 || carry != 0 {
            let new = (u64::MAX << seen) & !(carry << seen);
            (quotes, next) = self.escapes_in(window, base, bytes, quotes & new, new)?;
        }
        self.quotes.push(quotes);
        Some(next)
    }

    /// Notes the escapes of a window that begin at its `new` bytes; returns its quotes without the
    /// escaped ones, and the next window's carry.
    #[inline(never)]
    fn escapes_in(
        &mut self,
        window: &[u8; WINDOW],
        base: usize,
        bytes: &[u8],
        mut quotes: u64,
        new: u64,
    ) -> Option<(u64, u64)> {
        let (parts, _) = window.as_chunks::<16>();
        let mut rest = 0;
        for (part, place) in parts.iter().zip([0, 16, 32, 48]) {
            let marks = u8x16::new(*part).simd_eq(u8x16::splat(b'\\')).to_bitmask();
            rest |= u64::from(marks) << place;
        }
        rest &= new;
        let mut next = 0;
        while rest != 0 {
            let first = rest.trailing_zeros();
            let at = base + first as usize;
            match bytes.get(at + 1)? {
                b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => {}
                b'u' if bytes.get(at + 2..at + 6)?.iter().all(u8::is_ascii_hexdigit) => {}
                _ => return None,
            }
            self.escapes.push(u32::try_from(at).ok()?);
            // The escape, and the byte after it: neither begins or ends anything.
            let pair = 3_u64 << first;
            rest &= !pair;
            quotes &= !pair;
            next = u64::from(first == 63);
        }
        Some((quotes, next))
    }
}

/// A text shorter than a window, and blanks.
#[cold]
fn padded(bytes: &[u8]) -> [u8; WINDOW] {
    let mut window = [b' '; WINDOW];
    window.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    window
}
