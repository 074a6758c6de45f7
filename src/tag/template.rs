// SPDX-License-Identifier: AGPL-3.0-or-later
//! What of a tag does not depend on the event, as bytes, rendered when a rule first holds.

use std::sync::{Arc, Weak};

use crate::compile::ir::{Emit, Rule};
use crate::compile::program::Program;
use crate::engine::{Hit, Hits};
use crate::vocab::{KindSchema, Origin, SourceKind};

use super::json;

/// The parts of the tags of every rule that has held; at most those of one program.
#[derive(Debug, Default)]
pub(super) struct Templates {
    /// The program they are of. Kept weakly: a program that was swapped out may go, and while this
    /// is kept, no other program stands at its address.
    program: Weak<Program>,
    kinds: [Vec<Option<Box<Template>>>; SourceKind::COUNT],
}

/// The parts of the tags of one rule in one source kind.
#[derive(Debug)]
pub(super) struct Template {
    /// What stands between confidence and evidence.
    pub(super) rule: Vec<u8>,
    /// The payload fields that its evidence holds, in order.
    pub(super) evidence: Vec<Name>,
    emits: Vec<EmitTemplate>,
}

/// The parts of the tags of one emit.
#[derive(Debug)]
pub(super) struct EmitTemplate {
    /// What of a tag's identity is the rule's and the technique's.
    pub(super) identity: Vec<u8>,
    /// From tactic to confidence.
    pub(super) technique: Vec<u8>,
    /// Its confidence as it stands in the rule, and as text.
    pub(super) confidence: (f64, Vec<u8>),
    /// What stands between evidence and time.
    pub(super) links: Vec<u8>,
}

/// A field of the payload.
#[derive(Debug)]
pub(super) struct Name {
    pub(super) name: Box<str>,
    /// As a key, with quotes and colon.
    pub(super) key: Vec<u8>,
}

impl Templates {
    /// Renders what is missing for the hits of an event.
    ///
    /// # Cost
    /// A glance per hit, but for rules that hold for the first time.
    pub(super) fn prepare(&mut self, hits: &Hits<'_>) {
        let program = &hits.snapshot().program;
        if !std::ptr::eq(self.program.as_ptr(), Arc::as_ptr(program)) {
            self.program = Arc::downgrade(program);
            self.kinds.iter_mut().for_each(Vec::clear);
        }
        for hit in hits.iter() {
            let Some(rule) = hits.rule(hit) else { continue };
            let Some(rules) = self.kinds.get_mut(hit.source_kind.index()) else { continue };
            let place = hit.entry as usize;
            if rules.len() <= place {
                rules.resize_with(place + 1, || None);
            }
            if let Some(template @ None) = rules.get_mut(place) {
                *template = Some(Box::new(Template::new(rule, hit.source_kind, program)));
            }
        }
    }

    /// The parts of a hit's tag, once they were prepared.
    #[inline]
    pub(super) fn get(&self, hit: &Hit) -> Option<(&Template, &EmitTemplate)> {
        let rules = self.kinds.get(hit.source_kind.index())?;
        let template = rules.get(hit.entry as usize)?.as_deref()?;
        template.emits.get(hit.emit as usize).map(|emit| (template, emit))
    }
}

impl Template {
    fn new(rule: &Rule, kind: SourceKind, program: &Program) -> Self {
        let mut out = b",\"rule_id\":".to_vec();
        json::string(&mut out, &rule.id);
        out.extend_from_slice(b",\"rule_version\":");
        json::number(&mut out, rule.version);
        out.extend_from_slice(b",\"evidence\":");
        Self {
            rule: out,
            evidence: names(rule, program.schema(kind)),
            emits: rule.emits.iter().map(|emit| EmitTemplate::new(rule, emit, program)).collect(),
        }
    }
}

impl EmitTemplate {
    fn new(rule: &Rule, emit: &Emit, program: &Program) -> Self {
        let sub = emit.sub_technique.as_deref();
        let mut technique = b",\"tactic\":".to_vec();
        json::string(&mut technique, &emit.tactic);
        technique.extend_from_slice(b",\"technique_id\":");
        json::string(&mut technique, &emit.technique);
        technique.extend_from_slice(b",\"sub_technique_id\":");
        json::optional(&mut technique, sub);
        technique.extend_from_slice(b",\"technique_name\":");
        json::string(&mut technique, &emit.technique_name);
        technique.extend_from_slice(b",\"confidence\":");
        let mut confidence = Vec::new();
        json::number(&mut confidence, emit.confidence);
        let mut links = b",\"attack_release\":".to_vec();
        json::string(&mut links, program.attack_release());
        links.extend_from_slice(b",\"mitre_url\":");
        json::string(&mut links, &emit.url);
        links.extend_from_slice(b",\"ts\":");
        let identity = format!("|{}|{}|{}|{}", rule.id, rule.version, emit.technique, sub.unwrap_or(""));
        Self { identity: identity.into_bytes(), technique, confidence: (emit.confidence, confidence), links }
    }
}

/// The declared fields, then the kind's context fields, of those that the schema lets stand.
fn names(rule: &Rule, schema: &KindSchema) -> Vec<Name> {
    let fields = &rule.evidence;
    let context = schema.context_fields.iter().filter(|name| !fields.contains(name));
    let stands = |name: &&String| {
        schema.resolve(name).is_some_and(|(field, _)| field.evidence && field.origin == Origin::Payload)
    };
    let name = |name: &String| {
        let mut key = Vec::new();
        json::string(&mut key, name);
        key.push(b':');
        Name { name: name.as_str().into(), key }
    };
    fields.iter().chain(context).filter(stands).map(name).collect()
}
