// SPDX-License-Identifier: AGPL-3.0-or-later
//! Where somebody began on a decoy, how far they came, and what was seen between.

use std::collections::HashMap;
use std::fmt::{self, Write as _};

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Phase;
use crate::vocab::Limits;

/// Bytes of an identity's, an attacker's or a decoy's name; tags with longer ones are passed over.
pub const NAME_BYTES_MAX: usize = 256;

/// A moment, in UTC; ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(Timestamp);

impl Time {
    /// Reads a time of RFC 3339; one without an offset counts as UTC.
    ///
    /// # Example
    /// ```
    /// use decnet_ttp::attack::kill_chain::Time;
    ///
    /// let time = Time::parse("2026-11-24T08:37:07+01:00").ok_or("no time")?;
    /// assert_eq!(time.to_string(), "2026-11-24T07:37:07Z");
    /// assert_eq!(Time::parse("2026-11-24 07:37:07"), Some(time));
    /// assert_eq!(Time::parse("yesterday"), None);
    /// # Ok::<(), &str>(())
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        if let Ok(time) = text.parse() {
            return Some(Self(time));
        }
        let local: DateTime = text.parse().ok()?;
        TimeZone::UTC.to_timestamp(local).ok().map(Self)
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a tag says of one step; an empty name is as none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sighting<'a> {
    /// The identity, which comes before the attacker.
    pub identity: Option<&'a str>,
    /// The attacker, for whom nobody knows an identity.
    pub attacker: Option<&'a str>,
    /// The decoy.
    pub decoy: Option<&'a str>,
    /// The tactic.
    pub tactic: &'a str,
    /// When it was.
    pub time: Option<Time>,
}

/// Whose trail it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Actor {
    /// An identity, which may be several attackers.
    Identity(Box<str>),
    /// An attacker without an identity.
    Attacker(Box<str>),
}

/// The phases of one actor on one decoy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trail {
    /// Whose it is.
    pub actor: Actor,
    /// Where it is, as far as the tags say it.
    pub decoy: Option<Box<str>>,
    /// The earliest step; of several at one time that of the earlier phase. `None` where no tag says
    /// a time.
    pub first: Option<(Time, Phase)>,
    /// The latest step; of several at one time that of the later phase.
    pub last: Option<(Time, Phase)>,
    /// Tags per phase, in the order of [`Phase::ALL`].
    tags: [u64; Phase::ALL.len()],
}

/// Why a sighting is on no trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Passed {
    /// Its tactic has no phase.
    UnknownTactic,
    /// It has neither an identity nor an attacker.
    Nobody,
    /// A name has more than [`NAME_BYTES_MAX`] bytes.
    LongName,
    /// There are as many trails as [`Limits::trails`] allows, and it would begin another.
    Full,
}

/// The trails of many tags, in whatever order they come: the result is the same.
///
/// # Cost
/// A look-up a tag; memory grows with the pairs of actor and decoy, up to [`Limits::trails`] of them,
/// and not with the tags.
///
/// # Example
/// ```
/// use decnet_ttp::attack::kill_chain::{Phase, Sighting, Time, Trails};
/// use decnet_ttp::vocab::Limits;
///
/// let mut trails = Trails::new(&Limits::default());
/// let seen = Sighting { attacker: Some("a"), decoy: Some("web-01"), ..Sighting::default() };
/// for (tactic, time) in [("TA0006", "2026-11-24T08:00:00Z"), ("TA0002", "2026-11-24T07:00:00Z")] {
///     trails.add(Sighting { tactic, time: Time::parse(time), ..seen }).map_err(|_| "passed over")?;
/// }
/// let [trail] = trails.finish().try_into().map_err(|_| "one actor on one decoy")?;
/// assert_eq!(trail.first.map(|(_, phase)| phase), Some(Phase::Execution));
/// assert_eq!(trail.last.map(|(_, phase)| phase), Some(Phase::CredentialAccess));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug)]
pub struct Trails {
    trails: HashMap<Box<str>, Trail>,
    most: usize,
    key: String,
}

impl Trails {
    /// No trails yet.
    pub fn new(limits: &Limits) -> Self {
        Self { trails: HashMap::new(), most: limits.trails, key: String::new() }
    }

    /// Adds a step.
    ///
    /// # Errors
    /// It is on no trail, and nothing changed.
    pub fn add(&mut self, seen: Sighting<'_>) -> Result<(), Passed> {
        let phase = Phase::of_tactic(seen.tactic).ok_or(Passed::UnknownTactic)?;
        let [identity, attacker, decoy] =
            [seen.identity, seen.attacker, seen.decoy].map(|name| name.filter(|name| !name.is_empty()));
        let (kind, name) = match (identity, attacker) {
            (Some(identity), _) => ('i', identity),
            (None, Some(attacker)) => ('a', attacker),
            (None, None) => return Err(Passed::Nobody),
        };
        if name.len() > NAME_BYTES_MAX || decoy.is_some_and(|decoy| decoy.len() > NAME_BYTES_MAX) {
            return Err(Passed::LongName);
        }
        // The length tells where the name ends; writing to a string cannot fail.
        self.key.clear();
        let _ = write!(self.key, "{kind}{}:{name}{}", name.len(), decoy.unwrap_or_default());
        let most = self.trails.len() < self.most;
        let trail = match self.trails.get_mut(self.key.as_str()) {
            Some(trail) => trail,
            None if !most => return Err(Passed::Full),
            None => {
                let actor =
                    if kind == 'i' { Actor::Identity(name.into()) } else { Actor::Attacker(name.into()) };
                let trail = Trail::new(actor, decoy.map(Box::from));
                self.trails.entry(self.key.as_str().into()).or_insert(trail)
            }
        };
        trail.step(phase, seen.time);
        Ok(())
    }

    /// The trails, in order of actor and decoy.
    pub fn finish(self) -> Vec<Trail> {
        let mut trails: Vec<Trail> = self.trails.into_values().collect();
        trails.sort_by(|a, b| (&a.actor, &a.decoy).cmp(&(&b.actor, &b.decoy)));
        trails
    }
}

impl Trail {
    fn new(actor: Actor, decoy: Option<Box<str>>) -> Self {
        Self { actor, decoy, first: None, last: None, tags: [0; Phase::ALL.len()] }
    }

    fn step(&mut self, phase: Phase, time: Option<Time>) {
        if let Some(tags) = self.tags.get_mut(phase as usize) {
            *tags += 1;
        }
        if let Some(time) = time {
            let step = (time, phase);
            self.first = Some(self.first.map_or(step, |first| first.min(step)));
            self.last = Some(self.last.map_or(step, |last| last.max(step)));
        }
    }

    /// The phases that were seen and how many tags each has, in the chain's order.
    ///
    /// Which of them a decoy can see at all, [`Phase::is_observable`] says.
    pub fn phases(&self) -> impl Iterator<Item = (Phase, u64)> {
        Phase::ALL.into_iter().zip(self.tags).filter(|(_, tags)| *tags > 0)
    }
}
