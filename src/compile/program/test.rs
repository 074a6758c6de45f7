// SPDX-License-Identifier: AGPL-3.0-or-later
//! Predicates that are decided when a rule asks, not by the scan.

use std::net::IpAddr;

use memchr::memmem::Finder;

use super::Nocase;
use crate::compile::ir::{Arithmetic, Function, Network, Ordering};

/// How one predicate is decided.
#[derive(Debug)]
pub enum Test {
    /// The scan set its bit, or did not; or nothing asks for it.
    Scanned,
    /// One string against constants.
    Text(u32, Probe),
    /// The value is there and not null.
    Exists(u32),
    /// The value is there and of its type.
    Typed(u32),
    /// A boolean is true.
    IsTrue(u32),
    /// A string against another.
    TextCompare {
        /// Left value.
        lhs: u32,
        /// The comparison.
        op: Ordering,
        /// Right value.
        rhs: u32,
        /// By simple case folding; only with `==`.
        nocase: bool,
    },
    /// A number against a constant.
    Number(u32, Ordering, f64),
    /// A number is one of these, sorted.
    NumberIn(u32, Box<[f64]>),
    /// A number against another.
    NumberCompare(u32, Ordering, u32),
    /// A boolean equals another.
    BoolCompare(u32, u32),
    /// A time against a constant, nanoseconds since 1970.
    Time(u32, Ordering, i128),
    /// A time against another.
    TimeCompare(u32, Ordering, u32),
    /// An address against a constant.
    Ip(u32, Ordering, IpAddr),
    /// An address against another.
    IpCompare(u32, Ordering, u32),
    /// An address in one of these networks.
    IpIn(u32, Box<[Network]>),
    /// Some or every item of a list meets a condition.
    Quantified {
        /// Every (true) or some (false).
        all: bool,
        /// The list.
        list: u32,
        /// Where the condition's code begins.
        body: u32,
    },
}

/// A test of one string against constants.
#[derive(Debug)]
pub enum Probe {
    /// Equals.
    Equals(Box<str>),
    /// Is one of these, sorted.
    In(Box<[Box<str>]>),
    /// Contains.
    Contains(Box<Finder<'static>>),
    /// Starts with.
    StartsWith(Box<str>),
    /// Ends with.
    EndsWith(Box<str>),
    /// Compares by code points.
    Order(Ordering, Box<str>),
    /// Has a literal in any case.
    Nocase(Box<Nocase>),
    /// One of these holds.
    Any(Box<[Probe]>),
    /// A regular expression is found; case-insensitive tests of several literals are among them.
    Regex(u32),
}

/// A value that tests read.
#[derive(Clone, Debug)]
pub enum Value {
    /// A slot.
    Slot(u32),
    /// The item under the innermost quantifier.
    It,
    /// A number.
    Number(f64),
    /// A string.
    Text(Box<str>),
    /// A function of values.
    Call(Function, Box<[u32]>),
    /// Arithmetic on values.
    Arithmetic(Arithmetic, u32, u32),
    /// The first value whose condition holds: where its code begins, and the value.
    Choose(Box<[(u32, u32)]>),
    /// Every value whose condition holds and that is there.
    Collect(Box<[(u32, u32)]>),
    /// The items of a list that meet a condition.
    Select {
        /// The first item only.
        first: bool,
        /// The list.
        list: u32,
        /// Where the condition's code begins.
        body: u32,
    },
}
