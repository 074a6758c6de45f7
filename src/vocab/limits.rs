// SPDX-License-Identifier: AGPL-3.0-or-later
//! Every bound the program keeps, in one place.

/// The bounds on input, rules and automata. Each default is a named constant; what happens past
/// a bound is said with it and is never silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one input line; a longer one is evaluated from its head and tail.
    pub line_bytes: usize,
    /// Bytes of one text value that are evaluated; a longer one is cut to head and tail.
    pub text_bytes: usize,
    /// Nesting depth of an event's JSON; deeper values are opaque.
    pub json_depth: usize,
    /// Members of one JSON object; an object with more is refused.
    pub json_keys: usize,
    /// Items of one list field that are evaluated; further ones are passed over and counted.
    pub list_items: usize,
    /// Bytes of a tag's whole evidence.
    pub evidence_bytes: usize,
    /// Bytes of one evidence string.
    pub evidence_string_bytes: usize,
    /// Tags of one event; those of highest confidence are kept.
    pub tags_per_event: usize,
    /// Bytes of one rule file; a larger one is refused.
    pub rule_file_bytes: usize,
    /// Bytes of one file of Sigma rules; a larger one is refused.
    pub sigma_file_bytes: usize,
    /// Rules of one pack; a larger pack is refused.
    pub rules: usize,
    /// Nesting depth of a rule file's YAML.
    pub yaml_depth: usize,
    /// Nodes of a rule file's YAML.
    pub yaml_nodes: usize,
    /// Bytes of one match expression.
    pub expression_bytes: usize,
    /// Nesting depth of one match expression.
    pub expression_depth: usize,
    /// Bytes of one regular expression's text.
    pub regex_bytes: usize,
    /// Nesting depth of one regular expression.
    pub regex_depth: u32,
    /// Bytes of one compiled regular expression.
    pub regex_compiled_bytes: usize,
    /// Bytes that one thread keeps of the states of all regular expressions; when they are full,
    /// all are forgotten and found anew.
    pub lazy_bytes: usize,
    /// Bytes of all automata of a pack; a larger pack is refused.
    pub automata_bytes: usize,
    /// Open sessions that a sensor format keeps; the one that was quiet for longest is given out
    /// early and counted.
    pub sessions: usize,
    /// Bytes of one message; of a larger one only the header is looked at.
    pub mail_bytes: usize,
    /// Header fields of a message, and of each of its parts; of a message with more, only the
    /// first ones are looked at.
    pub mail_headers: usize,
    /// Bytes of a message's header, and of each part's; policy as for [`Limits::mail_headers`].
    pub mail_header_bytes: usize,
    /// Parts of a message, containers included; of a message with more, only the header is looked at.
    pub mail_parts: usize,
    /// Multiparts and messages that one part of a message stands in; policy as for
    /// [`Limits::mail_parts`].
    pub mail_depth: usize,
    /// Bytes of a part of a message that are taken as text; of a longer one, head and tail.
    pub mail_text_bytes: usize,
    /// Different URLs that are taken from a message; further ones are passed over.
    pub mail_urls: usize,
    /// Pairs of actor and decoy whose kill-chain phases are kept; tags of further pairs are counted.
    pub trails: usize,
}

impl Limits {
    /// Default of [`Limits::line_bytes`]: 1 MiB.
    pub const LINE_BYTES: usize = 1 << 20;
    /// Default of [`Limits::text_bytes`]: 64 KiB, of which 48 KiB head and 16 KiB tail.
    pub const TEXT_BYTES: usize = 64 << 10;
    /// Default of [`Limits::json_depth`].
    pub const JSON_DEPTH: usize = 64;
    /// Default of [`Limits::json_keys`].
    pub const JSON_KEYS: usize = 4096;
    /// Default of [`Limits::list_items`].
    pub const LIST_ITEMS: usize = 4096;
    /// Default of [`Limits::evidence_bytes`]: 8 KiB.
    pub const EVIDENCE_BYTES: usize = 8 << 10;
    /// Default of [`Limits::evidence_string_bytes`]: 1 KiB.
    pub const EVIDENCE_STRING_BYTES: usize = 1 << 10;
    /// Default of [`Limits::tags_per_event`].
    pub const TAGS_PER_EVENT: usize = 256;
    /// Default of [`Limits::rule_file_bytes`]: 256 KiB.
    pub const RULE_FILE_BYTES: usize = 256 << 10;
    /// Default of [`Limits::sigma_file_bytes`]: 1 MiB; the longest public rule has 290 KiB.
    pub const SIGMA_FILE_BYTES: usize = 1 << 20;
    /// Default of [`Limits::rules`].
    pub const RULES: usize = 20_000;
    /// Default of [`Limits::yaml_depth`].
    pub const YAML_DEPTH: usize = 32;
    /// Default of [`Limits::yaml_nodes`].
    pub const YAML_NODES: usize = 50_000;
    /// Default of [`Limits::expression_bytes`]: 64 KiB.
    pub const EXPRESSION_BYTES: usize = 64 << 10;
    /// Default of [`Limits::expression_depth`].
    pub const EXPRESSION_DEPTH: usize = 64;
    /// Default of [`Limits::regex_bytes`]: 4 KiB.
    pub const REGEX_BYTES: usize = 4 << 10;
    /// Default of [`Limits::regex_depth`].
    pub const REGEX_DEPTH: u32 = 50;
    /// Default of [`Limits::regex_compiled_bytes`]: 1 MiB.
    pub const REGEX_COMPILED_BYTES: usize = 1 << 20;
    /// Default of [`Limits::lazy_bytes`]: 4 MiB.
    pub const LAZY_BYTES: usize = 4 << 20;
    /// Default of [`Limits::automata_bytes`]: 256 MiB.
    pub const AUTOMATA_BYTES: usize = 256 << 20;
    /// Default of [`Limits::sessions`].
    pub const SESSIONS: usize = 10_000;
    /// Default of [`Limits::mail_bytes`]: 25 MiB.
    pub const MAIL_BYTES: usize = 25 << 20;
    /// Default of [`Limits::mail_headers`].
    pub const MAIL_HEADERS: usize = 1000;
    /// Default of [`Limits::mail_header_bytes`]: 256 KiB.
    pub const MAIL_HEADER_BYTES: usize = 256 << 10;
    /// Default of [`Limits::mail_parts`].
    pub const MAIL_PARTS: usize = 200;
    /// Default of [`Limits::mail_depth`].
    pub const MAIL_DEPTH: usize = 10;
    /// Default of [`Limits::mail_text_bytes`]: 1 MiB, of which 768 KiB head and 256 KiB tail.
    pub const MAIL_TEXT_BYTES: usize = 1 << 20;
    /// Default of [`Limits::mail_urls`].
    pub const MAIL_URLS: usize = 256;
    /// Default of [`Limits::trails`].
    pub const TRAILS: usize = 100_000;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_bytes: Self::LINE_BYTES,
            text_bytes: Self::TEXT_BYTES,
            json_depth: Self::JSON_DEPTH,
            json_keys: Self::JSON_KEYS,
            list_items: Self::LIST_ITEMS,
            evidence_bytes: Self::EVIDENCE_BYTES,
            evidence_string_bytes: Self::EVIDENCE_STRING_BYTES,
            tags_per_event: Self::TAGS_PER_EVENT,
            rule_file_bytes: Self::RULE_FILE_BYTES,
            sigma_file_bytes: Self::SIGMA_FILE_BYTES,
            rules: Self::RULES,
            yaml_depth: Self::YAML_DEPTH,
            yaml_nodes: Self::YAML_NODES,
            expression_bytes: Self::EXPRESSION_BYTES,
            expression_depth: Self::EXPRESSION_DEPTH,
            regex_bytes: Self::REGEX_BYTES,
            regex_depth: Self::REGEX_DEPTH,
            regex_compiled_bytes: Self::REGEX_COMPILED_BYTES,
            lazy_bytes: Self::LAZY_BYTES,
            automata_bytes: Self::AUTOMATA_BYTES,
            sessions: Self::SESSIONS,
            mail_bytes: Self::MAIL_BYTES,
            mail_headers: Self::MAIL_HEADERS,
            mail_header_bytes: Self::MAIL_HEADER_BYTES,
            mail_parts: Self::MAIL_PARTS,
            mail_depth: Self::MAIL_DEPTH,
            mail_text_bytes: Self::MAIL_TEXT_BYTES,
            mail_urls: Self::MAIL_URLS,
            trails: Self::TRAILS,
        }
    }
}
