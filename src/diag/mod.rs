// SPDX-License-Identifier: AGPL-3.0-or-later
//! Problems in rule text, for people: a code, a place, what is wrong and what would help.

mod code;
mod source;

pub use code::{Code, Severity};
pub use source::{SourceFile, SourceId, Sources, Span, Spanned};

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
        Self {
            code,
            message: message.into(),
            span: None,
            label: None,
            help: Vec::new(),
            related: Vec::new(),
        }
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

/// The candidate most like `word`, if one is close enough to be a likely slip.
///
/// # Cost
/// Linear in the candidates; each compared by edit distance.
pub fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let bound = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (edit_distance(word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= bound && *candidate != word)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Insertions, deletions and substitutions from `a` to `b`.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, cb) in row.iter_mut().skip(1).zip(&b) {
            let next = (diagonal + usize::from(ca != *cb)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = next;
            left = next;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
