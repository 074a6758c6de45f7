// SPDX-License-Identifier: AGPL-3.0-or-later
//! The line that a decoy's shell logs before each prompt.

/// `CMD uid=0 user=root src=203.0.113.7 pwd=/root cmd=ls -l`, split.
///
/// Nothing in it is quoted. So `cmd` is everything behind the first ` cmd=`, and `pwd` everything
/// between the first ` pwd=` and that: a folder's name may have spaces in it. An attacker who
/// makes a folder named `x cmd=y` gets a command that is too long, and hides nothing of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ShellLine<'a> {
    pub(super) uid: Option<&'a str>,
    pub(super) user: Option<&'a str>,
    pub(super) src: Option<&'a str>,
    pub(super) pwd: Option<&'a str>,
    /// The command, with its own spaces and equals signs.
    pub(super) command: &'a str,
}

impl<'a> ShellLine<'a> {
    /// The fields of a message, or `None` if it is not such a line. Empty ones are absent.
    pub(super) fn parse(message: &'a str) -> Option<Self> {
        let body = message.trim_start_matches(' ').strip_prefix("CMD")?;
        let (head, command) = body.split_once(" cmd=")?;
        if !head.is_empty() && !head.starts_with(' ') {
            return None;
        }
        let (words, pwd) = match head.split_once(" pwd=") {
            Some((words, pwd)) => (words, Some(pwd)),
            None => (head, None),
        };
        let present = |text: &'a str| Some(text).filter(|text| !text.is_empty());
        let mut line = Self { pwd: pwd.and_then(present), command, ..Self::default() };
        for word in words.split(' ') {
            // The last counts: the user name stands first, and an attacker can choose it.
            match word.split_once('=') {
                Some(("uid", value)) => line.uid = present(value),
                Some(("user", value)) => line.user = present(value),
                Some(("src", value)) => line.src = present(value),
                _ => {}
            }
        }
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::ShellLine;

    #[test]
    fn fields_are_split_and_the_command_is_left_as_it_is() {
        let line = |uid, user, src, pwd, command| Some(ShellLine { uid, user, src, pwd, command });
        for (body, expected) in [
            (
                "CMD uid=0 user=root src=203.0.113.7 pwd=/root cmd=FOO=bar baz  qux=1 ",
                line(Some("0"), Some("root"), Some("203.0.113.7"), Some("/root"), "FOO=bar baz  qux=1 "),
            ),
            ("CMD uid=0 pwd=/ cmd=id", line(Some("0"), None, None, Some("/"), "id")),
            ("CMD uid= user= src= pwd= cmd=", line(None, None, None, None, "")),
            ("CMD cmd=a cmd=b", line(None, None, None, None, "a cmd=b")),
            ("CMD pwd=/a b cmd=c", line(None, None, None, Some("/a b"), "c")),
            ("CMD pwd=/xcmd=y cmd=c", line(None, None, None, Some("/xcmd=y"), "c")),
            ("CMD uid=0 pwd=/", None),
            ("CMDS cmd=a", None),
            ("", None),
        ] {
            assert_eq!(ShellLine::parse(body), expected, "{body}");
        }
    }
}
