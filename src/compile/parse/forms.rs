// SPDX-License-Identifier: AGPL-3.0-or-later
//! The forms of ids, names and numbers in rule files. Each function reports what it refuses.

use super::problems::Problems;
use crate::diag::render::quote;
use crate::diag::{Code, Diagnostic, Spanned};

/// Characters that an id or a name may have.
const ID_CHARS: usize = 64;

/// `[A-Za-z0-9_.-]{1,64}`
pub(super) fn rule_id(id: &Spanned<String>, problems: &mut Problems<'_>) -> bool {
    let ok = is_name(&id.value, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
    report(ok, id, problems, || {
        let message = format!("{} is no rule id", quote(&id.value));
        (message, Some(format!("an id has 1 to {ID_CHARS} letters, digits, `_`, `.` or `-`")))
    })
}

/// Lower-case words with `_` between.
pub(super) fn snake_case(name: &Spanned<String>, what: &str, problems: &mut Problems<'_>) -> bool {
    let ok = is_snake_case(&name.value);
    report(ok, name, problems, || {
        let better = snake_cased(&name.value);
        let help = is_snake_case(&better).then(|| format!("write {}", quote(&better)));
        let rule = format!("a name is in snake_case, at most {ID_CHARS} characters");
        (format!("{what} {} is not in snake_case", quote(&name.value)), help.or(Some(rule)))
    })
}

/// `lifter:NAME`
pub(super) fn predicate_name(name: &Spanned<String>, problems: &mut Problems<'_>) -> bool {
    let ok = name.value.strip_prefix("lifter:").is_some_and(is_snake_case);
    report(ok, name, problems, || {
        let message = format!("{} is no name of a predicate", quote(&name.value));
        (message, Some("a predicate is named `lifter:` and a name in snake_case".to_owned()))
    })
}

/// `TA0001`
pub(super) fn tactic(id: &Spanned<String>, problems: &mut Problems<'_>) -> bool {
    let ok = id.value.strip_prefix("TA").is_some_and(|digits| is_number(digits, 4));
    report(ok, id, problems, || {
        (format!("{} is no tactic id", quote(&id.value)), Some("a tactic is written `TA0006`".to_owned()))
    })
}

/// `T1234`
pub(super) fn technique(id: &Spanned<String>, problems: &mut Problems<'_>) -> bool {
    let ok = id.value.strip_prefix('T').is_some_and(|digits| is_number(digits, 4));
    report(ok, id, problems, || {
        let help = match id.value.split_once('.').filter(|_| is_sub_technique(&id.value)) {
            Some((parent, _)) => {
                format!("write `technique_id: {parent}` and `sub_technique_id: {}`", id.value)
            }
            None => "a technique is written `T1003`".to_owned(),
        };
        (format!("{} is no technique id", quote(&id.value)), Some(help))
    })
}

/// `T1234.001`
pub(super) fn sub_technique(id: &Spanned<String>, problems: &mut Problems<'_>) -> bool {
    report(is_sub_technique(&id.value), id, problems, || {
        let message = format!("{} is no sub-technique id", quote(&id.value));
        (message, Some("a sub-technique is written `T1003.008`".to_owned()))
    })
}

/// From 0 to 1; not NaN.
pub(super) fn confidence(value: &Spanned<f64>, problems: &mut Problems<'_>) -> bool {
    report((0.0..=1.0).contains(&value.value), value, problems, || {
        let percent = (1.0..=100.0).contains(&value.value);
        let help = percent.then(|| format!("did you mean `{}`?", value.value / 100.0));
        ("`confidence` must be from 0 to 1".to_owned(), help)
    })
}

/// A field: a name, and more of them after points.
pub(super) fn field_name(name: &Spanned<String>, problems: &mut Problems<'_>) -> bool {
    let mut segments = name.value.split('.');
    let first = segments.next().is_some_and(is_identifier);
    let rest = |part: &str| is_name(part, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    report(first && segments.all(rest), name, problems, || {
        let message = format!("{} is no name of a field", quote(&name.value));
        (message, Some("a field has letters, digits and `_`, and does not start with a digit".to_owned()))
    })
}

/// A parameter of a predicate, without `$`.
pub(super) fn parameter_name(name: &Spanned<String>, problems: &mut Problems<'_>) -> bool {
    report(is_identifier(&name.value), name, problems, || {
        let message = format!("{} is no name of a parameter", quote(&name.value));
        (
            message,
            Some("a parameter has letters, digits and `_`; the `$` stands in expressions only".to_owned()),
        )
    })
}

/// Whether a list may have that name, so that `@name` can be written.
pub(super) fn is_list_name(name: &str) -> bool {
    is_identifier(name)
}

fn report<T>(
    ok: bool,
    value: &Spanned<T>,
    problems: &mut Problems<'_>,
    explain: impl FnOnce() -> (String, Option<String>),
) -> bool {
    if !ok {
        let (message, help) = explain();
        problems.push(Diagnostic::new(Code::BadValue, value.span, message).maybe_help(help));
    }
    ok
}

fn is_name(text: &str, allowed: impl Fn(u8) -> bool) -> bool {
    (1..=ID_CHARS).contains(&text.len()) && text.bytes().all(allowed)
}

fn is_identifier(text: &str) -> bool {
    is_name(text, |byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

fn is_snake_case(text: &str) -> bool {
    is_name(text, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && text.split('_').all(|word| !word.is_empty())
}

fn is_number(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_sub_technique(id: &str) -> bool {
    let parts = id.strip_prefix('T').and_then(|rest| rest.split_once('.'));
    parts.is_some_and(|(parent, child)| is_number(parent, 4) && is_number(child, 3))
}

/// The name in snake case, as far as that can be guessed.
fn snake_cased(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars().take(ID_CHARS) {
        if c.is_ascii_alphanumeric() {
            let boundary = c.is_ascii_uppercase() && out.ends_with(|last: char| last.is_ascii_lowercase());
            if boundary {
                out.push('_');
            }
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
    }
    out.trim_end_matches('_').to_owned()
}
