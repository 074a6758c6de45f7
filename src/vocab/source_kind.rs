// SPDX-License-Identifier: AGPL-3.0-or-later
//! The closed list of source kinds.

/// What kind of observation an event is; it selects the schema, the automata and the rules.
///
/// The list is closed at run time: an event of any other kind is counted and reported, never
/// evaluated, so that a publisher cannot invent one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum SourceKind {
    /// A shell command line, as typed or as passed to `exec`.
    Command,
    /// One HTTP request.
    HttpRequest,
    /// A fingerprint of an HTTP client (JA4H, HTTP/2 and HTTP/3 settings).
    HttpFingerprint,
    /// One login attempt.
    AuthAttempt,
    /// A file or byte string that an attacker delivered.
    Payload,
    /// A session, at its end.
    Session,
    /// An e-mail that a decoy mail server received.
    Email,
    /// A canary token that somebody touched.
    Canary,
    /// The browser fingerprint collected when a canary was opened.
    CanaryFingerprint,
    /// Verdicts of threat-intelligence providers about an address.
    Intel,
    /// An identity: several observations that are one actor.
    Identity,
    /// A credential seen in several places.
    Credential,
    /// A link-local IPv6 address that leaked past a tunnel.
    Ipv6Leak,
    /// A port or service scan.
    Scan,
    /// A fingerprint of a protocol client (JARM, HASSH, JA3, banners).
    Fingerprint,
    /// One operation against a decoy service (Redis, MySQL, a tunnel request, …).
    ServiceOp,
}

impl SourceKind {
    /// How many kinds there are; [`SourceKind::index`] is below it.
    pub const COUNT: usize = Self::ALL.len();

    /// Every kind, in the order of [`SourceKind::index`].
    pub const ALL: [Self; 16] = [
        Self::Command,
        Self::HttpRequest,
        Self::HttpFingerprint,
        Self::AuthAttempt,
        Self::Payload,
        Self::Session,
        Self::Email,
        Self::Canary,
        Self::CanaryFingerprint,
        Self::Intel,
        Self::Identity,
        Self::Credential,
        Self::Ipv6Leak,
        Self::Scan,
        Self::Fingerprint,
        Self::ServiceOp,
    ];

    /// The kind's name on the wire, in rule files and in tags.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::HttpRequest => "http_request",
            Self::HttpFingerprint => "http_fingerprint",
            Self::AuthAttempt => "auth_attempt",
            Self::Payload => "payload",
            Self::Session => "session",
            Self::Email => "email",
            Self::Canary => "canary",
            Self::CanaryFingerprint => "canary_fingerprint",
            Self::Intel => "intel",
            Self::Identity => "identity",
            Self::Credential => "credential",
            Self::Ipv6Leak => "ipv6_leak",
            Self::Scan => "scan",
            Self::Fingerprint => "fingerprint",
            Self::ServiceOp => "service_op",
        }
    }

    /// The kind of that name, or `None`; names are exact and case-sensitive.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// A dense index below [`SourceKind::COUNT`].
    pub const fn index(self) -> usize {
        self as usize
    }
}

impl std::fmt::Display for SourceKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
