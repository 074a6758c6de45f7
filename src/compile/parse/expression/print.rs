// SPDX-License-Identifier: AGPL-3.0-or-later
//! Expressions as canonical text: parsed again, it gives the same tree.

use std::fmt::{self, Display, Formatter, Write as _};

use super::super::ast::{BinaryOp, Expr, ExprKind};

/// How tightly an expression holds together; an operand that holds less needs parentheses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Or,
    And,
    Not,
    Comparison,
    Sum,
    Product,
    Unary,
    Primary,
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Text(text) => write_string(f, text),
            ExprKind::Number(value) => write_number(f, *value),
            ExprKind::Bool(value) => write!(f, "{value}"),
            ExprKind::Field(name) => f.write_str(name),
            ExprKind::It => f.write_str("it"),
            ExprKind::ItPart(side) => f.write_str(side.as_str()),
            ExprKind::Param(name) => write!(f, "${name}"),
            ExprKind::NamedList(name) => write!(f, "@{name}"),
            ExprKind::List(items) => {
                f.write_char('[')?;
                write_joined(f, items, ", ", Rank::Or)?;
                f.write_char(']')
            }
            ExprKind::Not(inner) => {
                f.write_str("not ")?;
                write_operand(f, inner, Rank::Not)
            }
            ExprKind::And(items) => write_joined(f, items, " and ", Rank::Not),
            ExprKind::Or(items) => write_joined(f, items, " or ", Rank::And),
            ExprKind::Binary { op, lhs, rhs, nocase } => {
                // Comparisons do not chain; arithmetic chains from the left.
                let (left, right) = match binary_rank(op.value) {
                    Rank::Sum => (Rank::Sum, Rank::Product),
                    Rank::Product => (Rank::Product, Rank::Unary),
                    _ => (Rank::Sum, Rank::Sum),
                };
                write_operand(f, lhs, left)?;
                write!(f, " {} ", op.value.as_str())?;
                write_operand(f, rhs, right)?;
                f.write_str(if *nocase { " nocase" } else { "" })
            }
            ExprKind::Negate(inner) => {
                f.write_char('-')?;
                match inner.kind {
                    // Without parentheses it would be a negative number.
                    ExprKind::Number(value) if value.is_sign_positive() => write!(f, "({inner})"),
                    _ => write_operand(f, inner, Rank::Unary),
                }
            }
            ExprKind::Quantifier { all, list, body } => {
                write!(f, "{}({list}, {body})", if *all { "all" } else { "any" })
            }
            ExprKind::Call { name, args } => {
                write!(f, "{}(", name.value)?;
                write_joined(f, args, ", ", Rank::Or)?;
                f.write_char(')')
            }
        }
    }
}

fn write_joined(f: &mut Formatter<'_>, items: &[Expr], joiner: &str, rank: Rank) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(joiner)?;
        }
        write_operand(f, item, rank)?;
    }
    Ok(())
}

/// Writes an operand, in parentheses where it holds less tightly than `at_least`.
fn write_operand(f: &mut Formatter<'_>, expr: &Expr, at_least: Rank) -> fmt::Result {
    if rank(expr) < at_least { write!(f, "({expr})") } else { write!(f, "{expr}") }
}

fn rank(expr: &Expr) -> Rank {
    match &expr.kind {
        ExprKind::Or(_) => Rank::Or,
        ExprKind::And(_) => Rank::And,
        ExprKind::Not(_) => Rank::Not,
        ExprKind::Binary { op, .. } => binary_rank(op.value),
        ExprKind::Negate(_) => Rank::Unary,
        _ => Rank::Primary,
    }
}

fn binary_rank(op: BinaryOp) -> Rank {
    match op {
        BinaryOp::Add | BinaryOp::Sub => Rank::Sum,
        BinaryOp::Mul | BinaryOp::Div => Rank::Product,
        _ => Rank::Comparison,
    }
}

fn write_number(f: &mut Formatter<'_>, value: f64) -> fmt::Result {
    if value.fract() == 0.0 && value.abs() < 1e15 { write!(f, "{value}") } else { write!(f, "{value:?}") }
}

fn write_string(f: &mut Formatter<'_>, text: &str) -> fmt::Result {
    if text.chars().any(crate::diag::render::is_hidden) {
        f.write_char('"')?;
        for c in text.chars() {
            match c {
                '"' | '\\' => write!(f, "\\{c}")?,
                '\n' => f.write_str("\\n")?,
                '\t' => f.write_str("\\t")?,
                '\r' => f.write_str("\\r")?,
                c if crate::diag::render::is_hidden(c) => write!(f, "{}", c.escape_unicode())?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
    } else if text.contains(['"', '\\']) {
        write!(f, "'{}'", text.replace('\'', "''"))
    } else {
        write!(f, "\"{text}\"")
    }
}
