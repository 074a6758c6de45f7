// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a Sigma rule says, modifiers applied: tests of fields, joined by and, or, not.

use crate::compile::ir::{Network, Num, Ordering, TextTest};
use crate::diag::{Span, Spanned};

/// One Sigma rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// What stands around its detection.
    pub head: Head,
    /// The selections, in order of writing.
    pub selections: Vec<Selection>,
    /// The condition over them.
    pub condition: Expr,
}

/// What a rule says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// `id`, as written.
    pub id: Option<Spanned<String>>,
    /// `title`; empty where a rule has only an id.
    pub title: String,
    /// `description`; empty where there is none.
    pub description: String,
    /// `author`; empty where there is none.
    pub author: String,
    /// `license`; empty where there is none.
    pub license: String,
    /// `level`.
    pub level: Option<Level>,
    /// `status`.
    pub status: Option<Status>,
    /// `tags`, as written: `attack.t1059.001`.
    pub tags: Vec<String>,
    /// `logsource`.
    pub logsource: Logsource,
    /// The file it came from.
    pub path: String,
    /// Where its `detection` stands.
    pub span: Span,
}

/// One named part of a detection.
#[derive(Clone, Debug, PartialEq)]
pub struct Selection {
    /// Its name.
    pub name: String,
    /// When it holds.
    pub expr: Expr,
}

/// A boolean over tests.
#[derive(Clone, Debug, PartialEq)]
pub enum Expr {
    /// The selection of that index.
    Selection(usize),
    /// The negation.
    Not(Box<Expr>),
    /// All of them.
    And(Vec<Expr>),
    /// At least one of them.
    Or(Vec<Expr>),
    /// A test of a field.
    Test(Test),
}

impl Expr {
    /// All of several; of one, that one.
    pub(super) fn all(parts: Vec<Self>) -> Self {
        Self::joined(parts, Self::And)
    }

    /// Any of several; of one, that one.
    pub(super) fn any(parts: Vec<Self>) -> Self {
        Self::joined(parts, Self::Or)
    }

    fn joined(mut parts: Vec<Self>, join: impl FnOnce(Vec<Self>) -> Self) -> Self {
        match (parts.len(), parts.pop()) {
            (1, Some(one)) => one,
            (_, last) => {
                parts.extend(last);
                join(parts)
            }
        }
    }

    pub(super) fn negated(self) -> Self {
        Self::Not(Box::new(self))
    }
}

/// A test that some item of a field must meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// The field; `None` for every scalar of the record.
    pub field: Option<String>,
    /// The test.
    pub op: Op,
}

/// What is asked of an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// That there is the field, and it is not null.
    Exists,
    /// A test of the text.
    Text(TextTest),
    /// The number that the text is, against a constant.
    Number(Ordering, Num),
    /// The address that the text is lies in one of these.
    Network(Vec<Network>),
    /// It equals an item of another field.
    SameAs {
        /// The other field.
        field: String,
        /// Case-insensitive.
        nocase: bool,
    },
}

/// Which records a rule is for, each part trimmed and in lower case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Logsource {
    /// `product`.
    pub product: Option<String>,
    /// `category`.
    pub category: Option<String>,
    /// `service`.
    pub service: Option<String>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $text:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name {
            $($(#[$word_doc])* $variant,)+
        }

        impl $name {
            /// Every one, as it is written.
            pub const WORDS: &'static [&'static str] = &[$($text,)+];

            /// The word as it is written.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// What a word says, in any case.
            pub fn from_word(word: &str) -> Option<Self> {
                $(if word.eq_ignore_ascii_case($text) { return Some(Self::$variant); })+
                None
            }
        }
    };
}

words! {
    /// How much a match matters.
    Level {
        /// Enriches events.
        Informational = "informational",
        /// Notable, rarely an incident.
        Low = "low",
        /// To be reviewed.
        Medium = "medium",
        /// To be reviewed at once.
        High = "high",
        /// An incident.
        Critical = "critical",
    }
}

words! {
    /// How mature a rule is.
    Status {
        /// May be used in production.
        Stable = "stable",
        /// Needs a little tuning.
        Test = "test",
        /// May have many false positives.
        Experimental = "experimental",
        /// Replaced by another.
        Deprecated = "deprecated",
        /// Needs what the specification has not.
        Unsupported = "unsupported",
    }
}
