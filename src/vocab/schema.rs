// SPDX-License-Identifier: AGPL-3.0-or-later
//! The fields that rules may read, per source kind.

use super::SourceKind;

/// The type of a field: what JSON it comes as and which operators take it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// A JSON string.
    Text,
    /// A JSON number, read as a 64-bit float.
    Number,
    /// A JSON boolean.
    Bool,
    /// A JSON string that holds an RFC 3339 time.
    Time,
    /// A JSON string that holds an IPv4 or IPv6 address.
    Ip,
    /// A JSON array whose strings count; other items are passed over.
    TextList,
    /// A JSON array whose numbers count; other items are passed over.
    NumberList,
    /// A JSON object; `name.key` reaches its members, which are text.
    Map,
    /// A field of a log record: any JSON value, read as texts. A string is one as it is; a number is its
    /// canonical decimal text, a boolean `true` or `false`; an array gives those of its items.
    Any,
    /// Every string of a log record, however deep.
    All,
}

impl FieldType {
    /// Every type that `fields.yaml` may declare, for messages and look-ups.
    pub const ALL: [Self; 8] = [
        Self::Text,
        Self::Number,
        Self::Bool,
        Self::Time,
        Self::Ip,
        Self::TextList,
        Self::NumberList,
        Self::Map,
    ];

    /// The type's name in `fields.yaml` and in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Bool => "bool",
            Self::Time => "time",
            Self::Ip => "ip",
            Self::TextList => "text_list",
            Self::NumberList => "number_list",
            Self::Map => "map",
            Self::Any => "any",
            Self::All => "all",
        }
    }

    /// The type of that name, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ty| ty.as_str() == name)
    }
}

/// Where a field's value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// The event's payload has it.
    Payload,
    /// A lifter derives it from the payload, for every event.
    Lifter,
    /// A lifter derives it, if the payload lacks it and a rule that can still hold asks.
    OnDemand,
    /// A rule computes it for its tags; no condition can read it.
    Rule,
}

impl Origin {
    /// Every origin, for messages and look-ups.
    pub const ALL: [Self; 4] = [Self::Payload, Self::Lifter, Self::OnDemand, Self::Rule];

    /// The origin's name in `fields.yaml`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Payload => "payload",
            Self::Lifter => "lifter",
            Self::OnDemand => "on_demand",
            Self::Rule => "rule",
        }
    }

    /// The origin of that name, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.as_str() == name)
    }
}

/// One field of one source kind, as `rules/fields.yaml` declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The name, dotted where it reaches into an object.
    pub name: String,
    /// The type.
    pub ty: FieldType,
    /// The unit of a number (`s`, `bytes`, …), where it has one.
    pub unit: Option<String>,
    /// What the field means, one sentence.
    pub meaning: String,
    /// Whether the value may stand in a tag's evidence.
    pub evidence: bool,
    /// Where the value comes from.
    pub origin: Origin,
}

/// The fields of one source kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KindSchema {
    /// The fields, in the order of `fields.yaml`.
    pub fields: Vec<Field>,
    /// The field a bare pattern reads, if the kind has one.
    pub default_field: Option<String>,
    /// Fields copied into every tag's evidence when present, besides those the rule names.
    pub context_fields: Vec<String>,
}

impl KindSchema {
    /// The declared field of that exact name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// The field that serves `name`: declared as such, or a member of a declared map.
    ///
    /// The type is the member's: text, for a map.
    pub fn resolve(&self, name: &str) -> Option<(&Field, FieldType)> {
        if let Some(field) = self.field(name) {
            return Some((field, field.ty));
        }
        let (map, _) = name.split_once('.')?;
        let field = self.field(map).filter(|field| field.ty == FieldType::Map)?;
        Some((field, FieldType::Text))
    }
}

/// The fields of every source kind; frozen before the first rule is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// Indexed by [`SourceKind::index`].
    pub kinds: [KindSchema; SourceKind::COUNT],
}

impl Schema {
    /// The schema of one kind.
    pub fn kind(&self, kind: SourceKind) -> &KindSchema {
        #[expect(clippy::indexing_slicing, reason = "index() is below COUNT by construction")]
        &self.kinds[kind.index()]
    }
}
