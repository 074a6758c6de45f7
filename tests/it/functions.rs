// SPDX-License-Identifier: AGPL-3.0-or-later
//! The functions of the expression language: each one's example, and their edges.

use decnet_ttp::compile::ir::Function;
use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{Options, compile};
use decnet_ttp::engine::Engine;
use decnet_ttp::event::Event;
use decnet_ttp::vocab::Limits;

/// Whether an expression holds for a payload.
fn holds(expr: &str, payload: &str) -> bool {
    let rule = format!(
        "rule_id: F\nrule_version: 1\nname: f\napplies_to: [email]\nmatch: '{}'\nemits: [{{tactic: TA0002, \
         technique_id: T1059, confidence: 1}}]\n",
        expr.replace('\'', "''")
    );
    let mut files = PackFiles::new("functions");
    files.insert("ttp/F.yaml", rule);
    let compiled = compile(&files, &Options::default(), None);
    let text = decnet_ttp::diag::render::text(&compiled.sources, &compiled.diagnostics, false);
    assert!(!compiled.diagnostics.has_errors(), "{expr}\n{text}");
    let engine = Engine::new(compiled.program.unwrap());
    let line = format!(r#"{{"source_kind":"email","source_id":"f","payload":{payload}}}"#);
    !engine.evaluate(&Event::parse(&line, &Limits::default()).unwrap()).is_empty()
}

#[test]
fn every_example_holds() {
    for function in Function::ALL {
        let signature = function.signature();
        if function == Function::RegisteredDomain && !cfg!(feature = "domains") {
            continue;
        }
        assert!(holds(signature.example, "{}"), "{}: {}", signature.name, signature.example);
        assert!(signature.example.contains(signature.name), "{} is not in its example", signature.name);
    }
}

#[test]
fn names_are_unique() {
    let mut names: Vec<_> = Function::ALL.iter().map(|function| function.signature().name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Function::ALL.len());
}

/// What a function gives for a subject, or nothing.
fn cases(function: &str, cases: &[(&str, Option<&str>)]) {
    for (subject, expected) in cases {
        let payload = serde_json::json!({ "subject": subject }).to_string();
        let given =
            |text: &str| holds(&format!("{function}(subject) == {}", serde_json::json!(text)), &payload);
        match expected {
            Some(expected) => assert!(given(expected), "{function}({subject:?}) is not {expected:?}"),
            None => assert!(
                !holds(&format!("{function}(subject) >= \"\""), &payload),
                "{function}({subject:?}) is something"
            ),
        }
    }
}

#[test]
fn host_has_no_user_information_and_no_port() {
    cases(
        "host",
        &[
            ("http://user:pass@Example.ORG:8080/a@b", Some("example.org")),
            ("https://[2001:db8::1]:443/", Some("2001:db8::1")),
            ("//cdn.example.org/x", Some("cdn.example.org")),
            ("ftp://example.org.", Some("example.org")),
            ("ftp://example.org..", Some("example.org")),
            // As browsers read it, wherever RFC 3986 says that there is no host.
            ("http:///evil.example/path", Some("evil.example")),
            (r"https:\\evil.example\@bank.example", Some("evil.example")),
            ("https:evil.example", Some("evil.example")),
            ("http://bank.example@evil.example/", Some("evil.example")),
            ("http://user:p@ss@evil.example:80", Some("evil.example")),
            ("not a scheme://example.org/", None),
            ("http://", None),
            ("http://user@:80/", None),
            ("example.org/path", None),
            ("javascript:alert(1)", None),
        ],
    );
}

#[test]
fn domain_is_that_of_the_address() {
    cases(
        "domain",
        &[
            ("eve@Example.ORG", Some("example.org")),
            ("Example.ORG", Some("example.org")),
            // A quoted local part may hold others (RFC 5321, 4.1.2).
            (r#""eve@bank.example"@evil.example"#, Some("evil.example")),
            ("Eve <eve@evil.example>", Some("evil.example")),
            (" <eve@evil.example.> ", Some("evil.example")),
            ("eve@", None),
            ("<>", None),
            ("", None),
        ],
    );
    cases("after_at", &[("a@b@c ", Some("b@c")), ("Plain.", Some("plain.")), ("", Some(""))]);
}

#[test]
fn path_ends_before_query_and_fragment() {
    cases(
        "path",
        &[
            ("http://h/a/b?c=/d#e", Some("/a/b")),
            ("http://h", Some("/")),
            ("http://h?x", Some("/")),
            ("/a/b?c", Some("/a/b")),
            ("", Some("")),
        ],
    );
}

#[test]
fn ext_is_the_last_one_in_lower_case() {
    cases(
        "ext",
        &[
            ("invoice.PDF.Exe", Some("exe")),
            (r"C:\tmp\x.LNK", Some("lnk")),
            ("dir.d/file", None),
            (".bashrc", None),
            ("x.", None),
        ],
    );
}

#[cfg(feature = "domains")]
#[test]
fn registered_domain_follows_the_public_suffix_list() {
    cases(
        "registered_domain",
        &[
            ("a.b.example.co.uk", Some("example.co.uk")),
            ("EXAMPLE.com.", Some("example.com")),
            ("co.uk", None),
            ("192.0.2.1", None),
            ("2001:db8::1", None),
        ],
    );
}

#[test]
fn private_addresses_are_those_without_a_public_route() {
    for (address, private) in [
        ("10.0.0.1", true),
        ("172.31.255.255", true),
        ("172.32.0.0", false),
        ("100.64.0.1", true),
        ("fe80::1", true),
        ("febf::1", true),
        ("fec0::1", false),
        ("fd00::1", true),
        ("::ffff:192.168.0.1", true),
        ("8.8.8.8", false),
        ("nonsense", false),
    ] {
        let payload = serde_json::json!({ "subject": address }).to_string();
        assert_eq!(holds("is_private_ip(subject)", &payload), private, "{address}");
    }
}

#[test]
fn a_function_of_an_absent_value_is_absent() {
    for expr in
        ["len(subject) >= 0", "lower(subject) == \"\"", "entropy(subject) >= 0", "min(rcpt_count, 3) >= 0"]
    {
        assert!(!holds(expr, "{}"), "{expr}");
        assert!(holds(&format!("not {expr}"), "{}"), "{expr}");
    }
    assert!(!holds("rcpt_count / 0 >= 0 or rcpt_count / 0 < 0", r#"{"rcpt_count":1}"#));
}

#[test]
fn selections_take_the_items_that_meet_a_condition() {
    let payload =
        r#"{"subject":"wire the invoice","urls":["http://a","http://xn--b","http://xn--c"],"rcpt_count":3}"#;
    for expr in [
        r#"first(urls, it contains "xn--") == "http://xn--b""#,
        r#"len(filter(urls, it contains "xn--")) == 2"#,
        r#"not exists(from) and not first(urls, it contains "zip") != "x""#,
        r#"first(["invoice", "wire"], subject contains it) == "invoice""#,
        r#"filter(["wire", "gift", "invoice"], subject contains it) has_all ["wire", "invoice"]"#,
        r#"len(filter(["wire", "gift"], subject contains it)) == 1"#,
        r#"all(["wire", "the"], subject contains it)"#,
        r#"if(rcpt_count > 2, 0.5, 1) == 0.5 and if(exists(from), "a", subject) starts_with "wire""#,
        r#"first([1, 3, 5], it >= rcpt_count) == 3"#,
        r#"any(urls, first(["xn--", "b"], true) == "xn--" and it contains "c")"#,
        r#"len(["a", "b"]) == rcpt_count - 1"#,
        r#"not len(filter(rcpt_domains, it == "x")) >= 0"#,
        r#"not if(true, mail_from, "x") == "x""#,
        r#""b" in ["a", "b"] and any(["B"], it in ["a", "b"] nocase)"#,
    ] {
        assert!(holds(expr, payload), "{expr}");
    }
}
