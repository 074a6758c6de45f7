// SPDX-License-Identifier: AGPL-3.0-or-later
//! A raw message, however it is built: facts within bounds, the same every time, and the body that they
//! name is the one that is read alone; the format `eml` makes events of it.
#![no_main]

use decnet_ttp::Event;
use decnet_ttp::event::formats::EmlDecoder;
use decnet_ttp::event::mail::{Mail, body_text};
use decnet_ttp::vocab::Limits;
use libfuzzer_sys::fuzz_target;

/// Small, so that messages of a fuzzer's size pass them.
fn limits() -> Limits {
    Limits {
        mail_headers: 32,
        mail_header_bytes: 2048,
        mail_parts: 8,
        mail_depth: 3,
        mail_text_bytes: 1024,
        mail_urls: 8,
        ..Limits::default()
    }
}

fuzz_target!(|raw: &[u8]| {
    let limits = limits();
    let mail = Mail::analyse(raw, &limits);
    assert_eq!(mail, Mail::analyse(raw, &limits));
    let Some(mail) = mail else { return };
    assert!(mail.rcpt_domains.is_sorted());
    if let Some(contents) = &mail.contents {
        assert_eq!(contents.body_text, body_text(raw, &limits));
        assert!(contents.attachments.len() <= limits.mail_parts);
        assert!(contents.urls.len() <= limits.mail_urls);
    }
    let mut events = Vec::new();
    let mut decoder = EmlDecoder::new(&limits);
    decoder.take(raw, 1, &mut events);
    decoder.finish(&mut events);
    for line in String::from_utf8(events).expect("events are UTF-8").lines() {
        if let Err(error) = Event::parse(line, &limits) {
            panic!("{error}: {line}");
        }
    }
});
