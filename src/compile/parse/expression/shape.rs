// SPDX-License-Identifier: AGPL-3.0-or-later
//! What must hold before the grammar may run: length, nesting, closed strings and brackets.

use super::Fault;
use crate::diag::Code;
use crate::diag::render::quote;
use crate::vocab::Limits;

/// Checks an expression's length and nesting without recursion, and that every string and bracket
/// is closed.
///
/// Nesting counts brackets, and the prefix and arithmetic operators of one operand of `and`, `or`
/// or `,`, because a chain of those is a tree as deep as it is long. What passes has a tree of at
/// most five times [`Limits::expression_depth`] levels.
pub(super) fn check(text: &str, limits: &Limits) -> Result<(), Fault> {
    if text.len() > limits.expression_bytes {
        let message =
            format!("this expression has {} bytes, and {} are allowed", text.len(), limits.expression_bytes);
        return Err(
            Fault::new(Code::ExpressionLimit, 0..0, message).help("put long lists into `lists/NAME.txt`")
        );
    }
    if text.trim().is_empty() {
        return Err(Fault::new(Code::ExpressionSyntax, 0..text.len(), "this expression is empty"));
    }
    let mut shape = Shape { depth_max: limits.expression_depth, open: Vec::new(), depth: 0, operators: 0 };
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let len = token_len(rest).map_err(|()| unclosed_string(at, rest))?;
        let token = rest.get(..len).unwrap_or_default();
        if let Some((offset, c)) = token.char_indices().find(|(_, c)| c.is_control() && !c.is_whitespace()) {
            return Err(control_character(at + offset, c));
        }
        shape.token(token, at)?;
        at += len;
    }
    match shape.open.pop() {
        None => Ok(()),
        Some(open) => {
            let message = format!("this `{}` is never closed", char::from(open.bracket));
            Err(Fault::new(Code::ExpressionSyntax, open.at..open.at + 1, message))
        }
    }
}

/// A bracket that is still open.
struct Open {
    bracket: u8,
    at: usize,
    /// The operators counted before it.
    operators: usize,
}

struct Shape {
    depth_max: usize,
    open: Vec<Open>,
    /// Open brackets and the operators counted before each.
    depth: usize,
    /// Prefix and arithmetic operators since the last bracket, `and`, `or` or `,`.
    operators: usize,
}

impl Shape {
    fn token(&mut self, token: &str, at: usize) -> Result<(), Fault> {
        match token {
            "(" | "[" => {
                self.depth += 1 + self.operators;
                let bracket = if token == "(" { b'(' } else { b'[' };
                self.open.push(Open { bracket, at, operators: std::mem::take(&mut self.operators) });
            }
            ")" | "]" => {
                let bracket = if token == ")" { b'(' } else { b'[' };
                match self.open.pop() {
                    Some(open) if open.bracket == bracket => {
                        self.depth -= 1 + open.operators;
                        self.operators = open.operators;
                    }
                    Some(open) => {
                        let message = format!("`{}` is closed by `{token}`", char::from(open.bracket));
                        return Err(Fault::new(Code::ExpressionSyntax, at..at + 1, message));
                    }
                    None => {
                        let message = format!("this `{token}` closes nothing");
                        return Err(Fault::new(Code::ExpressionSyntax, at..at + 1, message));
                    }
                }
            }
            "," | "and" | "or" => self.operators = 0,
            "not" | "+" | "-" | "*" | "/" => self.operators += 1,
            _ => {}
        }
        if self.depth + self.operators <= self.depth_max {
            return Ok(());
        }
        let message = format!("this expression is nested more than {} deep", self.depth_max);
        let fault = Fault::new(Code::ExpressionLimit, at..at + token.len(), message);
        Err(fault.help("brackets count, and so do `not` and arithmetic operators in a row"))
    }
}

/// The length of the token that the text starts with: a string, a name, or one character.
fn token_len(text: &str) -> Result<usize, ()> {
    let first = text.chars().next().ok_or(())?;
    match first {
        '\'' | '"' => string_len(text, first),
        'a'..='z' | 'A'..='Z' | '_' => {
            let name = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len());
            // The segments of a field after its first may have a `-`.
            if !text.get(name..).is_some_and(|rest| rest.starts_with('.')) {
                return Ok(name);
            }
            let end = text.find(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '.' | '-'));
            Ok(end.unwrap_or(text.len()))
        }
        _ => Ok(first.len_utf8()),
    }
}

/// The length of a string with both its quotes; no string goes past its line.
fn string_len(text: &str, quote: char) -> Result<usize, ()> {
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\n' | '\r' => return Err(()),
            '\\' if quote == '"' => {
                chars.next_if(|(_, c)| !matches!(c, '\n' | '\r'));
            }
            c if c == quote => {
                let doubled = quote == '\'' && chars.next_if(|(_, c)| *c == quote).is_some();
                if !doubled {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
    }
    Err(())
}

/// In a pattern nearly always a `\b` that YAML read as a backspace.
fn control_character(at: usize, c: char) -> Fault {
    let message = format!("a control character, {}", quote(&c.to_string()));
    let fault = Fault::new(Code::ExpressionSyntax, at..at + c.len_utf8(), message);
    fault.help("YAML reads escapes in double quotes: put the expression after `|`, where it stays as it is")
}

fn unclosed_string(at: usize, rest: &str) -> Fault {
    let line = rest.lines().next().unwrap_or_default();
    let fault = Fault::new(Code::ExpressionSyntax, at..at + line.len(), "this string is never closed");
    if line.starts_with('"') {
        fault.help("in a string with `\"`, a quote is written `\\\"`")
    } else {
        fault.help("in a string with `'`, a quote is written `''`")
    }
}
