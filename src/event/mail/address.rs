// SPDX-License-Identifier: AGPL-3.0-or-later
//! Addresses in header fields.

/// The addresses of a list such as `To`, display names, comments and groups left out.
///
/// # Cost
/// One pass; no allocation.
pub(super) fn addresses(list: &str) -> impl Iterator<Item = &str> {
    let mut rest = list;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (mailbox, after) = split_mailbox(rest);
            rest = after;
            if let Some(address) = address(mailbox) {
                return Some(address);
            }
        }
        None
    })
}

/// The first mailbox of a list, and what comes behind it.
fn split_mailbox(list: &str) -> (&str, &str) {
    let mut scan = Scan::default();
    for (at, byte) in list.bytes().enumerate() {
        if !scan.step(byte) {
            continue;
        }
        // A group's name ends with a colon and the group with a semicolon.
        if matches!(byte, b',' | b';') || byte == b':' && !scan.angle {
            return (list.get(..at).unwrap_or(""), list.get(at + 1..).unwrap_or(""));
        }
    }
    (list, "")
}

/// The address of a mailbox: what stands in angle brackets, else all of it; nothing without `@`.
fn address(mailbox: &str) -> Option<&str> {
    let mut scan = Scan::default();
    let (mut start, mut end) = (0, mailbox.len());
    let (mut in_angle, mut seen) = (false, false);
    for (at, byte) in mailbox.bytes().enumerate() {
        let is_outside = scan.step(byte);
        match byte {
            b'<' if is_outside => {
                (start, end) = (at + 1, mailbox.len());
                in_angle = true;
            }
            b'>' if is_outside && in_angle => {
                end = at;
                break;
            }
            _ if in_angle => {}
            b'(' if is_outside && seen => end = end.min(at),
            b')' if scan.comments == 0 && !seen => start = at + 1,
            _ => seen |= scan.comments == 0 && !byte.is_ascii_whitespace(),
        }
    }
    // A comment that never ends is no address.
    let inner = if seen || in_angle { mailbox.get(start..end).unwrap_or("").trim() } else { "" };
    // A route (`@a,@b:user@c`) is obsolete; the address is behind it.
    let inner = if inner.starts_with('@') { inner.rsplit(':').next().unwrap_or(inner) } else { inner };
    // Its comma splits the route, which leaves the bracket.
    let inner = inner.trim_end_matches('>');
    let is_address = inner.contains('@') && !inner.starts_with('@') && !inner.ends_with('@');
    (is_address && !inner.contains(char::is_control)).then_some(inner)
}

/// Knows whether a byte stands in a quoted string or a comment.
#[derive(Default)]
struct Scan {
    quoted: bool,
    comments: u32,
    escaped: bool,
    /// Within angle brackets.
    angle: bool,
}

impl Scan {
    /// Takes a byte; says whether it is outside quoted strings and comments. The bracket that opens
    /// a comment is outside.
    fn step(&mut self, byte: u8) -> bool {
        let inside = self.quoted || self.comments > 0;
        if std::mem::take(&mut self.escaped) {
            return false;
        }
        match byte {
            b'\\' if inside => self.escaped = true,
            b'"' if self.comments == 0 => {
                self.quoted = !self.quoted;
                return false;
            }
            b'(' if !self.quoted => self.comments += 1,
            b')' if self.comments > 0 => self.comments -= 1,
            b'<' if !inside => self.angle = true,
            b'>' if !inside => self.angle = false,
            _ => {}
        }
        !inside
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_among_names_comments_and_groups() {
        for (list, expected) in [
            ("a@x.example", vec!["a@x.example"]),
            ("\"support@bank.example, Inc\" <c@evil.example>", vec!["c@evil.example"]),
            ("A <a@x>, b@y (b@z, really) , <c@w>", vec!["a@x", "b@y", "c@w"]),
            ("Friends: a@x, B <b@y>;, c@z", vec!["a@x", "b@y", "c@z"]),
            ("undisclosed-recipients:;, Name (x) <a@b> (y)", vec!["a@b"]),
            ("<@r,@s:u@v>", vec!["u@v"]),
            ("\"a@b\"@c.example", vec!["\"a@b\"@c.example"]),
            ("(to b@y) a@x, <>, @, a@, (a@b", vec!["a@x"]),
            ("\"open a@b", vec!["\"open a@b"]),
            ("=?utf-8?q?a?= <a@x>, < b@y >", vec!["a@x", "b@y"]),
        ] {
            assert_eq!(addresses(list).collect::<Vec<_>>(), expected, "{list}");
        }
    }
}
