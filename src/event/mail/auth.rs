// SPDX-License-Identifier: AGPL-3.0-or-later
//! What servers on the way found out about the sender.
//!
//! The topmost field counts: servers put theirs above what was there, so a sender can only forge
//! those below.

use super::headers::{Headers, plain};

/// Fields that are looked at; a message passes few servers that add one.
const FIELDS_MAX: usize = 16;

/// `Authentication-Results` and `Received-SPF`.
#[derive(Debug, Default)]
pub(super) struct Auth {
    /// All of `Authentication-Results`, topmost first, with ` | ` between them.
    pub(super) results: Option<String>,
    /// Whether SPF passed; `None` if nobody says, or says that the domain has no policy.
    pub(super) spf_pass: Option<bool>,
    /// Whether a server found a signature to be wrong.
    pub(super) dkim_failed: bool,
    /// The envelope sender that SPF was asked about.
    pub(super) mail_from: Option<String>,
}

impl Auth {
    pub(super) fn of(headers: &Headers<'_>) -> Self {
        let results: Vec<String> =
            headers.all("authentication-results").take(FIELDS_MAX).filter_map(plain).collect();
        let received: Vec<String> = headers.all("received-spf").take(FIELDS_MAX).filter_map(plain).collect();
        let spf = |field: &String| verdict(field, "spf").and_then(spf_pass);
        let spf_received = |field: &String| spf_pass(word(field.trim_start()));
        let mail_from = results.iter().find_map(|field| property(field, "smtp.mailfrom="));
        let mail_from =
            mail_from.or_else(|| received.iter().find_map(|field| property(field, "envelope-from=")));
        Self {
            spf_pass: results.iter().find_map(spf).or_else(|| received.iter().find_map(spf_received)),
            dkim_failed: results.iter().find_map(|field| verdict(field, "dkim")).is_some_and(|it| {
                ["fail", "permerror", "policy"].iter().any(|bad| it.eq_ignore_ascii_case(bad))
            }),
            mail_from: mail_from.map(str::to_owned),
            results: (!results.is_empty()).then(|| results.join(" | ")),
        }
    }
}

fn spf_pass(verdict: &str) -> Option<bool> {
    if verdict.eq_ignore_ascii_case("pass") {
        return Some(true);
    }
    let is_fail = ["fail", "softfail", "permerror"].iter().any(|bad| verdict.eq_ignore_ascii_case(bad));
    is_fail.then_some(false)
}

/// The result of a method: `pass` of `…; spf=pass smtp.mailfrom=…`.
fn verdict<'f>(field: &'f str, method: &str) -> Option<&'f str> {
    clauses(field).find_map(|clause| {
        let clause = clause.trim_start();
        let rest = clause.get(method.len()..)?;
        let is_method = clause.get(..method.len())?.eq_ignore_ascii_case(method);
        // `spf/1 = pass`
        let rest = rest.trim_start_matches(|c: char| c == '/' || c.is_ascii_digit()).trim_start();
        let result = rest.strip_prefix('=')?.trim_start();
        is_method.then(|| word(result))
    })
}

/// What stands between semicolons that are outside comments.
fn clauses(field: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_u32;
    field.split(move |c: char| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ';' && depth == 0
    })
}

fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// The value behind `name`, which ends with `=`; without quotes and brackets.
fn property<'f>(field: &'f str, name: &str) -> Option<&'f str> {
    let (_, rest) = field.split_once(name)?;
    let value = rest.trim_start_matches(['"', '<']);
    let end = value.find(|c: char| c.is_whitespace() || "\";<>,()".contains(c)).unwrap_or(value.len());
    value.get(..end).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocab::Limits;

    #[test]
    fn the_topmost_verdict_counts() {
        for (text, spf, dkim_failed, mail_from) in [
            (
                "Authentication-Results: mx.example; spf=pass smtp.mailfrom=a@b.example; dkim=pass",
                Some(true),
                false,
                Some("a@b.example"),
            ),
            (
                "Authentication-Results: mx; SPF=SoftFail (x; spf=pass) smtp.mailfrom=b\r\nAuthentication-Results: mx; spf=pass",
                Some(false),
                false,
                Some("b"),
            ),
            ("Authentication-Results: mx;\r\n dkim=fail reason=\"bad\";\r\n spf=none", None, true, None),
            ("Received-SPF: Fail (mx: no) envelope-from=\"a@b\";", Some(false), false, Some("a@b")),
            ("Received-SPF: neutral", None, false, None),
            ("Subject: spf=pass", None, false, None),
        ] {
            let headers = Headers::parse(text.as_bytes(), 0, &Limits::default(), |_| false);
            let auth = Auth::of(&headers);
            assert_eq!(
                (auth.spf_pass, auth.dkim_failed, auth.mail_from.as_deref()),
                (spf, dkim_failed, mail_from),
                "{text}"
            );
        }
    }
}
