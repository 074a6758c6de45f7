// SPDX-License-Identifier: AGPL-3.0-or-later
//! The problems of one file, bounded, so that a hostile file cannot flood the report.

use crate::diag::render::quote;
use crate::diag::{self, Code, Diagnostic, Diagnostics, SourceId, Span};

/// Problems of one file that are reported one by one.
const PROBLEMS: usize = 64;
/// Bytes of a word that suggestions are looked for.
const WORD_BYTES: usize = 64;

/// Where the problems of one file go.
pub(in crate::compile) struct Problems<'a> {
    /// The file.
    pub(in crate::compile) source: SourceId,
    diagnostics: &'a mut Diagnostics,
    found: usize,
}

impl<'a> Problems<'a> {
    pub(in crate::compile) fn new(source: SourceId, diagnostics: &'a mut Diagnostics) -> Self {
        Self { source, diagnostics, found: 0 }
    }

    /// How many errors there were so far, shown or not.
    pub(in crate::compile) fn found(&self) -> usize {
        self.found
    }

    /// Adds a problem; past the bound it is only counted.
    pub(in crate::compile) fn push(&mut self, problem: Diagnostic) {
        self.push_with(|| problem);
    }

    /// Adds a problem that costs something to describe.
    pub(in crate::compile) fn push_with(&mut self, problem: impl FnOnce() -> Diagnostic) {
        self.found += 1;
        if self.found <= PROBLEMS {
            self.diagnostics.push(problem());
        } else if self.found == PROBLEMS + 1 {
            let place = Span { source: self.source, start: 0, end: 0 };
            let message = format!("this file has more than {PROBLEMS} problems");
            self.diagnostics.push(
                Diagnostic::new(Code::YamlLimit, place, message).help("mend those that are shown first"),
            );
        }
    }

    /// A span of this file.
    pub(in crate::compile) fn span(&self, start: usize, end: usize) -> Span {
        let clamp = |byte: usize| u32::try_from(byte).unwrap_or(u32::MAX);
        Span { source: self.source, start: clamp(start), end: clamp(end) }
    }
}

/// The candidate that the word was probably meant to be.
pub(in crate::compile) fn like<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    if word.len() > WORD_BYTES { None } else { diag::did_you_mean(word, candidates) }
}

/// ``did you mean `x`?``, if a candidate is like the word.
pub(in crate::compile) fn suggest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<String> {
    like(word, candidates).map(did_you_mean)
}

/// ``did you mean `x`?``
pub(in crate::compile) fn did_you_mean(candidate: &str) -> String {
    format!("did you mean {}?", quote(candidate))
}
