// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sigma rules over log records: one plan per log source, made when its first record comes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use super::ir;
use super::optimize::{Passes, optimize_kind};
use super::program::{KeyState, KindProgram, Plan, build_logs};
use super::sigma;
use crate::vocab::Limits;

/// Rules for log records, and the plans made of them so far.
///
/// A rule names the product, category and service of the logs it is for. Rules that a record's own names
/// contradict are in no automaton that it meets: there is a plan for every set of rules that some record needs.
#[derive(Debug)]
pub struct Logs {
    rules: Vec<Rule>,
    shared: Vec<Arc<ir::Rule>>,
    /// Per dimension, the names that rules use, in lower case.
    names: [HashMap<String, u16, KeyState>; DIMENSIONS],
    plan: Plan,
    limits: Limits,
    /// By the rules they hold.
    made: Mutex<HashMap<Box<[u32]>, Arc<LogPlan>>>,
}

/// Product, category, service.
const DIMENSIONS: usize = 3;

/// How many plans are kept; a source past it is served by the plan of all rules.
const PLANS_MAX: usize = 64;

/// One rule as its file gave it.
#[derive(Debug)]
struct Rule {
    part: ir::Kind,
    cond: ir::CondId,
    source: LogSource,
}

/// What a record's log source is, as far as rules tell sources apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LogSource([Name; DIMENSIONS]);

/// A product, category or service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
enum Name {
    /// Not named: contradicts nothing.
    #[default]
    Any,
    /// One that no rule names.
    Other,
    /// One that rules name.
    Known(u16),
}

impl LogSource {
    /// Whether a rule for `rule` may be about records of this source: they name nothing differently.
    fn admits(self, rule: Self) -> bool {
        self.0
            .iter()
            .zip(rule.0)
            .all(|(here, wanted)| matches!(here, Name::Any) || matches!(wanted, Name::Any) || *here == wanted)
    }
}

/// The programs of one set of rules: one, or several where one would pass the bound on automata.
pub type LogPlan = Vec<LogPart>;

/// A program over log records.
#[derive(Debug)]
pub struct LogPart {
    /// The program.
    pub program: KindProgram,
    /// Per entry of the program, its rule by its place in [`Logs`].
    pub rules: Vec<u32>,
}

impl Logs {
    /// Takes rules as their files gave them; no plan is made yet.
    ///
    /// # Cost
    /// Linear in the rules.
    pub fn new(rules: Vec<sigma::Rule>, plan: Plan, limits: Limits) -> Self {
        let mut logs = Self {
            rules: Vec::with_capacity(rules.len()),
            shared: Vec::with_capacity(rules.len()),
            names: Default::default(),
            plan,
            limits,
            made: Mutex::default(),
        };
        for rule in rules {
            let sigma::Logsource { product, category, service } = &rule.head.logsource;
            let wanted = [product, category, service];
            let mut source = LogSource::default();
            for ((name, names), wanted) in source.0.iter_mut().zip(&mut logs.names).zip(wanted) {
                let Some(wanted) = wanted else { continue };
                let next = u16::try_from(names.len()).unwrap_or(u16::MAX);
                *name = Name::Known(*names.entry(wanted.to_lowercase()).or_insert(next));
            }
            logs.shared.push(Arc::new(ir_rule(&rule.head)));
            logs.rules.push(Rule { part: rule.part, cond: rule.cond, source });
        }
        logs
    }

    /// How many rules there are.
    pub const fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none.
    pub const fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rule of that place.
    pub fn rule(&self, place: u32) -> Option<&ir::Rule> {
        self.shared.get(place as usize).map(|rule| &**rule)
    }

    /// The bounds that plans are built with.
    pub const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The source of a record of this product, category and service; blank names are none, case does not matter.
    ///
    /// # Cost
    /// A look-up for each; no allocation for names that are in lower case.
    pub fn source(&self, names: [Option<&str>; DIMENSIONS]) -> LogSource {
        let mut source = LogSource::default();
        for ((name, names), given) in source.0.iter_mut().zip(&self.names).zip(names) {
            let Some(given) = given.map(str::trim).filter(|given| !given.is_empty()) else { continue };
            let is_lower = given.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
            let other = || if is_lower { None } else { names.get(&given.to_lowercase()) };
            let known = names.get(given).or_else(other).copied();
            *name = known.map_or(Name::Other, Name::Known);
        }
        source
    }

    /// Whether the names of a record's source contradict a rule.
    pub fn contradicts(&self, source: LogSource, rule: u32) -> bool {
        self.rules.get(rule as usize).is_some_and(|rule| !source.admits(rule.source))
    }

    /// The plan for records of a source, made now if no record needed it before.
    ///
    /// It may hold rules that the source [contradicts](Self::contradicts).
    ///
    /// # Cost
    /// A lock; for a new set of rules, compiling it.
    pub fn plan(&self, source: LogSource) -> Arc<LogPlan> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let wanted = self.wanted(source);
        if let Some(plan) = made.get(&wanted) {
            return Arc::clone(plan);
        }
        let wanted = if made.len() < PLANS_MAX { wanted } else { self.wanted(LogSource::default()) };
        let plan = made.entry(wanted).or_insert_with_key(|wanted| Arc::new(self.build(wanted)));
        Arc::clone(plan)
    }

    /// The rules that a source does not contradict.
    fn wanted(&self, source: LogSource) -> Box<[u32]> {
        let rules = (0_u32..).zip(&self.rules);
        rules.filter(|(_, rule)| source.admits(rule.source)).map(|(place, _)| place).collect()
    }

    /// All rules as one kind of the middle form, no pass run over it: what the reference evaluator walks.
    pub fn pack(&self) -> ir::Pack {
        let all: Vec<u32> = (0_u32..).zip(&self.rules).map(|(place, _)| place).collect();
        let rules = self.shared.iter().map(|rule| ir::Rule::clone(rule)).collect();
        ir::Pack { rules, kinds: vec![self.kind(&all)] }
    }

    /// Some of the rules as one kind.
    fn kind(&self, wanted: &[u32]) -> ir::Kind {
        let mut kind = ir::Kind::new(None);
        for (place, rule) in
            wanted.iter().filter_map(|place| Some((*place, self.rules.get(*place as usize)?)))
        {
            kind.append(rule.part.clone(), ir::Entry::new(place, rule.cond));
        }
        kind
    }

    /// Builds one program of these rules, or two of a half each where one would be too large.
    ///
    /// Recursion ends with single rules, whose size parsing has bounded.
    fn build(&self, wanted: &[u32]) -> LogPlan {
        let kind = optimize_kind(self.kind(wanted), Passes::ALL);
        match build_logs(&kind, &self.shared, self.plan, &self.limits) {
            Ok(program) => vec![LogPart { program, rules: wanted.into() }],
            Err(_) if wanted.len() > 1 => {
                let (left, right) = wanted.split_at(wanted.len() / 2);
                let mut parts = self.build(left);
                parts.extend(self.build(right));
                parts
            }
            Err(_) => Vec::new(),
        }
    }
}

/// What a rule is called, in the form that all rules have.
fn ir_rule(head: &sigma::Head) -> ir::Rule {
    ir::Rule {
        id: head.id.as_ref().map_or_else(|| head.title.clone(), |id| id.value.clone()),
        version: 1,
        name: head.title.clone(),
        description: String::new(),
        path: head.path.clone(),
        span: head.span,
        kinds: Vec::new(),
        emits: Vec::new(),
        evidence: Vec::new(),
    }
}
