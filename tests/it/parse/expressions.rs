// SPDX-License-Identifier: AGPL-3.0-or-later
//! The expression language: precedence, literals, places, and text that comes back the same.

use decnet_ttp::compile::parse::ast::{BinaryOp, Expr, ExprKind};
use decnet_ttp::compile::parse::{self, ast};
use decnet_ttp::diag::{Diagnostics, SourceId, Sources, Span, Spanned, render};
use decnet_ttp::vocab::Limits;
use proptest::prelude::*;

use super::{parse_rule, rule_with};

fn parse(text: &str) -> Result<Expr, String> {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::new());
    let expr = parse::expression(text, &mut sources, &Limits::default(), &mut diagnostics);
    expr.ok_or_else(|| render::text(&sources, &diagnostics, false))
}

/// The expression with every group in parentheses.
fn grouped(text: &str) -> String {
    fn show(expr: &Expr) -> String {
        let join = |items: &[Expr], word: &str| items.iter().map(show).collect::<Vec<_>>().join(word);
        match &expr.kind {
            ExprKind::Not(inner) => format!("(not {})", show(inner)),
            ExprKind::Negate(inner) => format!("(-{})", show(inner)),
            ExprKind::And(items) => format!("({})", join(items, " and ")),
            ExprKind::Or(items) => format!("({})", join(items, " or ")),
            ExprKind::Binary { op, lhs, rhs, nocase } => {
                let nocase = if *nocase { " nocase" } else { "" };
                format!("({} {} {}{nocase})", show(lhs), op.value.as_str(), show(rhs))
            }
            ExprKind::Call { name, args } => format!("{}({})", name.value, join(args, ", ")),
            ExprKind::Quantifier { all, list, body } => {
                format!("{}({}, {})", if *all { "all" } else { "any" }, show(list), show(body))
            }
            _ => expr.to_string(),
        }
    }
    show(&parse(text).unwrap_or_else(|error| panic!("{error}")))
}

#[test]
fn operators_bind_as_the_grammar_says() {
    for (text, expected) in [
        ("a or b and not c == 1", "(a or (b and (not (c == 1))))"),
        ("not a and b or c", "(((not a) and b) or c)"),
        ("not not a", "(not (not a))"),
        ("a and (b and c)", "(a and (b and c))"),
        ("1 + 2 * 3 - 4 / -x", "((1 + (2 * 3)) - (4 / (-x)))"),
        ("a - b - c", "((a - b) - c)"),
        ("a / 100 >= 0.5", "((a / 100) >= 0.5)"),
        ("a-1 > -1", "((a - 1) > -1)"),
        ("- 5 < --5", "(-5 < (--5))"),
        ("-(5) == -x", "((-5) == (-x))"),
        ("a contains \"x\" nocase and b", "((a contains \"x\" nocase) and b)"),
        ("a in [\"x\", 'y', -1, 2.5, true, $p,]", "(a in [\"x\", \"y\", -1, 2.5, true, $p])"),
        ("a not in @list_1", "(not (a in @list_1))"),
        ("a not  in [1] nocase", "(not (a in [1] nocase))"),
        ("not a in cidr(\"10.0.0.0/8\")", "(not (a in cidr(\"10.0.0.0/8\")))"),
        ("any(urls, it contains \"xn--\")", "any(urls, (it contains \"xn--\"))"),
        ("all(tags, it != \"a\" or it in @b)", "all(tags, ((it != \"a\") or (it in @b)))"),
        (
            "tags has \"a\" and tags has_any [\"a\"] and tags has_all []",
            "((tags has \"a\") and (tags has_any [\"a\"]) and (tags has_all []))",
        ),
        ("len(tags) >= 3 or exists(headers.user-agent)", "((len(tags) >= 3) or exists(headers.user-agent))"),
        ("min(a, max(b, abs(-c)), 1e3) < 1.5E-3", "(min(a, max(b, abs((-c))), 1000) < 0.0015)"),
        ("a.b-c-1 == 1", "(a.b-c-1 == 1)"),
        ("now() > t", "(now() > t)"),
        (
            "a starts_with 'x' or a ends_with 'y' or a matches 'z' or a like '*'",
            "((a starts_with \"x\") or (a ends_with \"y\") or (a matches \"z\") or (a like \"*\"))",
        ),
        ("index == 1 and order == 2 and android", "((index == 1) and (order == 2) and android)"),
        ("a\n  ==\t\"b\"\r\n", "(a == \"b\")"),
        ("(((a)))", "a"),
    ] {
        assert_eq!(grouped(text), expected, "{text}");
    }
}

#[test]
fn strings_mean_what_they_say() {
    for (text, expected) in [
        (r"'\bcat\s+''x'''", r"\bcat\s+'x'"),
        (r#""a\\b\"c\n\t\r\0\x41\u{e9}\u{1F600}""#, "a\\b\"c\n\t\r\0Aé😀"),
        (r#"'"'"#, "\""),
        ("\"it's\"", "it's"),
        ("''", ""),
        ("'# not a comment'", "# not a comment"),
    ] {
        assert_eq!(parse(text).unwrap().kind, ExprKind::Text(expected.to_owned()), "{text}");
    }
    for text in [
        r#""\q""#,
        r#""\x80""#,
        r#""\x4""#,
        r#""\u{}""#,
        r#""\u{d800}""#,
        r#""\u{1234567}""#,
        r#""\u{+41}""#,
        r#""\u41""#,
        "\"a\nb\"",
        "'a\nb'",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
}

#[test]
fn keywords_are_no_fields() {
    for word in ["and", "or", "not", "in", "contains", "like", "has", "nocase", "any", "all"] {
        assert!(parse(&format!("{word} == 1")).is_err(), "{word}");
        assert!(parse(&format!("{word}_x == 1 and x.{word} == 1")).is_ok(), "{word}");
    }
}

/// Every span of the tree covers, in the rule file, the text it is about.
#[test]
fn places_point_into_the_file() {
    for matches in [
        "lower(user) == \"root\" and (not ports has 22 or é == 1)",
        "'lower(user) == \"root\" and (not ports has 22 or a == 1)'",
        "\"lower(user) == \\\"root\\\" and\\u0020(not \\\n     ports has 22)\"",
        "|\n  lower(user) == \"root\"\n  and (not ports has 22)\n",
        "|-\n\n  lower(user)\n    == \"root\" and ports has 22",
        ">\n  lower(user) == \"root\"\n  and\n\n  (not ports has 22)\n",
        "lower(user)\n  == \"root\"\n\n  and ports has 22",
    ] {
        let text = rule_with(&matches.replace('é', "e"));
        let parsed = parse_rule(text.clone());
        assert!(parsed.diagnostics.is_empty(), "{}", parsed.text());
        let ast::Match::Expr(expr) = &parsed.pack.rules[0].matches else { panic!("{text}") };
        let at = |span: Span| text[span.start as usize..span.end as usize].to_owned();
        let mut found = Vec::new();
        each(expr, &mut |expr| match &expr.kind {
            ExprKind::Field(_) | ExprKind::Number(_) => found.push(at(expr.span)),
            ExprKind::Binary { op, .. } => found.push(at(op.span)),
            ExprKind::Call { name, .. } => found.push(at(name.span)),
            _ => {}
        });
        assert_eq!(&found[..5], ["==", "lower", "user", "has", "ports"], "{text}");
    }
}

/// Calls `visit` with the expression and every one below it, from the left.
fn each(expr: &Expr, visit: &mut dyn FnMut(&Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Not(a) | ExprKind::Negate(a) => each(a, visit),
        ExprKind::And(items)
        | ExprKind::Or(items)
        | ExprKind::List(items)
        | ExprKind::Call { args: items, .. } => {
            items.iter().for_each(|item| each(item, visit));
        }
        ExprKind::Binary { lhs: a, rhs: b, .. } | ExprKind::Quantifier { list: a, body: b, .. } => {
            each(a, visit);
            each(b, visit);
        }
        _ => {}
    }
}

const NOWHERE: Span = Span { source: SourceId(0), start: 0, end: 0 };

fn expr(kind: ExprKind) -> Expr {
    Expr { kind, span: NOWHERE }
}

/// The tree without places, and numbers as the text gives them back.
fn placeless(mut tree: Expr) -> Expr {
    fn clear(tree: &mut Expr) {
        tree.span = NOWHERE;
        match &mut tree.kind {
            ExprKind::Not(a) | ExprKind::Negate(a) => clear(a),
            ExprKind::And(items) | ExprKind::Or(items) | ExprKind::List(items) => {
                items.iter_mut().for_each(clear)
            }
            ExprKind::Call { name, args } => {
                name.span = NOWHERE;
                args.iter_mut().for_each(clear);
            }
            ExprKind::Binary { op, lhs, rhs, .. } => {
                op.span = NOWHERE;
                clear(lhs);
                clear(rhs);
            }
            ExprKind::Quantifier { list, body, .. } => {
                clear(list);
                clear(body);
            }
            _ => {}
        }
    }
    clear(&mut tree);
    tree
}

fn literal() -> impl Strategy<Value = Expr> {
    prop_oneof![
        any::<String>().prop_map(ExprKind::Text),
        r#"['"\\ -~]{0,8}"#.prop_map(ExprKind::Text),
        prop_oneof![Just(0.0), -1000.0..1000.0, any::<f64>().prop_filter("finite", |n| n.is_finite())]
            .prop_map(ExprKind::Number),
        any::<bool>().prop_map(ExprKind::Bool),
        "[a-z_]{1,5}".prop_map(ExprKind::Param),
    ]
    .prop_map(expr)
}

fn name() -> impl Strategy<Value = String> {
    "(f|x_)[a-zA-Z0-9_]{0,4}"
}

fn binary_op() -> impl Strategy<Value = BinaryOp> {
    prop::sample::select(BinaryOp::ALL.to_vec())
}

fn tree() -> impl Strategy<Value = Expr> {
    let leaf = prop_oneof![
        literal(),
        "(f|x_)[a-z0-9_]{0,3}(\\.[a-z0-9-]{1,3})?".prop_map(|name| expr(ExprKind::Field(name))),
        Just(expr(ExprKind::It)),
        name().prop_map(|name| expr(ExprKind::NamedList(name))),
        prop::collection::vec(literal(), 0..3).prop_map(|items| expr(ExprKind::List(items))),
    ];
    leaf.prop_recursive(5, 40, 3, |inner| {
        let many = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            inner.clone().prop_map(|a| expr(ExprKind::Not(Box::new(a)))),
            // A minus before a number is part of the number.
            inner.clone().prop_map(|a| match a.kind {
                ExprKind::Number(value) => expr(ExprKind::Number(-value)),
                _ => expr(ExprKind::Negate(Box::new(a))),
            }),
            many.clone().prop_map(|items| expr(ExprKind::And(items))),
            many.prop_map(|items| expr(ExprKind::Or(items))),
            (binary_op(), inner.clone(), inner.clone(), any::<bool>()).prop_map(|(op, lhs, rhs, nocase)| {
                let arithmetic = matches!(op, BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Div);
                let op = Spanned::new(op, NOWHERE);
                let (lhs, rhs, nocase) = (Box::new(lhs), Box::new(rhs), nocase && !arithmetic);
                expr(ExprKind::Binary { op, lhs, rhs, nocase })
            }),
            (any::<bool>(), inner.clone(), inner.clone()).prop_map(|(all, list, body)| {
                expr(ExprKind::Quantifier { all, list: Box::new(list), body: Box::new(body) })
            }),
            (name(), prop::collection::vec(inner, 0..3))
                .prop_map(|(name, args)| expr(ExprKind::Call { name: Spanned::new(name, NOWHERE), args })),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    #[test]
    fn printed_and_parsed_again_is_the_same_tree(tree in tree()) {
        let text = tree.to_string();
        let again = parse(&text).map_err(|error| TestCaseError::fail(format!("{text}\n{error}")))?;
        prop_assert_eq!(placeless(again), tree, "{}", text);
    }

    #[test]
    fn any_text_is_an_expression_or_explained(text in "(and|or|not|in|any|all|it|nocase|has|cidr|[a-c]|[0-9.]|[-+*/=<>!&|~@$,()\\[\\]'\"\\\\{}#. \n]|\\PC){0,40}") {
        match parse(&text) {
            Ok(expr) => {
                let printed = expr.to_string();
                prop_assert_eq!(parse(&printed).map(placeless), Ok(placeless(expr)), "{} from {}", printed, text);
            }
            Err(explained) => prop_assert!(explained.contains("error[E0"), "{}", explained),
        }
    }
}
