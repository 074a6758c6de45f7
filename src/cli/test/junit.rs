// SPDX-License-Identifier: AGPL-3.0-or-later
//! The outcome as a JUnit report: one suite for examples, one for corpora.

use std::fmt::Write as _;

use super::{Failure, Outcome};

/// The report, with one case per example and one per rule that a corpus is about.
pub(super) fn report(outcome: &Outcome<'_>) -> String {
    let mut examples = Suite::new("examples");
    for case in &outcome.cases {
        let place = format!(" file=\"{}\" line=\"{}\"", xml(&case.file), case.line);
        let failure = case.failure.as_ref().map(|failure| (failure.expected.clone(), lines(failure)));
        examples.case(&case.rule_id, &case.name, &place, failure);
    }
    let mut corpora = Suite::new("corpora");
    for (rule, score) in outcome.corpora.tested() {
        let lacks = score.shortfalls();
        let failure = (!lacks.is_empty()).then(|| {
            let mistakes = outcome.corpora.mistakes.iter().filter(|mistake| mistake.rule_id == rule);
            (lacks.join(", "), mistakes.map(lines).collect::<Vec<_>>().join("\n"))
        });
        corpora.case(rule, "precision and recall", "", failure);
    }
    if outcome.corpora.disagreements > 0 {
        let text = format!("engine and reference evaluator disagree on {}", outcome.corpora.disagreements);
        corpora.case("engine", "agrees with the reference", "", Some((text.clone(), text)));
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let suites: Vec<Suite> = [examples, corpora].into_iter().filter(|suite| suite.tests > 0).collect();
    let tests: usize = suites.iter().map(|suite| suite.tests).sum();
    let failures: usize = suites.iter().map(|suite| suite.failures).sum();
    let _ = writeln!(out, "<testsuites name=\"decnet-ttp\" tests=\"{tests}\" failures=\"{failures}\">");
    suites.iter().for_each(|suite| suite.write(&mut out));
    out.push_str("</testsuites>\n");
    out
}

struct Suite {
    name: &'static str,
    tests: usize,
    failures: usize,
    /// The cases; writing to a string cannot fail.
    body: String,
}

impl Suite {
    const fn new(name: &'static str) -> Self {
        Self { name, tests: 0, failures: 0, body: String::new() }
    }

    fn case(&mut self, class: &str, name: &str, place: &str, failure: Option<(String, String)>) {
        self.tests += 1;
        let head = format!("<testcase classname=\"{}\" name=\"{}\"{place}", xml(class), xml(name));
        match failure {
            None => {
                let _ = writeln!(self.body, "    {head}/>");
            }
            Some((message, text)) => {
                self.failures += 1;
                let _ = writeln!(self.body, "    {head}>");
                let _ = writeln!(
                    self.body,
                    "      <failure message=\"{}\">{}</failure>",
                    xml(&message),
                    xml(&text)
                );
                let _ = writeln!(self.body, "    </testcase>");
            }
        }
    }

    fn write(&self, out: &mut String) {
        let Self { name, tests, failures, body } = self;
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\">\n{body}  </testsuite>"
        );
    }
}

fn lines(failure: &Failure) -> String {
    let note = failure.note.as_ref().map_or(String::new(), |note| format!("\nnote: {note}"));
    let Failure { what, place, payload, expected, got, .. } = failure;
    format!("{what} {place}\npayload: {payload}\nexpected: {expected}\ngot: {got}{note}")
}

/// Text as XML character data or attribute value. What XML cannot hold shows as `\u{…}`.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            c if (c != '\n' && c.is_control()) || matches!(c, '\u{fffe}' | '\u{ffff}') => {
                out.extend(c.escape_unicode())
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::xml;

    #[test]
    fn nothing_in_a_text_is_markup() {
        assert_eq!(xml("<a b=\"c\">&'d'\n]]>"), "&lt;a b=&quot;c&quot;&gt;&amp;&apos;d&apos;\n]]&gt;");
        assert_eq!(xml("\u{0}\u{1b}[31m\u{ffff}"), "\\u{0}\\u{1b}[31m\\u{ffff}");
    }
}
