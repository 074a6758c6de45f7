// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rust source with comments and literals blanked out, so that plain searching finds only code.

use std::ops::Range;

/// A source text whose comments are spaces and whose literals' insides are `_`; every byte keeps its
/// place, so a position is good for the original too.
#[derive(Debug)]
pub(super) struct RustText {
    code: String,
}

/// A function with a body: from its `fn` to one past its closing brace.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) range: Range<usize>,
}

impl RustText {
    /// Blanks out `source`.
    pub(super) fn new(source: &str) -> Self {
        let mut code = source.as_bytes().to_vec();
        let mut at = 0;
        while at < source.len() {
            let (inside, end, fill) = match literal_at(source, at) {
                Some((inside, end)) => (inside, end, b'_'),
                None => match comment_end(source, at) {
                    Some(end) => (at..end, end, b' '),
                    None => {
                        at += 1;
                        continue;
                    }
                },
            };
            code[inside].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = fill);
            at = end;
        }
        Self { code: String::from_utf8(code).expect("only whole characters are blanked out") }
    }

    /// The blanked text.
    pub(super) fn code(&self) -> &str {
        &self.code
    }

    /// Lines in `range` that hold something beside blanks and comments.
    pub(super) fn code_lines(&self, range: Range<usize>) -> usize {
        self.code[range].lines().filter(|line| !line.trim().is_empty()).count()
    }

    /// The 1-based line of a position.
    pub(super) fn line_of(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }

    /// Where `word` stands, not as part of a longer name.
    pub(super) fn words(&self, word: &str) -> impl Iterator<Item = usize> {
        let is_end = |c: Option<char>| !c.is_some_and(is_name);
        self.code.match_indices(word).map(|(at, _)| at).filter(move |at| {
            is_end(self.code[..*at].chars().next_back())
                && is_end(self.code[at + word.len()..].chars().next())
        })
    }

    /// Every function with a body, nested ones too.
    pub(super) fn functions(&self) -> Vec<Function> {
        let mut functions = Vec::new();
        for start in self.words("fn") {
            // `fn(u8)` is a type, and the `fn $name` of a macro has no name yet.
            let name = name_at(&self.code, start + 2);
            let Some(body) = self.body_after(start).filter(|_| !name.is_empty()) else { continue };
            functions.push(Function { name: name.to_owned(), range: start..self.block_end(body) });
        }
        functions
    }

    /// The names and places of the `mod name { … }` blocks.
    pub(super) fn inline_modules(&self) -> Vec<Function> {
        let mut modules = Vec::new();
        for start in self.words("mod") {
            let name = name_at(&self.code, start + 3);
            let Some(body) = self.body_after(start).filter(|_| !name.is_empty()) else { continue };
            modules.push(Function { name: name.to_owned(), range: body..self.block_end(body) });
        }
        modules
    }

    /// The `{` of the item that starts at `start`, unless a `;` ends it first.
    fn body_after(&self, start: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (offset, byte) in self.code[start..].bytes().enumerate() {
            match byte {
                b'(' | b'[' => depth += 1,
                b')' | b']' => depth = depth.saturating_sub(1),
                b'{' if depth == 0 => return Some(start + offset),
                b';' if depth == 0 => return None,
                _ => {}
            }
        }
        None
    }

    /// One past the brace that closes the one at `open`.
    fn block_end(&self, open: usize) -> usize {
        let mut depth = 0_usize;
        for (offset, byte) in self.code[open..].bytes().enumerate() {
            match byte {
                b'{' => depth += 1,
                b'}' if depth == 1 => return open + offset + 1,
                b'}' => depth -= 1,
                _ => {}
            }
        }
        self.code.len()
    }
}

/// Whether `c` can stand in a name.
pub(super) fn is_name(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The name at `at`, blanks before it passed over; empty if there is none.
pub(super) fn name_at(code: &str, at: usize) -> &str {
    let rest = code[at..].trim_start();
    &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())]
}

/// One past the comment at `at`, if one starts there; a line comment ends before its line break.
fn comment_end(source: &str, at: usize) -> Option<usize> {
    let rest = source.as_bytes().get(at..)?;
    if rest.starts_with(b"//") {
        return Some(at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()));
    }
    if !rest.starts_with(b"/*") {
        return None;
    }
    let (mut depth, mut offset) = (0_usize, 0);
    while offset < rest.len() {
        match rest.get(offset..offset + 2) {
            Some(b"/*") => (depth, offset) = (depth + 1, offset + 2),
            Some(b"*/") if depth == 1 => return Some(at + offset + 2),
            Some(b"*/") => (depth, offset) = (depth - 1, offset + 2),
            _ => offset += 1,
        }
    }
    Some(source.len())
}

/// The inside of the literal at `at`, and one past its end, if a string or character starts there.
fn literal_at(source: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let bytes = source.as_bytes();
    match bytes[at] {
        b'"' => Some(until_quote(bytes, at, b'"')),
        b'r' => raw_string(source, at),
        b'\'' => {
            let next = source[at + 1..].chars().next()?;
            // `'a'` is a character, the `'a` of `<'a>` is a lifetime.
            let is_char = next == '\\' || bytes.get(at + 1 + next.len_utf8()) == Some(&b'\'');
            is_char.then(|| until_quote(bytes, at, b'\''))
        }
        _ => None,
    }
}

/// A literal that ends at the next quote that no backslash escapes.
fn until_quote(bytes: &[u8], at: usize, quote: u8) -> (Range<usize>, usize) {
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != quote {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    let end = end.min(bytes.len());
    (at + 1..end, (end + 1).min(bytes.len()))
}

/// `r"…"`, `r#"…"#` and so on, also after `b` or `c`; not `r#name`, nor a name that ends in `r`.
fn raw_string(source: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let before = &source[..at];
    let before = before.strip_suffix(['b', 'c']).unwrap_or(before);
    if before.chars().next_back().is_some_and(is_name) {
        return None;
    }
    let hashes = source[at + 1..].bytes().take_while(|byte| *byte == b'#').count();
    let open = at + 1 + hashes;
    if source.as_bytes().get(open) != Some(&b'"') {
        return None;
    }
    let close = format!("\"{}", "#".repeat(hashes));
    let end = source[open + 1..].find(&close).map_or(source.len(), |offset| open + 1 + offset);
    Some((open + 1..end, (end + close.len()).min(source.len())))
}

#[test]
fn only_code_is_left() {
    for (source, code) in [
        ("a // b\nc", "a     \nc"),
        ("a /* b /* c */ d */ e", "a                   e"),
        (r#"f("a\"{", 'b', '\'', '{')"#, r#"f("____", '_', '__', '_')"#),
        ("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}"),
        ("r\"a\\\" + br#\"b\"c\"# + var\"d\"", "r\"__\" + br#\"___\"# + var\"_\""),
        ("r#type + 'é' + \"é\"", "r#type + '__' + \"__\""),
        ("\"// no comment\"; '\"'; // \"", "\"_____________\"; '_'; //"),
        ("\"open", "\"____"),
        ("/* open", "       "),
    ] {
        let text = RustText::new(source);
        assert_eq!(text.code().trim_end(), code.trim_end_matches("//").trim_end(), "{source}");
    }
}

#[test]
fn functions_end_at_their_own_brace() {
    let source = "trait T { fn a(&self); fn b() -> [u8; 2] { fn c() {} [0; 2] } }\ntype F = fn(u8);";
    let text = RustText::new(source);
    let found: Vec<_> = text.functions().into_iter().map(|f| (f.name, &source[f.range])).collect();
    let expected =
        [("b".to_owned(), "fn b() -> [u8; 2] { fn c() {} [0; 2] }"), ("c".to_owned(), "fn c() {}")];
    assert_eq!(found, expected);
}
