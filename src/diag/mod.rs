// SPDX-License-Identifier: AGPL-3.0-or-later
//! Problems in rule text, for people: a code, a place, what is wrong and what would help.

mod code;
pub mod render;
mod source;
mod suggest;

pub use code::{Code, Severity};
pub use source::{SourceFile, SourceId, Sources, Span, Spanned};
pub use suggest::did_you_mean;

/// One problem: a code, a message, the place it is about, and what would help.
///
/// Messages are lower case without a full stop, user input stands in backticks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// What is wrong, one line.
    pub message: String,
    /// The place, unless the problem is about the pack as a whole.
    pub span: Option<Span>,
    /// What the caret says.
    pub label: Option<String>,
    /// What would help, most useful first.
    pub help: Vec<String>,
    /// Other places that matter, each with what it says.
    pub related: Vec<(Span, String)>,
}

impl Diagnostic {
    /// A diagnostic about one place.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::global(code, message) }
    }

    /// A diagnostic about the pack as a whole.
    pub fn global(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), span: None, label: None, help: Vec::new(), related: Vec::new() }
    }

    /// Says what the caret says.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Adds what would help.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds help when there is some.
    #[must_use]
    pub fn maybe_help(self, help: Option<String>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// Adds another place that matters.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push((span, text.into()));
        self
    }
}

/// Every problem found in one run, in order of file and place once [`Diagnostics::sort`]ed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
}

impl Diagnostics {
    /// An empty list.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.items.push(diagnostic);
    }

    /// Whether any is an error.
    pub fn has_errors(&self) -> bool {
        self.items.iter().any(|item| item.code.severity() == Severity::Error)
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.items.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Orders by file and place, and drops exact repeats.
    pub fn sort(&mut self) {
        self.items.sort_by_key(|item| (item.span, item.code));
        self.items.dedup();
    }
}
