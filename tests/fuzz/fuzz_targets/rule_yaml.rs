// SPDX-License-Identifier: AGPL-3.0-or-later
//! A rule file is refused with diagnostics that point into it, or compiled; its inline examples
//! then give the same hits by the engine and by the reference evaluator.
#![no_main]

use decnet_ttp::Event;
use decnet_ttp::compile::parse::PackFiles;
use decnet_ttp::compile::{Options, compile};
use decnet_ttp::diag::render;
use decnet_ttp_fuzz::Pair;
use libfuzzer_sys::fuzz_target;

const EVENTS: [&str; 5] = [
    r#"{"source_kind":"command","source_id":"a","payload":{"command_text":"cat /etc/shadow; id","user":"root"}}"#,
    r#"{"source_kind":"http_request","source_id":"b","payload":{"raw_url":"/../../etc/passwd","user_agent":"sqlmap/1.8","headers":{"host":"x"}}}"#,
    r#"{"source_kind":"session","source_id":"c","payload":{"beacon_interval_s":30,"beacon_jitter_pct":0.1,"signals":["a","b"]}}"#,
    r#"{"source_kind":"email","source_id":"d","payload":{"subject":"Invoice","urls":["http://xn--x/"],"rcpt_count":50,"spf_pass":false}}"#,
    r#"{"source_kind":"intel","source_id":"e","payload":{"abuseipdb_score":90,"abuseipdb_categories":[18,22],"feodo_listed":true}}"#,
];

fuzz_target!(|bytes: &[u8]| {
    let mut files = PackFiles::new("fuzz");
    files.insert("ttp/fuzz.yaml", bytes);
    let options = Options::default();
    let compiled = compile(&files, &options, None);
    let _ = render::text(&compiled.sources, &compiled.diagnostics, false);
    for line in render::json(&compiled.sources, &compiled.diagnostics).lines() {
        let _: serde_json::Value = serde_json::from_str(line).expect("diagnostics are JSON");
    }
    let Some(mut pair) = Pair::new(compiled, options.limits.clone()) else { return };
    for line in EVENTS {
        pair.agree(&Event::parse(line, &options.limits).expect("these are events"));
    }
});
