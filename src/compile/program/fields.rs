// SPDX-License-Identifier: AGPL-3.0-or-later
//! Payload keys to slots.

use crate::compile::ir::Field;
use crate::vocab::{FieldType, Origin};

/// The keys of one JSON object that rules read, found by length and then by bytes.
#[derive(Clone, Debug, Default)]
pub struct FieldTable {
    keys: Vec<FieldKey>,
    /// Per length below [`LENGTHS`], where its keys begin; longer keys stand at the end.
    starts: Vec<u16>,
    /// ASCII case does not matter for the keys, as in HTTP headers.
    nocase: bool,
    /// The slot of all strings of the object, however deep.
    all: Option<u32>,
}

/// One key.
#[derive(Clone, Debug)]
pub struct FieldKey {
    /// The key.
    pub name: Box<str>,
    /// The slot it fills and the type it must have.
    pub slot: Option<(u32, FieldType)>,
    /// Keys inside it that rules read.
    pub members: FieldTable,
}

/// Lengths with a bucket of their own.
const LENGTHS: usize = 40;

impl FieldTable {
    /// The table of the fields of a kind that the payload may have; slot `i` is field `i`.
    ///
    /// A dotted name reaches one level down, where ASCII case does not matter. In a log record it is a key as it
    /// stands, and also reaches down level by level.
    pub(super) fn new(fields: &[Field]) -> Self {
        let mut table = Self::default();
        for (slot, field) in
            (0_u32..).zip(fields).filter(|(_, field)| !matches!(field.origin, Origin::Lifter | Origin::Rule))
        {
            match (field.ty, field.name.split_once('.')) {
                (FieldType::All, _) => table.all = Some(slot),
                (FieldType::Any, dotted) => {
                    table.key(&field.name).slot = Some((slot, field.ty));
                    if dotted.is_some() {
                        table.path(&field.name, slot);
                    }
                }
                (ty, None) => table.key(&field.name).slot = Some((slot, ty)),
                (_, Some((key, member))) => {
                    let members = &mut table.key(key).members;
                    members.nocase = true;
                    members.key(member).slot = Some((slot, field.ty_of_member()));
                }
            }
        }
        table.index();
        table
    }

    /// The key of that name, made where it is not there yet; for a table that is not indexed.
    fn key(&mut self, name: &str) -> &mut FieldKey {
        let index = self.keys.iter().position(|known| *known.name == *name).unwrap_or_else(|| {
            self.keys.push(FieldKey { name: name.into(), slot: None, members: Self::default() });
            self.keys.len() - 1
        });
        #[expect(clippy::indexing_slicing, reason = "the index was found or made just now")]
        &mut self.keys[index]
    }

    /// The keys of a dotted name, level by level.
    fn path(&mut self, name: &str, slot: u32) {
        let mut table = self;
        let mut rest = name;
        while let Some((key, inner)) = rest.split_once('.') {
            table = &mut table.key(key).members;
            rest = inner;
        }
        table.key(rest).slot = Some((slot, FieldType::Any));
    }

    fn index(&mut self) {
        self.keys.iter_mut().for_each(|key| key.members.index());
        self.keys.sort_by(|a, b| (a.name.len(), &a.name).cmp(&(b.name.len(), &b.name)));
        self.starts = (0..=LENGTHS)
            .map(|len| self.keys.partition_point(|key| key.name.len() < len))
            .map(|start| u16::try_from(start).unwrap_or(u16::MAX))
            .collect();
    }

    /// Whether nothing is read.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.all.is_none()
    }

    /// All keys.
    pub fn keys(&self) -> &[FieldKey] {
        &self.keys
    }

    /// The slot of all strings of the object, however deep.
    pub const fn all(&self) -> Option<u32> {
        self.all
    }

    /// The key of that name, ASCII case aside where the table says so.
    #[inline]
    pub fn get(&self, name: &str) -> Option<&FieldKey> {
        let bucket = self.bucket(name.len());
        match self.nocase {
            false => bucket.iter().find(|key| *key.name == *name),
            true => bucket.iter().find(|key| key.name.eq_ignore_ascii_case(name)),
        }
    }

    #[inline]
    fn bucket(&self, len: usize) -> &[FieldKey] {
        let Some(start) = self.starts.get(len.min(LENGTHS)) else { return &[] };
        let end = self.starts.get(len + 1).map_or(self.keys.len(), |end| usize::from(*end));
        self.keys.get(usize::from(*start)..end).unwrap_or(&[])
    }
}

impl Field {
    /// A member of a map is text; a declared dotted field has its own type.
    const fn ty_of_member(&self) -> FieldType {
        match self.ty {
            FieldType::Map => FieldType::Text,
            ty => ty,
        }
    }
}
