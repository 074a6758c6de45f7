// SPDX-License-Identifier: AGPL-3.0-or-later
//! Cowrie's JSON log, one object a line.
//!
//! | `eventid` after `cowrie.` | becomes |
//! | --- | --- |
//! | `session.connect`, `session.closed` | opens a session; closes it, which gives a `session` event |
//! | `login.failed`, `login.success`, `client.fingerprint` | `auth_attempt` |
//! | `command.input`, `command.chpasswd`, `session.input` | `command` |
//! | `command.failed`, `command.success` | nothing: the same line was `command.input` |
//! | `session.file_download`, `….failed`, `session.file_upload` | `payload` |
//! | `direct-tcpip.request`, `.redirect`, `.tunnel`, `.data`, `tunnelproxy-tcpip.data` | `service_op` |
//! | `telnet.exploit_attempt`, `telnet.exploit_success` | `service_op` with a `cve` |
//! | `client.version`, `client.kex`, `direct-tcpip.ja4`, `direct-tcpip.ja4h` | `fingerprint` |
//! | anything else | counted, see [`CowrieDecoder::unmapped`] |
//!
//! Source ids are made of the session's id and a count within the session, so that a replay of
//! the log gives the same ones: `<session>`, `<session>#<n>` for commands, `<session>:auth#<n>`,
//! `:payload#<n>`, `:fingerprint#<n>`, `:op#<n>`. Where a log begins in the middle of a session
//! (logs rotate daily), the counts would begin again and meet other events' ids: there the
//! session part is `<session>@<time of the first record>`.
//!
//! `session`, `src_ip` and `protocol` are the honeypot's own; everything else may be the
//! attacker's text.

mod decoder;
mod emit;
mod python;
mod record;
mod session;

pub use decoder::CowrieDecoder;
