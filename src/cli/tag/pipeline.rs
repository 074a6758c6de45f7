// SPDX-License-Identifier: AGPL-3.0-or-later
//! Blocks of lines to tags, output in input order.
//!
//! Decoding a stateful format stays in the thread that reads.

use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use crate::cli::in_order;
use crate::engine::Engine;
use crate::event::{Block, BlockPool, LineReader};
use crate::tag::{Ingest, Report};
use crate::vocab::Limits;

use super::decode::{Decode, Decoded, Origin};

/// How much room for output is kept of a block.
const SPARE_BYTES: usize = 4 << 20;

/// How lines become tags.
#[derive(Clone, Copy)]
pub(super) struct Settings<'a> {
    pub(super) engine: &'a Engine,
    pub(super) floor: f64,
    pub(super) per_event: bool,
    pub(super) threads: usize,
    pub(super) limits: &'a Limits,
}

/// Where output and problems go, in order.
pub(super) trait Sink {
    /// Takes the output of one block of `read` bytes and what happened to its lines.
    fn take(&mut self, out: &[u8], read: u64, report: &Report) -> io::Result<()>;
}

/// One block for a worker: lines in the native format.
struct Work {
    block: Block,
    read: u64,
    first: u64,
    origin: Option<Origin>,
    report: Report,
    /// Room for its output.
    out: Vec<u8>,
}

impl Work {
    /// Evaluates the lines; problems are told by the input's lines.
    fn tag(&mut self, ingest: &mut Ingest<'_>, out: &mut Vec<u8>) {
        let found = self.report.problems.len();
        ingest.block(&self.block, self.first, out, &mut self.report);
        if let Some(origin) = &self.origin {
            self.report.lines = origin.lines;
            for problem in self.report.problems.iter_mut().skip(found) {
                problem.line = origin.line(problem.line);
            }
            self.report.problems.sort_by_key(|problem| problem.line);
        }
    }
}

/// What a worker made of one block.
struct Done {
    out: Vec<u8>,
    read: u64,
    report: Report,
}

/// Output and report of blocks that were taken, empty, to be filled again. There are no more of
/// them than blocks under way.
#[derive(Default)]
struct Spare(Mutex<Vec<(Vec<u8>, Report)>>);

impl Spare {
    fn take(&self) -> (Vec<u8>, Report) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    /// Takes back an output and a report that was emptied.
    fn give(&self, mut out: Vec<u8>, report: Report) {
        out.clear();
        // Of a block whose every line fires, so that one of many tags a line does not stay.
        out.shrink_to(SPARE_BYTES);
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((out, report));
    }
}

/// Runs a stream to its end and returns what happened.
pub(super) fn run<R: Read>(
    stream: R,
    decode: &mut Decode,
    settings: Settings<'_>,
    sink: &mut (dyn Sink + Send),
) -> io::Result<Report> {
    let pool = &BlockPool::new(in_order::under_way(settings.threads));
    let spare = &Spare::default();
    let mut source = Source::new(stream, decode, (pool, spare), settings);
    let mut total = Report::default();
    let worker = || {
        let mut ingest = Ingest::new(settings.engine, settings.floor, settings.per_event, settings.limits);
        move |mut work: Work| {
            let mut out = std::mem::take(&mut work.out);
            work.tag(&mut ingest, &mut out);
            pool.give(work.block);
            Done { out, read: work.read, report: work.report }
        }
    };
    in_order::run(
        settings.threads,
        || source.next(),
        worker,
        |mut done: Done| {
            sink.take(&done.out, done.read, &done.report)?;
            total.absorb(&mut done.report);
            spare.give(done.out, done.report);
            Ok(())
        },
    )?;
    Ok(total)
}

/// Reads blocks and brings them into the native format.
struct Source<'d, R> {
    reader: LineReader<R>,
    decode: &'d mut Decode,
    pool: &'d BlockPool,
    spare: &'d Spare,
    events: u64,
    per_event: bool,
    ended: bool,
}

impl<'d, R: Read> Source<'d, R> {
    fn new(
        stream: R,
        decode: &'d mut Decode,
        (pool, spare): (&'d BlockPool, &'d Spare),
        settings: Settings<'_>,
    ) -> Self {
        Self {
            reader: LineReader::new(stream, &decode.line_limits()),
            decode,
            pool,
            spare,
            events: 0,
            per_event: settings.per_event,
            ended: false,
        }
    }

    /// The next block in the native format; `None` at the end.
    fn next(&mut self) -> io::Result<Option<Work>> {
        if self.ended {
            return Ok(None);
        }
        let mut block = self.pool.take();
        let (out, mut report) = self.spare.take();
        self.ended = !self.reader.read(&mut block)?;
        let read = block.original_bytes().unwrap_or(block.bytes().len() as u64);
        let decoded = if self.ended {
            self.decode.finish(&mut report)
        } else {
            Some(self.decode.block(block, &mut report))
        };
        let Some(Decoded { block, origin }) = decoded else { return Ok(None) };
        let first = self.events;
        if self.per_event {
            self.events += block.lines().count() as u64;
        }
        Ok(Some(Work { block, read, first, origin, report, out }))
    }
}
