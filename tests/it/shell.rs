// SPDX-License-Identifier: AGPL-3.0-or-later
//! Shell lines → views and facts: the cases of `tests/shell`, and what holds for every line.

use std::collections::BTreeMap;
use std::path::Path;

use bumpalo::Bump;
use decnet_ttp::lift::shell::{Facts, Layers, Via, View, views};
use proptest::prelude::*;
use proptest::{collection, sample};
use serde_json::Value;

/// More than a line of 64 KiB may take, in a build that is not optimised, on a machine that has much to do.
const SLOW: std::time::Duration = std::time::Duration::from_millis(500);

/// A line, and what is expected of its views; what is not named is not looked at.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    line: String,
    /// All views, in order.
    views: Option<Vec<String>>,
    raw: Option<BTreeMap<String, Value>>,
    lexical: Option<BTreeMap<String, Value>>,
    state: Option<BTreeMap<String, Value>>,
    computed: Option<BTreeMap<String, Value>>,
}

/// Views have facts by these names.
fn fact(view: &View<'_>, name: &str) -> Value {
    let Facts { argv0, simple, pipelines, words, args, paths, urls, hosts, writes, .. } = view.facts;
    let list = match name {
        "text" => return view.text.into(),
        "pipeline_to_shell" => return view.facts.pipeline_to_shell.into(),
        "obfuscated" => return view.facts.obfuscated.into(),
        "decoded_to_shell" => return view.facts.decoded_to_shell.into(),
        "argv0" => argv0,
        "simple" => simple,
        "pipelines" => pipelines,
        "words" => words,
        "args" => args,
        "paths" => paths,
        "urls" => urls,
        "hosts" => hosts,
        "writes" => writes,
        _ => panic!("no fact `{name}`"),
    };
    list.to_vec().into()
}

#[test]
fn every_case_gives_its_views() {
    let mut problems = Vec::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shell");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let cases: Vec<Case> = serde_saphyr::from_str(&std::fs::read_to_string(&file).unwrap()).expect(&name);
        for case in cases {
            let arena = Bump::new();
            let views = views(&case.line, Layers::All, &arena);
            let found: Vec<&str> = views.iter().map(|view| view.via.as_str()).collect();
            let mut problem = |text: String| problems.push(format!("{name}: {:?}\n    {text}", case.line));
            if case.views.as_ref().is_some_and(|views| *views != found) {
                let texts: Vec<_> = views.iter().map(|view| (view.via.as_str(), view.text)).collect();
                problem(format!("views {texts:?}"));
            }
            let layers = [
                ("raw", &case.raw),
                ("lexical", &case.lexical),
                ("state", &case.state),
                ("computed", &case.computed),
            ];
            for (via, expected) in layers {
                let Some(expected) = expected else { continue };
                let Some(view) = views.iter().rfind(|view| view.via.as_str() == via) else {
                    problem(format!("no {via} view"));
                    continue;
                };
                for (name, expected) in expected {
                    let found = fact(view, name);
                    if found != *expected {
                        problem(format!("{via} {name}\n    is  {found}\n    not {expected}"));
                    }
                }
            }
        }
    }
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

/// Words, and everything that the lifter looks for, with `•` between.
const PIECES: &str = concat!(
    " • • •;•|•&•&&•(•)•<•>•>>•<<•<<<•<(•$(•`•\"•'•\\•$'•\\x•${•}•{•,•..•$x•x=•$@•${IFS}•",
    "${x:0:1}•${x#a*}•#•*•?•[a-z]•~•/•//•/./•/../•/etc/passwd•/proc/self/root•\n•\r•\t•\0•",
    "\x08•\x7f•é•wget•cat•sh•sudo •sh -c •eval •cd /etc•echo •printf •base64 -d•| sh•",
    "for x in •case x in •E\n•set -- a b",
);

/// One of a list with `•` between.
fn one_of(list: &'static str) -> impl Strategy<Value = &'static str> {
    sample::select(list.split('•').collect::<Vec<_>>())
}

/// A piece of a line.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![8 => one_of(PIECES).prop_map(str::to_owned), 1 => ".{0,3}"]
}

/// Parts of lines, each closed in itself, with `•` between.
const WORDS: &str = concat!(
    " • • • •; • | • && • &\n•\n•\t•w\"g\"et•''•c\\at•\\ •\\\n•\\\"•\\$•$'\\x77\\'g'•",
    "${IFS}•$IFS•{a,b\"c\"}•{1..3}•{•}•'a b'•\"a'b\"•'$x\"'•\"$x\"•$x•${x:-a b}•$(c\\at x)•",
    "`i\\\\d`•\"$(w\"g\"et \"a b\")\"•<(i\\d)•*•[a-z]•~•#a•//etc/./passwd•",
    "/proc/self/root/x•/../•sh -c •eval •sudo •x=•x='a b'•(i\\d)•> •2>&1 •<<< •cat•if ",
);

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn views_are_bounded_and_stay_as_they_are(pieces in collection::vec(piece(), 0..40)) {
        let line = pieces.concat();
        let arena = Bump::new();
        let all = views(&line, Layers::All, &arena);
        prop_assert!(!all.is_empty() && all.len() <= 8);
        prop_assert_eq!(all[0].text, &line);
        prop_assert_eq!(&all[..1], views(&line, Layers::Raw, &arena));
        for (index, view) in all.iter().enumerate() {
            prop_assert!(view.text.len() <= 64 << 10);
            prop_assert!(index == 0 || view.via > Via::Raw);
            prop_assert!(!all[..index].iter().any(|earlier| earlier.text == view.text && earlier.facts == view.facts));
            prop_assert_eq!(view.facts.argv0.len(), view.facts.simple.len());
        }
    }

    /// Of lines that a shell would run; where a quote is left open, each reading closes it once more.
    #[test]
    fn lexical_views_hide_nothing(words in collection::vec(one_of(WORDS), 0..20)) {
        let line = words.concat();
        let arena = Bump::new();
        let all = views(&line, Layers::All, &arena);
        if let Some(lexical) = all.iter().find(|view| view.via == Via::Lexical) {
            let again = views(lexical.text, Layers::All, &arena);
            let hidden = again.iter().find(|view| view.via == Via::Lexical);
            prop_assert!(hidden.is_none(), "{:?}\n{:?}\n{:?}", line, lexical.text, hidden.map(|view| view.text));
            prop_assert!(!again[0].facts.obfuscated);
        }
    }

    #[test]
    fn any_text_has_views(line in any::<String>()) {
        let arena = Bump::new();
        prop_assert_eq!(views(&line, Layers::All, &arena)[0].text, &line);
    }
}

/// 64 KiB of one thing: each is read in time that grows with the line only.
#[test]
fn nothing_repeated_is_slow() {
    const PATTERNS: &str = concat!(
        "$(•\"•'•{•{a,b}•{a,•`•\\•$'•${•<(•\"$(•sh -c '•eval •<<E\n•$x•x=$x$x;•w\"g\"et •/./•",
        "../•*•[a•echo a|•$(echo •$(echo a)•case x in •find -exec •a;•a •\x08•${x//a*/b}•cd a;•",
        "xargs •f(){ •f(){ f|f;};f;•x=(a b);•x+=(a);•x[9]=a;•read x<<<a;•echo a|{ read x;•while read x;do •",
        "/b?n/c*t •\"$@\"•shift;•eval \"$x\";•awk 'BEGIN{system(\"a\")}';",
    );
    for pattern in PATTERNS.split('•') {
        for head in ["", "x=abcdefgh;", "cd /etc;"] {
            let mut line = format!("{head}{}", pattern.repeat((64 << 10) / pattern.len()));
            line.truncate(64 << 10);
            let arena = Bump::new();
            let start = std::time::Instant::now();
            let views = views(&line, Layers::All, &arena);
            let spent = start.elapsed();
            assert!(!views.is_empty());
            assert!(
                arena.allocated_bytes() < 32 << 20,
                "{head}{pattern:?} takes {}",
                arena.allocated_bytes()
            );
            assert!(spent < SLOW, "{head}{pattern:?} takes {spent:?}");
        }
    }
}
