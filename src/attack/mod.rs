// SPDX-License-Identifier: AGPL-3.0-or-later
//! The ATT&CK catalogue: names, tactics, URLs, successors and groups, with no network.
//!
//! MITRE ATT&CK® is a knowledge base of adversary behaviour by The MITRE Corporation
//! (<https://attack.mitre.org>); its enterprise matrix is what tags speak of. The binary carries a
//! compact [table](Catalogue::from_table) of one release, made by [`pack`] and embedded beside
//! MITRE's notice and licence ([`license()`]). A release is one value: everything that must agree
//! (names, tactics, the release on a tag) is read from the same [`Catalogue`].
//!
//! © The MITRE Corporation. ATT&CK data is reproduced and distributed with the permission of The
//! MITRE Corporation.

pub mod bundle;
mod catalogue;
mod follow;
mod ids;
pub mod kill_chain;
mod license;
pub mod pack;
mod table;
mod validate;

pub use catalogue::{Catalogue, Group, Status, Tactic, Technique};
pub use follow::{Release, Stranded};
pub use ids::{ICS_TACTICS, is_group_id, is_ics_tactic, is_tactic_id, is_technique_id, parent_id};
pub use license::{License, license};
pub use table::TableError;
pub use validate::{Claim, Invalid, Misfit, validate};
