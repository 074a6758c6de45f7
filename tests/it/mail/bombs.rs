// SPDX-License-Identifier: AGPL-3.0-or-later
//! Messages made to exhaust whoever reads them.

use std::time::{Duration, Instant};

use cfb::Version::V3;
use decnet_ttp::event::mail::Mail;
use decnet_ttp::vocab::Limits;

use super::build::{attached, ole, zip, zip_record};

const LARGE: usize = 24 << 20;
/// Half a second where the code is optimised.
const PATIENCE: Duration = Duration::from_millis(if cfg!(debug_assertions) { 8000 } else { 500 });

/// A message, and whether it stays within bounds.
pub(crate) struct Bomb {
    pub(crate) name: &'static str,
    pub(crate) raw: Vec<u8>,
    pub(crate) is_partial: bool,
}

fn partial(name: &'static str, raw: impl Into<Vec<u8>>) -> Bomb {
    Bomb { name, raw: raw.into(), is_partial: true }
}

fn whole(name: &'static str, raw: impl Into<Vec<u8>>) -> Bomb {
    Bomb { name, raw: raw.into(), is_partial: false }
}

/// A message with that header and a body of the same text over and over.
fn filled(header: &str, body: &str) -> String {
    let mut raw = format!("Subject: s\n{header}\n\n");
    raw.push_str(&body.repeat((LARGE - raw.len()) / body.len()));
    raw
}

/// Makes each bomb when it is needed: together they are large.
pub(crate) fn bombs() -> Vec<fn() -> Bomb> {
    let mut all = structures();
    all.extend(headers());
    all.extend(bodies());
    all.extend(containers());
    all
}

fn structures() -> Vec<fn() -> Bomb> {
    vec![
        || {
            let open = |n| format!("Content-Type: multipart/mixed; boundary=\"b{n}\"\n\n--b{n}\n");
            partial(
                "multiparts nested 10,000 deep",
                format!("Subject: s\n{}", (0..10_000).map(open).collect::<String>()),
            )
        },
        || {
            let messages = "Content-Type: message/rfc822\n\n".repeat(10_000);
            partial("messages nested 10,000 deep", format!("Subject: s\n{messages}"))
        },
        || {
            let parts = "--b\nContent-Disposition: attachment; filename=a\n\nx\n".repeat(100_000);
            partial(
                "100,000 parts",
                format!("Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n{parts}"),
            )
        },
        || partial("empty parts", filled("Content-Type: multipart/mixed; boundary=b", "--b\n")),
        || {
            whole(
                "boundary look-alikes",
                filled("Content-Type: multipart/mixed; boundary=b", "--b-\n--bb\n--\n")
                    .replacen("--b-", "--b", 1),
            )
        },
        || {
            // Ten open multiparts, the boundary of each the beginning of the next one's.
            let open = |n: usize| {
                let boundary = "-".repeat(40 + n);
                format!("Content-Type: multipart/mixed; boundary=\"{boundary}\"\n\n--{boundary}\n")
            };
            let nested: String = (0..10).map(open).collect();
            let mut raw = format!("Subject: s\n{nested}\n");
            let line = format!("--{}x\n", "-".repeat(60));
            raw.push_str(&line.repeat((LARGE - raw.len()) / line.len()));
            whole("look-alikes of ten boundaries", raw)
        },
        || whole("closing delimiters", filled("Content-Type: multipart/mixed; boundary=b", "--b--\n")),
    ]
}

fn headers() -> Vec<fn() -> Bomb> {
    vec![
        || partial("one field of 24 MiB", format!("Subject: s\nX: {}\n\nx", "x".repeat(LARGE))),
        || partial("a million fields", format!("Subject: s\n{}\nx", "A: b\n".repeat(1 << 20))),
        || {
            partial(
                "a folded field of 24 MiB",
                format!("Subject: s\nX: {}\n\nx", " \n x\n".repeat(LARGE / 5)),
            )
        },
        || partial("a header that never ends", format!("Subject: s\nX: {}", " \r\n".repeat(LARGE / 3))),
        || {
            whole(
                "encoded words that never end",
                format!("Subject: {0}\nX-Mailer: {0}\n\nx", "=?aa?q?".repeat(18_000)),
            )
        },
        || {
            let list = "\" ".to_owned() + &" ()<(\"@".repeat(30_000);
            whole("addresses that never end", format!("Subject: s\nTo: {list}\n\nx"))
        },
        || {
            let results = "(;=".repeat(5000);
            let field = format!("Authentication-Results: {results}\nReceived-SPF: {results}\n");
            whole("verdicts that never end", format!("Subject: s\n{}\nx", field.repeat(8)))
        },
        || {
            let name = "=?aa?q?".repeat(5000);
            let part = format!(
                "--b\nContent-Type: text/plain; name=\"{name}\"\nContent-Disposition: attachment; filename=\"{name}\"\n\nx\n"
            );
            let parts = part.repeat(190);
            whole(
                "names that never end",
                format!("Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n{parts}"),
            )
        },
        || {
            let parameters: String = (0..3000).rev().map(|n| format!(";a*{n}*=''%41'{n}")).collect();
            let part = format!(
                "--b\nContent-Type: text/plain{parameters}\nContent-Disposition: x{parameters}\n\nx\n"
            );
            let parts = part.repeat(190);
            whole(
                "parameters in pieces",
                format!("Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n{parts}"),
            )
        },
    ]
}

fn bodies() -> Vec<fn() -> Bomb> {
    const QP: &str = "Content-Type: text/html\nContent-Transfer-Encoding: quoted-printable";
    const B64: &str = "Content-Type: text/html\nContent-Transfer-Encoding: base64";
    const HTML: &str = "Content-Type: text/html";
    vec![
        || whole("quoted-printable", filled(QP, "=41")),
        || whole("quoted-printable line ends", filled(QP, "= \t \n")),
        || whole("quoted-printable signs", filled(QP, "=")),
        || whole("base64 in one line", filled(B64, "QUJD")),
        || whole("base64 with padding", filled(B64, "QQ==")),
        || whole("base64 of nothing", filled(B64, "=\n")),
        || whole("a run of base64", filled("A: b", "QUJD")),
        || whole("lines of base64", filled("A: b", &(["QUJD"; 19].concat() + "\n"))),
        || {
            whole(
                "lines of base64 that differ",
                filled("A: b", &(["QUJD"; 19].concat() + "\n" + &["QUJD"; 9].concat() + "x y\n")),
            )
        },
        || whole("open tags", filled(HTML, "<a href=\"")),
        || whole("tags", filled(HTML, "<")),
        || whole("scripts", filled(HTML, "<script>")),
        || whole("script ends", filled(HTML, "<script></scrip")),
        || whole("comments", filled(HTML, "<!--")),
        || whole("entities", filled(HTML, "&#x41;")),
        || whole("ampersands", filled(HTML, "&")),
        || whole("links", filled(HTML, "<a href=http://a/&amp;>")),
        || whole("attributes", filled(HTML, "<a =")),
        || whole("schemes", filled("A: b", "http://")),
        || whole("scheme marks", filled("A: b", "://")),
        || whole("marks of smuggling", filled(HTML, "atob(blob(")),
        || whole("line ends", filled("A: b", "\n")),
        || whole("one-letter words", filled("A: b", "a ")),
        || {
            whole(
                "a multi-byte charset",
                filled("Content-Type: text/plain; charset=iso-2022-jp", "\x1b$B\x1b(B"),
            )
        },
        || whole("utf-7", filled("Content-Type: text/html; charset=utf-7", "+ADw-")),
    ]
}

fn containers() -> Vec<fn() -> Bomb> {
    /// What the encoding leaves room for.
    const ROOM: usize = 17 << 20;
    vec![
        || {
            let record = zip_record("a", 0);
            whole(
                "a zip with 370,000 members",
                attached("a.zip", &[b"PK\x03\x04".to_vec(), record.repeat(ROOM / record.len())].concat()),
            )
        },
        || whole("a zip with names that overlap", attached("a.zip", &b"PK\x01\x02AAAAAA".repeat(ROOM / 10))),
        || {
            // Sixteen archives in each of sixteen, and so on, stored.
            let mut archive = zip(&["0.dll"], 0);
            while archive.len() * 16 < ROOM {
                archive = [zip(&["lib.zip"], 0), archive.repeat(16)].concat();
            }
            whole("zips in zips", attached("42.zip", &archive))
        },
        || {
            let mut file = ole(V3, &["/Macros/VBA/dir"]);
            // Every sector of the FAT is the next of itself; the directory is its own next sector.
            for (index, entry) in file[512..1024].chunks_mut(4).enumerate() {
                entry.copy_from_slice(&(index as u32).to_le_bytes());
            }
            file.resize(ROOM, 0);
            whole("a compound file whose FAT goes in circles", attached("a.doc", &file))
        },
        || {
            // The list of FAT sectors names one sector millions of times.
            let mut file = ole(V3, &["/Macros/VBA/dir"]);
            file[68..72].copy_from_slice(&8_u32.to_le_bytes());
            file[76..512].copy_from_slice(&1_u32.to_le_bytes().repeat(109));
            file.resize(512 * 9, 0);
            for at in 8..ROOM as u32 / 512 - 2 {
                file.extend(1_u32.to_le_bytes().repeat(127));
                file.extend((at + 1).to_le_bytes());
            }
            whole("a compound file with a FAT of gigabytes", attached("a.doc", &file))
        },
        || {
            let record = &ole(V3, &["/VBAX/dir"])[1024..1536];
            let file =
                [b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(), vec![0; 504], record.repeat(ROOM / 512)]
                    .concat();
            whole("a compound file of directory records", attached("a.doc", &file))
        },
        || {
            whole(
                "a pdf of keys",
                attached("a.pdf", &[b"%PDF-1.7".to_vec(), b"/Encrypt0".repeat(ROOM / 9)].concat()),
            )
        },
    ]
}

#[test]
fn bombs_are_read_in_no_time() {
    let limits = Limits::default();
    for make in bombs() {
        let Bomb { name, raw, is_partial } = make();
        assert!(raw.len() <= limits.mail_bytes, "{name}: {}", raw.len());
        let start = Instant::now();
        let mail = Mail::analyse(&raw, &limits).expect(name);
        let took = start.elapsed();
        println!("{:>6} ms  {:>9} bytes  {name}", took.as_millis(), raw.len());
        assert_eq!(mail.is_partial(), is_partial, "{name}");
        assert!(took < PATIENCE, "{name}: {took:?}");
        assert!(mail.contents.is_none_or(|it| it.urls.len() <= limits.mail_urls), "{name}");
    }
}
