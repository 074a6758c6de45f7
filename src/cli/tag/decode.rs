// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sensor formats to native lines, block by block.

use crate::event::formats::{CowrieDecoder, Format, SyslogDecoder};
#[cfg(feature = "mail")]
use crate::event::formats::{EmlDecoder, EmlMessage};
use crate::event::{self, Block, EventError, Line};
use crate::tag::{LineProblem, Report};
use crate::vocab::Limits;

/// The decoder of one input; chosen by the user, or by the input's first record that shows a
/// format.
pub(super) struct Decode {
    state: State,
    #[cfg(feature = "mail")]
    at_start: bool,
    limits: Limits,
}

enum State {
    /// No record has shown a format: lines pass as native, whose errors are the clearest.
    Undecided,
    /// Native lines pass as they are.
    Native,
    /// A Cowrie log.
    Cowrie(Box<CowrieDecoder>),
    /// DECNET's RFC 5424 stream.
    Syslog(Box<SyslogDecoder>),
    /// Raw messages, which are no lines.
    #[cfg(feature = "mail")]
    Eml(Box<EmlDecoder>),
}

impl State {
    /// Decodes one record of a format that is turned into native lines.
    fn line(&mut self, line: &str, out: &mut Vec<u8>) -> Result<(), EventError> {
        match self {
            Self::Undecided | Self::Native => Ok(()),
            Self::Cowrie(decoder) => decoder.line(line, out),
            Self::Syslog(decoder) => decoder.line(line, out),
            #[cfg(feature = "mail")]
            Self::Eml(_) => Ok(()),
        }
    }
}

/// A block in the native format.
pub(super) struct Decoded {
    pub(super) block: Block,
    /// Where the block was made of an input's records.
    pub(super) origin: Option<Origin>,
}

/// What a decoded block was made of.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Origin {
    /// How many lines of the input.
    pub(super) lines: u64,
    /// For each native line, the number of the line it comes from.
    numbers: Vec<u64>,
}

impl Origin {
    /// The input's line behind a native line, both from 1. What an open session gives at the end
    /// of the log has no line.
    pub(super) fn line(&self, native: u64) -> u64 {
        let index = usize::try_from(native).ok().and_then(|native| native.checked_sub(1));
        index.and_then(|index| self.numbers.get(index)).copied().unwrap_or(0)
    }
}

impl Decode {
    /// A decoder; `None` decides by the first record that shows a format.
    pub(super) fn new(format: Option<Format>, limits: &Limits) -> Self {
        let mut decode = Self {
            state: State::Undecided,
            #[cfg(feature = "mail")]
            at_start: true,
            limits: limits.clone(),
        };
        if let Some(format) = format {
            decode.decide(format);
        }
        decode
    }

    fn decide(&mut self, format: Format) {
        self.state = match format {
            Format::Decnet => State::Native,
            Format::Cowrie => State::Cowrie(Box::new(CowrieDecoder::new(&self.limits))),
            Format::Syslog => State::Syslog(Box::new(SyslogDecoder::new(&self.limits))),
            #[cfg(feature = "mail")]
            Format::Eml => State::Eml(Box::new(EmlDecoder::new(&self.limits))),
        };
    }

    /// The bounds of the input's lines. A message is cut as a whole, not line by line: all of an
    /// attachment may stand in one.
    pub(super) fn line_limits(&self) -> Limits {
        match &self.state {
            #[cfg(feature = "mail")]
            State::Eml(_) => {
                let line_bytes = self.limits.line_bytes.max(self.limits.mail_bytes);
                Limits { line_bytes, ..self.limits.clone() }
            }
            _ => self.limits.clone(),
        }
    }

    /// The block's events as native lines; records that cannot be read go to the report.
    pub(super) fn block(&mut self, block: Block, report: &mut Report) -> Decoded {
        #[cfg(feature = "mail")]
        if std::mem::take(&mut self.at_start)
            && matches!(self.state, State::Undecided)
            && Format::is_mail(block.lines())
        {
            self.decide(Format::Eml);
        }
        if matches!(self.state, State::Undecided) {
            let mut lines = block.lines();
            let found = lines.find_map(|line| Format::of_record(&event::text(line.bytes).0, &self.limits));
            if let Some(format) = found {
                self.decide(format);
            }
        }
        if matches!(self.state, State::Undecided | State::Native) {
            return Decoded { block, origin: None };
        }
        let mut origin = Origin::default();
        #[cfg(feature = "mail")]
        if let State::Eml(decoder) = &mut self.state {
            let mut out = Vec::new();
            let first = block.lines().next();
            if let Some(problem) = first.and_then(|line| LineProblem::too_long(&line, &self.limits)) {
                report.problem(problem);
            }
            for message in decoder.take(block.bytes(), block.first_line(), &mut out) {
                message_ended(message, &mut origin, report);
            }
            return Decoded { block: Block::from_bytes(out, 1), origin: Some(origin) };
        }
        let mut out = Vec::with_capacity(block.bytes().len() * 2);
        for line in block.lines() {
            origin.lines += 1;
            record(&mut self.state, &line, &mut out, &mut origin, report, &self.limits);
        }
        let block = Block::from_bytes(out, 1).made_of_cut_line(block.original_bytes());
        Decoded { block, origin: Some(origin) }
    }

    /// What is left at the end of the input: sessions that never closed, the last message.
    #[cfg_attr(not(feature = "mail"), expect(unused_variables, reason = "only messages have problems here"))]
    pub(super) fn finish(&mut self, report: &mut Report) -> Option<Decoded> {
        let mut out = Vec::new();
        let origin = match &mut self.state {
            State::Undecided | State::Native => return None,
            State::Cowrie(decoder) => {
                decoder.finish(&mut out);
                Origin::default()
            }
            State::Syslog(decoder) => {
                decoder.finish(&mut out);
                Origin::default()
            }
            #[cfg(feature = "mail")]
            State::Eml(decoder) => {
                let mut origin = Origin::default();
                if let Some(message) = decoder.finish(&mut out) {
                    message_ended(message, &mut origin, report);
                }
                origin
            }
        };
        let has_any = !out.is_empty() || origin.lines > 0;
        has_any.then(|| Decoded { block: Block::from_bytes(out, 1), origin: Some(origin) })
    }

    /// Records that gave no event, by kind; most first.
    pub(super) fn unmapped(&self) -> Vec<(String, u64)> {
        let owned = |(kind, count): (&str, u64)| (kind.to_owned(), count);
        let mut counts: Vec<(String, u64)> = match &self.state {
            State::Undecided | State::Native => Vec::new(),
            State::Cowrie(decoder) => decoder.unmapped().map(owned).collect(),
            State::Syslog(decoder) => decoder.unmapped().map(owned).collect(),
            #[cfg(feature = "mail")]
            State::Eml(_) => Vec::new(),
        };
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        counts
    }
}

/// Notes a message: it counts as one line, with the number of its first.
#[cfg(feature = "mail")]
fn message_ended(message: EmlMessage, origin: &mut Origin, report: &mut Report) {
    origin.lines += 1;
    let line = Line { number: message.line, bytes: b"", original_bytes: None };
    match message.result {
        Ok(is_partial) => {
            origin.numbers.push(message.line);
            if is_partial {
                report.problem(LineProblem {
                    line: message.line,
                    reason: "mail_bounds",
                    message: "message past a bound of size or structure: tagged from its header".to_owned(),
                    tagged: true,
                });
            }
        }
        Err(error) => {
            report.unreadable += 1;
            report.problem(LineProblem::unreadable(&line, &error));
        }
    }
}

/// Decodes one record and notes what is wrong with it.
fn record(
    state: &mut State,
    line: &Line<'_>,
    out: &mut Vec<u8>,
    origin: &mut Origin,
    report: &mut Report,
    limits: &Limits,
) {
    let (text, lossy) = event::text(line.bytes);
    let before = out.len();
    if let Err(error) = state.line(&text, out) {
        report.unreadable += 1;
        report.problem(LineProblem::unreadable(line, &error));
    } else if lossy {
        report.problem(LineProblem::invalid_utf8(line));
    } else if out.len() == before
        && let Some(problem) = LineProblem::too_long(line, limits)
    {
        // Where there is an event, evaluating it tells.
        report.problem(problem);
    }
    let events = out.iter().skip(before).filter(|byte| **byte == b'\n').count();
    origin.numbers.resize(origin.numbers.len() + events, line.number);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_lines_know_their_record() {
        let input = b"no record\n\n{\"eventid\":\"cowrie.x\"}\n{\"eventid\":\"cowrie.command.input\",\"session\":\"s\",\"input\":\"id\"}\n";
        let mut report = Report::default();
        let mut decode = Decode::new(None, &Limits::default());
        let decoded = decode.block(Block::from_bytes(input.to_vec(), 7), &mut report);
        let origin = decoded.origin.expect("the third line shows the format");
        assert_eq!((origin.lines, origin.line(1), origin.line(2)), (3, 10, 0));
        let problems: Vec<u64> = report.problems.iter().map(|problem| problem.line).collect();
        assert_eq!((problems, report.unreadable), (vec![7], 1));
    }
}
