// SPDX-License-Identifier: AGPL-3.0-or-later
//! Patterns written for Python's `re`, in the syntax and with the meaning that they have there.
//!
//! Only what differs is touched, and only where the answer to "is it found" stays the same.

use regex_syntax::ast::{self, AssertionKind, Ast, ClassPerlKind, ClassSetItem, Visitor};

/// A pattern in this language's syntax.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Translated {
    /// The pattern.
    pub(super) pattern: String,
    /// What had to be written anew, in words.
    pub(super) changes: Vec<&'static str>,
    /// It has a `$`, which Python also finds before one line feed at the end.
    pub(super) ends: bool,
}

/// Translates a pattern; what it cannot translate stays as it is, for the parser to refuse.
pub(super) fn translate(pattern: &str, depth: u32) -> Translated {
    let (syntax, changes) = Scanner::new(pattern).run();
    let mut parser = ast::parse::ParserBuilder::new().nest_limit(depth).build();
    let Ok(tree) = parser.parse(&syntax) else {
        return Translated { pattern: syntax, changes, ends: false };
    };
    let mut found = Found::default();
    // The visitor has no errors.
    let _ = ast::visit(&tree, &mut found);
    let mut pattern = syntax;
    found.blanks.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
    for (at, end, with) in &found.blanks {
        pattern.replace_range(*at..*end, with);
    }
    Translated { pattern, changes, ends: found.ends }
}

/// What means more to Python.
#[derive(Default)]
struct Found {
    ends: bool,
    in_class: usize,
    /// Where `\s` and `\S` stand, and what they become.
    blanks: Vec<(usize, usize, &'static str)>,
}

impl Found {
    fn perl(&mut self, class: &ast::ClassPerl) {
        if class.kind != ClassPerlKind::Space {
            return;
        }
        let with = match (class.negated, self.in_class > 0) {
            (false, true) => r"\s\x1c-\x1f",
            (false, false) => r"[\s\x1c-\x1f]",
            (true, _) => r"[^\s\x1c-\x1f]",
        };
        self.blanks.push((class.span.start.offset, class.span.end.offset, with));
    }
}

impl Visitor for &mut Found {
    type Output = ();
    type Err = ();

    fn finish(self) -> Result<(), ()> {
        Ok(())
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
        match ast {
            Ast::Assertion(assertion) if assertion.kind == AssertionKind::EndLine => self.ends = true,
            Ast::ClassPerl(class) => self.perl(class),
            Ast::ClassBracketed(_) => self.in_class += 1,
            _ => {}
        }
        Ok(())
    }

    fn visit_post(&mut self, ast: &Ast) -> Result<(), ()> {
        if matches!(ast, Ast::ClassBracketed(_)) {
            self.in_class -= 1;
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), ()> {
        if let ClassSetItem::Perl(class) = item {
            self.perl(class);
        }
        Ok(())
    }
}

const BRACE: &str = "a brace that is no repetition is escaped";
const AHEAD: &str = "a look-ahead at the end is a plain group";

/// Walks a pattern once, from the left.
struct Scanner<'a> {
    rest: &'a str,
    out: String,
    changes: Vec<&'static str>,
    /// Where in `out` look-aheads are open, with the number of groups open before each.
    ahead: Vec<(usize, usize)>,
    /// Look-aheads that are closed, which nothing may follow: each with the number of groups open
    /// where another branch began behind it, which is not what follows.
    closed: Vec<(usize, usize)>,
    groups: usize,
}

impl<'a> Scanner<'a> {
    fn new(pattern: &'a str) -> Self {
        Self {
            rest: pattern,
            out: String::with_capacity(pattern.len() + 8),
            changes: Vec::new(),
            ahead: Vec::new(),
            closed: Vec::new(),
            groups: 0,
        }
    }

    fn run(mut self) -> (String, Vec<&'static str>) {
        while let Some(c) = self.rest.chars().next() {
            match c {
                '\\' => self.escape(false),
                '[' => self.class(),
                '(' => self.open(),
                ')' => self.close(),
                '{' => self.brace(),
                '|' => self.branch(),
                _ => {
                    self.follows();
                    self.take(c.len_utf8());
                }
            }
        }
        for (at, _) in std::mem::take(&mut self.closed) {
            // `(?=` to `(?:`.
            self.out.replace_range(at + 2..at + 3, ":");
            self.changed(AHEAD);
        }
        (self.out, self.changes)
    }

    fn take(&mut self, bytes: usize) {
        let (head, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.out.push_str(head);
        self.rest = rest;
    }

    fn replace(&mut self, bytes: usize, with: &str) {
        self.out.push_str(with);
        self.rest = self.rest.get(bytes..).unwrap_or("");
    }

    fn changed(&mut self, what: &'static str) {
        if !self.changes.contains(&what) {
            self.changes.push(what);
        }
    }

    /// Something stands behind look-aheads that are closed: those stay, and are refused.
    fn follows(&mut self) {
        let groups = self.groups;
        self.closed.retain(|(_, branch)| *branch <= groups);
    }

    /// The branches of a group do not follow each other.
    fn branch(&mut self) {
        let groups = self.groups;
        self.closed.iter_mut().for_each(|(_, branch)| *branch = (*branch).min(groups));
        self.take(1);
    }

    fn escape(&mut self, in_class: bool) {
        self.follows();
        let next = self.rest.chars().nth(1);
        match next {
            Some('Z') if !in_class => self.replace(2, r"\z"),
            // Elsewhere these are borders of words.
            Some(c @ ('<' | '>')) => self.replace(2, c.encode_utf8(&mut [0; 4])),
            Some(c) => self.take(1 + c.len_utf8()),
            None => self.take(1),
        }
    }

    fn open(&mut self) {
        self.follows();
        if self.rest.starts_with("(?=") {
            self.ahead.push((self.out.len(), self.groups));
            self.groups += 1;
            self.take(3);
            return;
        }
        self.groups += 1;
        // The signs after a question mark are no repetition.
        self.take(if self.rest.starts_with("(?") { 2 } else { 1 });
    }

    fn close(&mut self) {
        self.groups = self.groups.saturating_sub(1);
        if let Some((at, _)) = self.ahead.pop_if(|(_, groups)| *groups == self.groups) {
            self.closed.push((at, usize::MAX));
        }
        self.take(1);
    }

    fn brace(&mut self) {
        let body = self.rest.get(1..).and_then(|rest| rest.split_once('}')).map(|(body, _)| body);
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let repetition = body.is_some_and(|body| match body.split_once(',') {
            Some((low, high)) => digits(low) && digits(high),
            None => !body.is_empty() && digits(body),
        });
        self.follows();
        match body {
            Some(body) if repetition && body.starts_with(',') => {
                self.replace(1 + body.len(), &format!("{{0{body}"));
            }
            Some(body) if repetition => self.take(body.len() + 1),
            _ => {
                self.replace(1, r"\{");
                self.changed(BRACE);
            }
        }
    }

    /// A class: there, brackets and doubled signs mean themselves.
    fn class(&mut self) {
        self.follows();
        self.take(if self.rest.starts_with("[^") { 2 } else { 1 });
        if self.rest.starts_with(']') {
            self.replace(1, r"\]");
        }
        while let Some(c) = self.rest.chars().next() {
            match c {
                ']' => return self.take(1),
                '\\' => self.escape(true),
                '[' => self.replace(1, r"\["),
                '&' => self.replace(1, r"\&"),
                '~' => self.replace(1, r"\~"),
                c => self.take(c.len_utf8()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_written_anew_and_nothing_else() {
        for (python, expected, changes) in [
            (r"\bcat\s+/etc", r"\bcat[\s\x1c-\x1f]+/etc", 0),
            (r"[\s;]\S[^\S\d]", r"[\s\x1c-\x1f;][^\s\x1c-\x1f][^[^\s\x1c-\x1f]\d]", 0),
            (r"\${[^}]*}:{2}x{,3}{a}", r"\$\{[^}]*}:{2}x{0,3}\{a}", 1),
            (r"(?:find\s/)(?=\s|/|$)", r"(?:find[\s\x1c-\x1f]/)(?:[\s\x1c-\x1f]|/|$)", 1),
            (r"(a(?=b)|c(?=d))", r"(a(?:b)|c(?:d))", 1),
            (r"a(?=b)c", r"a(?=b)c", 0),
            (r"(?:a(?=b)|c)d", r"(?:a(?=b)|c)d", 0),
            (r"(?:a(?=b)|(c)d)|e", r"(?:a(?:b)|(c)d)|e", 1),
            (r"(?:a(?=b))+", r"(?:a(?=b))+", 0),
            (r"[[&&~~]x\<y\>\Z", r"[\[\&\&\~\~]x<y>\z", 0),
            (r"[]a]{3}", r"[\]a]{3}", 0),
            (r"(?i)(?P<x>a)\_\-", r"(?i)(?P<x>a)\_\-", 0),
            (r"(", r"(", 0),
            (r"\", r"\", 0),
        ] {
            let found = translate(python, 50);
            assert_eq!(found.pattern, expected, "{python}");
            assert_eq!(found.changes.len(), changes, "{python}: {:?}", found.changes);
        }
        assert!(translate("a$", 50).ends && !translate(r"a\$[$]", 50).ends);
    }
}
