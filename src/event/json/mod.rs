// SPDX-License-Identifier: AGPL-3.0-or-later
//! A strict JSON reader that borrows everything from its text.
//!
//! A text is checked once, whole, without recursion and without allocation; what comes out are
//! views of it ([`RawObject`], [`RawString`], …) that can then be walked without errors. Strings
//! stay as written until somebody asks for them decoded, and numbers until somebody asks for a
//! float.

mod cursor;
mod error;
mod index;
mod levels;
mod list;
mod quick;
mod scan;
mod string;
mod value;

pub(super) use cursor::{Cursor, OUTER};
pub(super) use error::Fault;
pub use error::JsonError;
pub(crate) use list::Entry;
pub use list::MemberList;
pub(super) use quick::Quick;
pub use string::{Piece, Pieces, RawString};
pub use value::{Items, Members, RawArray, RawNumber, RawObject, RawValue};
