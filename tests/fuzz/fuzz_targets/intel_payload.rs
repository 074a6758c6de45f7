// SPDX-License-Identifier: AGPL-3.0-or-later
//! What providers of intelligence say of an address, in any shape: the shipped pack gives the tags that
//! the reference evaluator gives, with confidences between 0 and 1.
#![no_main]

use std::cell::RefCell;

use decnet_ttp::event::{Event, RawObject};
use decnet_ttp::vocab::{Limits, SourceKind};
use decnet_ttp_fuzz::Pair;
use libfuzzer_sys::fuzz_target;

thread_local! {
    static PAIR: RefCell<Pair> = RefCell::new(Pair::builtin());
}

fuzz_target!(|payload: &str| {
    let Ok(payload) = RawObject::parse(payload, &Limits::default()) else { return };
    PAIR.with_borrow_mut(|pair| pair.agree(&Event::of_payload(SourceKind::Intel, "fuzz", payload)));
});
