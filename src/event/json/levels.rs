// SPDX-License-Identifier: AGPL-3.0-or-later
//! The stack of a check that does not recurse.

/// The deepest nesting that is checked, whatever `Limits::json_depth` says: the stack has a fixed
/// size.
pub(super) const DEPTH_MAX: usize = 128;

/// The containers that are open during a check: for each, whether it is an object and how many
/// keys it has so far.
pub(super) struct Levels {
    levels: [u32; DEPTH_MAX],
    depth: usize,
}

impl Default for Levels {
    fn default() -> Self {
        Self { levels: [0; DEPTH_MAX], depth: 0 }
    }
}

impl Levels {
    const OBJECT: u32 = 1 << 31;

    pub(super) const fn depth(&self) -> usize {
        self.depth
    }

    /// Opens a container; the caller keeps the depth within [`DEPTH_MAX`].
    pub(super) fn push(&mut self, object: bool) {
        if let Some(level) = self.levels.get_mut(self.depth) {
            *level = if object { Self::OBJECT } else { 0 };
        }
        self.depth += 1;
    }

    /// Closes the innermost container.
    pub(super) fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Whether the innermost container is an object.
    pub(super) fn in_object(&self) -> bool {
        let top = self.depth.checked_sub(1).and_then(|top| self.levels.get(top));
        top.is_some_and(|level| level & Self::OBJECT != 0)
    }

    /// The byte that closes the innermost container.
    pub(super) fn closing(&self) -> u8 {
        if self.in_object() { b'}' } else { b']' }
    }

    /// Counts one key of the innermost object and returns how many it has, up to 2^31.
    pub(super) fn count_key(&mut self) -> usize {
        let Some(level) = self.depth.checked_sub(1).and_then(|top| self.levels.get_mut(top)) else {
            return 0;
        };
        let keys = (*level & !Self::OBJECT).saturating_add(1).min(Self::OBJECT - 1);
        *level = Self::OBJECT | keys;
        keys as usize
    }
}
