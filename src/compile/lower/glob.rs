// SPDX-License-Identifier: AGPL-3.0-or-later
//! `like`: `*` is any run of characters, `?` one character, `\` takes the next one literally.

use crate::compile::ir::TextTest;

/// One piece of a glob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::compile) enum Piece {
    /// Itself.
    Text(String),
    /// `*`
    Any,
    /// `?`
    One,
}

/// The plainest test that means the glob: equality, prefix, suffix, substring; else the regular
/// expression over the whole string that does.
pub(super) fn lower(glob: &str, nocase: bool) -> Result<TextTest, String> {
    let pieces = pieces(glob);
    plain(&pieces, nocase).ok_or_else(|| regex(&pieces, nocase, regex_syntax::escape))
}

/// The test that needs no regular expression, where there is one.
pub(in crate::compile) fn plain(pieces: &[Piece], nocase: bool) -> Option<TextTest> {
    Some(match pieces {
        [] => TextTest::Equals { text: String::new(), nocase },
        [Piece::Text(text)] => TextTest::Equals { text: text.clone(), nocase },
        [Piece::Any] => TextTest::Contains { text: String::new(), nocase },
        [Piece::Any, Piece::Text(text)] => TextTest::EndsWith { text: text.clone(), nocase },
        [Piece::Text(text), Piece::Any] => TextTest::StartsWith { text: text.clone(), nocase },
        [Piece::Any, Piece::Text(text), Piece::Any] => TextTest::Contains { text: text.clone(), nocase },
        _ => return None,
    })
}

/// Takes a glob apart; runs of `*` are one.
pub(in crate::compile) fn pieces(glob: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut chars = glob.chars().peekable();
    while let Some(c) = chars.next() {
        let literal = match c {
            '*' => {
                if pieces.last() != Some(&Piece::Any) {
                    pieces.push(Piece::Any);
                }
                continue;
            }
            '?' => {
                pieces.push(Piece::One);
                continue;
            }
            '\\' => chars.next_if(|next| matches!(next, '*' | '?' | '\\')).unwrap_or('\\'),
            c => c,
        };
        if let Some(Piece::Text(text)) = pieces.last_mut() {
            text.push(literal);
        } else {
            pieces.push(Piece::Text(literal.to_string()));
        }
    }
    pieces
}

/// The regular expression over the whole string; `escape` writes a text as a pattern.
pub(in crate::compile) fn regex(pieces: &[Piece], nocase: bool, escape: impl Fn(&str) -> String) -> String {
    // What may begin or end with anything is looked for anywhere.
    let (start, pieces) = match pieces {
        [Piece::Any, rest @ ..] => ("", rest),
        _ => ("\\A", pieces),
    };
    let (end, pieces) = match pieces {
        [rest @ .., Piece::Any] => ("", rest),
        _ => ("\\z", pieces),
    };
    let body: String = pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => escape(text),
            Piece::Any => ".*".to_owned(),
            Piece::One => ".".to_owned(),
        })
        .collect();
    format!("(?s{}:{start}{body}{end})", if nocase { "i" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_forms_become_plain_tests() {
        let text = "a*b".to_owned();
        assert_eq!(lower(r"*a\*b*", false), Ok(TextTest::Contains { text: text.clone(), nocase: false }));
        assert_eq!(lower(r"a\*b", true), Ok(TextTest::Equals { text: text.clone(), nocase: true }));
        assert_eq!(lower(r"a\*b**", false), Ok(TextTest::StartsWith { text: text.clone(), nocase: false }));
        assert_eq!(lower(r"*a\*b", false), Ok(TextTest::EndsWith { text, nocase: false }));
        assert_eq!(lower("a?c*.sh", false), Err(r"(?s:\Aa.c.*\.sh\z)".to_owned()));
    }
}
