// SPDX-License-Identifier: AGPL-3.0-or-later
//! YAML and expressions to [`ast`]: mirrors the text and keeps every place.
//!
//! Every problem of every file is reported in one run. A rule with a problem is left out of the
//! tree and the others stay, so that what follows can find its problems too.

pub mod ast;
mod dump;
mod expression;
mod fields;
mod files;
mod forms;
mod intel;
mod pack;
mod predicates;
pub(in crate::compile) mod problems;
mod rule;
pub(in crate::compile) mod scalar;
mod table;
pub(in crate::compile) mod text_map;
mod value;
pub(in crate::compile) mod yaml;

pub use files::{PackFiles, ReadError};
pub use pack::pack;

use crate::diag::{Diagnostics, Sources, Span};
use crate::vocab::Limits;
use problems::Problems;

/// Parses one expression that stands alone, as in tests or on a command line. It becomes a source
/// of its own.
///
/// # Cost
/// Linear in the text; the stack needed is bounded by [`Limits::expression_depth`].
///
/// # Example
/// ```
/// use decnet_ttp::compile::parse;
/// use decnet_ttp::diag::{Diagnostics, Sources};
/// use decnet_ttp::vocab::Limits;
///
/// let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::new());
/// let text = "user=='root'and not(a+1>2)";
/// let expr = parse::expression(text, &mut sources, &Limits::default(), &mut diagnostics);
/// assert_eq!(expr.unwrap().to_string(), r#"user == "root" and not a + 1 > 2"#);
/// ```
pub fn expression(
    text: &str,
    sources: &mut Sources,
    limits: &Limits,
    diagnostics: &mut Diagnostics,
) -> Option<ast::Expr> {
    let source = sources.add("expression", text);
    let mut problems = Problems::new(source, diagnostics);
    let place = |bytes: std::ops::Range<usize>| Span {
        source,
        start: u32::try_from(bytes.start).unwrap_or(u32::MAX),
        end: u32::try_from(bytes.end).unwrap_or(u32::MAX),
    };
    match expression::parse(text, limits, &place) {
        Ok(expr) => Some(expr),
        Err(faults) => {
            faults.into_iter().for_each(|fault| problems.push(fault));
            None
        }
    }
}

/// A file while it is read.
struct File<'a> {
    text: &'a str,
    limits: &'a Limits,
}

/// The expression that a scalar holds.
fn expression_of(node: &yaml::Node, file: &File<'_>, problems: &mut Problems<'_>) -> Option<ast::Expr> {
    let scalar = match &node.value {
        yaml::Value::Scalar(scalar) if !scalar.is_null() => scalar,
        _ => {
            let help = Some("write it as text: `field == \"value\"`".to_owned());
            return table::wrong_type(node, "an expression", "a string", help, problems);
        }
    };
    let map = text_map::TextMap::new(scalar, node.span, file.text);
    match expression::parse(&scalar.text, file.limits, &|bytes| map.span(bytes)) {
        Ok(expr) => Some(expr),
        Err(faults) => {
            let cut = comment_follows(scalar, node.span, file.text);
            for mut fault in faults {
                if cut {
                    fault.help = vec![
                        "YAML takes what follows ` #` for a comment: put the expression after `|`".to_owned(),
                    ];
                }
                problems.push(fault);
            }
            None
        }
    }
}

/// Whether YAML ended a plain scalar because of a ` #` on the same line.
fn comment_follows(scalar: &scalar::Scalar, span: Span, text: &str) -> bool {
    let rest = text.get(span.end as usize..).unwrap_or_default();
    scalar.style == scalar::Style::Plain && rest.trim_start_matches([' ', '\t']).starts_with('#')
}
