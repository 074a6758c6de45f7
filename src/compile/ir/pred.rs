// SPDX-License-Identifier: AGPL-3.0-or-later
//! Predicates: the atoms of a condition, each true or false for an event.

use std::net::IpAddr;

use super::{CondId, Num, Ordering, Regex, ValueId};

/// A test of values. A predicate on an absent value, or on one of another JSON type, is false.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Pred {
    /// The field is there and not null, whatever its type.
    Exists(ValueId),
    /// The value is there and of its declared type: what `!=` asks besides a negated `==`.
    Typed(ValueId),
    /// A boolean is true.
    IsTrue(ValueId),
    /// A test of one string against constants.
    Text(ValueId, TextTest),
    /// A string against another.
    TextCompare {
        /// The left side.
        lhs: ValueId,
        /// The comparison, by code points.
        op: Ordering,
        /// The right side.
        rhs: ValueId,
        /// Case-insensitive; only with `==`.
        nocase: bool,
    },
    /// A number against a constant.
    Number(ValueId, Ordering, Num),
    /// A number is one of these, sorted.
    NumberIn(ValueId, Vec<Num>),
    /// A number against another.
    NumberCompare(ValueId, Ordering, ValueId),
    /// A boolean equals another.
    BoolCompare(ValueId, ValueId),
    /// A time against a constant, in nanoseconds since 1970.
    Time(ValueId, Ordering, i128),
    /// A time against another.
    TimeCompare(ValueId, Ordering, ValueId),
    /// An address against a constant.
    Ip(ValueId, Ordering, IpAddr),
    /// An address against another.
    IpCompare(ValueId, Ordering, ValueId),
    /// An address lies in one of these networks.
    IpIn(ValueId, Vec<Network>),
    /// Some item, or every item, of a list meets a condition on `it`. Both are false where the
    /// list is absent; `all` of an empty list is true.
    Quantified {
        /// Every item (true) or some item (false).
        all: bool,
        /// The list.
        list: ValueId,
        /// The condition on each item.
        body: CondId,
    },
}

/// A test of one string against constants.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TextTest {
    /// Equals.
    Equals {
        /// The string.
        text: String,
        /// Case-insensitive.
        nocase: bool,
    },
    /// Is one of these.
    In {
        /// The strings, sorted, without repeats.
        set: Vec<String>,
        /// Case-insensitive.
        nocase: bool,
    },
    /// Contains.
    Contains {
        /// The needle.
        text: String,
        /// Case-insensitive.
        nocase: bool,
    },
    /// Contains at least one of these, none of them empty: one predicate, however many needles.
    ContainsAny(Vec<Needle>),
    /// Starts with.
    StartsWith {
        /// The prefix.
        text: String,
        /// Case-insensitive.
        nocase: bool,
    },
    /// Ends with.
    EndsWith {
        /// The suffix.
        text: String,
        /// Case-insensitive.
        nocase: bool,
    },
    /// A regular expression finds a match; flags stand inside the pattern.
    Matches(Regex),
    /// Compares by code points, `==` excluded.
    Order(Ordering, String),
}

/// A string to look for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Needle {
    /// The string.
    pub text: String,
    /// By Unicode simple case folding, as `(?i)` means it.
    pub nocase: bool,
}

/// An IP network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Network {
    /// The address, host bits zero.
    pub address: IpAddr,
    /// How many leading bits count.
    pub bits: u8,
}

impl Network {
    /// Parses `10.0.0.0/8`, `::1/128` or a bare address; host bits are cleared.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address.parse::<IpAddr>().ok()?, Some(bits.parse::<u8>().ok()?)),
            None => (text.parse::<IpAddr>().ok()?, None),
        };
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        (bits <= width).then(|| Self { address: mask(address, bits), bits })
    }

    /// Whether the address lies in the network; an IPv4-mapped IPv6 address counts as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.address.is_ipv4() && mask(address, self.bits) == self.address
    }
}

/// The address with all but the leading bits cleared.
fn mask(address: IpAddr, bits: u8) -> IpAddr {
    let bits = u32::from(bits);
    match address {
        IpAddr::V4(v4) => {
            let keep = u32::MAX.checked_shl(32 - bits.min(32)).unwrap_or(0);
            IpAddr::V4((u32::from(v4) & keep).into())
        }
        IpAddr::V6(v6) => {
            let keep = u128::MAX.checked_shl(128 - bits.min(128)).unwrap_or(0);
            IpAddr::V6((u128::from(v6) & keep).into())
        }
    }
}

impl Pred {
    /// The values it reads.
    pub fn values(&self) -> impl Iterator<Item = ValueId> {
        let (first, second) = match self {
            Self::Exists(a)
            | Self::Typed(a)
            | Self::IsTrue(a)
            | Self::Text(a, _)
            | Self::Number(a, ..)
            | Self::NumberIn(a, _)
            | Self::Time(a, ..)
            | Self::Ip(a, ..)
            | Self::IpIn(a, _)
            | Self::Quantified { list: a, .. } => (*a, None),
            Self::TextCompare { lhs: a, rhs: b, .. }
            | Self::NumberCompare(a, _, b)
            | Self::BoolCompare(a, b)
            | Self::TimeCompare(a, _, b)
            | Self::IpCompare(a, _, b) => (*a, Some(*b)),
        };
        std::iter::once(first).chain(second)
    }
}
