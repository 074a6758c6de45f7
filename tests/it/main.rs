// SPDX-License-Identifier: AGPL-3.0-or-later
//! The integration suites, one module each, linked once.
