// SPDX-License-Identifier: AGPL-3.0-or-later
//! Diagnostic codes: append-only, never reused.

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The rule is refused.
    Error,
    /// The rule loads; the author should look.
    Warning,
}

impl Severity {
    /// `error` or `warning`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal;)+) => {
        /// What a diagnostic is about. The numbers are append-only.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code as printed, `E014` or `W002`.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $code,)+ }
            }

            /// What the code is about, one sentence.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc),+).trim_start(),)+ }
            }
        }
    };
}

codes! {
    /// The file is not well-formed YAML.
    YamlSyntax = "E001";
    /// The file passes a bound: size, depth, nodes, an alias, an anchor, a tag or a second document.
    YamlLimit = "E002";
    /// A value has the wrong YAML type.
    WrongType = "E003";
    /// A key that a rule does not have.
    UnknownKey = "E004";
    /// A required key is missing.
    MissingKey = "E005";
    /// A key stands twice.
    DuplicateKey = "E006";
    /// A value is out of its range or form.
    BadValue = "E007";
    /// Two rules, lists or predicates share an id.
    DuplicateId = "E008";
    /// A match expression does not parse.
    ExpressionSyntax = "E009";
    /// A match expression is too long or nested too deep.
    ExpressionLimit = "E010";
    /// A source kind that does not exist.
    UnknownSourceKind = "E011";
    /// A construct this version does not evaluate.
    Unsupported = "E012";
    /// A file cannot be read or is not UTF-8.
    File = "E013";
    /// A field that the source kind does not have.
    UnknownField = "E014";
    /// An operator or function does not take a value of this type.
    TypeMismatch = "E015";
    /// A function that does not exist.
    UnknownFunction = "E016";
    /// A function got the wrong number of arguments.
    WrongArguments = "E017";
    /// A named list that does not exist.
    UnknownList = "E018";
    /// A named predicate that does not exist.
    UnknownPredicate = "E019";
    /// A named predicate's parameter is missing, unknown or of the wrong type.
    PredicateParameter = "E020";
    /// A regular expression does not parse.
    RegexSyntax = "E021";
    /// A regular expression needs look-around or a back-reference.
    RegexUnsupported = "E022";
    /// A regular expression is too long, nested too deep or compiles too large.
    RegexLimit = "E023";
    /// A time, an address or a network that is not one.
    BadLiteral = "E024";
    /// An expression that always holds.
    AlwaysTrue = "E025";
    /// An expression that can never hold.
    NeverTrue = "E026";
    /// A technique or sub-technique that the ATT&CK catalogue does not have.
    UnknownTechnique = "E027";
    /// A technique that ATT&CK revoked or deprecated.
    RetiredTechnique = "E028";
    /// A tactic that the ATT&CK catalogue does not have.
    UnknownTactic = "E029";
    /// A sub-technique that is not a child of the technique.
    NotASubTechnique = "E030";
    /// A field that may not stand in evidence.
    EvidenceNotAllowed = "E031";
    /// `it` outside `any(…)` or `all(…)`, or a field where only `it` can be read.
    ItOutsideQuantifier = "E032";
    /// `$name` outside a named predicate.
    ParameterOutsidePredicate = "E033";
    /// Two emits of one rule have the same technique and sub-technique, so the same tag id.
    DuplicateEmit = "E034";
    /// A pack passes a bound: rules or automata.
    PackLimit = "E035";
    /// An intel table that no predicate reads, that a predicate lacks, or a signal that nobody knows.
    IntelTable = "E036";
    /// A Sigma detection that is not of the form that the specification has.
    SigmaDetection = "E037";
    /// A modifier that Sigma does not have, or modifiers that do not go together.
    SigmaModifier = "E038";
    /// A Sigma condition that does not parse, or that names a selection that is not there.
    SigmaCondition = "E039";
    /// A Sigma rule that passes a bound: its condition, or what its values expand to.
    SigmaLimit = "E040";
    /// A tactic that the technique does not belong to.
    TacticOfOtherTechnique = "W001";
    /// A rule without a `hit` and a `miss` example.
    MissingTests = "W002";
    /// A field that one of the rule's source kinds does not have.
    FieldAbsentInKind = "W003";
    /// The tactic is renamed or split in the loaded ATT&CK release.
    OtherRelease = "W004";
    /// A file in a folder of rules whose name no rule file can have.
    PassedOver = "W005";
    /// An emit that no signal of the rule's intel table leads to.
    NoSignal = "W006";
    /// Something of an existing rule that is passed over, as DECNET passes it over.
    Dropped = "W007";
    /// A pattern of Python's that is read as it is meant there.
    Rewritten = "W008";
    /// An id or a tactic that ATT&CK replaced since the rule was written; tags have what it became.
    Superseded = "W009";
    /// An intel table whose next review is past.
    Overdue = "W010";
}

impl Code {
    /// Error or warning; the letter says it.
    pub fn severity(self) -> Severity {
        if self.as_str().starts_with('E') { Severity::Error } else { Severity::Warning }
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
