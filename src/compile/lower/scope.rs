// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an expression can see while it is lowered for one rule and one source kind.

use crate::compile::ir::{self, CondId, ValueId, ValueType};
use crate::compile::parse::ast;
use crate::diag::{Code, Diagnostic, Diagnostics, Span, Spanned, did_you_mean};
use crate::vocab::SourceKind;

use super::intel::Bound;
use super::select::Written;
use super::{Context, value_type};

/// The lowering of one rule on one source kind.
pub(super) struct Scope<'a> {
    pub(super) rule: &'a ast::Rule,
    pub(super) pack: &'a ast::Pack,
    pub(super) context: Context<'a>,
    pub(super) source_kind: SourceKind,
    pub(super) kind: &'a mut ir::Kind,
    pub(super) diags: &'a mut Diagnostics,
    /// What `it` stands for, under a quantifier.
    pub(super) it: Option<It>,
    /// The parameters of the named predicate being expanded.
    pub(super) params: Option<Vec<(&'a str, &'a Spanned<ast::ParamValue>)>>,
    /// What further parameters stand for.
    pub(super) bound: Bound,
    /// What writing conditions out for constant lists has made.
    pub(super) written: &'a mut Written,
}

/// What `it` stands for.
#[derive(Clone, Debug)]
pub(super) enum It {
    /// The item of a list of the event.
    Item(ValueType),
    /// A string of a constant list, and where the rule gives it.
    Text(String, Option<Span>),
    /// A number of a constant list.
    Number(f64),
    /// A pair of a constant list.
    Pair([String; 2]),
}

/// The value of an expression before it is known what asks for it.
#[derive(Clone, Debug)]
pub(super) enum Operand {
    /// A string constant.
    Text(String),
    /// A number constant.
    Number(f64),
    /// A boolean constant.
    Bool(bool),
    /// A list of string constants.
    Texts(Vec<String>),
    /// A list of number constants.
    Numbers(Vec<f64>),
    /// A list of pairs of string constants.
    Pairs(Vec<[String; 2]>),
    /// Networks of `cidr(…)`.
    Networks(Vec<ir::Network>),
    /// A value that only the event knows.
    Value(ValueId, ValueType),
    /// A field that other kinds of the rule have and this one has not.
    Absent,
    /// An error that has been reported.
    Bad,
}

impl Operand {
    /// What it is, in words for messages.
    pub(super) const fn describe(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(_) => "a number",
            Self::Bool(_) => "a boolean",
            Self::Texts(_) => "a list of text",
            Self::Numbers(_) => "a list of numbers",
            Self::Pairs(_) => "a list of pairs",
            Self::Networks(_) => "networks",
            Self::Value(_, ty) => ty.as_str(),
            Self::Absent | Self::Bad => "nothing",
        }
    }

    /// Whether nothing more can be said about it.
    pub(super) const fn is_settled(&self) -> bool {
        matches!(self, Self::Absent | Self::Bad)
    }
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        rule: &'a ast::Rule,
        pack: &'a ast::Pack,
        context: Context<'a>,
        (source_kind, kind): (SourceKind, &'a mut ir::Kind),
        diags: &'a mut Diagnostics,
        written: &'a mut Written,
    ) -> Self {
        written.begin();
        Self {
            rule,
            pack,
            context,
            source_kind,
            kind,
            diags,
            it: None,
            params: None,
            bound: Vec::new(),
            written,
        }
    }

    /// A condition that never holds: what an error or an absent field lowers to.
    pub(super) fn never(&mut self) -> CondId {
        self.kind.add_cond(ir::Cond::Const(false))
    }

    /// Reports an error and gives the condition that never holds.
    pub(super) fn reject(&mut self, diagnostic: Diagnostic) -> CondId {
        self.diags.push(diagnostic);
        self.never()
    }

    /// Reports a type mismatch of an operator.
    pub(super) fn mismatch(&mut self, span: Span, message: String, label: &str) -> CondId {
        self.reject(Diagnostic::new(Code::TypeMismatch, span, message).label(label))
    }

    /// The value of a field, or why there is none.
    pub(super) fn field(&mut self, name: &str, span: Span) -> Operand {
        let schema = self.pack.schema.kind(self.source_kind);
        if let Some((declared, ty)) = schema.resolve(name) {
            let field = ir::Field { name: name.to_owned(), ty, origin: declared.origin };
            let index = self.kind.fields.iter().position(|known| *known == field).unwrap_or_else(|| {
                self.kind.fields.push(field);
                self.kind.fields.len() - 1
            });
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            return Operand::Value(self.kind.add_value(ir::Value::Field(index)), value_type(ty));
        }
        // A predicate is written for several kinds, and reads what there is.
        if self.params.is_some() && self.pack.schema.kinds.iter().any(|kind| kind.resolve(name).is_some()) {
            return Operand::Absent;
        }
        let elsewhere =
            self.rule.applies_to.iter().any(|kind| self.pack.schema.kind(kind.value).resolve(name).is_some());
        if elsewhere {
            let message = format!("source kind `{}` has no field `{name}`", self.source_kind);
            self.diags.push(
                Diagnostic::new(Code::FieldAbsentInKind, span, message)
                    .label("always absent there, so this comparison is false"),
            );
            return Operand::Absent;
        }
        let diagnostic = unknown_field(name, span, self.rule, self.pack);
        self.diags.push(diagnostic);
        Operand::Bad
    }
}

/// The diagnostic for a field that none of the rule's kinds has.
pub(super) fn unknown_field(name: &str, span: Span, rule: &ast::Rule, pack: &ast::Pack) -> Diagnostic {
    let kinds: Vec<_> = rule.applies_to.iter().map(|kind| format!("`{}`", kind.value)).collect();
    let label = if let [kind] = kinds.as_slice() {
        format!("no such field for source kind {kind}")
    } else {
        format!("no such field for source kinds {}", kinds.join(", "))
    };
    let candidates = rule
        .applies_to
        .iter()
        .flat_map(|kind| pack.schema.kind(kind.value).fields.iter().map(|field| field.name.as_str()));
    let help = did_you_mean(name, candidates);
    Diagnostic::new(Code::UnknownField, span, format!("unknown field `{name}`"))
        .label(label)
        .maybe_help(help.map(|word| format!("did you mean `{word}`?")))
}
