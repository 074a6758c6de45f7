// SPDX-License-Identifier: AGPL-3.0-or-later
//! The compile lane on the shipped pack: the whole, and each stage.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use decnet_ttp::attack::Catalogue;
use decnet_ttp::compile::optimize::{Passes, optimize};
use decnet_ttp::compile::parse::{self, PackFiles};
use decnet_ttp::compile::{Options, compile, lower};
use decnet_ttp::diag::{Diagnostics, Sources};
use decnet_ttp::vocab::Limits;

fn stages(c: &mut Criterion) {
    let limits = Limits::default();
    let files = PackFiles::builtin();
    let mut group = c.benchmark_group("compile");
    group.sample_size(20);
    group.bench_function("parse", |b| {
        b.iter(|| parse::pack(black_box(&files), &mut Sources::default(), &limits, &mut Diagnostics::new()));
    });
    let mut sources = Sources::default();
    let ast = parse::pack(&files, &mut sources, &limits, &mut Diagnostics::new());
    let context = lower::Context { catalogue: Catalogue::embedded(), limits: &limits, sources: &sources };
    group.bench_function("lower", |b| {
        b.iter(|| lower::lower(black_box(&ast), context, &mut Diagnostics::new()));
    });
    let lowered = lower::lower(&ast, context, &mut Diagnostics::new());
    group.bench_function("optimize", |b| b.iter(|| optimize(black_box(&lowered), Passes::ALL)));
    group.bench_function("whole", |b| b.iter(|| compile(black_box(&files), &Options::default(), None)));
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
