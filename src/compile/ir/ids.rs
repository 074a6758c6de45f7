// SPDX-License-Identifier: AGPL-3.0-or-later
//! Typed indices into a kind's lists.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            /// The id of the last element of a list of that length.
            pub(crate) fn last(len: usize) -> Self {
                Self(u32::try_from(len).unwrap_or(u32::MAX).saturating_sub(1))
            }

            /// The index into its list.
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id! {
    /// A value of one kind.
    ValueId
}
id! {
    /// A predicate of one kind.
    PredId
}
id! {
    /// A condition of one kind.
    CondId
}
