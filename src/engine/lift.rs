// SPDX-License-Identifier: AGPL-3.0-or-later
//! Runs lifters over slots: what is cheap before the scan, what is dear when a rule asks.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::compile::program::{KindProgram, LiftPlan};
use crate::lift::{INPUTS_MAX, Lift, OUTPUTS_MAX, Site, View};
use crate::vocab::Slot;

/// Further views of an event, each with the lifter that gave it.
pub(super) type Views<'a, 'p> = ArenaVec<'a, (&'p LiftPlan, View<'a>)>;

/// Runs the lifters of a kind, marks what is derived on demand, and returns further views.
pub(super) fn eager<'a, 'p>(
    kind: &'p KindProgram,
    slots: &mut [Slot<'a>],
    arena: &'a Bump,
    site: Site<'_>,
) -> Views<'a, 'p> {
    let mut all = ArenaVec::new_in(arena);
    for (index, plan) in (0_u32..).zip(&kind.lifts) {
        if plan.on_demand {
            for output in plan.outputs.iter().flatten() {
                if let Some(slot) = slots.get_mut(*output as usize).filter(|slot| **slot == Slot::Absent) {
                    *slot = Slot::Deferred(index);
                }
            }
            continue;
        }
        let mut views = ArenaVec::new_in(arena);
        run(plan, slots, &mut views, arena, site);
        all.extend(views.into_iter().map(|view| (plan, view)));
    }
    all
}

/// Runs one lifter. What the payload gave of an on-demand lifter's outputs stays.
pub(super) fn run<'a>(
    plan: &LiftPlan,
    slots: &mut [Slot<'a>],
    views: &mut ArenaVec<'a, View<'a>>,
    arena: &'a Bump,
    site: Site<'_>,
) {
    let mut inputs = [Slot::Absent; INPUTS_MAX];
    for (input, slot) in inputs.iter_mut().zip(&plan.inputs) {
        *input = slots.get(*slot as usize).copied().unwrap_or_default();
    }
    let mut outputs = [Slot::Absent; OUTPUTS_MAX];
    let mut lift = Lift {
        inputs: inputs.get(..plan.inputs.len()).unwrap_or(&[]),
        outputs: outputs.get_mut(..plan.outputs.len()).unwrap_or(&mut []),
        wanted: plan.wanted,
        views,
        arena,
        site,
    };
    (plan.lifter.lift)(&mut lift);
    for (slot, output) in plan.outputs.iter().zip(outputs) {
        let Some(slot) = slot.and_then(|slot| slots.get_mut(slot as usize)) else { continue };
        if !plan.on_demand || *slot == Slot::Absent {
            *slot = output;
        }
    }
}

/// Puts a view's values in place.
pub(super) fn apply<'a>(plan: &LiftPlan, view: &View<'a>, slots: &mut [Slot<'a>]) {
    for (slot, output) in plan.outputs.iter().zip(view.outputs) {
        if let Some(slot) = slot.and_then(|slot| slots.get_mut(slot as usize)) {
            *slot = *output;
        }
    }
}
