// SPDX-License-Identifier: AGPL-3.0-or-later
//! A bounded map that gives up what was used longest ago.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// At most `capacity` values by name.
#[derive(Debug)]
pub(super) struct Lru<V> {
    entries: HashMap<Arc<str>, (u64, V)>,
    /// When each was last used, to its name.
    order: BTreeMap<u64, Arc<str>>,
    clock: u64,
    capacity: usize,
}

impl<V> Lru<V> {
    /// An empty map; it holds at least one value, whatever `capacity` says.
    pub(super) fn new(capacity: usize) -> Self {
        Self { entries: HashMap::new(), order: BTreeMap::new(), clock: 0, capacity: capacity.max(1) }
    }

    pub(super) fn contains(&self, name: &str) -> bool {
        self.entries.contains_key(name)
    }

    /// The value of that name, which counts as a use.
    pub(super) fn get(&mut self, name: &str) -> Option<&mut V> {
        let (used, value) = self.entries.get_mut(name)?;
        if let Some(name) = self.order.remove(used) {
            self.clock += 1;
            *used = self.clock;
            self.order.insert(self.clock, name);
        }
        Some(value)
    }

    /// Adds a value; returns the one of the same name or, if the map is full, the one that was
    /// used longest ago.
    pub(super) fn insert(&mut self, name: &str, value: V) -> Option<(Arc<str>, V)> {
        let gone = match self.remove(name) {
            Some(value) => Some((Arc::from(name), value)),
            None if self.entries.len() >= self.capacity => self.remove_oldest(),
            None => None,
        };
        let name: Arc<str> = Arc::from(name);
        self.clock += 1;
        self.order.insert(self.clock, Arc::clone(&name));
        self.entries.insert(name, (self.clock, value));
        gone
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<V> {
        let (used, value) = self.entries.remove(name)?;
        self.order.remove(&used);
        Some(value)
    }

    /// The value that was used longest ago; looking is no use.
    pub(super) fn oldest(&self) -> Option<&V> {
        let (_, name) = self.order.first_key_value()?;
        self.entries.get(name).map(|(_, value)| value)
    }

    pub(super) fn remove_oldest(&mut self) -> Option<(Arc<str>, V)> {
        let (_, name) = self.order.pop_first()?;
        let (_, value) = self.entries.remove(&name)?;
        Some((name, value))
    }
}
