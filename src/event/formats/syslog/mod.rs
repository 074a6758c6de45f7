// SPDX-License-Identifier: AGPL-3.0-or-later
//! DECNET's RFC 5424 stream, one record a line.
//!
//! A record is `<134>1 TIME DECOY SERVICE - KIND [relay@55555 name="value" …] TEXT`. The decoy's
//! shell logs through its syslog daemon instead: `<14>1 TIME DECOY 1 - - - TIME DECOY bash - command
//! [timeQuality …] CMD uid=… user=… src=… pwd=… cmd=…`, where the message inside counts.
//!
//! | kind | becomes |
//! | --- | --- |
//! | `CMD` line; `command`, `exec` of a shell | `command` |
//! | `command`, `exec` of another service; `unknown_command`, `download_attempt`, `publish`, `subscribe`, a TFTP `request` | `service_op` |
//! | `auth_attempt`, `auth`, `bind`, `auth_response`, `login`, `login_attempt`; anything with `secret_b64` | `auth_attempt` |
//! | anything with `method` and `path` | `http_request`, with `secret_b64` also `auth_attempt` |
//! | `message_stored` | `email` |
//! | `file_captured` | `payload` |
//! | `tls_client_hello`, `http_request_fingerprint` | `fingerprint`, `http_fingerprint` |
//! | `connect`, `connection` | opens a session |
//! | `disconnect`, `session_recorded` | closes it, which gives a `session` event |
//! | anything else | counted, see [`SyslogDecoder::unmapped`] |
//!
//! # Sessions
//!
//! A record with `session_id` or `sid` names its session. Others are gathered by decoy, service
//! and attacker's address, until the session is closed or nothing comes for an hour; what a shell
//! decoy's login, shell and recorder say is one session (`shell`). A gathered session's id is
//! `<decoy>/<service>/<address>@<time of its first record>`, with `.1` and so on behind it where
//! several begin at that time. It ends as `closed`, `quiet`, `evicted` or `end_of_input`. Connections that
//! overlap are one session. A record without an
//! address is in no session; if it has no time either, it is counted.
//!
//! Source ids are the session's id and a count within it, so that a replay of the log gives the
//! same ones: `<session>`, `<session>#<n>` for commands, `<session>:auth#<n>`, `:http#<n>`, `:op#<n>`,
//! `:payload#<n>`, `:fingerprint#<n>`; a mail's is the name it is stored under.
//!
//! An attempt to log in that doesn't say how it ended counts as failed for `fail_count`. In the
//! session's own counts it succeeded if a command follows.

mod decoder;
mod emit;
mod mail;
mod message;
mod record;
mod secret;
mod session;
mod shell;

pub use decoder::SyslogDecoder;
pub use message::{SyslogElement, SyslogMessage};
