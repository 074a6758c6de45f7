// SPDX-License-Identifier: AGPL-3.0-or-later
//! `condition`: the shape is checked first, then the grammar runs, then names are looked up.

use std::collections::HashMap;
use std::ops::Range;

use pest::Parser as _;
use pest::error::InputLocation;
use pest::iterators::Pair;

use super::ast::{Expr, Selection};
use super::reader::{Reader, items, scalar};
use crate::compile::parse::problems::suggest;
use crate::compile::parse::scalar::Typed;
use crate::compile::parse::text_map::TextMap;
use crate::compile::parse::yaml::{Entry, Node};
use crate::diag::render::quote;
use crate::diag::{Code, Diagnostic};

/// What the grammar of `grammar/sigma_condition.pest` derives.
mod grammar {
    #![allow(missing_docs, reason = "the derived items have no documentation")]

    #[derive(pest_derive::Parser)]
    #[grammar = "../grammar/sigma_condition.pest"]
    pub(super) struct Grammar;
}

use grammar::{Grammar, Rule};

/// Names of selections that patterns of one rule are held against, and that they may give.
const LOOKUPS: usize = 1 << 20;

/// A problem of a condition, its place in the condition's own bytes.
struct Fault {
    code: Code,
    bytes: Range<usize>,
    message: String,
    help: String,
}

impl Fault {
    fn new(bytes: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: Code::SigmaCondition, bytes, message: message.into(), help: help.into() }
    }
}

/// Reads the condition, or the list of them, any of which may hold; `None` where that was reported.
pub(super) fn conditions(
    entry: &Entry,
    selections: &[Selection],
    reader: &mut Reader<'_, '_>,
) -> Option<Expr> {
    let mut names = Names::new(selections);
    let nodes = items(&entry.value);
    if nodes.is_empty() {
        let help = "say how the selections are joined: `condition: selection`";
        reader.refuse(Code::SigmaCondition, entry.value.span, "there is no condition", help);
        return None;
    }
    let parts: Vec<Option<Expr>> = nodes.iter().map(|node| condition(node, &mut names, reader)).collect();
    Some(Expr::any(parts.into_iter().collect::<Option<_>>()?))
}

fn condition(node: &Node, names: &mut Names<'_>, reader: &mut Reader<'_, '_>) -> Option<Expr> {
    let text = scalar(node).filter(|scalar| matches!(scalar.typed(), Typed::Text(_)));
    let Some(scalar) = text else {
        reader.wrong_type(node, "a condition", "a string");
        return None;
    };
    let text = scalar.text.as_str();
    let outcome = check(text, reader).and_then(|()| {
        let mut pairs = Grammar::parse(Rule::condition, text).map_err(|error| explain(text, &error))?;
        match pairs.next().and_then(|pair| pair.into_inner().next()) {
            Some(pair) => names.disjunction(pair),
            None => Err(Fault::new(0..text.len(), "this condition is empty", "name a selection")),
        }
    });
    match outcome {
        Ok(expr) => Some(expr),
        Err(fault) => {
            let place = TextMap::new(scalar, node.span, reader.file.text).span(fault.bytes);
            reader.report(Diagnostic::new(fault.code, place, fault.message).help(fault.help));
            None
        }
    }
}

/// Checks length and nesting, without recursion, and that nothing is counted.
fn check(text: &str, reader: &Reader<'_, '_>) -> Result<(), Fault> {
    let limits = reader.file.limits;
    if text.len() > limits.expression_bytes {
        let message =
            format!("this condition has {} bytes, and {} are allowed", text.len(), limits.expression_bytes);
        let fault = Fault::new(0..0, message, "give selections names that `1 of name*` finds");
        return Err(Fault { code: Code::SigmaLimit, ..fault });
    }
    if let Some(at) = text.find('|') {
        let message = "what follows `|` counts over several events, which this version does not evaluate";
        let fault = Fault::new(at..text.len(), message, "match on a count that the event carries");
        return Err(Fault { code: Code::Unsupported, ..fault });
    }
    let mut depth = 0_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > limits.expression_depth {
            let message = format!("this condition is nested more than {} deep", limits.expression_depth);
            let fault = Fault::new(at..at + 1, message, "take brackets out that change nothing");
            return Err(Fault { code: Code::SigmaLimit, ..fault });
        }
    }
    Ok(())
}

/// Where the grammar stopped.
fn explain(text: &str, error: &pest::error::Error<Rule>) -> Fault {
    let (InputLocation::Pos(at) | InputLocation::Span((at, _))) = error.location;
    let rest = text.get(at..).unwrap_or_default();
    let len = rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')')).unwrap_or(rest.len());
    let len = if len == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { len };
    let word = rest.get(..len).unwrap_or_default();
    let message = if word.trim().is_empty() {
        "this condition ends where more is expected".to_owned()
    } else {
        format!("{} cannot stand here", quote(word))
    };
    let help =
        "a condition joins selections with `and`, `or`, `not`, brackets, `1 of name*` and `all of name*`";
    Fault::new(at..at + len, message, help)
}

/// The selections by name.
struct Names<'s> {
    selections: &'s [Selection],
    by_name: HashMap<&'s str, usize>,
    /// What patterns gave so far.
    patterns: HashMap<String, Vec<usize>>,
    /// Look-ups that are left.
    left: usize,
}

impl<'s> Names<'s> {
    fn new(selections: &'s [Selection]) -> Self {
        let by_name =
            selections.iter().enumerate().map(|(at, selection)| (selection.name.as_str(), at)).collect();
        Self { selections, by_name, patterns: HashMap::new(), left: LOOKUPS }
    }

    // Depth is bounded by `check`: only brackets nest.
    fn disjunction(&mut self, pair: Pair<'_, Rule>) -> Result<Expr, Fault> {
        let parts = pair.into_inner().filter(|pair| pair.as_rule() == Rule::conjunction);
        Ok(Expr::any(parts.map(|pair| self.conjunction(pair)).collect::<Result<_, _>>()?))
    }

    fn conjunction(&mut self, pair: Pair<'_, Rule>) -> Result<Expr, Fault> {
        let parts = pair.into_inner().filter(|pair| pair.as_rule() == Rule::negation);
        Ok(Expr::all(parts.map(|pair| self.negation(pair)).collect::<Result<_, _>>()?))
    }

    fn negation(&mut self, pair: Pair<'_, Rule>) -> Result<Expr, Fault> {
        let mut negated = false;
        let mut expr = Expr::Or(Vec::new());
        for pair in pair.into_inner() {
            match pair.as_rule() {
                Rule::not => negated = !negated,
                Rule::disjunction => expr = self.disjunction(pair)?,
                Rule::quantified => expr = self.quantified(pair)?,
                _ => expr = Expr::Selection(self.named(&pair)?),
            }
        }
        Ok(if negated { expr.negated() } else { expr })
    }

    fn named(&self, pair: &Pair<'_, Rule>) -> Result<usize, Fault> {
        let name = pair.as_str();
        let known = self.by_name.get(name).copied();
        known.ok_or_else(|| {
            let bytes = pair.as_span().start()..pair.as_span().end();
            if name.contains('*') {
                let help = format!("write `1 of {name}` or `all of {name}`");
                return Fault::new(bytes, format!("{} may stand for several selections", quote(name)), help);
            }
            self.absent(bytes, name)
        })
    }

    fn absent(&self, bytes: Range<usize>, name: &str) -> Fault {
        let names = self.selections.iter().map(|selection| selection.name.as_str());
        let help = suggest(name, names.clone().take(64)).unwrap_or_else(|| {
            let shown: Vec<String> = names.take(8).map(quote).collect();
            format!("the selections are {}", shown.join(", "))
        });
        if name.contains('*') || name.eq_ignore_ascii_case("them") {
            let help = format!("{help}; names that begin with `_` are left out");
            return Fault::new(bytes, format!("{} is no selection at all", quote(name)), help);
        }
        Fault::new(bytes, format!("there is no selection {}", quote(name)), help)
    }

    fn quantified(&mut self, pair: Pair<'_, Rule>) -> Result<Expr, Fault> {
        let bytes = pair.as_span().start()..pair.as_span().end();
        let (mut all, mut found) = (false, Vec::new());
        for pair in pair.into_inner() {
            match pair.as_rule() {
                Rule::quantity => match pair.as_str() {
                    "1" => {}
                    word if word.eq_ignore_ascii_case("all") => all = true,
                    word if word.eq_ignore_ascii_case("any") => {}
                    word => {
                        let message = format!("{} is no quantity", quote(word));
                        return Err(Fault::new(bytes, message, "write `1 of` or `all of`"));
                    }
                },
                Rule::name => found = self.matching(&pair)?,
                _ => {}
            }
        }
        let parts = found.into_iter().map(Expr::Selection).collect();
        Ok(if all { Expr::all(parts) } else { Expr::any(parts) })
    }

    /// The selections that a pattern gives. Names that begin with `_` are left out, unless the
    /// pattern begins so.
    fn matching(&mut self, pair: &Pair<'_, Rule>) -> Result<Vec<usize>, Fault> {
        let pattern = pair.as_str();
        let bytes = pair.as_span().start()..pair.as_span().end();
        if !self.patterns.contains_key(pattern) {
            let work = self.selections.iter().map(|selection| selection.name.len() + 1).sum::<usize>()
                + pattern.len();
            self.spend(work, &bytes)?;
            let them = pattern.eq_ignore_ascii_case("them") && !self.by_name.contains_key(pattern);
            let holds = |name: &str| {
                (pattern.starts_with('_') || !name.starts_with('_')) && (them || matches(pattern, name))
            };
            let found = self.selections.iter().enumerate().filter(|(_, selection)| holds(&selection.name));
            self.patterns.insert(pattern.to_owned(), found.map(|(at, _)| at).collect());
        }
        let found = self.patterns.get(pattern).cloned().unwrap_or_default();
        self.spend(found.len(), &bytes)?;
        if found.is_empty() { Err(self.absent(bytes, pattern)) } else { Ok(found) }
    }

    fn spend(&mut self, work: usize, bytes: &Range<usize>) -> Result<(), Fault> {
        match self.left.checked_sub(work) {
            Some(left) => {
                self.left = left;
                Ok(())
            }
            None => {
                let message = "this condition names too many selections";
                let fault = Fault::new(bytes.clone(), message, "split the rule");
                Err(Fault { code: Code::SigmaLimit, ..fault })
            }
        }
    }
}

/// Whether a name is as a pattern says, in which `*` is any run of characters.
fn matches(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn patterns_are_anchored() {
        for (pattern, name, expected) in [
            ("sel*", "selection", true),
            ("sel*", "a_sel", false),
            ("*_main_*", "filter_main_x", true),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("a**b", "ab", true),
            ("ab", "abc", false),
            ("*", "", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }
}
