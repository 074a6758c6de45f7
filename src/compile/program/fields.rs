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
}

/// One key.
#[derive(Clone, Debug)]
pub struct FieldKey {
    /// The key.
    pub name: Box<str>,
    /// The slot it fills and the type it must have.
    pub slot: Option<(u32, FieldType)>,
    /// Keys inside it that rules read; ASCII case does not matter for them, as in HTTP headers.
    pub members: FieldTable,
}

/// Lengths with a bucket of their own.
const LENGTHS: usize = 40;

impl FieldTable {
    /// The table of the fields of a kind that the payload may have; slot `i` is field `i`.
    pub(super) fn new(fields: &[Field]) -> Self {
        let mut keys: Vec<FieldKey> = Vec::new();
        for (slot, field) in
            (0_u32..).zip(fields).filter(|(_, field)| !matches!(field.origin, Origin::Lifter | Origin::Rule))
        {
            let (key, member) = match field.name.split_once('.') {
                Some((key, member)) => (key, Some(member)),
                None => (field.name.as_str(), None),
            };
            let index = keys.iter().position(|known| *known.name == *key).unwrap_or_else(|| {
                keys.push(FieldKey { name: key.into(), slot: None, members: Self::default() });
                keys.len() - 1
            });
            let Some(found) = keys.get_mut(index) else { continue };
            match member {
                None => found.slot = Some((slot, field.ty)),
                Some(member) => found.members.keys.push(FieldKey {
                    name: member.into(),
                    slot: Some((slot, field.ty_of_member())),
                    members: Self::default(),
                }),
            }
        }
        let mut table = Self { keys, starts: Vec::new() };
        table.index();
        table
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
        self.keys.is_empty()
    }

    /// All keys.
    pub fn keys(&self) -> &[FieldKey] {
        &self.keys
    }

    /// The key of that exact name.
    #[inline]
    pub fn get(&self, name: &str) -> Option<&FieldKey> {
        self.bucket(name.len()).iter().find(|key| *key.name == *name)
    }

    /// The key of that name, ASCII case aside.
    pub fn get_nocase(&self, name: &str) -> Option<&FieldKey> {
        self.bucket(name.len()).iter().find(|key| key.name.eq_ignore_ascii_case(name))
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
