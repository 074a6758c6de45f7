// SPDX-License-Identifier: AGPL-3.0-or-later
//! YAML text to a tree of nodes with places: bounded, one document, nothing that refers elsewhere.

use std::collections::HashMap;

use serde_saphyr::granit_parser::{
    ErrorKind, Event, Options, Parser, ScalarStyle, ScanError, Span as Range, options,
};

use super::problems::Problems;
use super::scalar::{Scalar, Style};
use crate::diag::render::{escape, quote};
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::vocab::Limits;

/// One value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::compile) struct Node {
    pub(in crate::compile) span: Span,
    pub(in crate::compile) value: Value,
}

/// What a node is.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::compile) enum Value {
    Scalar(Scalar),
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// One key and its value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::compile) struct Entry {
    pub(in crate::compile) key: Spanned<String>,
    pub(in crate::compile) value: Node,
}

impl Node {
    /// The node's type for messages: `a string`, `a list`.
    pub(in crate::compile) fn describe(&self) -> &'static str {
        match &self.value {
            Value::Scalar(scalar) => scalar.typed().describe(),
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }

    /// Whether it is nothing: empty, `~` or `null`.
    pub(in crate::compile) fn is_null(&self) -> bool {
        matches!(&self.value, Value::Scalar(scalar) if scalar.is_null())
    }
}

/// Reads one YAML document; `None` when it is not well-formed or passes a bound, with the reason
/// among the problems. Duplicate keys are reported too, and the first of them stays.
///
/// # Cost
/// Linear in the text. Nothing refers to another place, so the tree is never larger than the text
/// says.
pub(in crate::compile) fn parse(text: &str, limits: &Limits, problems: &mut Problems<'_>) -> Option<Node> {
    let end = problems.span(text.len(), text.len());
    let nothing = || Node { span: end, value: Value::Scalar(Scalar::null()) };
    let (mut documents, sound) = read(text, limits.rule_file_bytes, limits, problems, false);
    sound.then(|| documents.pop().unwrap_or_else(nothing))
}

/// Reads every document of a file of Sigma rules; those that cannot be read, or that have a key
/// twice, are left out, with the reason among the problems. Past a fault of syntax or a bound
/// there are none.
///
/// # Cost
/// As for [`parse`].
pub(in crate::compile) fn documents(text: &str, limits: &Limits, problems: &mut Problems<'_>) -> Vec<Node> {
    read(text, limits.sigma_file_bytes, limits, problems, true).0
}

/// The documents that can be read, and whether that is all of them.
fn read(
    text: &str,
    bytes_max: usize,
    limits: &Limits,
    problems: &mut Problems<'_>,
    several: bool,
) -> (Vec<Node>, bool) {
    if text.len() > bytes_max {
        let message = format!("this file has {} bytes, and {bytes_max} are allowed", text.len());
        problems.push(Diagnostic::new(Code::YamlLimit, problems.span(0, 0), message));
        return (Vec::new(), false);
    }
    let mut builder = Builder {
        limits,
        problems,
        several,
        stack: Vec::new(),
        nodes: 0,
        root: None,
        documents: Vec::new(),
        refused: false,
        sound: true,
    };
    for event in Parser::new_from_str_with_options(text, parser_options(limits)) {
        let step = match event {
            Ok((event, range)) => builder.event(event, range),
            Err(error) => Err(Box::new(builder.syntax_error(&error, text))),
        };
        if let Err(problem) = step {
            builder.problems.push(*problem);
            return (builder.documents, false);
        }
    }
    (builder.documents, builder.sound)
}

fn parser_options(limits: &Limits) -> Options {
    options! {
        // Without these two, anchors and aliases have no place to point at.
        emit_anchor_events: true,
        emit_unresolved_aliases: true,
        emit_comments: false,
        // As PyYAML reads a file that ends in a block scalar.
        block_scalar_eof_without_line_feed: true,
        flow_nesting_limit: limits.yaml_depth,
        block_nesting_limit: limits.yaml_depth,
    }
}

/// A collection that is still open.
enum Frame {
    Sequence { start: Span, items: Vec<Node> },
    Mapping { start: Span, entries: Vec<Entry>, key: Option<Spanned<String>> },
}

impl Frame {
    /// Where it starts; empty unless it starts with a bracket.
    fn start(&self) -> Span {
        match self {
            Self::Sequence { start, .. } | Self::Mapping { start, .. } => *start,
        }
    }
}

struct Builder<'a, 'd> {
    limits: &'a Limits,
    problems: &'a mut Problems<'d>,
    /// Whether the text may hold several documents.
    several: bool,
    stack: Vec<Frame>,
    nodes: usize,
    root: Option<Node>,
    /// The documents that are read.
    documents: Vec<Node>,
    /// Whether something that makes the whole document unreadable was reported.
    refused: bool,
    /// Whether no document was refused so far.
    sound: bool,
}

/// A problem that ends the reading of the file.
type Fatal = Box<Diagnostic>;

impl Builder<'_, '_> {
    fn event(&mut self, event: Event<'_>, range: Range) -> Result<(), Fatal> {
        let span = self.span(range);
        match event {
            Event::Scalar(text, style, _, tag) => {
                if tag.is_some() {
                    self.refuse_tag(range);
                }
                // The parser writes `~` for a value that is not there at all.
                let absent = style == ScalarStyle::Plain && span.start == span.end;
                let text = if absent { String::new() } else { text.into_owned() };
                let scalar = Scalar { text, style: style_of(style) };
                self.value(Node { span: trimmed(span, &scalar), value: Value::Scalar(scalar) })
            }
            Event::SequenceStart(_, _, tag) => {
                if tag.is_some() {
                    self.refuse_tag(range);
                }
                self.open(Frame::Sequence { start: span, items: Vec::new() }, span)
            }
            Event::MappingStart(_, _, tag) => {
                if tag.is_some() {
                    self.refuse_tag(range);
                }
                self.open(Frame::Mapping { start: span, entries: Vec::new(), key: None }, span)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
            Event::Anchor(..) => {
                self.refuse(
                    span,
                    "anchors are not allowed in rule files",
                    "write the value where it is used",
                );
                Ok(())
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.refuse(
                    span,
                    "aliases are not allowed in rule files",
                    "write the value out, or quote the text",
                );
                self.value(Node { span, value: Value::Scalar(Scalar::null()) })
            }
            Event::DocumentEnd => {
                let root = self.root.take();
                self.sound &= !self.refused;
                if !std::mem::take(&mut self.refused) {
                    self.documents.extend(root);
                }
                Ok(())
            }
            Event::DocumentStart(..) if !(self.several || self.documents.is_empty() && self.sound) => {
                let problem = Diagnostic::new(Code::YamlLimit, span, "a rule file holds one document")
                    .label("a second document starts here")
                    .help("put each rule in a file of its own");
                Err(Box::new(problem))
            }
            _ => Ok(()),
        }
    }

    /// Reports something the file may not have; only the first, since one brings the next.
    fn refuse(&mut self, span: Span, message: &str, help: &str) {
        if !self.refused {
            self.problems.push(Diagnostic::new(Code::YamlLimit, span, message).help(help));
        }
        self.refused = true;
    }

    fn refuse_tag(&mut self, range: Range) {
        let span = self.span(range.tag_span().unwrap_or(range));
        self.refuse(
            span,
            "tags are not allowed in rule files",
            "quote the value if it is text that starts with `!`",
        );
    }

    fn open(&mut self, frame: Frame, span: Span) -> Result<(), Fatal> {
        self.count(span)?;
        if self.stack.len() >= self.limits.yaml_depth {
            let message = format!("values are nested more than {} deep", self.limits.yaml_depth);
            return Err(Box::new(Diagnostic::new(Code::YamlLimit, span, message)));
        }
        if let Some(Frame::Mapping { key: None, .. }) = self.stack.last() {
            return Err(Box::new(Diagnostic::new(Code::WrongType, span, "a key must be text")));
        }
        self.stack.push(frame);
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), Fatal> {
        match self.stack.pop() {
            Some(Frame::Sequence { start, items }) => {
                let last = items.last().map(|item| item.span);
                let span = Self::around(start, items.first().map(|item| item.span), last, end);
                self.nest(Node { span, value: Value::Sequence(items) })
            }
            Some(Frame::Mapping { start, entries, .. }) => {
                let entries = self.without_duplicates(entries);
                let last = entries.last().map(|entry| entry.value.span);
                let span = Self::around(start, entries.first().map(|entry| entry.key.span), last, end);
                self.nest(Node { span, value: Value::Mapping(entries) })
            }
            None => Ok(()),
        }
    }

    /// The place of a collection: with its brackets, or from its first to its last item.
    fn around(start: Span, first: Option<Span>, last: Option<Span>, end: Span) -> Span {
        if end.start < end.end {
            return Span { end: end.end, ..start };
        }
        let from = first.map_or(start.start, |first| first.start);
        Span { start: from, end: last.map_or(from, |last| last.end.max(from)), ..start }
    }

    fn value(&mut self, node: Node) -> Result<(), Fatal> {
        self.count(node.span)?;
        self.nest(node)
    }

    fn count(&mut self, span: Span) -> Result<(), Fatal> {
        self.nodes += 1;
        if self.nodes <= self.limits.yaml_nodes {
            return Ok(());
        }
        let message = format!("this file has more than {} values", self.limits.yaml_nodes);
        Err(Box::new(Diagnostic::new(Code::YamlLimit, span, message)))
    }

    /// Puts a finished node where it belongs.
    fn nest(&mut self, node: Node) -> Result<(), Fatal> {
        match self.stack.last_mut() {
            None => self.root = Some(node),
            Some(Frame::Sequence { items, .. }) => items.push(node),
            Some(Frame::Mapping { entries, key, .. }) => match (key.take(), node.value) {
                (Some(key), value) => entries.push(Entry { key, value: Node { span: node.span, value } }),
                (None, Value::Scalar(scalar)) => {
                    let merge = scalar.style == Style::Plain && scalar.text == "<<";
                    *key = Some(Spanned::new(scalar.text, node.span));
                    if merge {
                        self.refuse(
                            node.span,
                            "merge keys are not allowed in rule files",
                            "write the keys out",
                        );
                    }
                }
                (None, _) => {
                    return Err(Box::new(Diagnostic::new(Code::WrongType, node.span, "a key must be text")));
                }
            },
        }
        Ok(())
    }

    /// Reports keys that stand twice and keeps the first of each.
    fn without_duplicates(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        let mut first: HashMap<&str, Span> = HashMap::with_capacity(entries.len());
        let mut repeats = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let key = &entry.key;
            match first.get(key.value.as_str()) {
                None => {
                    first.insert(&key.value, key.span);
                }
                Some(earlier) => {
                    repeats.push(index);
                    let message = format!("the key {} stands twice", quote(&key.value));
                    let problem = Diagnostic::new(Code::DuplicateKey, key.span, message).label("again here");
                    self.problems.push(problem.related(*earlier, "first here"));
                }
            }
        }
        if repeats.is_empty() {
            return entries;
        }
        // Where a file has one document, the reader of it heeds that there were problems.
        self.refused |= self.several;
        let mut repeats = repeats.into_iter().peekable();
        let kept = entries.into_iter().enumerate().filter(|(index, _)| repeats.next_if_eq(index).is_none());
        kept.map(|(_, entry)| entry).collect()
    }

    fn syntax_error(&self, error: &ScanError, text: &str) -> Diagnostic {
        let problem = syntax_error(error, text, self.problems);
        let open = self.stack.last().map(Frame::start).filter(|start| start.start < start.end);
        // Past a bracket that was meant to be closed, what follows looks wrong.
        match open.filter(|open| Some(*open) != problem.span) {
            Some(open) => problem.related(open, "this is still open"),
            None => problem,
        }
    }

    fn span(&self, range: Range) -> Span {
        let bytes = range.byte_range().unwrap_or_default();
        self.problems.span(bytes.start, bytes.end)
    }
}

/// Block scalars end before the line breaks that follow them.
fn trimmed(span: Span, scalar: &Scalar) -> Span {
    let breaks = match scalar.style {
        Style::Block => scalar.text.bytes().rev().take_while(|byte| *byte == b'\n').count(),
        _ => 0,
    };
    Span { end: span.end.saturating_sub(u32::try_from(breaks).unwrap_or(0)).max(span.start), ..span }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::SingleQuoted => Style::SingleQuoted,
        ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
        ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        _ => Style::Plain,
    }
}

/// What the parser says, in our words where authors often meet it.
fn syntax_error(error: &ScanError, text: &str, problems: &Problems<'_>) -> Diagnostic {
    let start = text.floor_char_boundary(error.marker().byte_offset().unwrap_or(text.len()));
    let width = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let span = problems.span(start, start + width);
    let new = |message: &str| Diagnostic::new(Code::YamlSyntax, span, message);
    let block = "put the text in quotes, or on the next line after `key: |`";
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => {
            Diagnostic::new(Code::YamlLimit, span, "values are nested too deep")
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar | ErrorKind::InvalidTrailingSingleQuotedScalar => {
            new("text follows a quoted value").help(block)
        }
        ErrorKind::UnclosedQuotedScalar => new("this quote is never closed"),
        ErrorKind::UnclosedFlowCollection { open } => new(&format!("this `{open}` is never closed")),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => {
            new("a `:` that YAML cannot place").help(block)
        }
        ErrorKind::UnexpectedCharacter { character } => {
            new(&format!("a value cannot start with {}", quote(&character.to_string()))).help(block)
        }
        ErrorKind::UnknownQuotedScalarEscape => {
            new("an escape that YAML does not have").help("in single quotes a backslash is only a backslash")
        }
        _ => new(&escape(error.info().trim_end_matches('.'))),
    }
}
