// SPDX-License-Identifier: AGPL-3.0-or-later
//! What lifters make of an event, for the reference evaluator: all of it at once, by name.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::lift::shell::Via;
use crate::lift::{self, Lift, Site};
use crate::vocab::{FieldType, Slot, SourceKind};

/// The derived fields of an event.
pub(super) type Fields<'a> = Vec<(&'static str, Slot<'a>)>;

/// The derived fields as the event stands, and in each further view.
#[derive(Debug, Default)]
pub(super) struct Lifted<'a> {
    pub(super) base: Fields<'a>,
    pub(super) views: Vec<(Via, Fields<'a>)>,
}

/// Runs every lifter of a kind. `field` reads a field of the payload, given what is derived already: a
/// lifter stands in the list behind those whose outputs it reads.
pub(super) fn all<'a>(
    kind: SourceKind,
    site: Site<'_>,
    arena: &'a Bump,
    field: impl Fn(&Fields<'a>, &'static str, FieldType) -> Slot<'a>,
) -> Lifted<'a> {
    let mut lifted = Lifted::default();
    for lifter in lift::ALL.iter().filter(|lifter| lifter.kinds.contains(&kind)) {
        let inputs: Vec<Slot<'a>> =
            lifter.inputs.iter().map(|(name, ty)| field(&lifted.base, name, *ty)).collect();
        let mut outputs = vec![Slot::Absent; lifter.outputs.len()];
        let mut views = ArenaVec::new_in(arena);
        let mut run =
            Lift { inputs: &inputs, outputs: &mut outputs, wanted: u32::MAX, views: &mut views, arena, site };
        (lifter.lift)(&mut run);
        let named = |values: &[Slot<'a>]| -> Fields<'a> {
            lifter.outputs.iter().copied().zip(values.iter().copied()).collect()
        };
        lifted.views.extend(views.iter().map(|view| (view.via, named(view.outputs))));
        lifted.base.extend(named(&outputs));
    }
    lifted
}
