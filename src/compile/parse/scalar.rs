// SPDX-License-Identifier: AGPL-3.0-or-later
//! What a YAML scalar means: as PyYAML reads it, so that existing files keep their meaning.

/// The text of a scalar and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::compile) struct Scalar {
    /// The text after YAML's unescaping and folding.
    pub(in crate::compile) text: String,
    pub(in crate::compile) style: Style,
}

/// How a scalar was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::compile) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// After `|` or `>`.
    Block,
}

/// A scalar's value; only plain scalars are ever anything but text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::compile) enum Typed<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a str),
}

impl Typed<'_> {
    /// The type for messages.
    pub(in crate::compile) fn describe(self) -> &'static str {
        match self {
            Self::Null => "nothing",
            Self::Bool(_) => "a boolean",
            Self::Int(_) | Self::Float(_) => "a number",
            Self::Text(_) => "a string",
        }
    }
}

impl Scalar {
    /// A value that is not there.
    pub(in crate::compile) fn null() -> Self {
        Self { text: String::new(), style: Style::Plain }
    }

    /// Whether it is nothing: empty, `~` or `null`.
    pub(in crate::compile) fn is_null(&self) -> bool {
        self.typed() == Typed::Null
    }

    /// The value: YAML 1.1 without base 60 and dates, which stay text, and with the floats of
    /// YAML 1.2.
    pub(in crate::compile) fn typed(&self) -> Typed<'_> {
        let text = self.text.as_str();
        if self.style != Style::Plain {
            return Typed::Text(text);
        }
        match text {
            "" | "~" | "null" | "Null" | "NULL" => Typed::Null,
            "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Typed::Bool(true),
            "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => Typed::Bool(false),
            ".nan" | ".NaN" | ".NAN" => Typed::Float(f64::NAN),
            _ => number(text).unwrap_or(Typed::Text(text)),
        }
    }
}

/// The number that a plain scalar is, if it is one.
fn number(text: &str) -> Option<Typed<'static>> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        b'0'..=b'9' | b'.' => (false, text),
        _ => return None,
    };
    if matches!(digits, ".inf" | ".Inf" | ".INF") {
        return Some(Typed::Float(if negative { f64::NEG_INFINITY } else { f64::INFINITY }));
    }
    if let Some(value) = integer(digits) {
        let signed = value.map(|value| if negative { -value } else { value });
        let small = signed.and_then(|value| i64::try_from(value).ok());
        return Some(small.map_or_else(|| large(digits, negative), Typed::Int));
    }
    float(digits).map(|value| Typed::Float(if negative { -value } else { value }))
}

/// An integer without its sign, `_` between digits allowed; `Some(None)` where it is too large.
fn integer(digits: &str) -> Option<Option<i128>> {
    let (radix, body) = if let Some(body) = digits.strip_prefix("0x") {
        (16, body)
    } else if let Some(body) = digits.strip_prefix("0b") {
        (2, body)
    } else if digits.len() > 1 && digits.starts_with('0') {
        (8, digits)
    } else {
        (10, digits)
    };
    let first = body.chars().next()?;
    if !first.is_digit(radix) || !body.chars().all(|c| c == '_' || c.is_digit(radix)) {
        return None;
    }
    let mut value: Option<i128> = Some(0);
    for digit in body.chars().filter_map(|c| c.to_digit(radix)) {
        value = value.and_then(|value| value.checked_mul(i128::from(radix))?.checked_add(i128::from(digit)));
    }
    Some(value)
}

/// An integer that only a float can hold; other bases than ten overflow to infinity.
fn large(digits: &str, negative: bool) -> Typed<'static> {
    let value: f64 = digits.replace('_', "").parse().unwrap_or(f64::INFINITY);
    Typed::Float(if negative { -value } else { value })
}

/// A decimal number without its sign; it starts with a digit or with a point and a digit.
fn float(digits: &str) -> Option<f64> {
    let numeric =
        digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'_' | b'.' | b'e' | b'E' | b'+' | b'-'));
    let starts = digits.strip_prefix('.').unwrap_or(digits).starts_with(|c: char| c.is_ascii_digit());
    if !numeric || !starts || !digits.contains(['.', 'e', 'E']) {
        return None;
    }
    digits.replace('_', "").parse().ok()
}
