// SPDX-License-Identifier: AGPL-3.0-or-later
//! Phases and stages of the chain, and the tactics that stand for them.

/// A phase of the Unified Kill Chain, in the chain's own order, which is also that of [`Ord`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names are the Unified Kill Chain's own")]
pub enum Phase {
    Reconnaissance,
    ResourceDevelopment,
    Weaponization,
    Delivery,
    SocialEngineering,
    Exploitation,
    Persistence,
    DefenseEvasion,
    CommandAndControl,
    Pivoting,
    Discovery,
    PrivilegeEscalation,
    Execution,
    CredentialAccess,
    LateralMovement,
    Collection,
    Exfiltration,
    Impact,
    Objectives,
}

/// A third of the chain: getting in, moving through, and acting on the objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// From reconnaissance to command and control.
    In,
    /// From pivoting to lateral movement.
    Through,
    /// From collection to the objectives.
    Out,
}

/// Every mapped tactic with its phase. Where tactics share a phase, the first is its inverse.
const TACTICS: [(&str, Phase); 19] = [
    ("TA0043", Phase::Reconnaissance),
    ("TA0042", Phase::ResourceDevelopment),
    ("TA0001", Phase::Delivery),
    ("TA0002", Phase::Execution),
    ("TA0003", Phase::Persistence),
    ("TA0004", Phase::PrivilegeEscalation),
    ("TA0005", Phase::DefenseEvasion),
    ("TA0112", Phase::DefenseEvasion),
    ("TA0006", Phase::CredentialAccess),
    ("TA0007", Phase::Discovery),
    ("TA0008", Phase::LateralMovement),
    ("TA0009", Phase::Collection),
    ("TA0011", Phase::CommandAndControl),
    ("TA0010", Phase::Exfiltration),
    ("TA0040", Phase::Impact),
    ("TA0100", Phase::Collection),
    ("TA0102", Phase::Discovery),
    ("TA0105", Phase::Impact),
    ("TA0106", Phase::Impact),
];

impl Phase {
    /// Every phase, in order.
    pub const ALL: [Self; 19] = [
        Self::Reconnaissance,
        Self::ResourceDevelopment,
        Self::Weaponization,
        Self::Delivery,
        Self::SocialEngineering,
        Self::Exploitation,
        Self::Persistence,
        Self::DefenseEvasion,
        Self::CommandAndControl,
        Self::Pivoting,
        Self::Discovery,
        Self::PrivilegeEscalation,
        Self::Execution,
        Self::CredentialAccess,
        Self::LateralMovement,
        Self::Collection,
        Self::Exfiltration,
        Self::Impact,
        Self::Objectives,
    ];

    /// The phase a tactic belongs to; `None` for an id the view does not map.
    ///
    /// # Example
    /// ```
    /// use decnet_ttp::attack::kill_chain::Phase;
    ///
    /// assert_eq!(Phase::of_tactic("TA0001"), Some(Phase::Delivery));
    /// assert_eq!(Phase::of_tactic("TA9999"), None);
    /// ```
    pub fn of_tactic(id: &str) -> Option<Self> {
        TACTICS.iter().find(|(tactic, _)| *tactic == id).map(|(_, phase)| *phase)
    }

    /// The tactic that stands for the phase, the inverse of [`Phase::of_tactic`]; `None` for
    /// weaponization, social engineering, exploitation, pivoting and objectives.
    pub fn tactic(self) -> Option<&'static str> {
        TACTICS.iter().find(|(_, phase)| *phase == self).map(|(tactic, _)| *tactic)
    }

    /// The third of the chain the phase is in.
    pub fn stage(self) -> Stage {
        if self <= Self::CommandAndControl {
            Stage::In
        } else if self <= Self::LateralMovement {
            Stage::Through
        } else {
            Stage::Out
        }
    }

    /// Whether a decoy can see the phase: false for what happens before, out of its sight.
    pub fn is_observable(self) -> bool {
        !matches!(
            self,
            Self::Reconnaissance | Self::ResourceDevelopment | Self::Weaponization | Self::SocialEngineering
        )
    }

    /// The phase's name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reconnaissance => "reconnaissance",
            Self::ResourceDevelopment => "resource_development",
            Self::Weaponization => "weaponization",
            Self::Delivery => "delivery",
            Self::SocialEngineering => "social_engineering",
            Self::Exploitation => "exploitation",
            Self::Persistence => "persistence",
            Self::DefenseEvasion => "defense_evasion",
            Self::CommandAndControl => "command_and_control",
            Self::Pivoting => "pivoting",
            Self::Discovery => "discovery",
            Self::PrivilegeEscalation => "privilege_escalation",
            Self::Execution => "execution",
            Self::CredentialAccess => "credential_access",
            Self::LateralMovement => "lateral_movement",
            Self::Collection => "collection",
            Self::Exfiltration => "exfiltration",
            Self::Impact => "impact",
            Self::Objectives => "objectives",
        }
    }

    /// The phase of that exact name, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == name)
    }
}

impl std::fmt::Display for Phase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Stage {
    /// Every stage, in order.
    pub const ALL: [Self; 3] = [Self::In, Self::Through, Self::Out];

    /// The stage's phases, in order.
    pub fn phases(self) -> impl Iterator<Item = Phase> {
        Phase::ALL.into_iter().filter(move |phase| phase.stage() == self)
    }

    /// The stage's name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Through => "through",
            Self::Out => "out",
        }
    }
}

/// Every tactic the view maps, so that a start-up check can hold it against the catalogue.
pub fn tactics() -> impl Iterator<Item = &'static str> {
    TACTICS.iter().map(|(tactic, _)| *tactic)
}
