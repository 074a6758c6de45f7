// SPDX-License-Identifier: AGPL-3.0-or-later
//! Attachments by their directories; `cfb` is the oracle for compound files.

use std::io::Cursor;

use cfb::Version::{V3, V4};
use decnet_ttp::event::mail::Attachment;

use super::build::{attached, ole, sample, zip};
use super::contents;

fn attachment(name: &str, bytes: &[u8]) -> Attachment {
    let mut found = contents(attached(name, bytes)).attachments;
    assert_eq!(found.len(), 1, "{name}");
    found.remove(0)
}

#[test]
fn directories_show_macros_and_encryption() {
    let word = ole(V3, &["/Macros/VBA/dir", "/Macros/PROJECT", "/WordDocument"]);
    let excel = ole(V4, &["/_VBA_PROJECT_CUR/VBA/dir", "/Workbook"]);
    let without = ole(V3, &["/WordDocument", "/ObjectPool/x", "/VBAX", "/Not_VBA_PROJECT"]);
    let encrypted = ole(V3, &["/EncryptionInfo", "/EncryptedPackage"]);
    let mut broken = word.clone();
    broken[44..60].fill(0xff);
    let stored = [&zip(&["mail.txt"], 0)[..], &word, &zip(&["word/vbaProject.bin"], 0)].concat();
    for (name, bytes, macros, is_protected) in [
        ("word.doc", word, true, false),
        ("excel.xls", excel, true, false),
        ("without.doc", without, false, false),
        ("encrypted.docx", encrypted, false, true),
        ("broken-header.doc", broken, true, false),
        ("x.docm", zip(&["[Content_Types].xml", "word/VBAProject.bin"], 0), true, false),
        ("x.xlsm", zip(&["xl/macrosheets/sheet1.xml"], 0), true, false),
        (
            "x.docx",
            zip(&["[Content_Types].xml", "word/document.xml", "vbaProject.bin.txt"], 0x808),
            false,
            false,
        ),
        ("x.zip", zip(&["invoice.exe"], 1), false, true),
        ("stored.zip", stored, true, false),
        ("cut.zip", zip(&["invoice.exe"], 1)[..35].to_vec(), false, true),
        ("x.pdf", b"\n%PDF-1.7 trailer <</Encrypt 4 0 R>>".to_vec(), false, true),
        ("x.txt", b"/Encrypt PK\x01\x02 vbaProject.bin".to_vec(), false, false),
        ("empty", Vec::new(), false, false),
    ] {
        let found = attachment(name, &bytes);
        assert_eq!((found.macros, found.is_protected), (macros, is_protected), "{name}");
    }
}

#[test]
fn an_attachment_is_hashed_as_it_was_before_encoding() {
    let found = attachment("a.bin", b"abc");
    assert_eq!(found.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn pages_smuggle_in_the_body_and_attached() {
    let page = "<script>var a=atob(d);navigator.msSaveOrOpenBlob(a,'x.iso')</script>";
    assert!(contents(format!("Content-Type: text/html\r\n\r\n{page}")).html_smuggling);
    assert!(contents(attached("invoice.HTML", page.as_bytes())).html_smuggling);
    assert!(contents(attached("logo.svg", page.as_bytes())).html_smuggling);
    assert!(!contents(attached("notes.txt", page.as_bytes())).html_smuggling);
    assert!(!contents(format!("Subject: text\r\n\r\n{page}")).html_smuggling);
}

/// The macro storage of the sample's document, taken out of it by Python's own unpacker, is what
/// `cfb` takes for a compound file with that storage.
#[test]
fn the_samples_document_is_genuine() {
    let raw = sample("phish-macro.eml");
    let script = "import email, io, sys, zipfile\n\
                  mail = email.message_from_binary_file(sys.stdin.buffer)\n\
                  data = next(it for it in mail.walk() if it.get_filename()).get_payload(decode=True)\n\
                  archive = zipfile.ZipFile(io.BytesIO(data))\n\
                  assert archive.testzip() is None\n\
                  sys.stdout.buffer.write(archive.read('word/vbaProject.bin'))\n";
    let Some(bytes) = python(script, &raw) else { return };
    let file = cfb::CompoundFile::open_strict(Cursor::new(bytes)).expect("a compound file");
    let mut paths: Vec<String> = file.walk().map(|entry| entry.path().display().to_string()).collect();
    paths.sort();
    assert_eq!(paths, ["/", "/PROJECT", "/VBA", "/VBA/Sample", "/VBA/_VBA_PROJECT", "/VBA/dir"]);
}

/// What a script prints, or `None` where there is no Python and none is asked for.
fn python(script: &str, input: &[u8]) -> Option<Vec<u8>> {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    let child =
        Command::new("python3").args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let Ok(mut child) = child else {
        assert!(std::env::var_os("DECNET_TTP_REQUIRE_ALL").is_none(), "python3 is missing");
        eprintln!("skipped: no python3");
        return None;
    };
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    Some(output.stdout)
}
