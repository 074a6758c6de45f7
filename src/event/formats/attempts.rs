// SPDX-License-Identifier: AGPL-3.0-or-later
//! Counts login attempts by address, across sessions: a client that guesses passwords opens a
//! session for every few of them.

use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};

use super::lru::Lru;

/// Failures are forgotten when an address made no attempt for so long.
const QUIET_MS: i64 = 3_600_000;
/// Different passwords that are told apart for one address; further ones are not counted.
const TRIED_MAX: usize = 64;
/// From so many failures on, a success is one after brute force.
const BRUTE_FAILURES: u64 = 5;

/// The counts as of one attempt, which is counted in.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counted {
    /// Failed attempts of the address.
    pub(super) fail_count: u64,
    /// Different passwords that the address tried for this user.
    pub(super) password_count: u64,
    /// Whether this succeeds after many failures.
    pub(super) prior_brute: bool,
}

/// The attempts of the addresses seen last.
#[derive(Debug)]
pub(super) struct Attempts {
    addresses: Lru<Address>,
}

#[derive(Debug, Default)]
struct Address {
    failures: u64,
    last_ms: Option<i64>,
    /// Hashes of user, and of user and password.
    tried: Vec<(u64, u64)>,
}

impl Attempts {
    /// Counts for at most so many addresses.
    pub(super) fn new(addresses_max: usize) -> Self {
        Self { addresses: Lru::new(addresses_max) }
    }

    /// Counts one attempt with a password.
    pub(super) fn count(
        &mut self,
        address: &str,
        at_ms: Option<i64>,
        user: &str,
        password: &str,
        success: bool,
    ) -> Counted {
        if !self.addresses.contains(address) {
            self.addresses.insert(address, Address::default());
        }
        let Some(state) = self.addresses.get(address) else { return Counted::default() };
        if let (Some(last), Some(now)) = (state.last_ms, at_ms)
            && now.saturating_sub(last) > QUIET_MS
        {
            *state = Address::default();
        }
        state.last_ms = at_ms.or(state.last_ms);
        let (user, pair) = (hash(&user), hash(&(user, password)));
        if state.tried.len() < TRIED_MAX && !state.tried.iter().any(|(_, seen)| *seen == pair) {
            state.tried.push((user, pair));
        }
        let prior_brute = success && state.failures >= BRUTE_FAILURES;
        state.failures += u64::from(!success);
        Counted {
            fail_count: state.failures,
            password_count: state.tried.iter().filter(|(seen, _)| *seen == user).count() as u64,
            prior_brute,
        }
    }
}

/// The same in every run, so that the same log gives the same events.
fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
