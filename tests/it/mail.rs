// SPDX-License-Identifier: AGPL-3.0-or-later
//! What raw messages say, carry and hide.

mod attachments;
pub(crate) mod bombs;
pub(crate) mod build;

use decnet_ttp::event::mail::{Contents, Mail, body_text, signals};
use decnet_ttp::vocab::Limits;

use build::{base64, lines, sample};

fn analyse(raw: impl AsRef<[u8]>) -> Mail {
    Mail::analyse(raw.as_ref(), &Limits::default()).expect("there is a header")
}

fn contents(raw: impl AsRef<[u8]>) -> Contents {
    analyse(raw).contents.expect("within bounds")
}

#[test]
fn the_phishing_sample_gives_every_fact() {
    let mail = analyse(sample("phish-macro.eml"));
    insta::assert_debug_snapshot!(mail);
    let contents = mail.contents.unwrap();
    assert_eq!(body_text(&sample("phish-macro.eml"), &Limits::default()), contents.body_text);
}

#[test]
fn the_punycode_sample_leads_to_another_name_than_it_shows() {
    let mail = analyse(sample("punycode.eml"));
    assert_eq!((mail.spf_pass, mail.mail_from.as_deref()), (Some(true), Some("service@account.example")));
    let urls = mail.contents.unwrap().urls;
    assert_eq!(urls, ["https://xn--pypal-4ve.example/signin?u=dave"]);
    assert!(signals::is_punycode(signals::url_host(&urls[0]).unwrap()));
}

#[test]
fn header_fields_are_read_as_servers_and_people_write_them() {
    for (header, check) in [
        ("subject: =?utf-8?b?w4RwZmVs?=\r\n =?iso-8859-1?q?_=E9?= x", ("subject", "Äpfel é x")),
        ("SUBJECT : a\r\n\tb  c", ("subject", "a b  c")),
        ("Subject: one\nSubject: two", ("subject", "one")),
        ("Subject: caf\u{e9}", ("subject", "caf\u{e9}")),
        ("From: \"x@bank.example\" (a@b) <U@Evil.Example>", ("from", "U@Evil.Example evil.example")),
        ("From: =?utf-8?q?a=40b=2Eexample?= <c@d.example>", ("from", "c@d.example d.example")),
        ("From: nobody", ("from", "")),
        ("Return-Path: <>", ("return_path", "")),
        ("Return-Path: <bounce+a=b@M.example>", ("return_path", "m.example")),
        ("To: a@x, B <b@y>, a@X\r\nCc: c@z;, d@x\r\nBcc: g: e@x, f@y;", ("rcpt", "6 x y z")),
        ("To: undisclosed-recipients:;", ("rcpt", "0")),
        ("DKIM-Signature: v=1; d=x", ("dkim", "true")),
        ("DKIM-Signature: v=1\r\nAuthentication-Results: mx; dkim=fail", ("dkim", "false")),
        ("X-Mailer: PHPMailer 5", ("x_mailer", "PHPMailer 5")),
        ("X-Envelope-From: <a@b.example>", ("mail_from", "a@b.example b.example")),
    ] {
        let mail = analyse(format!("{header}\r\n\r\nbody"));
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let pair =
            |a: &Option<String>, b: &Option<String>| format!("{} {}", text(a), text(b)).trim().to_owned();
        let found = match check.0 {
            "subject" => text(&mail.subject),
            "from" => pair(&mail.from, &mail.from_domain),
            "mail_from" => pair(&mail.mail_from, &mail.mail_from_domain),
            "return_path" => text(&mail.return_path_domain),
            "rcpt" => format!("{} {}", mail.rcpt_count, mail.rcpt_domains.join(" ")).trim().to_owned(),
            "dkim" => mail.dkim_signed.to_string(),
            _ => text(&mail.x_mailer),
        };
        assert_eq!(found, check.1, "{header}");
    }
}

#[test]
fn the_body_is_the_first_text_that_says_something() {
    let part = |kind: &str, text: &str| format!("--b\r\nContent-Type: {kind}\r\n\r\n{text}\r\n");
    let multipart = |parts: &[String]| {
        format!(
            "Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n{}--b--\r\nepilogue",
            parts.concat()
        )
    };
    let html = part("text/html", "<p>a <b>p</b>age</p>");
    for (raw, expected) in [
        ("Subject: x\r\n\r\nplain".to_owned(), Some("plain")),
        ("Subject: x\nno field, so the body\n".to_owned(), Some("no field, so the body\n")),
        ("From a@b Sat May  2 06:22:48 2026\nSubject: x\n\nplain".to_owned(), Some("plain")),
        ("Subject: x\r\n\r\n \r\n".to_owned(), None),
        ("Subject: x".to_owned(), None),
        (multipart(&[html.clone(), part("text/plain", "text")]), Some("text")),
        (multipart(&[part("text/plain", " "), html.clone()]), Some("a page")),
        (multipart(&[part("text/plain; name=a.txt", "attached"), html.clone()]), Some("a page")),
        (multipart(&[part("message/rfc822", "Subject: y\r\n\r\ninner"), html.clone()]), Some("a page")),
        (multipart(&[part("message/rfc822", "Subject: y\r\n\r\ninner")]), Some("inner")),
        (multipart(&["--b\r\n\r\nno header\r\n".to_owned()]), Some("no header")),
        // No part ever begins: shown as it stands.
        ("Content-Type: multipart/mixed; boundary=x\r\n\r\n--y\r\nraw".to_owned(), Some("--y\r\nraw")),
        ("Content-Type: multipart/mixed\r\n\r\nraw".to_owned(), Some("raw")),
        ("Content-Type: text\r\n\r\nraw".to_owned(), Some("raw")),
        ("Content-Type: text/plain; charset=\"koi8-r\"\r\n\r\n\u{20}".to_owned(), None),
    ] {
        assert_eq!(contents(&raw).body_text.as_deref(), expected, "{raw}");
        assert_eq!(body_text(raw.as_bytes(), &Limits::default()).as_deref(), expected, "{raw}");
    }
}

#[test]
fn parts_are_told_apart_by_the_boundary_of_their_own_multipart() {
    // The inner boundary begins like the outer one, and the inner multipart is never closed.
    let raw = lines(&[
        "Content-Type: multipart/mixed; boundary=\"a b\"",
        "",
        "--a b   ",
        "Content-Type: multipart/mixed;",
        " boundary*0=\"a b\"; boundary*1=\"--c\"",
        "",
        "--a b--c",
        "Content-Disposition: attachment; filename*=utf-8''%c3%a4.LNK",
        "",
        "one",
        "--a b-",
        "--a b",
        "Content-Disposition: attachment; filename=\"=?utf-8?q?two=2Eiso?=\"",
        "--a b",
        "Content-Type: application/octet-stream",
        "",
        "",
        "--a b--",
        "--a b",
        "Content-Disposition: attachment; filename=never.exe",
        "",
    ]);
    let found = contents(raw).attachments;
    let found: Vec<_> = found.iter().map(|it| (it.name.as_deref(), it.extension.as_deref())).collect();
    assert_eq!(found, [(Some("\u{e4}.LNK"), Some("lnk")), (Some("two.iso"), Some("iso")), (None, None)]);
}

#[test]
fn a_body_hides_neither_urls_nor_encoded_bytes_in_its_encoding() {
    let run = base64(&[0x90; 5000], 76);
    let page = format!("<a href=3D\"http:=\r\n//a.example/?x=3D1\">x</a><pre>{run}</pre>");
    let raw = format!(
        "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}",
        page.replace("==", "=3D=3D")
    );
    let found = contents(raw);
    assert_eq!((found.urls, found.body_base64_bytes), (vec!["http://a.example/?x=1".to_owned()], 5000));

    let text = "see http://b.example".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let raw = format!(
        "Content-Type: text/plain; charset=utf-16le\r\nContent-Transfer-Encoding: BASE64\r\n\r\n{}",
        base64(&text, 40)
    );
    assert_eq!(contents(raw).urls, ["http://b.example"]);
}

#[test]
fn past_a_bound_only_the_header_counts() {
    let at = Limits { mail_bytes: 300, mail_headers: 4, mail_parts: 3, mail_depth: 2, ..Limits::default() };
    let nested = |depth: usize| {
        let open: String =
            (0..depth).map(|n| format!("Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n")).collect();
        format!("Subject: s\n{open}\nx\n")
    };
    let many = |parts: usize| {
        format!("Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(parts))
    };
    let fields = |count: usize| format!("Subject: s\n{}\nx", "A: b\n".repeat(count - 1));
    let long = |bytes: usize| format!("Subject: s\n\n{}", "x".repeat(bytes - 12));
    for (raw, is_partial) in [
        (long(300), false),
        (long(301), true),
        (fields(4), false),
        (fields(5), true),
        (many(2), false),
        (many(3), true),
        (nested(2), false),
        (nested(3), true),
        ("Subject: s\n".to_owned() + &"Content-Type: message/rfc822\n\n".repeat(2), false),
        ("Subject: s\n".to_owned() + &"Content-Type: message/rfc822\n\n".repeat(3), true),
    ] {
        let mail = Mail::analyse(raw.as_bytes(), &at).unwrap();
        assert_eq!((mail.is_partial(), mail.subject.as_deref()), (is_partial, Some("s")), "{raw}");
        assert!(!is_partial || body_text(raw.as_bytes(), &at).is_none(), "{raw}");
    }
    let bytes = Limits { mail_header_bytes: 40, ..Limits::default() };
    let raw = format!("Subject: s\nX-Mailer: {}\n\nbody", "x".repeat(40));
    let mail = Mail::analyse(raw.as_bytes(), &bytes).unwrap();
    assert_eq!((mail.is_partial(), mail.subject.as_deref(), mail.x_mailer), (true, Some("s"), None));
}

#[test]
fn what_is_no_message_is_none() {
    for raw in ["", "\r\n \r\n", "no field", "{\"a\": 1}", ": x\n\n", "\u{e9}: x"] {
        assert_eq!(Mail::analyse(raw.as_bytes(), &Limits::default()), None, "{raw}");
    }
}

#[test]
fn mutated_messages_are_read_without_a_panic() {
    let seed = sample("phish-macro.eml");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as usize % below
    };
    let tokens: [&[u8]; 14] = [
        b"=?",
        b"?=",
        b"?q?",
        b"\"",
        b"(",
        b")",
        b"*0*=",
        b"'",
        b"\\",
        b";",
        b"\r\n ",
        b"\n\n",
        b"--mixed_2026-0417",
        b"\xff",
    ];
    // The header and the first part: what is parsed, not the bytes of the attachment.
    let head = seed.get(..2200).unwrap();
    for _ in 0..20_000 {
        let mut raw = head.to_vec();
        for _ in 0..=random(8) {
            let at = random(raw.len());
            match random(3) {
                0 => raw[at] = random(256) as u8,
                1 => drop(raw.splice(at..at, tokens[random(tokens.len())].iter().copied())),
                _ => drop(raw.drain(at..(at + random(40)).min(raw.len()))),
            }
        }
        let mail = Mail::analyse(&raw, &Limits::default());
        assert_eq!(
            mail.and_then(|mail| mail.contents).and_then(|contents| contents.body_text),
            body_text(&raw, &Limits::default())
        );
    }
}
