// SPDX-License-Identifier: AGPL-3.0-or-later
//! Events go down this folder: fields, scan, decide.
