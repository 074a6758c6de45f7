// SPDX-License-Identifier: AGPL-3.0-or-later
//! What an e-mail's fields show, for rules: pure functions over texts that came from anywhere.

use super::alphabet::base64_value;

/// Base64 runs of fewer characters are words, paths and ids.
const RUN_CHARS: usize = 32;
/// A line that ends with so many characters of a run goes on in the next line.
const WRAPPED_CHARS: usize = 32;
/// How base64 of pictures begins: PNG, JPEG, GIF, WebP.
const PICTURES: [&[u8]; 4] = [b"iVBORw0KGgo", b"/9j/", b"R0lGOD", b"UklGR"];

/// The domain of an address: what stands behind the last `@`, or all of a text without one, without
/// blanks, closing bracket and final dot. Case is kept.
///
/// The last `@`, because a quoted local part may hold others.
///
/// # Example
///
/// ```
/// use decnet_ttp::event::mail::signals::domain;
///
/// assert_eq!(domain("\"a@bank.example\"@evil.example "), Some("evil.example"));
/// assert_eq!(domain("evil.example."), Some("evil.example"));
/// assert_eq!(domain("user@"), None);
/// ```
pub fn domain(address: &str) -> Option<&str> {
    let address = address.trim_matches(|c: char| c.is_whitespace() || matches!(c, '<' | '>'));
    let domain = address.rsplit('@').next()?.trim();
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    (!domain.is_empty()).then_some(domain)
}

/// A sign that a sender is not who it says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Masquerade {
    /// The domains of `From` and `Return-Path` differ.
    ReturnPath,
    /// The domains of `From` and the envelope sender differ.
    MailFrom,
    /// The message is not signed.
    Dkim,
    /// SPF failed.
    Spf,
}

impl Masquerade {
    /// Every sign, in the order in which evidence lists them.
    pub const ALL: [Self; 4] = [Self::ReturnPath, Self::MailFrom, Self::Dkim, Self::Spf];

    /// The sign's name in rules and in evidence.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReturnPath => "from_returnpath_mismatch",
            Self::MailFrom => "from_mailfrom_mismatch",
            Self::Dkim => "dkim_fail",
            Self::Spf => "spf_fail",
        }
    }

    /// Whether a sender shows this sign.
    ///
    /// # Example
    ///
    /// ```
    /// use decnet_ttp::event::mail::signals::{Masquerade, Sender};
    ///
    /// let sender = Sender { from: Some("a@Bank.example"), return_path: Some("evil.example"), ..Sender::default() };
    /// let shown: Vec<_> = Masquerade::ALL.into_iter().filter(|sign| sign.is_shown(&sender)).collect();
    /// assert_eq!(shown, [Masquerade::ReturnPath]);
    /// ```
    pub fn is_shown(self, sender: &Sender<'_>) -> bool {
        let differs = |other: Option<&str>| match (sender.from.and_then(domain), other.and_then(domain)) {
            (Some(from), Some(other)) => !is_same(from, other),
            _ => false,
        };
        match self {
            Self::ReturnPath => differs(sender.return_path),
            Self::MailFrom => differs(sender.mail_from),
            Self::Dkim => sender.dkim_signed == Some(false),
            Self::Spf => sender.spf_pass == Some(false),
        }
    }
}

fn is_same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
        || a.chars().flat_map(char::to_lowercase).eq(b.chars().flat_map(char::to_lowercase))
}

/// What is known of a sender; addresses or bare domains.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sender<'a> {
    /// The `From` header.
    pub from: Option<&'a str>,
    /// The `Return-Path` header.
    pub return_path: Option<&'a str>,
    /// The envelope sender.
    pub mail_from: Option<&'a str>,
    /// Whether the message is signed.
    pub dkim_signed: Option<bool>,
    /// Whether SPF passed.
    pub spf_pass: Option<bool>,
}

/// What an e-mail's attachments and pages show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Attached {
    /// An attachment has macros.
    pub macros: bool,
    /// An attachment is encrypted.
    pub password_protected: bool,
    /// A page builds a file.
    pub html_smuggling: bool,
    /// An attachment's hash is known.
    pub mal_hash_match: bool,
}

/// The names of what makes an attachment dangerous, in the order in which rules try them.
///
/// # Example
///
/// ```
/// use decnet_ttp::event::mail::signals::{Attached, attachment_triggers};
///
/// let attached = Attached { macros: true, ..Attached::default() };
/// let names: Vec<_> = attachment_triggers(attached, &["docm", ".ISO"]).collect();
/// assert_eq!(names, ["office_macro", "iso"]);
/// ```
pub fn attachment_triggers<'a, E: AsRef<str>>(
    attached: Attached,
    extensions: &'a [E],
) -> impl Iterator<Item = &'static str> + 'a {
    let flags = [
        ("office_macro", attached.macros),
        ("protected_archive", attached.password_protected),
        ("html_smuggling", attached.html_smuggling),
        ("mal_hash_match", attached.mal_hash_match),
    ];
    let has = |wanted: &&'static str| {
        let mut names = extensions.iter().map(|it| it.as_ref().trim_start_matches('.'));
        names.any(|name| name.eq_ignore_ascii_case(wanted))
    };
    let flags = flags.into_iter().filter(|(_, is_set)| *is_set).map(|(name, _)| name);
    flags.chain(["lnk", "iso", "img"].into_iter().filter(has))
}

/// The host of a URL: no scheme, user info, port or final dots; an address in brackets without them.
/// Case is kept. `None` for a URL without a host.
///
/// Read as browsers do, since a link leads where they go: for `http`, `https` and `ftp` any number of
/// slashes, of either kind, and none at all. Without a scheme, `//` must stand before the host.
///
/// # Example
///
/// ```
/// use decnet_ttp::event::mail::signals::url_host;
///
/// assert_eq!(url_host("https://user:p@ss@xn--e1awd7f.example:8443/a@b"), Some("xn--e1awd7f.example"));
/// assert_eq!(url_host("HTTP:\\\\[2001:db8::1]:80\\x"), Some("2001:db8::1"));
/// assert_eq!(url_host("//cdn.example./x"), Some("cdn.example"));
/// assert_eq!(url_host("mailto:a@b.example"), None);
/// ```
pub fn url_host(url: &str) -> Option<&str> {
    let slashes = |c: char| matches!(c, '/' | '\\');
    let url = url.trim_start();
    let rest = match url.strip_prefix("//") {
        Some(rest) => rest,
        None => {
            let (scheme, rest) = url.split_once(':')?;
            let known = ["http", "https", "ftp"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
            let is_word =
                scheme.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'));
            match (known, is_word && !scheme.is_empty()) {
                (true, _) => rest.trim_start_matches(slashes),
                (false, true) => rest.strip_prefix("//")?,
                (false, false) => return None,
            }
        }
    };
    let authority = rest.split(|c: char| slashes(c) || matches!(c, '?' | '#')).next()?;
    let host = authority_host(authority)?.trim_end_matches('.');
    (!host.is_empty()).then_some(host)
}

/// The host of `user@host:port`, without brackets; `None` where it is empty.
pub(crate) fn authority_host(authority: &str) -> Option<&str> {
    let host = authority.rsplit('@').next()?;
    let host = match host.strip_prefix('[') {
        Some(address) => address.split(']').next()?,
        None => host.split(':').next()?,
    };
    (!host.is_empty()).then_some(host)
}

/// Whether a label of the host starts with `xn--`.
pub fn is_punycode(host: &str) -> bool {
    host.split('.').any(|label| label.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("xn--")))
}

/// How many bytes the longest run of base64 decodes to; 0 if there is none of 32 characters.
///
/// Lines that are wrapped, as at 76 columns, are one run. Pictures that are written into a page
/// don't count.
///
/// # Cost
/// One pass; no allocation.
///
/// # Example
///
/// ```
/// use decnet_ttp::event::mail::signals::base64_bytes;
///
/// let line = "QUJD".repeat(19);
/// assert_eq!(base64_bytes(&format!("run this:\r\n{line}\r\n{line}\r\nQUI=\r\nthanks")), 116);
/// assert_eq!(base64_bytes("nothing here"), 0);
/// ```
pub fn base64_bytes(text: &(impl AsRef<[u8]> + ?Sized)) -> usize {
    let text = text.as_ref();
    let mut most = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if base64_value(rest.first().copied().unwrap_or(0)).is_none() {
            at += 1;
            continue;
        }
        let run = Run::at_start_of(rest);
        let is_picture = PICTURES.iter().any(|start| rest.starts_with(start));
        if run.chars >= RUN_CHARS && !is_picture {
            most = most.max(run.chars / 4 * 3 + [0, 0, 1, 2].get(run.chars % 4).copied().unwrap_or(0));
        }
        at += run.length;
    }
    most
}

/// A run of base64.
struct Run {
    /// Characters of the alphabet.
    chars: usize,
    /// Bytes of the text, line ends included.
    length: usize,
}

impl Run {
    fn at_start_of(text: &[u8]) -> Self {
        let mut run = Self { chars: 0, length: 0 };
        loop {
            let rest = text.get(run.length..).unwrap_or_default();
            let line = rest.iter().take_while(|byte| base64_value(**byte).is_some()).count();
            run.chars += line;
            run.length += line;
            let after = rest.get(line..).unwrap_or_default();
            let line_end = match after {
                [b'\r', b'\n', ..] => 2,
                [b'\n', ..] => 1,
                _ => return run,
            };
            // The next line must begin with the run, too.
            let goes_on = after.get(line_end).is_some_and(|byte| base64_value(*byte).is_some());
            if line < WRAPPED_CHARS
                || !goes_on
                || !is_run_line(after.get(line_end..).unwrap_or_default(), line)
            {
                return run;
            }
            run.length += line_end;
        }
    }
}

/// Whether a line can be the next of a run whose lines have `width` characters: as long, or the
/// last one, which ends there.
fn is_run_line(text: &[u8], width: usize) -> bool {
    let line = text.iter().take(width + 1).take_while(|byte| base64_value(**byte).is_some()).count();
    let ends = |byte: Option<&u8>| !byte.is_some_and(u8::is_ascii_alphanumeric);
    let after = text.get(line..).unwrap_or_default();
    line >= width
        || matches!(after, [] | [b'=' | b'\r' | b'\n' | b'"' | b'\'' | b'<' | b')', ..])
            && ends(after.first())
}

/// A coin that has addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Coin {
    /// Bitcoin.
    Btc,
    /// Monero.
    Xmr,
}

/// The first Bitcoin address of a text, or else the first Monero address. Only the form is looked
/// at: an address in a ransom note may be mistyped.
///
/// # Cost
/// One pass; no allocation.
///
/// # Example
///
/// ```
/// use decnet_ttp::event::mail::signals::{Coin, coin_address};
///
/// let note = "Pay 0.1 BTC to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq.";
/// assert_eq!(coin_address(note), Some((Coin::Btc, "bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq")));
/// assert_eq!(coin_address("xbc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq"), None);
/// ```
pub fn coin_address(text: &str) -> Option<(Coin, &str)> {
    let mut monero = None;
    for word in text.split(|c: char| !c.is_alphanumeric() && c != '_') {
        if is_bitcoin(word.as_bytes()) {
            return Some((Coin::Btc, word));
        }
        if monero.is_none() && is_monero(word.as_bytes()) {
            monero = Some((Coin::Xmr, word));
        }
    }
    monero
}

fn is_bitcoin(word: &[u8]) -> bool {
    let is_base58_address = matches!(word, [b'1' | b'3', rest @ ..] if (25..=34).contains(&rest.len()) && rest.iter().all(is_base58));
    let is_bech32 = |rest: &[u8]| {
        (11..=71).contains(&rest.len())
            && rest.iter().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    is_base58_address || word.strip_prefix(b"bc1").is_some_and(is_bech32)
}

fn is_monero(word: &[u8]) -> bool {
    matches!(word, [b'4', b'0'..=b'9' | b'A' | b'B', rest @ ..] if rest.len() == 93 && rest.iter().all(is_base58))
}

fn is_base58(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() && !matches!(byte, b'0' | b'O' | b'I' | b'l')
}
