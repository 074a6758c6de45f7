// SPDX-License-Identifier: AGPL-3.0-or-later
//! The functions of the expression language: the one list of names, types, meanings, examples.

use super::ValueType;

/// A function of the expression language: pure and total, absent where an argument is absent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Function {
    /// Lower-cases.
    Lower,
    /// Counts characters or items.
    Len,
    /// The domain of a mail address.
    Domain,
    /// What stands behind the first `@`.
    AfterAt,
    /// The host of a URL.
    Host,
    /// The path of a URL.
    Path,
    /// The extension of a file name.
    Ext,
    /// The registered domain of a host.
    RegisteredDomain,
    /// Whether a host has a punycode label.
    IsPunycode,
    /// Whether an address is not a public one.
    IsPrivateIp,
    /// Shannon entropy.
    Entropy,
    /// The smaller of two numbers.
    Min,
    /// The larger of two numbers.
    Max,
    /// The absolute value.
    Abs,
    /// Joins two values as text.
    Concat,
    /// Takes a line feed off the end.
    Chomp,
    /// Reads a decimal number.
    ToNumber,
}

/// What a function takes and gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The name in expressions.
    pub name: &'static str,
    /// Per argument, the types it may have.
    pub parameters: &'static [&'static [ValueType]],
    /// The result's type.
    pub result: ValueType,
    /// One sentence for the reference page.
    pub meaning: &'static str,
    /// An expression that is true, for the reference page; tests run it.
    pub example: &'static str,
}

const TEXTUAL: &[ValueType] = &[ValueType::Text, ValueType::Ip, ValueType::Time];
const NUMBER: &[ValueType] = &[ValueType::Number];
const PRINTABLE: &[ValueType] = &[ValueType::Text, ValueType::Number, ValueType::Ip, ValueType::Time];
const COUNTABLE: &[ValueType] =
    &[ValueType::Text, ValueType::Ip, ValueType::Time, ValueType::TextList, ValueType::NumberList];

impl Function {
    /// Every function.
    pub const ALL: [Self; 17] = [
        Self::Lower,
        Self::Len,
        Self::Domain,
        Self::AfterAt,
        Self::Host,
        Self::Path,
        Self::Ext,
        Self::RegisteredDomain,
        Self::IsPunycode,
        Self::IsPrivateIp,
        Self::Entropy,
        Self::Min,
        Self::Max,
        Self::Abs,
        Self::Concat,
        Self::Chomp,
        Self::ToNumber,
    ];

    /// The function of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|function| function.signature().name == name)
    }

    /// What it takes and gives.
    pub const fn signature(self) -> Signature {
        let (name, parameters, result, meaning, example) = self.row();
        Signature { name, parameters, result, meaning, example }
    }

    /// The functions that cut texts.
    const fn row(self) -> Row {
        match self {
            Self::Lower => (
                "lower",
                &[TEXTUAL],
                ValueType::Text,
                "The text in lower case (Unicode).",
                r#"lower("CAT") == "cat""#,
            ),
            Self::Len => (
                "len",
                &[COUNTABLE],
                ValueType::Number,
                "How many characters a text has, or items a list.",
                r#"len("naïve") == 5"#,
            ),
            Self::Domain => (
                "domain",
                &[TEXTUAL],
                ValueType::Text,
                "The domain of a mail address, or of a text that is one, in lower case: what follows the last `@`, without angle bracket and final dot; absent where there is none.",
                r#"domain("Eve <eve@Example.ORG.>") == "example.org""#,
            ),
            Self::AfterAt => (
                "after_at",
                &[TEXTUAL],
                ValueType::Text,
                "What follows the first `@`, or the whole, trimmed and in lower case.",
                r#"after_at("Eve@Example.ORG ") == "example.org""#,
            ),
            Self::Host => (
                "host",
                &[TEXTUAL],
                ValueType::Text,
                "The host of a URL in lower case, without user information, port and final dot, read as browsers do; absent where there is none.",
                r#"host("http://u:p@Example.org:8080/a") == "example.org""#,
            ),
            Self::Path => (
                "path",
                &[TEXTUAL],
                ValueType::Text,
                "The path of a URL, without query and fragment; `/` where a URL has none.",
                r#"path("http://example.org/a/b.sh?x=1") == "/a/b.sh""#,
            ),
            Self::Ext => (
                "ext",
                &[TEXTUAL],
                ValueType::Text,
                "What follows the last dot of a file name, in lower case; absent where there is no dot.",
                r#"ext("/tmp/Invoice.PDF.Exe") == "exe""#,
            ),
            _ => self.row_of_facts(),
        }
    }

    /// The functions that tell facts, and those of numbers.
    const fn row_of_facts(self) -> Row {
        match self {
            Self::RegisteredDomain => (
                "registered_domain",
                &[TEXTUAL],
                ValueType::Text,
                "The public suffix of a host and one label more (publicsuffix.org); absent for addresses and bare suffixes.",
                r#"registered_domain("a.b.example.co.uk") == "example.co.uk""#,
            ),
            Self::IsPunycode => (
                "is_punycode",
                &[TEXTUAL],
                ValueType::Bool,
                "Whether a label of the host starts with `xn--` (RFC 5890), in any case.",
                r#"is_punycode("login.xn--80ak6aa92e.com")"#,
            ),
            Self::IsPrivateIp => (
                "is_private_ip",
                &[TEXTUAL],
                ValueType::Bool,
                "Whether an address is private, loopback, link-local, shared or unique-local (RFC 1918, 6598, 4193, 3927).",
                r#"is_private_ip("10.1.2.3")"#,
            ),
            Self::Entropy => (
                "entropy",
                &[TEXTUAL],
                ValueType::Number,
                "Shannon entropy of the text's bytes, in bits per byte: 0 to 8.",
                r#"entropy("abcd") == 2"#,
            ),
            Self::Min => {
                ("min", &[NUMBER, NUMBER], ValueType::Number, "The smaller of two numbers.", "min(2, 3) == 2")
            }
            Self::Max => {
                ("max", &[NUMBER, NUMBER], ValueType::Number, "The larger of two numbers.", "max(2, 3) == 3")
            }
            Self::Chomp => (
                "chomp",
                &[TEXTUAL],
                ValueType::Text,
                "The text without one line feed at its end.",
                r#"chomp("id\n") == "id""#,
            ),
            Self::ToNumber => (
                "number",
                &[TEXTUAL],
                ValueType::Number,
                "The decimal number that the text is, with sign, fraction and exponent; absent for any other text.",
                r#"number("-4.5e1") == -45"#,
            ),
            Self::Concat => (
                "concat",
                &[PRINTABLE, PRINTABLE],
                ValueType::Text,
                "Two values, one behind the other, as text, numbers in decimal; absent past 4096 bytes.",
                r#"concat("zones>=", 1 + 2) == "zones>=3""#,
            ),
            _ => ("abs", &[NUMBER], ValueType::Number, "The number without its sign.", "abs(2 - 5) == 3"),
        }
    }
}

/// Name, parameters, result, meaning, example.
type Row = (&'static str, &'static [&'static [ValueType]], ValueType, &'static str, &'static str);
