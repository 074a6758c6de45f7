// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lifters: each derives fields from a raw payload, and never decides.
//!
//! A lifter names the payload fields it reads and the fields it gives; [`ALL`] is the one list of
//! them. Which of them run for an event is decided when a program is built: those whose fields a
//! rule reads. What a lifter cannot derive stays absent; missing or odd input is never an error.

mod auth_attempt;
mod canary_fingerprint;
mod command;
mod decode;
mod email;
mod entropy;
mod http_request;
mod intel;
mod ipv6_leak;
mod lifter;
mod lookup;
mod payload;
mod session;
pub mod shell;

pub use entropy::entropy;
#[cfg(all(feature = "mail", target_os = "linux"))]
pub use lifter::Messages;
pub use lifter::{Example, INPUTS_MAX, Lift, Lifter, OUTPUTS_MAX, Site, View};

use crate::vocab::SourceKind;

/// Every lifter; one stands behind those whose fields it reads.
pub static ALL: &[&Lifter] = &[
    &command::COMMAND,
    &http_request::HTTP_REQUEST,
    &auth_attempt::AUTH_ATTEMPT,
    &payload::PAYLOAD,
    &session::SESSION,
    &email::EMAIL,
    &email::EMAIL_BODY,
    &email::EMAIL_BODY_SIGNS,
    &canary_fingerprint::CANARY_FINGERPRINT,
    &intel::INTEL,
    &ipv6_leak::IPV6_LEAK,
];

/// How an event of a kind is seen as it stands, if its lifters give further views of it.
pub fn first_view(kind: SourceKind) -> Option<shell::Via> {
    let mut lifters = ALL.iter().filter(|lifter| lifter.kinds.contains(&kind));
    lifters.any(|lifter| lifter.views).then_some(shell::Via::Raw)
}

/// The lifter that gives a field of a kind.
pub fn of_field(kind: SourceKind, field: &str) -> Option<&'static Lifter> {
    ALL.iter().copied().find(|lifter| lifter.kinds.contains(&kind) && lifter.outputs.contains(&field))
}
