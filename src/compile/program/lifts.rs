// SPDX-License-Identifier: AGPL-3.0-or-later
//! Which lifters a kind needs, and which slots they read and fill.

use crate::compile::ir::{Field, Kind};
use crate::lift::{self, Lifter};
use crate::vocab::Origin;

/// A lifter of a kind.
#[derive(Clone, Debug)]
pub struct LiftPlan {
    /// The lifter.
    pub lifter: &'static Lifter,
    /// Per input, its slot.
    pub inputs: Box<[u32]>,
    /// Per output, its slot, if a rule or another lifter reads it.
    pub outputs: Box<[Option<u32>]>,
    /// One bit per output that is read.
    pub wanted: u32,
    /// Runs only when a rule asks for one of its outputs.
    pub on_demand: bool,
}

/// The fields that rules read, behind them those that only lifters read, and the lifters.
pub(super) fn plan(kind: &Kind) -> (Vec<Field>, Vec<LiftPlan>) {
    let mut fields = kind.fields.clone();
    let Some(source_kind) = kind.source_kind else { return (fields, Vec::new()) };
    let mut lifters: Vec<(&'static Lifter, Box<[u32]>)> = Vec::new();
    let mut next = 0;
    // Inputs are fields too, and may be another lifter's outputs.
    while let Some(field) = fields.get(next) {
        next += 1;
        let Some(lifter) = lift::of_field(source_kind, &field.name) else { continue };
        if lifters.iter().any(|(known, _)| std::ptr::eq(*known, lifter)) {
            continue;
        }
        let inputs = lifter.inputs.iter().map(|(name, ty)| {
            let known = fields.iter().position(|field| field.name == *name && field.ty == *ty);
            let index = known.unwrap_or_else(|| {
                let origin = match lift::of_field(source_kind, name) {
                    Some(other) if !std::ptr::eq(other, lifter) => Origin::OnDemand,
                    _ => Origin::Payload,
                };
                fields.push(Field { name: (*name).to_owned(), ty: *ty, origin });
                fields.len() - 1
            });
            u32::try_from(index).unwrap_or(u32::MAX)
        });
        let inputs = inputs.collect();
        lifters.push((lifter, inputs));
    }
    let slot_of = |name: &str| (0_u32..).zip(&fields).find(|(_, field)| field.name == name);
    let plans = lifters.into_iter().map(|(lifter, inputs)| {
        let found: Vec<_> = lifter.outputs.iter().map(|name| slot_of(name)).collect();
        LiftPlan {
            lifter,
            inputs,
            outputs: found.iter().map(|found| found.map(|(slot, _)| slot)).collect(),
            wanted: (0..).zip(&found).fold(0, |bits, (bit, found)| bits | u32::from(found.is_some()) << bit),
            on_demand: found.iter().flatten().all(|(_, field)| field.origin == Origin::OnDemand),
        }
    });
    let plans = plans.collect();
    (fields, plans)
}
