// SPDX-License-Identifier: AGPL-3.0-or-later
//! What comes in: events, their JSON, and sensor formats.
