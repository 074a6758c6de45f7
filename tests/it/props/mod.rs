// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every combination of optimizer passes and automata plans agrees with the reference evaluator.
//!
//! `DECNET_TTP_PROPS_PAIRS` sets how many (rule set, event) pairs are tried, `DECNET_TTP_SEED` the
//! seed.

mod generate;
mod rng;

use decnet_ttp::compile::optimize::Passes;
use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::program::Plan;
use decnet_ttp::compile::{Compilation, Options, compile};
use decnet_ttp::engine::reference::Reference;
use decnet_ttp::vocab::Limits;
use decnet_ttp::{Engine, Event};

use rng::Rng;

const PAIRS: usize = 200_000;
const RULES_PER_SET: usize = 12;
const EVENTS_PER_SET: usize = 500;
/// Programs tried per rule set, besides the default one; all 128 are tried in turn.
const PROGRAMS_PER_SET: usize = 3;

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |value| value.parse().expect(name))
}

fn files(rng: &mut Rng) -> PackFiles {
    let mut files = PackFiles::new("generated");
    files.insert("fields.yaml", generate::FIELDS);
    files.insert("pack.yaml", "name: generated\nversion: '1'\n");
    for id in 0..RULES_PER_SET {
        files.insert(format!("ttp/G{id}.yaml"), generate::rule(rng, id));
    }
    files
}

fn options(combination: usize) -> Options {
    Options {
        // Texts of the generator are short; a small view puts some of them past the bound.
        limits: Limits {
            text_bytes: 48,
            // Hardly any memory for states puts forgetting to the test.
            lazy_bytes: if combination.is_multiple_of(3) { 0 } else { Limits::LAZY_BYTES },
            ..Limits::default()
        },
        passes: Passes::from_bits(u8::try_from(combination % 32).unwrap()),
        plan: Plan {
            merge: combination & 32 != 0,
            scan: combination & 64 != 0,
            runs: combination & 128 != 0,
            lean: combination & 256 != 0,
            views: true,
        },
        ..Options::default()
    }
}

/// Rules that cannot hold or always hold are refused, by design; the others must compile.
fn compiled(files: &PackFiles, options: &Options) -> Compilation {
    let compiled = compile(files, options, None);
    for diagnostic in compiled.diagnostics.iter() {
        let code = diagnostic.code.as_str();
        assert!(
            code.starts_with('W') || ["E024", "E025", "E026"].contains(&code),
            "{}",
            decnet_ttp::diag::render::text(&compiled.sources, &compiled.diagnostics, false)
        );
    }
    compiled
}

#[test]
fn every_plan_agrees_with_the_reference() {
    let seed = setting("DECNET_TTP_SEED", 7) as u64;
    let pairs = setting("DECNET_TTP_PROPS_PAIRS", PAIRS);
    let mut rng = Rng::new(seed);
    let (mut tried, mut matched, mut combination) = (0, 0, 0);
    while tried < pairs {
        let files = files(&mut rng);
        let oracle = compiled(&files, &options(127));
        let reference = Reference::new(oracle.lowered, options(127).limits);
        let combinations: Vec<usize> =
            (0..PROGRAMS_PER_SET).map(|step| (combination + step) % 512).chain([511]).collect();
        combination += PROGRAMS_PER_SET;
        let engines: Vec<_> = combinations
            .iter()
            .map(|combination| Engine::new(compiled(&files, &options(*combination)).program.unwrap()))
            .collect();
        let mut scratches: Vec<_> = engines.iter().map(Engine::scratch).collect();
        for _ in 0..EVENTS_PER_SET {
            let payload = generate::payload(&mut rng);
            let line = format!(r#"{{"source_kind":"command","source_id":"g","payload":{payload}}}"#);
            let event = Event::parse(&line, &Limits::default()).unwrap();
            let expected: Vec<_> = reference
                .evaluate(&event)
                .unwrap()
                .into_iter()
                .map(|emission| (emission.rule_id, emission.emit, emission.confidence))
                .collect();
            for ((engine, scratch), combination) in engines.iter().zip(&mut scratches).zip(&combinations) {
                let hits = engine.evaluate_with(&event, scratch);
                let found: Vec<_> = hits
                    .iter()
                    .map(|hit| (hits.rule(hit).unwrap().id.clone(), hit.emit, hit.confidence))
                    .collect();
                assert_eq!(
                    found, expected,
                    "seed {seed}, pair {tried}, combination {combination}\n{payload}\n{files:#?}"
                );
            }
            tried += 1;
            matched += usize::from(!expected.is_empty());
        }
    }
    println!("{tried} pairs, {matched} matched, seed {seed}");
    assert!(matched * 5 >= tried, "only {matched} of {tried} pairs match: the test means little");
}
