// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sensor formats to native lines, block by block.

use crate::event::formats::{CowrieDecoder, Format};
use crate::event::{self, Block};
use crate::tag::{LineProblem, Report};
use crate::vocab::Limits;

/// The decoder of one input; chosen by the user, or by the input's first record.
pub(super) struct Decode {
    state: State,
    limits: Limits,
}

enum State {
    /// Nothing seen yet.
    Undecided,
    /// Native lines pass as they are.
    Native,
    /// A Cowrie log.
    Cowrie(Box<CowrieDecoder>),
}

impl Decode {
    /// A decoder; `None` decides by the first record.
    pub(super) fn new(format: Option<Format>, limits: &Limits) -> Self {
        let mut decode = Self { state: State::Undecided, limits: limits.clone() };
        if let Some(format) = format {
            decode.decide(format);
        }
        decode
    }

    fn decide(&mut self, format: Format) {
        self.state = match format {
            Format::Decnet => State::Native,
            Format::Cowrie => State::Cowrie(Box::new(CowrieDecoder::new(&self.limits))),
        };
    }

    /// The block's events as native lines; records that cannot be read go to the report.
    pub(super) fn block(&mut self, block: Block, report: &mut Report) -> Block {
        if matches!(self.state, State::Undecided) && block.lines().next().is_some() {
            self.decide(Format::detect(block.lines(), &self.limits));
        }
        let State::Cowrie(decoder) = &mut self.state else { return block };
        let mut out = Vec::with_capacity(block.bytes().len() * 2);
        for line in block.lines() {
            let (text, _) = event::text(line.bytes);
            if let Err(error) = decoder.line(&text, &mut out) {
                report.lines += 1;
                report.problem(LineProblem {
                    line: line.number,
                    reason: error.reason(),
                    message: error.to_string(),
                    tagged: false,
                });
            } else if line.original_bytes.is_some() {
                report.problem(LineProblem {
                    line: line.number,
                    reason: "too_long",
                    message: "line too long: tagged from its head and tail".to_owned(),
                    tagged: true,
                });
            }
        }
        Block::from_bytes(out, 1)
    }

    /// What is left at the end of the input: sessions that never closed.
    pub(super) fn finish(&mut self) -> Option<Block> {
        let State::Cowrie(decoder) = &mut self.state else { return None };
        let mut out = Vec::new();
        decoder.finish(&mut out);
        (!out.is_empty()).then(|| Block::from_bytes(out, 1))
    }

    /// Records that gave no event, by kind; most first.
    pub(super) fn unmapped(&self) -> Vec<(String, u64)> {
        let State::Cowrie(decoder) = &self.state else { return Vec::new() };
        let mut counts: Vec<(String, u64)> =
            decoder.unmapped().map(|(kind, count)| (kind.to_owned(), count)).collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        counts
    }
}
