// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lanes made out of a lane: other texts, other match rates, the same ones for the same seed.

use anyhow::{Context, Result, bail};
use fastrand::Rng;
use regex::RegexSet;
use serde_json::Value;

use crate::lane::{CommandLine, Lane, lines};

/// How long the commands of [`Variant::Long`] get, in bytes.
const LONG_BYTES: usize = 8 * 1024;
/// How many events a lane of long commands has at most.
const LONG_EVENTS: usize = 5_000;
/// What [`Variant::NonAscii`] puts into a command.
const WORDS: [&str; 8] = ["résumé", "Größe", "файл", "配置文件", "ログ", "데이터", "ملف", "🦀"];
/// Where the attacker's text stands in sensor events.
const TEXT_FIELDS: [&str; 5] = ["CommandLine", "c-uri", "cs-uri-query", "TargetFilename", "TargetObject"];

/// What is done to a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variant {
    /// Nothing.
    Given,
    /// Every text is one that was not there before, which no cache can flatter.
    Distinct,
    /// So many of a hundred commands match a rule, and every text is distinct.
    MatchPercent(u8),
    /// Commands of 8 KiB, joined from others.
    Long,
    /// Words outside ASCII in every text, which is distinct.
    NonAscii,
}

impl Variant {
    /// The variants of a lane of commands.
    pub(crate) const NATIVE: [Self; 7] = [
        Self::Given,
        Self::Distinct,
        Self::MatchPercent(0),
        Self::MatchPercent(3),
        Self::MatchPercent(50),
        Self::Long,
        Self::NonAscii,
    ];
    /// The variants of a lane of sensor events.
    pub(crate) const SIGMA: [Self; 2] = [Self::Given, Self::Distinct];

    /// The name in tables and arguments.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Given => "as given".to_owned(),
            Self::Distinct => "distinct".to_owned(),
            Self::MatchPercent(percent) => format!("match-{percent}"),
            Self::Long => "long".to_owned(),
            Self::NonAscii => "non-ascii".to_owned(),
        }
    }

    /// Reads a name.
    ///
    /// # Errors
    /// A name that is none.
    pub(crate) fn parse(name: &str) -> Result<Self> {
        Ok(match name {
            "given" | "as given" => Self::Given,
            "distinct" => Self::Distinct,
            "long" => Self::Long,
            "non-ascii" => Self::NonAscii,
            _ => match name.strip_prefix("match-").and_then(|percent| percent.parse().ok()) {
                Some(percent @ 0..=100) => Self::MatchPercent(percent),
                _ => bail!("no variant `{name}`: given, distinct, match-N, long, non-ascii"),
            },
        })
    }

    /// Makes the lane; `patterns` say which commands match.
    ///
    /// # Errors
    /// Where a line is no JSON object, or the lane lacks what the variant is made from.
    pub(crate) fn make(self, lane: Lane, patterns: Option<&RegexSet>, seed: u64) -> Result<Lane> {
        let mut rng = Rng::with_seed(seed);
        let events = match self {
            Self::Given => return Ok(lane),
            Self::Distinct | Self::NonAscii => lines(&lane.ndjson).collect(),
            Self::MatchPercent(percent) => {
                let patterns = patterns.context("match rates are for lanes of commands")?;
                chosen(&lane, patterns, percent, &mut rng)?
            }
            Self::Long => lines(&lane.ndjson).take(LONG_EVENTS).collect::<Vec<_>>(),
        };
        let mut out = Vec::with_capacity(lane.ndjson.len());
        for (number, line) in events.iter().enumerate() {
            let mut event: Value = serde_json::from_slice(line).context("a line is no JSON")?;
            for text in texts(&mut event) {
                self.change(text, &lane, &mut rng);
            }
            if let Some(id) = event.get_mut("source_id") {
                *id = format!("{number:012x}#0").into();
            }
            serde_json::to_writer(&mut out, &event)?;
            out.push(b'\n');
        }
        Lane::new(out, None)
    }

    fn change(self, text: &mut String, lane: &Lane, rng: &mut Rng) {
        match self {
            Self::Given => {}
            Self::Distinct | Self::MatchPercent(_) => {
                let (folder, file) = (rng.u32(..), rng.u32(..));
                *text = format!("{text} /srv/{folder:x}/{file:x}");
            }
            Self::NonAscii => {
                let file = rng.u32(..);
                let word = rng.choice(WORDS).unwrap_or_default();
                *text = format!("{text} /srv/{word}/{file:x}-{word}");
            }
            Self::Long => {
                while text.len() < LONG_BYTES {
                    let Some(other) = rng.choice(&lane.commands) else { return };
                    *text = format!("{text}; {other} /srv/{:x}", rng.u32(..));
                }
            }
        }
    }
}

/// As many lines as the lane has, of which so many of a hundred match.
fn chosen<'a>(lane: &'a Lane, patterns: &RegexSet, percent: u8, rng: &mut Rng) -> Result<Vec<&'a [u8]>> {
    let matching = |line: &&[u8]| CommandLine::read(line).is_some_and(|command| patterns.is_match(&command));
    let (hits, misses): (Vec<&[u8]>, Vec<&[u8]>) = lines(&lane.ndjson).partition(matching);
    (0..lane.events)
        .map(|_| {
            let pool = if rng.u8(..100) < percent { &hits } else { &misses };
            rng.choice(pool).copied().context("the lane lacks commands that match, or that don't")
        })
        .collect()
}

/// The texts of an event that an attacker chooses.
fn texts(event: &mut Value) -> Vec<&mut String> {
    let Value::Object(members) = event else { return Vec::new() };
    let mut texts = Vec::new();
    for (name, value) in members {
        match value {
            Value::String(text) if TEXT_FIELDS.contains(&name.as_str()) && !text.is_empty() => {
                texts.push(text)
            }
            Value::Object(payload) if name == "payload" => {
                if let Some(Value::String(text)) = payload.get_mut("command_text") {
                    texts.push(text);
                }
            }
            _ => {}
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane() -> Lane {
        let line =
            |text: &str| format!("{{\"source_id\":\"s#1\",\"payload\":{{\"command_text\":\"{text}\"}}}}\n");
        let ndjson = [line("ls -la"), line("cat /etc/shadow")].concat().repeat(50);
        Lane::new(ndjson.into_bytes(), None).and_then(Lane::with_commands).unwrap()
    }

    #[test]
    fn same_seed_gives_same_lane_and_every_text_is_another() {
        let made = |seed| Variant::Distinct.make(lane(), None, seed).and_then(Lane::with_commands).unwrap();
        assert_eq!(made(7).ndjson, made(7).ndjson);
        assert_ne!(made(7).ndjson, made(8).ndjson);
        let mut commands = made(7).commands;
        commands.sort();
        commands.dedup();
        assert_eq!(commands.len(), 100);
    }

    #[test]
    fn match_rate_is_what_was_asked_for() {
        let patterns = RegexSet::new(["shadow"]).unwrap();
        for percent in [0, 100] {
            let variant = Variant::MatchPercent(percent);
            let made = variant.make(lane(), Some(&patterns), 1).and_then(Lane::with_commands).unwrap();
            let hits = made.commands.iter().filter(|command| patterns.is_match(command)).count();
            assert_eq!(hits, usize::from(percent));
        }
    }
}
