// SPDX-License-Identifier: AGPL-3.0-or-later
//! The keys of a selection: a field and a chain of modifiers, `CommandLine|base64offset|contains`.

use super::encode::Utf16;
use super::reader::Reader;
use crate::compile::ir::Ordering;
use crate::compile::parse::problems::suggest;
use crate::diag::render::quote;
use crate::diag::{Code, Diagnostic, Span, Spanned};

/// What a chain of modifiers comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Modifiers {
    /// What changes the values, in order.
    pub(super) transforms: Vec<Transform>,
    /// How a value is compared.
    pub(super) shape: Shape,
    /// Every value must be met, rather than one.
    pub(super) all: bool,
    /// The whole is negated.
    pub(super) neq: bool,
    /// Case-sensitive.
    pub(super) cased: bool,
}

/// A modifier that makes other values of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Transform {
    Windash,
    Utf16(Utf16),
    Base64,
    Base64Offset,
}

/// How a value is compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shape {
    /// The whole text; a keyword, anywhere in it.
    #[default]
    Whole,
    Contains,
    StartsWith,
    EndsWith,
    Regex(Flags),
    Cidr,
    Compare(Ordering),
    Exists,
    FieldRef,
}

/// The flags of a regular expression.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flags {
    pub(super) insensitive: bool,
    pub(super) multi_line: bool,
    pub(super) dot_all: bool,
}

/// A key of a selection.
#[derive(Debug)]
pub(super) struct Key {
    /// The field; `None` for keywords.
    pub(super) field: Option<String>,
    pub(super) modifiers: Modifiers,
}

/// One modifier.
#[derive(Clone, Copy)]
enum Modifier {
    Transform(Transform),
    Shape(Shape),
    /// `i`, `m` or `s`.
    Flag(char),
    All,
    Neq,
    Cased,
    /// Known, and not evaluated: why, and what to do instead.
    Unsupported(&'static str, &'static str),
}

const PLACEHOLDERS: Modifier = Modifier::Unsupported(
    "it needs the placeholders of a site, which this version does not have",
    "write the values of the placeholder out as a list",
);
const TIMES: Modifier = Modifier::Unsupported(
    "parts of a time are not evaluated by this version",
    "match on a field of the record that holds the part",
);

/// Every modifier of the specification.
const MODIFIERS: [(&str, Modifier); 31] = [
    ("all", Modifier::All),
    ("base64", Modifier::Transform(Transform::Base64)),
    ("base64offset", Modifier::Transform(Transform::Base64Offset)),
    ("cased", Modifier::Cased),
    ("cidr", Modifier::Shape(Shape::Cidr)),
    ("contains", Modifier::Shape(Shape::Contains)),
    ("day", TIMES),
    ("endswith", Modifier::Shape(Shape::EndsWith)),
    ("exists", Modifier::Shape(Shape::Exists)),
    ("expand", PLACEHOLDERS),
    ("fieldref", Modifier::Shape(Shape::FieldRef)),
    ("gt", Modifier::Shape(Shape::Compare(Ordering::Gt))),
    ("gte", Modifier::Shape(Shape::Compare(Ordering::Ge))),
    ("hour", TIMES),
    ("i", Modifier::Flag('i')),
    ("lt", Modifier::Shape(Shape::Compare(Ordering::Lt))),
    ("lte", Modifier::Shape(Shape::Compare(Ordering::Le))),
    ("m", Modifier::Flag('m')),
    ("minute", TIMES),
    ("month", TIMES),
    ("neq", Modifier::Neq),
    ("re", Modifier::Shape(Shape::Regex(Flags { insensitive: false, multi_line: false, dot_all: false }))),
    ("s", Modifier::Flag('s')),
    ("startswith", Modifier::Shape(Shape::StartsWith)),
    ("utf16", Modifier::Transform(Transform::Utf16(Utf16::Marked))),
    ("utf16be", Modifier::Transform(Transform::Utf16(Utf16::Big))),
    ("utf16le", Modifier::Transform(Transform::Utf16(Utf16::Little))),
    ("week", TIMES),
    ("wide", Modifier::Transform(Transform::Utf16(Utf16::Little))),
    ("windash", Modifier::Transform(Transform::Windash)),
    ("year", TIMES),
];

/// Reads a key; `None` where something was reported.
pub(super) fn key(key: &Spanned<String>, reader: &mut Reader<'_, '_>) -> Option<Key> {
    let mut parts = key.value.split('|');
    let field = parts.next().unwrap_or_default();
    let mut chain =
        Chain { modifiers: Modifiers::default(), shape: None, last_encoding: None, seen: Vec::new() };
    for word in parts {
        if let Err(problem) = chain.push(word, key.span) {
            reader.report(*problem);
            return None;
        }
    }
    if let Err(problem) = chain.finish(field, key.span) {
        reader.report(*problem);
        return None;
    }
    let field = (!field.is_empty()).then(|| field.to_owned());
    Some(Key { field, modifiers: chain.modifiers })
}

/// The modifiers of a key so far.
struct Chain<'k> {
    modifiers: Modifiers,
    /// The word that gave the shape.
    shape: Option<&'k str>,
    /// The word of the last encoding.
    last_encoding: Option<&'k str>,
    seen: Vec<&'k str>,
}

type Fault = Box<Diagnostic>;

fn fault(span: Span, message: String, help: &str) -> Fault {
    Box::new(Diagnostic::new(Code::SigmaModifier, span, message).help(help))
}

impl<'k> Chain<'k> {
    fn push(&mut self, word: &'k str, span: Span) -> Result<(), Fault> {
        let Some((_, modifier)) = MODIFIERS.iter().find(|(name, _)| *name == word) else {
            let names = MODIFIERS.iter().map(|(name, _)| *name);
            let help = suggest(word, names.clone())
                .unwrap_or_else(|| format!("the modifiers are {}", names.collect::<Vec<_>>().join(", ")));
            return Err(fault(span, format!("unknown modifier {}", quote(word)), &help));
        };
        if self.seen.contains(&word) {
            return Err(fault(span, format!("the modifier `{word}` stands twice"), "write it once"));
        }
        self.seen.push(word);
        match *modifier {
            Modifier::All => self.modifiers.all = true,
            Modifier::Neq => self.modifiers.neq = true,
            Modifier::Cased => self.modifiers.cased = true,
            Modifier::Flag(flag) => return self.flag(word, flag, span),
            Modifier::Transform(transform) => return self.transform(word, transform, span),
            Modifier::Shape(shape) => {
                if let Some(earlier) = self.shape {
                    let message = format!("`{earlier}` and `{word}` contradict each other");
                    return Err(fault(
                        span,
                        message,
                        "a value is compared in one way: leave one of them out",
                    ));
                }
                self.shape = Some(word);
                self.modifiers.shape = shape;
            }
            Modifier::Unsupported(message, help) => {
                let message = format!("the modifier `{word}`: {message}");
                return Err(Box::new(Diagnostic::new(Code::Unsupported, span, message).help(help)));
            }
        }
        Ok(())
    }

    fn flag(&mut self, word: &str, flag: char, span: Span) -> Result<(), Fault> {
        let Shape::Regex(flags) = &mut self.modifiers.shape else {
            let message = format!("`{word}` stands without `re` before it");
            return Err(fault(span, message, "it is a flag of regular expressions: `field|re|i`"));
        };
        match flag {
            'i' => flags.insensitive = true,
            'm' => flags.multi_line = true,
            _ => flags.dot_all = true,
        }
        Ok(())
    }

    fn transform(&mut self, word: &'k str, transform: Transform, span: Span) -> Result<(), Fault> {
        if transform == Transform::Windash {
            if let Some(earlier) = self.last_encoding {
                let message = format!("`windash` stands after `{earlier}`, where no dash is left");
                return Err(fault(span, message, "put `windash` first"));
            }
        } else {
            if let Some(earlier) = self.shape {
                let message = format!("`{word}` stands after `{earlier}`");
                let help = format!("what changes a value comes first: `{word}|{earlier}`");
                return Err(fault(span, message, &help));
            }
            let bytes = matches!(self.modifiers.transforms.last(), Some(Transform::Utf16(_)));
            if let (true, Transform::Utf16(_), Some(earlier)) = (bytes, transform, self.last_encoding) {
                let message = format!("`{earlier}` and `{word}` contradict each other");
                return Err(fault(span, message, "a text has one encoding: leave one of them out"));
            }
            self.last_encoding = Some(word);
        }
        self.modifiers.transforms.push(transform);
        Ok(())
    }

    /// What can only be said of the whole chain.
    fn finish(&self, field: &str, span: Span) -> Result<(), Fault> {
        let modifiers = &self.modifiers;
        let word = self.shape.unwrap_or("an equality");
        let plain =
            matches!(modifiers.shape, Shape::Whole | Shape::Contains | Shape::StartsWith | Shape::EndsWith);
        if !modifiers.transforms.is_empty() && !plain {
            let message = format!("`{word}` does not go with modifiers that change a text");
            return Err(fault(span, message, "they go with `contains`, `startswith`, `endswith` or none"));
        }
        if let (Some(Transform::Utf16(_)), Some(last)) = (modifiers.transforms.last(), self.last_encoding) {
            let message = format!("`{last}` gives bytes, and fields hold text");
            let help = format!("encode them: `{last}|base64offset|contains`");
            return Err(fault(span, message, &help));
        }
        if modifiers.cased && !(plain || modifiers.shape == Shape::FieldRef) {
            let message = format!("`cased` does not go with `{word}`");
            return Err(fault(
                span,
                message,
                "it is for text; a regular expression heeds case unless it has the flag `i`",
            ));
        }
        if modifiers.shape == Shape::Exists && (modifiers.all || modifiers.neq) {
            let message = "`exists` goes with no other modifier".to_owned();
            return Err(fault(span, message, "write `exists: true` or `exists: false`"));
        }
        let needs_field = matches!(modifiers.shape, Shape::Exists | Shape::FieldRef);
        if field.is_empty() && (self.seen.is_empty() || needs_field) {
            let problem = Diagnostic::new(Code::SigmaDetection, span, "this key names no field");
            return Err(Box::new(
                problem.help("a key is `field` or `field|modifier`; keywords have only modifiers"),
            ));
        }
        if field == "*" {
            let problem = Diagnostic::new(Code::SigmaDetection, span, "a field cannot be called `*`");
            return Err(Box::new(problem.help("for values anywhere in the record write a list of keywords")));
        }
        Ok(())
    }
}
