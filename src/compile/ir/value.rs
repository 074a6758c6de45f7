// SPDX-License-Identifier: AGPL-3.0-or-later
//! Values: fields, constants, functions and arithmetic, each of one type.

use super::{CondId, Function, ValueId};

/// A value that a predicate tests. Any value may be absent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// A payload field, by index into the kind's fields.
    Field(u32),
    /// The item under the innermost quantifier.
    It(ValueType),
    /// A number.
    Number(Num),
    /// A string.
    Text(String),
    /// A function of values; absent where an argument is.
    Call(Function, Vec<ValueId>),
    /// Arithmetic on numbers; absent where a side is, and for a division by zero.
    Arithmetic(Arithmetic, ValueId, ValueId),
    /// The first value whose condition holds; absent where none does. What follows it is not tried.
    Choose(Vec<(CondId, ValueId)>),
    /// Every value whose condition holds and that is there, as a list.
    Collect(Vec<(CondId, ValueId)>),
    /// The items of a list that meet a condition on `it`; absent where the list is.
    Select {
        /// The first item only, rather than the list of all.
        first: bool,
        /// The list.
        list: ValueId,
        /// The condition on each item.
        body: CondId,
    },
}

impl Value {
    /// The values it is made of, those inside its conditions left out.
    pub fn operands(&self) -> Vec<ValueId> {
        match self {
            Self::Field(_) | Self::It(_) | Self::Number(_) | Self::Text(_) => Vec::new(),
            Self::Call(_, args) => args.clone(),
            Self::Arithmetic(_, a, b) => vec![*a, *b],
            Self::Choose(branches) | Self::Collect(branches) => {
                branches.iter().map(|(_, value)| *value).collect()
            }
            Self::Select { list, .. } => vec![*list],
        }
    }

    /// The conditions that decide which of its operands count.
    pub fn conditions(&self) -> Vec<CondId> {
        match self {
            Self::Choose(branches) | Self::Collect(branches) => {
                branches.iter().map(|(cond, _)| *cond).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ValueType {
    /// A string.
    Text,
    /// A number.
    Number,
    /// A boolean.
    Bool,
    /// An RFC 3339 time.
    Time,
    /// An IP address.
    Ip,
    /// A list of strings.
    TextList,
    /// A list of numbers.
    NumberList,
}

impl ValueType {
    /// The type in words, for messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "a number",
            Self::Bool => "a boolean",
            Self::Time => "a time",
            Self::Ip => "an IP address",
            Self::TextList => "a list of text",
            Self::NumberList => "a list of numbers",
        }
    }

    /// Whether string operators take it: its JSON form is a string.
    pub const fn is_textual(self) -> bool {
        matches!(self, Self::Text | Self::Time | Self::Ip)
    }

    /// The type of its items, for a list.
    pub const fn item(self) -> Option<Self> {
        match self {
            Self::TextList => Some(Self::Text),
            Self::NumberList => Some(Self::Number),
            _ => None,
        }
    }
}

/// `+ - * /`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arithmetic {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

impl Arithmetic {
    /// The operator as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
        }
    }

    /// The result, or `None` where there is none: a division by zero, or a result that is no number.
    pub fn apply(self, a: f64, b: f64) -> Option<f64> {
        let result = match self {
            Self::Add => a + b,
            Self::Sub => a - b,
            Self::Mul => a * b,
            Self::Div if b == 0.0 => return None,
            Self::Div => a / b,
        };
        (!result.is_nan()).then_some(result)
    }
}

/// How two ordered values compare. There is no "not equal": that is a type test and a negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Ordering {
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `==`
    Eq,
    /// `>=`
    Ge,
    /// `>`
    Gt,
}

impl Ordering {
    /// The operator as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Eq => "==",
            Self::Ge => ">=",
            Self::Gt => ">",
        }
    }

    /// Whether the comparison holds for values that compare so.
    pub fn holds(self, ordering: Option<std::cmp::Ordering>) -> bool {
        use std::cmp::Ordering::{Equal, Greater, Less};
        match (self, ordering) {
            (_, None) => false,
            (Self::Lt, Some(o)) => o == Less,
            (Self::Le, Some(o)) => o != Greater,
            (Self::Eq, Some(o)) => o == Equal,
            (Self::Ge, Some(o)) => o != Less,
            (Self::Gt, Some(o)) => o == Greater,
        }
    }

    /// The comparison with its sides exchanged.
    pub const fn flipped(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Eq => Self::Eq,
            Self::Ge => Self::Le,
            Self::Gt => Self::Lt,
        }
    }
}

/// A number that can be a key: never NaN, one zero.
#[derive(Clone, Copy, Debug)]
pub struct Num(f64);

impl Num {
    /// Wraps a number; NaN becomes zero (no literal is NaN, and no folding makes one).
    pub fn new(value: f64) -> Self {
        Self(if value == 0.0 || value.is_nan() { 0.0 } else { value })
    }

    /// The number.
    pub const fn get(self) -> f64 {
        self.0
    }
}

impl PartialEq for Num {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Num {}

impl std::hash::Hash for Num {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}
