// SPDX-License-Identifier: AGPL-3.0-or-later
//! Words both lanes share: no logic, no I/O.

mod limits;
mod schema;
mod slot;
mod source_kind;

pub use limits::Limits;
pub use schema::{Field, FieldType, KindSchema, Origin, Schema};
pub use slot::Slot;
pub use source_kind::SourceKind;
