// SPDX-License-Identifier: AGPL-3.0-or-later
//! What rule files say, with places: mirrors the text, resolves nothing.

pub use super::dump::dump;
use crate::diag::{SourceId, Span, Spanned};
use crate::vocab::{Schema, SourceKind};

/// A rule pack as its files say it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pack {
    /// `pack.yaml`.
    pub manifest: Manifest,
    /// The fields that rules may read; frozen before any rule is lowered.
    pub schema: Schema,
    /// The rules, in order of path.
    pub rules: Vec<Rule>,
    /// Named predicates.
    pub predicates: Vec<PredicateDef>,
    /// Named lists.
    pub lists: Vec<List>,
    /// What intelligence providers' signals stand for.
    pub intel: Vec<IntelTable>,
    /// Whether the rules mean what they mean to DECNET.
    pub compat: bool,
}

/// `pack.yaml`: what the pack is called and which defaults its rules have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The pack's name.
    pub name: String,
    /// The pack's version.
    pub version: String,
    /// The ATT&CK release that rules are written for, unless they say otherwise.
    pub attack_release: Option<String>,
    /// One paragraph.
    pub description: String,
}

/// One rule file.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// The file.
    pub source: SourceId,
    /// The file has errors: what it says is checked further, with stand-ins for what could not be
    /// read, so that one run reports everything; it never becomes part of a program.
    pub refused: bool,
    /// `rule_id`.
    pub id: Spanned<String>,
    /// `rule_version`, at least 1.
    pub version: Spanned<u32>,
    /// `name`.
    pub name: Spanned<String>,
    /// `description`; empty where absent.
    pub description: String,
    /// `attack_release`.
    pub attack_release: Option<Spanned<String>>,
    /// `applies_to`, at least one, without repeats.
    pub applies_to: Vec<Spanned<SourceKind>>,
    /// `match`.
    pub matches: Match,
    /// `emits`, at least one.
    pub emits: Vec<Emit>,
    /// `evidence_fields`.
    pub evidence_fields: Vec<Spanned<String>>,
    /// `tests`.
    pub tests: Vec<InlineTest>,
}

/// One of the three forms of `match`.
#[derive(Clone, Debug, PartialEq)]
pub enum Match {
    /// An expression.
    Expr(Expr),
    /// `{pattern: REGEX, field: NAME}`.
    Pattern {
        /// The regular expression, searched.
        pattern: Spanned<String>,
        /// The field; the kind's default where absent.
        field: Option<Spanned<String>>,
    },
    /// `{kind: "lifter:NAME", PARAM: VALUE, …}`.
    Named {
        /// The predicate's name, `lifter:…`.
        name: Spanned<String>,
        /// Its arguments.
        arguments: Vec<(Spanned<String>, Spanned<ParamValue>)>,
    },
}

/// The value of a named predicate's parameter.
#[derive(Clone, Debug, PartialEq)]
pub enum ParamValue {
    /// A number.
    Number(f64),
    /// A string.
    Text(String),
    /// A boolean.
    Bool(bool),
    /// A list of strings.
    TextList(Vec<Spanned<String>>),
    /// A list of pairs of strings.
    PairList(Vec<[String; 2]>),
    /// A list of which only some items are of a type: those.
    Mixed(Box<Spanned<Self>>),
    /// A value of no parameter type, named for messages ("a mapping").
    Other(&'static str),
}

impl ParamValue {
    /// Whether a parameter of that type takes it. A list without items is one of any items.
    pub const fn is_of(&self, ty: ParamType) -> bool {
        match self {
            Self::Number(_) => matches!(ty, ParamType::Number),
            Self::Text(_) => matches!(ty, ParamType::Text),
            Self::Bool(_) => matches!(ty, ParamType::Bool),
            Self::TextList(items) => {
                matches!(ty, ParamType::TextList) || (items.is_empty() && matches!(ty, ParamType::PairList))
            }
            Self::PairList(_) => matches!(ty, ParamType::PairList),
            Self::Mixed(_) | Self::Other(_) => false,
        }
    }
}

/// One entry of `emits`.
#[derive(Clone, Debug, PartialEq)]
pub struct Emit {
    /// The whole entry.
    pub span: Span,
    /// `tactic`.
    pub tactic: Spanned<String>,
    /// `technique_id`.
    pub technique: Spanned<String>,
    /// `sub_technique_id`.
    pub sub_technique: Option<Spanned<String>>,
    /// `confidence`, 0 to 1.
    pub confidence: Spanned<f64>,
    /// `when`: this emit only if it holds.
    pub when: Option<Expr>,
    /// `scale`: multiplies the confidence, clamped to 0..=1.
    pub scale: Option<Expr>,
}

/// One inline example.
#[derive(Clone, Debug, PartialEq)]
pub struct InlineTest {
    /// Where it stands.
    pub span: Span,
    /// `hit` (true) or `miss` (false).
    pub hit: bool,
    /// `kind`, where the rule applies to several; the first of `applies_to` otherwise.
    pub kind: Option<Spanned<SourceKind>>,
    /// The payload.
    pub payload: serde_json::Map<String, serde_json::Value>,
}

/// One named predicate of `predicates.yaml`.
#[derive(Clone, Debug, PartialEq)]
pub struct PredicateDef {
    /// `lifter:NAME`.
    pub name: Spanned<String>,
    /// One sentence.
    pub description: String,
    /// Its parameters.
    pub params: Vec<ParamDef>,
    /// What it stands for.
    pub expr: Expr,
    /// The intel table that decides which emits of a rule it makes.
    pub table: Option<TableUse>,
    /// What the tags of a rule with it hold beside the rule's own fields.
    pub evidence: Vec<EvidenceDef>,
}

/// One computed value that tags hold.
#[derive(Clone, Debug, PartialEq)]
pub struct EvidenceDef {
    /// Under which name.
    pub name: Spanned<String>,
    /// On which source kinds only; on all where empty.
    pub kinds: Vec<Spanned<SourceKind>>,
    /// The value; a tag holds nothing where it is absent.
    pub expr: Expr,
}

/// How a named predicate reads an intel table.
#[derive(Clone, Debug, PartialEq)]
pub struct TableUse {
    /// The table, by the name of its provider.
    pub provider: Spanned<String>,
    /// What scales the confidence of every emit that a signal leads to.
    pub score: Expr,
    /// Holds where the score reaches `$threshold`; absent for a provider without scores.
    pub threshold: Option<Expr>,
    /// When a signal is there, by its id.
    pub signals: Vec<SignalUse>,
}

/// When the signals of some ids are there.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalUse {
    /// An id, or a pattern: `*` stands for any text, `#` for a number.
    pub id: Spanned<String>,
    /// The condition, on `$id` and, under `#`, `$number`.
    pub when: Expr,
    /// What scales the confidence, where it is not the table's score.
    pub score: Option<Expr>,
    /// Counts only for techniques that no other signal leads to.
    pub fallback: bool,
    /// What the signal stands for where the table does not know its id.
    pub techniques: Vec<Spanned<String>>,
}

/// One file of `intel/`: a provider's signals and what they stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct IntelTable {
    /// The file.
    pub source: SourceId,
    /// The file has errors; no rule may use it.
    pub refused: bool,
    /// `provider`, the name of the file.
    pub provider: Spanned<String>,
    /// `mapping_version`.
    pub mapping_version: String,
    /// `attack_release`.
    pub attack_release: Option<Spanned<String>>,
    /// `next_review`.
    pub next_review: Option<Spanned<jiff::civil::Date>>,
    /// `signals`, each id once.
    pub signals: Vec<IntelSignal>,
}

/// One signal of an intel table.
#[derive(Clone, Debug, PartialEq)]
pub struct IntelSignal {
    /// `id`.
    pub id: Spanned<String>,
    /// `label`, for people.
    pub label: String,
    /// `external_reference`.
    pub reference: Option<Reference>,
    /// `techniques`.
    pub techniques: Vec<IntelTechnique>,
    /// `confidence_multiplier`, 0 to 1.
    pub multiplier: f64,
}

/// Where a signal is described, as STIX has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// `source_name`.
    pub source_name: String,
    /// `url`.
    pub url: String,
    /// `external_id`.
    pub external_id: Option<String>,
}

/// One technique of a signal.
#[derive(Clone, Debug, PartialEq)]
pub struct IntelTechnique {
    /// `technique_id`, with its sub-technique or without.
    pub id: Spanned<String>,
    /// `high_score_threshold`: only from that score on.
    pub threshold: Option<Spanned<f64>>,
}

/// One parameter of a named predicate.
#[derive(Clone, Debug, PartialEq)]
pub struct ParamDef {
    /// The name, without `$`.
    pub name: Spanned<String>,
    /// The type that its values must have.
    pub ty: ParamType,
    /// The default; a parameter without one is required.
    pub default: Option<Spanned<ParamValue>>,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamType {
    /// `number`
    Number,
    /// `text`
    Text,
    /// `bool`
    Bool,
    /// `text_list`
    TextList,
    /// `pair_list`: a list of lists of two strings, such as names and passwords.
    PairList,
}

impl ParamType {
    /// Every type.
    pub const ALL: [Self; 5] = [Self::Number, Self::Text, Self::Bool, Self::TextList, Self::PairList];

    /// The type as predicates.yaml writes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Text => "text",
            Self::Bool => "bool",
            Self::TextList => "text_list",
            Self::PairList => "pair_list",
        }
    }

    /// The type of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ty| ty.as_str() == name)
    }
}

/// A side of a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairSide {
    /// `it.1`
    First,
    /// `it.2`
    Second,
}

impl PairSide {
    /// The side as it is written after `it`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::First => "it.1",
            Self::Second => "it.2",
        }
    }
}

/// One named list of `lists/NAME.txt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The name, without `@`.
    pub name: String,
    /// The file.
    pub source: SourceId,
    /// The entries, in order, without comments.
    pub entries: Vec<String>,
}

/// One node of a match expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// The forms of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// A string.
    Text(String),
    /// A number.
    Number(f64),
    /// `true` or `false`.
    Bool(bool),
    /// A field, dotted or not.
    Field(String),
    /// `it`, the item under a quantifier.
    It,
    /// `it.1` or `it.2`, a side of the pair under a quantifier.
    ItPart(PairSide),
    /// `$name`.
    Param(String),
    /// `["a", "b"]` or `[1, 2]`.
    List(Vec<Expr>),
    /// `@name`.
    NamedList(String),
    /// `not a`.
    Not(Box<Expr>),
    /// `a and b and …`, at least two.
    And(Vec<Expr>),
    /// `a or b or …`, at least two.
    Or(Vec<Expr>),
    /// `a OP b`, with a trailing `nocase` or without.
    Binary {
        /// The operator.
        op: Spanned<BinaryOp>,
        /// The left side.
        lhs: Box<Expr>,
        /// The right side.
        rhs: Box<Expr>,
        /// Whether `nocase` follows.
        nocase: bool,
    },
    /// `-a`.
    Negate(Box<Expr>),
    /// `any(list, cond)` or `all(list, cond)`.
    Quantifier {
        /// `all` (true) or `any` (false).
        all: bool,
        /// The list.
        list: Box<Expr>,
        /// The condition on `it`.
        body: Box<Expr>,
    },
    /// `name(args…)`, `exists(field)` and `cidr("…")` among them.
    Call {
        /// The function.
        name: Spanned<String>,
        /// Its arguments.
        args: Vec<Expr>,
    },
}

/// Operators between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `contains`
    Contains,
    /// `starts_with`
    StartsWith,
    /// `ends_with`
    EndsWith,
    /// `matches`
    Matches,
    /// `like`
    Like,
    /// `in`
    In,
    /// `has`
    Has,
    /// `has_any`
    HasAny,
    /// `has_all`
    HasAll,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
}

impl BinaryOp {
    /// Every operator.
    pub const ALL: [Self; 19] = [
        Self::Eq,
        Self::Ne,
        Self::Lt,
        Self::Le,
        Self::Gt,
        Self::Ge,
        Self::Contains,
        Self::StartsWith,
        Self::EndsWith,
        Self::Matches,
        Self::Like,
        Self::In,
        Self::Has,
        Self::HasAny,
        Self::HasAll,
        Self::Add,
        Self::Sub,
        Self::Mul,
        Self::Div,
    ];

    /// The operator as it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
            Self::Contains => "contains",
            Self::StartsWith => "starts_with",
            Self::EndsWith => "ends_with",
            Self::Matches => "matches",
            Self::Like => "like",
            Self::In => "in",
            Self::Has => "has",
            Self::HasAny => "has_any",
            Self::HasAll => "has_all",
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
        }
    }
}
