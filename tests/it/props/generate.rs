// SPDX-License-Identifier: AGPL-3.0-or-later
//! Rules and events made at random, biased to where engines differ: shared, overlapping and empty
//! literals, simple case folding that leaves ASCII, line ends, NUL.

use super::rng::Rng;

/// The fields of the test's own schema, by type.
pub(super) const FIELDS: &str = "
command:
  default: a
  context: []
  fields:
    a: {type: text, from: payload, evidence: true, meaning: text}
    b: {type: text, from: payload, evidence: true, meaning: text}
    c: {type: text, from: payload, evidence: true, meaning: text}
    n: {type: number, from: payload, evidence: true, meaning: number}
    m: {type: number, from: payload, evidence: true, meaning: number}
    f: {type: bool, from: payload, evidence: true, meaning: boolean}
    g: {type: bool, from: payload, evidence: true, meaning: boolean}
    t: {type: time, from: payload, evidence: true, meaning: time}
    i: {type: ip, from: payload, evidence: true, meaning: address}
    l: {type: text_list, from: payload, evidence: true, meaning: list}
    k: {type: text_list, from: payload, evidence: true, meaning: list}
    q: {type: number_list, from: payload, evidence: true, meaning: list}
    h: {type: map, from: payload, evidence: true, meaning: map}
";

/// Strings that rules look for and events are made of.
const WORDS: [&str; 34] = [
    "cat",
    "cat ",
    "at /etc",
    "/etc/passwd",
    "/etc/shadow",
    "shadow",
    "sh",
    "s",
    "k",
    "K",
    "CAT",
    "ſh",
    "\u{212a}at",
    "İ",
    "ı",
    "ß",
    "ẞ",
    "ς",
    "Σ",
    "σ",
    "é",
    "\r\n",
    "\n",
    "\0",
    " ",
    "a",
    "aa",
    "aaa",
    "x.y",
    "#!",
    "日本",
    "${",
    "wget",
    "curl",
];
const NUMBERS: [&str; 8] = ["0", "1", "2", "-1", "0.5", "10", "1e3", "3"];
const ADDRESSES: [&str; 6] = ["10.0.0.1", "10.1.2.3", "192.168.1.1", "::1", "2001:db8::1", "::ffff:10.0.0.1"];
const TIMES: [&str; 3] = ["2026-05-02T06:22:48Z", "2026-05-02T08:22:48+02:00", "2026-05-03T00:00:00Z"];
const TEXT_FIELDS: [&str; 5] = ["a", "b", "c", "i", "h.host"];
const LISTS: [&str; 3] = ["l", "k", "h"];

/// One rule file.
pub(super) fn rule(rng: &mut Rng, id: usize) -> String {
    let when = if rng.chance(20) { format!(", when: {}", yaml(&cond(rng, 1, false))) } else { String::new() };
    let scale = if rng.chance(20) { format!(", scale: {}", yaml(&number(rng, 1))) } else { String::new() };
    format!(
        "rule_id: G{id}\nrule_version: 1\nname: generated\napplies_to: [command]\nmatch: {}\nemits:\n  - \
         {{tactic: TA0002, technique_id: T1059, confidence: 0.9{when}{scale}}}\n  - {{tactic: TA0011, \
         technique_id: T1105, confidence: 0.5}}\n",
        yaml(&cond(rng, 3, false))
    )
}

/// A YAML single-quoted scalar.
fn yaml(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A string literal of the expression language.
fn literal(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            ' '..='~' => quoted.push(c),
            c => quoted.push_str(&format!("\\u{{{:x}}}", c as u32)),
        }
    }
    quoted.push('"');
    quoted
}

fn word(rng: &mut Rng) -> String {
    match rng.below(12) {
        0 => String::new(),
        1..=3 => format!("{}{}", rng.pick(&WORDS), rng.pick(&WORDS)),
        _ => rng.pick(&WORDS).to_owned(),
    }
}

fn nocase(rng: &mut Rng) -> &'static str {
    if rng.chance(35) { " nocase" } else { "" }
}

fn cond(rng: &mut Rng, depth: usize, it: bool) -> String {
    if depth == 0 || rng.chance(30) {
        return atom(rng, it);
    }
    match rng.below(12) {
        10 => {
            let word = rng.pick(&["any", "all", "any"]);
            format!("{word}({}, {})", constants(rng), item_test(rng, depth))
        }
        11 => {
            let list = list(rng, depth);
            format!("any({list}, {})", cond(rng, depth - 1, true))
        }
        0..=3 => format!("({} and {})", cond(rng, depth - 1, it), cond(rng, depth - 1, it)),
        4..=7 => format!("({} or {})", cond(rng, depth - 1, it), cond(rng, depth - 1, it)),
        8 => format!("not {}", cond(rng, depth - 1, it)),
        _ => {
            let word = if rng.chance(30) { "all" } else { "any" };
            format!("{word}({}, {})", rng.pick(&LISTS), cond(rng, depth - 1, true))
        }
    }
}

/// A list of the event, some of its items, or some of a constant list's.
fn list(rng: &mut Rng, depth: usize) -> String {
    match rng.below(3) {
        0 => rng.pick(&LISTS).to_owned(),
        1 => format!("filter({}, {})", rng.pick(&LISTS), cond(rng, depth.saturating_sub(1), true)),
        _ => format!("filter({}, {})", constants(rng), item_test(rng, depth)),
    }
}

/// A constant list.
fn constants(rng: &mut Rng) -> String {
    let words: Vec<_> = (0..rng.below(4)).map(|_| literal(&word(rng))).collect();
    format!("[{}]", words.join(", "))
}

/// A condition on an item of a constant list, mostly one that looks for it in the event.
fn item_test(rng: &mut Rng, depth: usize) -> String {
    let op = rng.pick(&["contains", "starts_with", "ends_with", "==", "contains"]);
    match rng.below(6) {
        0 => cond(rng, depth.saturating_sub(1), true),
        1 => format!("it in {}", rng.pick(&LISTS)),
        2 => format!("{} has it", rng.pick(&LISTS)),
        _ => format!("{} {op} it{}", text(rng, false), nocase(rng)).replace("i == it", "a == it"),
    }
}

/// A value that conditions choose.
fn chosen(rng: &mut Rng, it: bool) -> String {
    match rng.below(4) {
        0 => format!("first({}, {})", rng.pick(&LISTS), cond(rng, 1, true)),
        1 => format!("first({}, {})", constants(rng), item_test(rng, 1)),
        _ => format!("if({}, {}, {})", cond(rng, 1, it), text(rng, it), literal(&word(rng))),
    }
}

fn text(rng: &mut Rng, it: bool) -> String {
    if it && rng.chance(75) {
        return "it".to_owned();
    }
    if rng.chance(3) {
        return chosen(rng, it);
    }
    let field = rng.pick(&TEXT_FIELDS);
    match rng.below(14) {
        0 => format!("lower({field})"),
        1 => format!("{}({field})", rng.pick(&["domain", "host", "path", "ext", "registered_domain"])),
        _ => field.to_owned(),
    }
}

fn number(rng: &mut Rng, depth: usize) -> String {
    let leaf = |rng: &mut Rng| match rng.below(4) {
        0 => rng.pick(&NUMBERS).to_owned(),
        1 => format!("len({})", rng.pick(&["a", "l", "q", "k"])),
        2 if rng.chance(30) => match rng.below(4) {
            0 => format!("len({})", list(rng, 1)),
            1 => format!("first(q, it {} {})", rng.pick(&["<", ">=", "=="]), rng.pick(&NUMBERS)),
            2 => format!("len(filter(q, it > {}))", rng.pick(&NUMBERS)),
            _ => format!("if({}, {}, m)", cond(rng, 1, false), rng.pick(&NUMBERS)),
        },
        2 => "m".to_owned(),
        _ => "n".to_owned(),
    };
    if depth == 0 || rng.chance(50) {
        return leaf(rng);
    }
    match rng.below(3) {
        0 => format!("{}({}, {})", rng.pick(&["min", "max"]), number(rng, depth - 1), number(rng, depth - 1)),
        1 => format!("abs({})", number(rng, depth - 1)),
        _ => {
            let op = rng.pick(&["+", "-", "*", "/"]);
            format!("(n {op} {})", number(rng, depth - 1))
        }
    }
}

fn atom(rng: &mut Rng, it: bool) -> String {
    let compare = |rng: &mut Rng| rng.pick(&["==", "!=", "<", "<=", ">", ">="]);
    match rng.below(24) {
        0..=3 => {
            let op = rng.pick(&["contains", "starts_with", "ends_with", "contains"]);
            let (value, word) = (text(rng, it), word(rng));
            format!("{value} {op} {}{}", literal(&word), nocase(rng))
        }
        4..=8 => {
            let (value, pattern) = (text(rng, it), regex(rng));
            format!("{value} matches {}{}", literal(&pattern), nocase(rng))
        }
        9..=10 => {
            let (value, op) = (text(rng, it), rng.pick(&["==", "!="]));
            format!("{value} {op} {}{}", literal(&word(rng)), nocase(rng))
                .replace("i ==", "a ==")
                .replace("i !=", "a !=")
        }
        11 => format!("{} like {}{}", text(rng, it), literal(&glob(rng)), nocase(rng)),
        12 => {
            let words: Vec<_> = (0..=rng.below(4)).map(|_| literal(&word(rng))).collect();
            format!("a in [{}]{}", words.join(", "), nocase(rng))
        }
        13 => format!("n {} {}", compare(rng), rng.pick(&NUMBERS)),
        14 => format!("n {} {}", compare(rng), number(rng, 2)),
        15 => format!("n in [{}, {}]", rng.pick(&NUMBERS), rng.pick(&NUMBERS)),
        16 => rng.pick(&["f", "f == true", "f != false", "f == g", "g == false", "f != g"]).to_owned(),
        17 => format!("t {} \"{}\"", compare(rng), rng.pick(&TIMES)),
        18 => match rng.below(3) {
            0 => format!("i {} \"{}\"", compare(rng), rng.pick(&ADDRESSES)),
            1 => format!("i in [\"{}\", \"{}\"]", rng.pick(&ADDRESSES), rng.pick(&ADDRESSES)),
            _ => {
                format!("i in cidr(\"{}\")", rng.pick(&["10.0.0.0/8", "::/0", "192.168.1.0/24", "0.0.0.0/0"]))
            }
        },
        19 => format!("exists({})", rng.pick(&["a", "b", "n", "f", "t", "i", "l", "q", "h", "h.host"])),
        20 => format!("{} has {}{}", rng.pick(&LISTS), literal(&word(rng)), nocase(rng)),
        21 => {
            let op = rng.pick(&["has_any", "has_all"]);
            format!("l {op} [{}, {}]{}", literal(&word(rng)), literal(&word(rng)), nocase(rng))
        }
        22 => match rng.below(3) {
            0 => format!("a {} b", compare(rng)),
            1 => format!("a {} b{}", rng.pick(&["==", "!="]), nocase(rng)),
            _ => format!("q has {}", rng.pick(&NUMBERS)),
        },
        _ => rng
            .pick(&[
                "is_private_ip(i)",
                "is_punycode(a)",
                "entropy(a) > 2",
                "any(q, it > 1)",
                "all(q, it < 3)",
            ])
            .to_owned(),
    }
}

fn glob(rng: &mut Rng) -> String {
    let escape = |word: String| word.replace('\\', "\\\\").replace('*', "\\*").replace('?', "\\?");
    let mut glob = String::new();
    for _ in 0..=rng.below(3) {
        glob.push_str(rng.pick(&["*", "?", ""]));
        glob.push_str(&escape(word(rng)));
    }
    glob.push_str(rng.pick(&["*", "", "*"]));
    glob
}

fn regex(rng: &mut Rng) -> String {
    if rng.chance(25) {
        // Branches that are no finite set of words, each with literals of its own to require.
        let branch = |rng: &mut Rng| {
            let filler = rng.pick(&[".*", "[^;|]*", "\\s*", "\\w*", ".?"]);
            let (first, second) = (rng.pick(&WORDS), rng.pick(&WORDS));
            format!("{}{filler}{}", regex_syntax::escape(first), regex_syntax::escape(second))
        };
        let branches: Vec<_> = (0..2 + rng.below(2)).map(|_| branch(rng)).collect();
        let (before, after) = (rng.pick(&["", "", "(?i)", "\\b"]), rng.pick(&["", "", "\\b", "\\s?x"]));
        return format!("{before}(?:{}){after}", branches.join("|"));
    }
    let mut pattern = String::from(rng.pick(&["", "", "", "(?i)", "(?s)", "^", "\\b"]));
    for _ in 0..=rng.below(4) {
        pattern.push_str(&piece(rng, 1));
    }
    pattern.push_str(rng.pick(&["", "", "", "$", "\\b", ".*"]));
    pattern
}

fn piece(rng: &mut Rng, depth: usize) -> String {
    match rng.below(if depth == 0 { 8 } else { 12 }) {
        0..=4 => regex_syntax::escape(rng.pick(&WORDS)),
        5 => rng
            .pick(&[
                ".", ".*", "\\s+", "\\w", "\\w+", "\\d", "[^;|]*", "[a-f]", "[^a]", "\\S+", "\\b", "\\B",
                "[\\W_]",
            ])
            .to_owned(),
        6 => rng
            .pick(&["a{2,3}", "(?:cat){1,2}", "k?", "s*", "[kK]", "\\p{Greek}", "(?i:s)", "(?i:ß)", "é|e"])
            .to_owned(),
        7 => rng.pick(&["\\x00", "\\r?\\n", "(?m)^", "(?m)$", "\\z", "\\A"]).to_owned(),
        8..=9 => format!("(?:{}|{})", piece(rng, depth - 1), piece(rng, depth - 1)),
        10 => format!("(?:{}){}", piece(rng, depth - 1), rng.pick(&["?", "*", "+", "{1,2}"])),
        _ => format!("({}{})", piece(rng, depth - 1), piece(rng, depth - 1)),
    }
}

/// The payload of one event, a JSON object.
pub(super) fn payload(rng: &mut Rng) -> String {
    let mut members = Vec::new();
    let mut add = |name: &str, value: String| members.push(format!("{}:{value}", json(name, false)));
    for name in ["a", "b", "c"] {
        if rng.chance(80) {
            add(name, value(rng));
        }
    }
    for name in ["n", "m"] {
        if rng.chance(70) {
            add(name, if rng.chance(90) { rng.pick(&NUMBERS).to_owned() } else { value(rng) });
        }
    }
    for name in ["f", "g"] {
        if rng.chance(70) {
            add(name, rng.pick(&["true", "false", "true", "null", "1", "\"true\""]).to_owned());
        }
    }
    if rng.chance(60) {
        add("t", if rng.chance(85) { format!("\"{}\"", rng.pick(&TIMES)) } else { value(rng) });
    }
    if rng.chance(60) {
        add("i", if rng.chance(85) { format!("\"{}\"", rng.pick(&ADDRESSES)) } else { value(rng) });
    }
    for name in ["l", "k", "q"] {
        if rng.chance(60) {
            let item = |rng: &mut Rng| match (name, rng.below(10)) {
                ("q", 0..=7) => rng.pick(&NUMBERS).to_owned(),
                (_, 0) => rng.pick(&["null", "3", "[\"cat\"]", "{\"a\":1}"]).to_owned(),
                _ => value(rng),
            };
            let items: Vec<_> = (0..rng.below(4)).map(|_| item(rng)).collect();
            add(name, format!("[{}]", items.join(",")));
        }
    }
    if rng.chance(60) {
        let host = rng.pick(&["host", "Host", "HOST", "hos"]);
        add("h", format!("{{\"{host}\":{},\"x\":{}}}", value(rng), value(rng)));
    }
    if rng.chance(20) {
        add("unread", value(rng));
    }
    format!("{{{}}}", members.join(","))
}

/// Mostly a string of words; sometimes of another type.
fn value(rng: &mut Rng) -> String {
    if rng.chance(5) {
        return rng.pick(&["null", "7", "true", "{}", "[]", "\"\""]).to_owned();
    }
    let mut text = String::new();
    let ascii = rng.chance(60);
    // Some texts pass the bound on what is evaluated.
    let words = if rng.chance(12) { 20 } else { 5 };
    for _ in 0..=rng.below(words) {
        let word = rng.pick(&WORDS);
        if !ascii || word.is_ascii() {
            text.push_str(word);
        }
        text.push_str(rng.pick(&["", "", " ", "/", ".", "x"]));
    }
    if rng.chance(4) {
        text = format!("http://{}", text.trim_start());
    }
    json(&text, rng.chance(15))
}

fn json(text: &str, escape_all: bool) -> String {
    if !escape_all {
        return serde_json::to_string(text).unwrap();
    }
    let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    format!("\"{units}\"")
}
