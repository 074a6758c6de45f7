// SPDX-License-Identifier: AGPL-3.0-or-later
//! The views of a shell line: the line itself first, few, short, each new, and the same every time.
#![no_main]

use bumpalo::Bump;
use decnet_ttp::lift::shell::{Facts, Layers, Via, views};
use libfuzzer_sys::fuzz_target;

const VIEWS_MAX: usize = 8;
/// A head and a tail of 64 KiB together, and the seam.
const TEXT_MAX: usize = (64 << 10) + 4;
/// Of all views of a line: braces and loops make 64 KiB of a few hundred bytes, eight times over.
const ARENA_MAX: usize = 64 << 20;

fn lists<'f>(facts: &Facts<'f>) -> [&'f [&'f str]; 9] {
    let Facts { argv0, simple, pipelines, words, args, paths, urls, hosts, writes, .. } = *facts;
    [argv0, simple, pipelines, words, args, paths, urls, hosts, writes]
}

fuzz_target!(|line: &str| {
    let arena = Bump::new();
    let all = views(line, Layers::All, &arena);
    assert!((1..=VIEWS_MAX).contains(&all.len()));
    assert!((all[0].via, all[0].text) == (Via::Raw, line));
    assert_eq!(views(line, Layers::Raw, &arena), &all[..1]);
    for (at, view) in all.iter().enumerate() {
        assert!(at == 0 || (view.text.len() <= TEXT_MAX && view.via != Via::Raw));
        assert!(all[..at].iter().all(|other| other.text != view.text || other.facts != view.facts));
        assert!(lists(&view.facts).iter().all(|list| list.len() <= TEXT_MAX));
    }
    assert!(arena.allocated_bytes() <= ARENA_MAX, "{} bytes", arena.allocated_bytes());
    assert_eq!(views(line, Layers::All, &Bump::new()), all);
});
