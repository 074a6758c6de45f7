// SPDX-License-Identifier: AGPL-3.0-or-later
//! Shell lines → views and facts: the cases of `tests/shell`, and what holds for every line.

use std::collections::BTreeMap;
use std::path::Path;

use bumpalo::Bump;
use decnet_ttp::lift::shell::{Facts, Layers, View, views};
use serde_json::Value;

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
