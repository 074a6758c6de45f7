// SPDX-License-Identifier: AGPL-3.0-or-later
//! One value under a key: what it becomes by the key's modifiers.

use super::ast::{Expr, Op, Test};
use super::encode::{self, DASHES};
use super::modifier::{Flags, Key, Shape, Transform};
use super::reader::{Reader, scalar};
use crate::compile::automaton::Automaton;
use crate::compile::ir::{Network, Num, Ordering, Regex, TextTest};
use crate::compile::lower::glob::{self, Piece};
use crate::compile::lower::pattern;
use crate::compile::parse::scalar::Typed;
use crate::compile::parse::yaml::Node;
use crate::diag::render::quote;
use crate::diag::{Code, Diagnostic, Span};

/// Bytes that the values of one rule may expand to, regular expressions as compiled.
pub(super) const RULE_BYTES: usize = 8 << 20;
/// Bytes that the values of all rules may expand to.
pub(super) const TOTAL_BYTES: usize = 256 << 20;
/// Variants of one text that `windash` writes out; of more it makes a regular expression, or,
/// where they are to be encoded, an error.
const DASH_VARIANTS: usize = 25;
/// Variants of one text that are encoded.
const ENCODED_VARIANTS: usize = 625;

/// What a value comes to: tests any of which holds, before those of one key are put together.
pub(super) enum Found {
    /// Tests of the text.
    Texts(Vec<TextTest>),
    /// Addresses in one of these.
    Network(Network),
    /// Anything else.
    Expr(Expr),
}

/// A text on its way through the transforms.
enum Form {
    Pieces(Vec<Piece>),
    Bytes(Vec<u8>),
}

/// Reads a value; `None` where something was reported.
pub(super) fn value(node: &Node, key: &Key, reader: &mut Reader<'_, '_>) -> Option<Found> {
    let Some(scalar) = scalar(node) else {
        reader.wrong_type(node, "a value", "a scalar, or a list of scalars");
        return None;
    };
    let typed = scalar.typed();
    let shape = key.modifiers.shape;
    let text = match typed {
        Typed::Null => return null(node, key, reader),
        Typed::Text(text) => text.to_owned(),
        Typed::Bool(value) => value.to_string(),
        Typed::Int(value) => value.to_string(),
        Typed::Float(value) if value.is_finite() => value.to_string(),
        Typed::Float(_) => {
            reader.refuse(Code::BadValue, node.span, "no record has such a number", "quote it if it is text");
            return None;
        }
    };
    match shape {
        Shape::Whole | Shape::Contains | Shape::StartsWith | Shape::EndsWith => {
            // Only text has wildcards and escapes; what else YAML knows has neither sign.
            texts(glob::pieces(&text), node.span, key, reader).map(Found::Texts)
        }
        Shape::Regex(flags) => regex(&text, flags, node.span, reader),
        Shape::Cidr => network(&text, node.span, reader).map(Found::Network),
        Shape::Compare(ordering) => number(typed, ordering, node, key, reader),
        Shape::Exists => exists(typed, node, key, reader),
        Shape::FieldRef => {
            if text.is_empty() || text == "*" {
                let help = "the value is the name of another field";
                reader.refuse(Code::SigmaDetection, node.span, "`fieldref` names no field", help);
                return None;
            }
            Some(Found::Expr(test(key, Op::SameAs { field: text, nocase: !key.modifiers.cased })))
        }
    }
}

/// A test of the key's field.
pub(super) fn test(key: &Key, op: Op) -> Expr {
    Expr::Test(Test { field: key.field.clone(), op })
}

fn null(node: &Node, key: &Key, reader: &mut Reader<'_, '_>) -> Option<Found> {
    let plain = key.modifiers.shape == Shape::Whole && key.modifiers.transforms.is_empty();
    if plain && key.field.is_some() {
        return Some(Found::Expr(test(key, Op::Exists).negated()));
    }
    let (message, help) = if key.field.is_none() {
        ("a keyword is nothing", "write the text to look for")
    } else {
        ("this modifier has no value", "write `''` for the empty text; only `field: null` asks for absence")
    };
    reader.refuse(Code::SigmaDetection, node.span, message, help);
    None
}

/// The tests of a text, one per variant that the transforms make.
fn texts(pieces: Vec<Piece>, span: Span, key: &Key, reader: &mut Reader<'_, '_>) -> Option<Vec<TextTest>> {
    let transforms = &key.modifiers.transforms;
    let encoded = transforms.iter().any(|transform| *transform != Transform::Windash);
    let mut dashed = false;
    let mut forms = vec![Form::Pieces(pieces)];
    for transform in transforms {
        forms = match transform {
            Transform::Windash => {
                let (variants, whole) = windash(forms, encoded, span, reader)?;
                dashed = whole;
                variants
            }
            _ => encode(forms, *transform, span, reader)?,
        };
    }
    let mut tests = Vec::with_capacity(forms.len());
    for form in forms {
        let Form::Pieces(pieces) = form else { continue };
        let pieces = shaped(pieces, key);
        let bytes = pieces
            .iter()
            .map(|piece| if let Piece::Text(text) = piece { text.len() } else { 1 })
            .sum::<usize>();
        if !reader.spend(bytes + 16) {
            return too_much(span, reader);
        }
        tests.push(text_test(&pieces, dashed, span, key, reader)?);
    }
    Some(tests)
}

fn too_much<T>(span: Span, reader: &mut Reader<'_, '_>) -> Option<T> {
    let message = "the values of this rule expand to too much text";
    reader.refuse(Code::SigmaLimit, span, message, "shorten the lists, or split the rule");
    None
}

/// Puts `*` where the shape has it; a keyword is looked for anywhere.
fn shaped(pieces: Vec<Piece>, key: &Key) -> Vec<Piece> {
    let shape = match key.modifiers.shape {
        Shape::Whole if key.field.is_none() => Shape::Contains,
        shape => shape,
    };
    let start = matches!(shape, Shape::Contains | Shape::EndsWith);
    let end = matches!(shape, Shape::Contains | Shape::StartsWith);
    let mut out = Vec::with_capacity(pieces.len() + 2);
    if start && pieces.first() != Some(&Piece::Any) {
        out.push(Piece::Any);
    }
    out.extend(pieces);
    if end && out.last() != Some(&Piece::Any) {
        out.push(Piece::Any);
    }
    out
}

fn text_test(
    pieces: &[Piece],
    dashed: bool,
    span: Span,
    key: &Key,
    reader: &mut Reader<'_, '_>,
) -> Option<TextTest> {
    let nocase = !key.modifiers.cased;
    if !dashed && let Some(test) = glob::plain(pieces, nocase) {
        return Some(test);
    }
    let pattern = if dashed {
        glob::regex(pieces, nocase, dashes_pattern)
    } else {
        glob::regex(pieces, nocase, regex_syntax::escape)
    };
    compiled(&pattern, span, reader).map(TextTest::Matches)
}

/// A text as a pattern in which each dash is any dash.
fn dashes_pattern(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() * 2);
    for c in text.chars() {
        if DASHES.contains(&c) {
            pattern.push_str("[-/\u{2013}\u{2014}\u{2015}]");
        } else {
            pattern.push_str(&regex_syntax::escape(c.encode_utf8(&mut [0; 4])));
        }
    }
    pattern
}

/// The variants of each text, and whether they are left to a regular expression.
fn windash(
    forms: Vec<Form>,
    encoded: bool,
    span: Span,
    reader: &mut Reader<'_, '_>,
) -> Option<(Vec<Form>, bool)> {
    let mut out = Vec::new();
    for form in forms {
        let Form::Pieces(pieces) = form else { continue };
        let count =
            pieces.iter().map(|piece| if let Piece::Text(text) = piece { encode::dashes(text) } else { 0 });
        let variants =
            u32::try_from(count.sum::<usize>()).ok().and_then(|dashes| 5_usize.checked_pow(dashes));
        if variants.is_none_or(|variants| variants > if encoded { ENCODED_VARIANTS } else { DASH_VARIANTS }) {
            if !encoded {
                return Some((vec![Form::Pieces(pieces)], true));
            }
            let message = format!("a text with so many dashes has more than {ENCODED_VARIANTS} variants");
            reader.refuse(
                Code::SigmaLimit,
                span,
                message,
                "leave `windash` out, and write the variants that matter",
            );
            return None;
        }
        let mut variants: Vec<Vec<Piece>> = vec![Vec::new()];
        for piece in pieces {
            let choices: Vec<Piece> = match piece {
                Piece::Text(text) => encode::windash(&text).into_iter().map(Piece::Text).collect(),
                other => vec![other],
            };
            let extended = |variant: &Vec<Piece>| {
                choices
                    .iter()
                    .map(|choice| variant.iter().chain([choice]).cloned().collect())
                    .collect::<Vec<_>>()
            };
            variants = variants.iter().flat_map(extended).collect();
        }
        out.extend(variants.into_iter().map(Form::Pieces));
    }
    Some((out, false))
}

fn encode(
    forms: Vec<Form>,
    transform: Transform,
    span: Span,
    reader: &mut Reader<'_, '_>,
) -> Option<Vec<Form>> {
    let text = |text: String| Form::Pieces(vec![Piece::Text(text)]);
    let mut out = Vec::with_capacity(forms.len());
    for form in forms {
        let bytes = match form {
            Form::Bytes(bytes) => bytes,
            Form::Pieces(pieces) => match pieces.as_slice() {
                [Piece::Text(text)] => match transform {
                    Transform::Utf16(encoding) => encoding.encode(text),
                    _ => text.clone().into_bytes(),
                },
                _ => {
                    let message = "only a text without wildcards can be encoded";
                    let help = "a wildcard is escaped by a backslash; an empty text has no encoding";
                    reader.refuse(Code::SigmaModifier, span, message, help);
                    return None;
                }
            },
        };
        if !reader.spend(bytes.len() * 4) {
            return too_much(span, reader);
        }
        match transform {
            Transform::Base64 => out.push(text(encode::base64(&bytes))),
            Transform::Base64Offset => {
                let Some(offsets) = encode::base64_offsets(&bytes) else {
                    let message = "this text is too short to show in base64 at every offset";
                    reader.refuse(Code::SigmaModifier, span, message, "write two characters or more");
                    return None;
                };
                out.extend(offsets.map(text));
            }
            Transform::Utf16(_) | Transform::Windash => out.push(Form::Bytes(bytes)),
        }
    }
    Some(out)
}

fn regex(text: &str, flags: Flags, span: Span, reader: &mut Reader<'_, '_>) -> Option<Found> {
    let flags: String = [(flags.insensitive, 'i'), (flags.multi_line, 'm'), (flags.dot_all, 's')]
        .iter()
        .filter_map(|(set, flag)| set.then_some(*flag))
        .collect();
    let pattern = if flags.is_empty() { text.to_owned() } else { format!("(?{flags}:{text})") };
    compiled(&pattern, span, reader).map(|regex| Found::Texts(vec![TextTest::Matches(regex)]))
}

fn compiled(pattern: &str, span: Span, reader: &mut Reader<'_, '_>) -> Option<Regex> {
    match pattern::regex(pattern, span, reader.file.limits) {
        Ok(regex) if reader.spend(Automaton::size(regex.hir())) => Some(regex),
        Ok(_) => too_much(span, reader),
        Err(mut problem) => {
            // What helps in our own language is written in it.
            match problem.code {
                Code::RegexUnsupported => {
                    problem.help = vec!["use two selections: `selection and not filter`".to_owned()];
                }
                Code::RegexSyntax if problem.help.is_empty() => {
                    problem.help = vec!["a sign that stands for itself is escaped by a backslash".to_owned()];
                }
                _ => {}
            }
            reader.report(*problem);
            None
        }
    }
}

fn network(text: &str, span: Span, reader: &mut Reader<'_, '_>) -> Option<Network> {
    let network = Network::parse(text.trim());
    if network.is_none() {
        let message = format!("{} is no network", quote(text));
        reader.refuse(Code::BadLiteral, span, message, "for example `10.0.0.0/8` or `fe80::/10`");
    }
    network
}

fn number(
    typed: Typed<'_>,
    ordering: Ordering,
    node: &Node,
    key: &Key,
    reader: &mut Reader<'_, '_>,
) -> Option<Found> {
    let number = match typed {
        #[expect(clippy::cast_precision_loss, reason = "numbers of records are 64-bit floats")]
        Typed::Int(value) => Some(value as f64),
        Typed::Float(value) => Some(value),
        // In quotes, where the writer took it for text.
        Typed::Text(text) => text.trim().parse().ok().filter(|value: &f64| value.is_finite()),
        Typed::Null | Typed::Bool(_) => None,
    };
    match number {
        Some(number) => Some(Found::Expr(test(key, Op::Number(ordering, Num::new(number))))),
        None => {
            reader.report(
                Diagnostic::new(Code::TypeMismatch, node.span, "numbers are compared with a number")
                    .label("not a number")
                    .help("`lt`, `lte`, `gt` and `gte` take a number"),
            );
            None
        }
    }
}

fn exists(typed: Typed<'_>, node: &Node, key: &Key, reader: &mut Reader<'_, '_>) -> Option<Found> {
    let exists = test(key, Op::Exists);
    match typed {
        Typed::Bool(true) => Some(Found::Expr(exists)),
        Typed::Bool(false) => Some(Found::Expr(exists.negated())),
        _ => {
            reader.wrong_type(node, "the value of `exists`", "`true` or `false`");
            None
        }
    }
}
