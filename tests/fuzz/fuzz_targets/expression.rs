// SPDX-License-Identifier: AGPL-3.0-or-later
//! An expression is refused with a diagnostic, or printed as text that reads back the same.
#![no_main]

use decnet_ttp::compile::parse;
use decnet_ttp::diag::{Diagnostics, Sources, render};
use decnet_ttp::vocab::Limits;
use libfuzzer_sys::fuzz_target;

fn printed(text: &str) -> Option<String> {
    let (mut sources, mut diagnostics) = (Sources::default(), Diagnostics::new());
    let expr = parse::expression(text, &mut sources, &Limits::default(), &mut diagnostics);
    assert_ne!(expr.is_none(), diagnostics.is_empty(), "refused exactly when something is said");
    let _ = render::text(&sources, &diagnostics, false);
    let json = render::json(&sources, &diagnostics);
    for line in json.lines() {
        let _: serde_json::Value = serde_json::from_str(line).expect("diagnostics are JSON");
    }
    expr.map(|expr| expr.to_string())
}

fuzz_target!(|text: &str| {
    if let Some(once) = printed(text) {
        let twice = printed(&once).expect("what is printed is an expression");
        assert_eq!(once, twice);
    }
});
