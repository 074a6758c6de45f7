// SPDX-License-Identifier: AGPL-3.0-or-later
//! Prints the IR for people: what `explain --ir` and the golden files show.

use std::fmt::{self, Display, Formatter};

use crate::vocab::SourceKind;

use super::{Cond, CondId, Kind, Pack, Pred, TextTest, Value, ValueId};

/// Prints a pack, one section per kind: fields, predicates, and each rule as a formula over them.
///
/// # Cost
/// Linear in the printed text, which repeats shared conditions.
pub fn dump(pack: &Pack) -> String {
    pack.kinds.iter().map(|kind| KindDump { kind, pack }.to_string()).collect::<Vec<_>>().join("\n")
}

struct KindDump<'a> {
    kind: &'a Kind,
    pack: &'a Pack,
}

impl Display for KindDump<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = self.kind;
        writeln!(f, "kind {}", kind.source_kind.map_or("log", SourceKind::as_str))?;
        for field in &kind.fields {
            writeln!(f, "  field {}: {}", field.name, field.ty.as_str())?;
        }
        for (index, pred) in kind.preds.iter().enumerate() {
            writeln!(f, "  p{index} = {}", PredDump { kind, pred })?;
        }
        for entry in &kind.entries {
            let rule = self.pack.rules.get(entry.rule as usize);
            let (id, version) = rule.map_or(("?", 0), |rule| (rule.id.as_str(), rule.version));
            writeln!(f, "  rule {id} v{version}")?;
            writeln!(f, "    holds when {}", CondDump { kind, id: entry.cond, nested: false })?;
            match &entry.witness {
                Some(witness) => {
                    let names: Vec<_> = witness.iter().map(|pred| format!("p{}", pred.0)).collect();
                    writeln!(f, "    witness {}", names.join(" | "))?;
                }
                None => writeln!(f, "    witness none: always decided")?,
            }
            for (name, value) in &entry.evidence {
                writeln!(f, "    evidence {name} = {}", ValueDump { kind, id: *value })?;
            }
            for (index, gate) in entry.emits.iter().enumerate() {
                if let Some(emit) = rule.and_then(|rule| rule.emits.get(index)) {
                    let technique = emit.sub_technique.as_ref().unwrap_or(&emit.technique);
                    write!(f, "    emit {} {technique} {}", emit.tactic, emit.confidence)?;
                }
                if let Some(when) = gate.when {
                    write!(f, " when {}", CondDump { kind, id: when, nested: false })?;
                }
                if let Some(scale) = gate.scale {
                    write!(f, " scale {}", ValueDump { kind, id: scale })?;
                }
                for (name, value) in &gate.evidence {
                    write!(f, "\n      evidence {name} = {}", ValueDump { kind, id: *value })?;
                }
                writeln!(f)?;
            }
        }
        Ok(())
    }
}

struct CondDump<'a> {
    kind: &'a Kind,
    id: CondId,
    nested: bool,
}

impl Display for CondDump<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = self.kind;
        let child = |id| CondDump { kind, id, nested: true };
        let join = |f: &mut Formatter<'_>, parts: &[CondId], word: &str, empty: &str| {
            if parts.is_empty() {
                return f.write_str(empty);
            }
            if self.nested {
                f.write_str("(")?;
            }
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    write!(f, " {word} ")?;
                }
                write!(f, "{}", child(*part))?;
            }
            if self.nested { f.write_str(")") } else { Ok(()) }
        };
        match kind.cond(self.id) {
            Cond::Const(value) => write!(f, "{value}"),
            Cond::Pred(pred) => write!(f, "p{}", pred.0),
            Cond::Not(inner) => write!(f, "not {}", child(*inner)),
            Cond::And(parts) => join(f, parts, "and", "true"),
            Cond::Or(parts) => join(f, parts, "or", "false"),
        }
    }
}

struct PredDump<'a> {
    kind: &'a Kind,
    pred: &'a Pred,
}

impl Display for PredDump<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = self.kind;
        let value = |id: &ValueId| ValueDump { kind, id: *id };
        match self.pred {
            Pred::Exists(a) => write!(f, "exists {}", value(a)),
            Pred::Typed(a) => write!(f, "typed {}", value(a)),
            Pred::IsTrue(a) => write!(f, "{} == true", value(a)),
            Pred::Text(a, test) => write!(f, "{} {test}", value(a)),
            Pred::TextCompare { lhs, op, rhs, nocase } => {
                write!(f, "{} {} {}{}", value(lhs), op.as_str(), value(rhs), case(*nocase))
            }
            Pred::Number(a, op, number) => write!(f, "{} {} {}", value(a), op.as_str(), number.get()),
            Pred::NumberIn(a, set) => {
                let set: Vec<_> = set.iter().map(|number| number.get().to_string()).collect();
                write!(f, "{} in [{}]", value(a), set.join(", "))
            }
            Pred::NumberCompare(a, op, b) | Pred::TimeCompare(a, op, b) | Pred::IpCompare(a, op, b) => {
                write!(f, "{} {} {}", value(a), op.as_str(), value(b))
            }
            Pred::BoolCompare(a, b) => write!(f, "{} == {}", value(a), value(b)),
            Pred::Time(a, op, time) => write!(f, "{} {} time {time}ns", value(a), op.as_str()),
            Pred::Ip(a, op, address) => write!(f, "{} {} {address}", value(a), op.as_str()),
            Pred::IpIn(a, nets) => {
                let nets: Vec<_> = nets.iter().map(|net| format!("{}/{}", net.address, net.bits)).collect();
                write!(f, "{} in cidr({})", value(a), nets.join(", "))
            }
            Pred::Quantified { all, list, body } => {
                let body = CondDump { kind, id: *body, nested: false };
                write!(f, "{}({}, {body})", if *all { "all" } else { "any" }, value(list))
            }
        }
    }
}

impl Display for TextTest {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Equals { text, nocase } => write!(f, "== {text:?}{}", case(*nocase)),
            Self::In { set, nocase } => write!(f, "in {set:?}{}", case(*nocase)),
            Self::Contains { text, nocase } => write!(f, "contains {text:?}{}", case(*nocase)),
            Self::ContainsAny(needles) => {
                let needles: Vec<_> = needles
                    .iter()
                    .map(|needle| format!("{:?}{}", needle.text, case(needle.nocase)))
                    .collect();
                write!(f, "contains any of {}", needles.join(", "))
            }
            Self::StartsWith { text, nocase } => write!(f, "starts_with {text:?}{}", case(*nocase)),
            Self::EndsWith { text, nocase } => write!(f, "ends_with {text:?}{}", case(*nocase)),
            Self::Matches(regex) => write!(f, "matches {:?}", regex.pattern()),
            Self::Order(op, text) => write!(f, "{} {text:?}", op.as_str()),
        }
    }
}

const fn case(nocase: bool) -> &'static str {
    if nocase { " nocase" } else { "" }
}

struct ValueDump<'a> {
    kind: &'a Kind,
    id: ValueId,
}

impl Display for ValueDump<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let kind = self.kind;
        match kind.value(self.id) {
            Value::Field(index) => f.write_str(&kind.field(*index).name),
            Value::It(_) => f.write_str("it"),
            Value::Number(number) => write!(f, "{}", number.get()),
            Value::Text(text) => write!(f, "{text:?}"),
            Value::Call(function, args) => {
                let args: Vec<_> = args.iter().map(|id| ValueDump { kind, id: *id }.to_string()).collect();
                write!(f, "{}({})", function.signature().name, args.join(", "))
            }
            Value::Arithmetic(op, a, b) => {
                let side = |id: &ValueId| ValueDump { kind, id: *id };
                write!(f, "({} {} {})", side(a), op.as_str(), side(b))
            }
            Value::Choose(branches) => self.branches(f, "choose", branches),
            Value::Collect(branches) => self.branches(f, "collect", branches),
            Value::Select { first, list, body } => {
                let word = if *first { "first" } else { "filter" };
                let list = ValueDump { kind, id: *list };
                write!(f, "{word}({list}, {})", CondDump { kind, id: *body, nested: false })
            }
        }
    }
}

impl ValueDump<'_> {
    fn branches(&self, f: &mut Formatter<'_>, word: &str, branches: &[(CondId, ValueId)]) -> fmt::Result {
        let kind = self.kind;
        write!(f, "{word}(")?;
        for (index, (cond, value)) in branches.iter().enumerate() {
            let joiner = if index > 0 { ", " } else { "" };
            let value = ValueDump { kind, id: *value };
            match kind.cond(*cond) {
                Cond::Const(true) => write!(f, "{joiner}{value}")?,
                _ => write!(f, "{joiner}{value} if {}", CondDump { kind, id: *cond, nested: false })?,
            }
        }
        f.write_str(")")
    }
}

/// Prints one predicate of a kind, for `explain`.
pub fn pred_text(kind: &Kind, pred: &Pred) -> String {
    PredDump { kind, pred }.to_string()
}

/// Prints one value of a kind, for `explain`.
pub fn value_text(kind: &Kind, id: ValueId) -> String {
    ValueDump { kind, id }.to_string()
}

/// Prints one condition of a kind as a formula over `pN`.
pub fn cond_text(kind: &Kind, id: CondId) -> String {
    CondDump { kind, id, nested: false }.to_string()
}
