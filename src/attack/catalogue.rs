// SPDX-License-Identifier: AGPL-3.0-or-later
//! The catalogue in memory and its look-ups.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use uuid::Uuid;

use super::{TableError, table};

/// The longest chain of revocations that [`Catalogue::successor`] follows; real ones have two.
const SUCCESSOR_HOPS_MAX: usize = 16;

/// One release of ATT&CK enterprise: tactics, techniques, and the groups that use them.
///
/// Ids are compared exactly, so `t1059` finds nothing.
///
/// # Cost
/// A look-up is one hash of the id and does not allocate.
///
/// # Example
/// ```
/// use decnet_ttp::attack::Catalogue;
///
/// let attack = Catalogue::embedded();
/// let shell = attack.technique("T1059.004").ok_or("unknown")?;
/// assert_eq!(shell.full_name(), "Command and Scripting Interpreter: Unix Shell");
/// assert_eq!(shell.url(), "https://attack.mitre.org/techniques/T1059/004");
/// assert!(shell.has_tactic("TA0002"));
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Default)]
pub struct Catalogue {
    pub(super) release: Box<str>,
    pub(super) notice: Box<str>,
    pub(super) tactics: Indexed<Tactic>,
    pub(super) techniques: Indexed<Technique>,
    pub(super) groups: Indexed<Group>,
}

/// A tactic: why an adversary acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tactic {
    /// `TA0002`.
    pub id: Arc<str>,
    /// `Execution`.
    pub name: Box<str>,
    /// `execution`: the phase name of MITRE's kill chain in STIX.
    pub shortname: Box<str>,
    /// The UUID of MITRE's STIX object.
    pub stix: Uuid,
    pub(super) url: Box<str>,
}

/// A technique or sub-technique: how an adversary acts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Technique {
    /// `T1059.004`.
    pub id: Arc<str>,
    /// `Unix Shell`, the parent's name not included.
    pub name: Box<str>,
    /// The ids of its tactics, sorted; at least one while the technique is live.
    pub tactics: Box<[Arc<str>]>,
    /// `T1059`, for a sub-technique.
    pub parent: Option<Arc<str>>,
    /// Whether rules may emit it.
    pub status: Status,
    /// The UUID of MITRE's STIX object.
    pub stix: Uuid,
    pub(super) full_name: Option<Box<str>>,
    pub(super) url: Box<str>,
    /// Places in [`Catalogue::groups`], ascending.
    pub(super) groups: Vec<usize>,
}

/// Whether a technique is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// In force.
    Live,
    /// Withdrawn without a successor.
    Deprecated,
    /// Replaced.
    Revoked {
        /// By what, where MITRE says it; that one may be revoked too.
        by: Option<Arc<str>>,
    },
}

/// A group of adversaries that MITRE tracks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `G0007`.
    pub id: Arc<str>,
    /// `APT28`.
    pub name: Box<str>,
    /// Other names, as MITRE orders them; the name itself is not among them.
    pub aliases: Box<[Box<str>]>,
    /// The ids of the techniques it uses, sorted.
    pub uses: Box<[Arc<str>]>,
    /// The UUID of MITRE's STIX object.
    pub stix: Uuid,
    pub(super) url: Box<str>,
}

impl Catalogue {
    /// The catalogue the binary carries, read once.
    ///
    /// # Cost
    /// The first call parses the table, under a millisecond; later ones are a load.
    pub fn embedded() -> &'static Self {
        static CATALOGUE: OnceLock<Catalogue> = OnceLock::new();
        CATALOGUE.get_or_init(|| {
            #[expect(clippy::expect_used, reason = "a part of the binary, which the tests load")]
            Self::from_table(table::EMBEDDED).expect("the embedded ATT&CK table loads")
        })
    }

    /// Reads a table as [`pack`](super::pack) writes it.
    ///
    /// The table is text, one record a line, columns parted by tabs: a head (`decnet-attack`,
    /// `release`, `notice`, `records`), then tactics, techniques and groups, each by ascending id.
    /// `-` is an empty column. A URL is written only where it is not MITRE's usual one.
    ///
    /// # Cost
    /// Linear in the text.
    ///
    /// # Errors
    /// The first line that is malformed or contradicts an earlier one.
    pub fn from_table(text: &str) -> Result<Self, TableError> {
        table::parse(text)
    }

    /// The release as it stands on tags: `enterprise-v19.0`.
    pub fn release(&self) -> &str {
        &self.release
    }

    /// MITRE's copyright notice of this release.
    pub fn notice(&self) -> &str {
        &self.notice
    }

    /// The technique or sub-technique of that id, live or not.
    pub fn technique(&self, id: &str) -> Option<&Technique> {
        self.techniques.get(id)
    }

    /// The tactic of that id.
    pub fn tactic(&self, id: &str) -> Option<&Tactic> {
        self.tactics.get(id)
    }

    /// The group of that id.
    pub fn group(&self, id: &str) -> Option<&Group> {
        self.groups.get(id)
    }

    /// Every technique and sub-technique, live or not, by ascending id.
    pub fn techniques(&self) -> impl ExactSizeIterator<Item = &Technique> + Clone {
        self.techniques.items.iter()
    }

    /// Every tactic, by ascending id.
    pub fn tactics(&self) -> impl ExactSizeIterator<Item = &Tactic> + Clone {
        self.tactics.items.iter()
    }

    /// Every group, by ascending id.
    pub fn groups(&self) -> impl ExactSizeIterator<Item = &Group> + Clone {
        self.groups.items.iter()
    }

    /// The groups that use exactly this technique, by ascending id; none for an unknown id.
    ///
    /// A sub-technique's groups are not its parent's, nor the other way round.
    ///
    /// # Cost
    /// One look-up, then one step a group; no allocation.
    pub fn groups_using(&self, technique_id: &str) -> impl Iterator<Item = &Group> + Clone {
        let places = self.technique(technique_id).map_or(&[][..], |technique| &technique.groups);
        places.iter().filter_map(|place| self.groups.items.get(*place))
    }

    /// The live technique that stands for `id` in this release: itself, or the end of its chain of
    /// revocations. `None` for an unknown or deprecated id and for a chain that ends nowhere.
    ///
    /// # Cost
    /// At most 16 look-ups, so a chain that bites its tail ends too.
    pub fn successor(&self, id: &str) -> Option<&Technique> {
        let mut technique = self.technique(id)?;
        for _ in 0..SUCCESSOR_HOPS_MAX {
            match &technique.status {
                Status::Live => return Some(technique),
                Status::Revoked { by: Some(by) } => technique = self.technique(by)?,
                Status::Deprecated | Status::Revoked { by: None } => return None,
            }
        }
        None
    }
}

impl Tactic {
    /// The tactic's page, as MITRE's bundle has it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Technique {
    /// The name as MITRE's site shows it: a sub-technique's follows its parent's and a colon.
    pub fn full_name(&self) -> &str {
        self.full_name.as_deref().unwrap_or(&self.name)
    }

    /// The technique's page, as MITRE's bundle has it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether the technique serves that tactic in this release.
    pub fn has_tactic(&self, id: &str) -> bool {
        self.tactics.iter().any(|tactic| **tactic == *id)
    }

    /// Whether rules may emit it: neither deprecated nor revoked.
    pub fn is_live(&self) -> bool {
        self.status == Status::Live
    }
}

impl Group {
    /// The group's page, as MITRE's bundle has it.
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// Records in order of id, and where each id is.
#[derive(Debug)]
pub(super) struct Indexed<T> {
    pub(super) items: Vec<T>,
    places: HashMap<Arc<str>, usize>,
}

impl<T> Indexed<T> {
    /// The record of that id.
    pub(super) fn get(&self, id: &str) -> Option<&T> {
        self.items.get(*self.places.get(id)?)
    }

    /// The id as it is kept, to be shared, and the record's place.
    pub(super) fn find(&self, id: &str) -> Option<(&Arc<str>, usize)> {
        self.places.get_key_value(id).map(|(id, place)| (id, *place))
    }

    /// Makes room for that many records.
    pub(super) fn reserve(&mut self, count: usize) {
        self.items.reserve(count);
        self.places.reserve(count);
    }

    /// Adds a record under an id that is not there yet.
    pub(super) fn push(&mut self, id: Arc<str>, item: T) {
        self.places.insert(id, self.items.len());
        self.items.push(item);
    }
}

impl<T> Default for Indexed<T> {
    fn default() -> Self {
        Self { items: Vec::new(), places: HashMap::new() }
    }
}
