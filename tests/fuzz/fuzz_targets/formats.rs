// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sensor formats: whatever their decoders print is events of the native format, one on each line; at
//! most they lack an id where the record has nothing to make one of, which is reported.
#![no_main]

use decnet_ttp::event::Event;
use decnet_ttp::event::formats::{CowrieDecoder, SyslogDecoder};
use decnet_ttp::vocab::Limits;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let limits = Limits::default();
    let mut events = Vec::new();
    let mut cowrie = CowrieDecoder::new(&limits);
    let mut syslog = SyslogDecoder::new(&limits);
    for line in text.lines() {
        let before = events.len();
        let refused = cowrie.line(line, &mut events).is_err();
        assert!(!refused || events.len() == before, "a line that is refused gives no event");
        let _ = syslog.line(line, &mut events);
    }
    cowrie.finish(&mut events);
    syslog.finish(&mut events);
    let events = String::from_utf8(events).expect("events are UTF-8");
    for line in events.lines() {
        if let Err(error) = Event::parse(line, &limits) {
            assert_eq!(error.reason(), "no_source_id", "{error}: {line}");
        }
    }
});
