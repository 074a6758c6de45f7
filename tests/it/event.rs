// SPDX-License-Identifier: AGPL-3.0-or-later
//! What comes in: JSON, envelopes, lines, sensor formats.

mod cowrie;
mod declared;
mod envelope;
mod json;
mod lines;
mod members;
mod syslog;
