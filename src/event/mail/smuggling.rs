// SPDX-License-Identifier: AGPL-3.0-or-later
//! HTML smuggling: a page that carries a file and builds it in the browser, past what looks at
//! attachments.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

/// What the marks of a page show.
#[derive(Clone, Copy)]
enum Mark {
    /// It runs a script.
    Script,
    /// It saves a file by a function made for that.
    Save,
    /// It builds a file.
    Blob,
    /// It makes a URL of what it built.
    ObjectUrl,
    /// It decodes data.
    Decode,
    /// It names a file to download.
    Download,
    /// It has a file in a URL.
    DataUrl,
    /// It changes the page or goes elsewhere.
    Show,
}

/// Marks end or begin with bytes that are not in base64's alphabet, or are so long that data does
/// not hold them by chance.
const MARKS: [(&str, Mark); 25] = [
    ("<script", Mark::Script),
    ("javascript:", Mark::Script),
    ("onload=", Mark::Script),
    ("onerror=", Mark::Script),
    ("mssaveoropenblob", Mark::Save),
    ("mssaveblob", Mark::Save),
    ("blob(", Mark::Blob),
    ("blob (", Mark::Blob),
    ("\"blob\"", Mark::Blob),
    ("'blob'", Mark::Blob),
    ("uint8array", Mark::Blob),
    ("createobjecturl", Mark::ObjectUrl),
    ("atob(", Mark::Decode),
    ("atob (", Mark::Decode),
    ("\"atob\"", Mark::Decode),
    ("'atob'", Mark::Decode),
    ("fromcharcode", Mark::Decode),
    ("unescape(", Mark::Decode),
    (" download", Mark::Download),
    (".download", Mark::Download),
    ("\"download\"", Mark::Download),
    ("'download'", Mark::Download),
    ("data:application/", Mark::DataUrl),
    ("document.write", Mark::Show),
    ("location", Mark::Show),
];

static AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let patterns = MARKS.iter().map(|(text, _)| text);
    AhoCorasick::builder().ascii_case_insensitive(true).build(patterns).ok()
});

/// Whether a page builds a file: a script saves a blob, gives one or a data URL a name to download,
/// or decodes data and shows it; or a link downloads from a data URL.
///
/// # Cost
/// One pass; no allocation.
pub(super) fn is_smuggling(page: &[u8]) -> bool {
    let Some(automaton) = &*AUTOMATON else { return false };
    let mut found = 0_u16;
    for hit in automaton.find_iter(page) {
        if let Some((_, mark)) = MARKS.get(hit.pattern().as_usize()) {
            found |= 1 << *mark as u16;
        }
    }
    let has = |mark: Mark| found & (1 << mark as u16) != 0;
    let builds = has(Mark::Save)
        || has(Mark::Blob) && (has(Mark::ObjectUrl) || has(Mark::Download))
        || has(Mark::Decode) && (has(Mark::Blob) || has(Mark::Download) || has(Mark::Show))
        || has(Mark::DataUrl) && has(Mark::Download);
    builds && (has(Mark::Script) || has(Mark::DataUrl))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_that_build_files_are_told_from_others() {
        for (page, expected) in [
            (
                "<script>var b=new Blob([atob(d)]);a.href=URL.createObjectURL(b);a.download='x.zip'</script>",
                true,
            ),
            ("<SCRIPT>navigator.msSaveOrOpenBlob(b,'x.iso')</SCRIPT>", true),
            ("<script>document.write(atob('PGh0bWw+'))</script>", true),
            ("<script>window['atob'](x); location.href = y</script>", true),
            ("<a href=\"data:application/zip;base64,UEsDBA==\" download=\"x.zip\">open</a>", true),
            ("<svg><script>new Uint8Array(9);URL['createObjectURL']</script></svg>", true),
            ("<body onload=\"location=atob('x')\">", true),
            ("<p>download our new app at this location</p>", false),
            ("<script>location='https://a.example'</script>", false),
            ("<img src=\"data:image/png;base64,atobBlobdownload\">", false),
            ("new Blob( createObjectURL download", false),
        ] {
            assert_eq!(is_smuggling(page.as_bytes()), expected, "{page}");
        }
    }
}
