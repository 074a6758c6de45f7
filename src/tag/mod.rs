// SPDX-License-Identifier: AGPL-3.0-or-later
//! Hit to tag: confidence, evidence, uuid.
