// SPDX-License-Identifier: AGPL-3.0-or-later
//! A line is refused or read; the JSON reader takes nothing that a general parser refuses for its
//! syntax, reads the same texts as it does, and the engine agrees with the reference evaluator.
#![no_main]

use std::cell::RefCell;

use decnet_ttp::Event;
use decnet_ttp::event::RawValue;
use decnet_ttp::vocab::Limits;
use decnet_ttp_fuzz::Pair;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static PAIR: RefCell<Pair> = RefCell::new(Pair::builtin());
}

fuzz_target!(|bytes: &[u8]| {
    let (line, _) = decnet_ttp::event::text(bytes);
    let Ok(event) = Event::parse(&line, &Limits::default()) else { return };
    assert!(!event.source_id.is_empty());
    let payload = event.payload.as_str();
    if let Ok(general) = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(payload) {
        for (key, value) in &general {
            let (Some(RawValue::String(raw)), Some(text)) = (event.payload.get(key), value.as_str()) else {
                continue;
            };
            let once = event.payload.members().filter(|(name, _)| name.equals(key)).count() == 1;
            assert!(!once || raw.to_text() == text, "{key:?} reads otherwise");
        }
    }
    PAIR.with_borrow_mut(|pair| pair.agree(&event));
});
