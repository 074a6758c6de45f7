// SPDX-License-Identifier: AGPL-3.0-or-later
//! Blocks of lines through one or more threads, output in input order.
//!
//! ```text
//! read ─▶ decode ─▶ worker 0 ─┐
//!               └─▶ worker 1 ─┴▶ write
//! ```
//!
//! Blocks go round the workers in turn and their output is collected in the same turn, so order
//! needs no buffer and every queue is bounded. Decoding a stateful format stays in one thread.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::engine::Engine;
use crate::event::{Block, BlockPool, LineReader};
use crate::tag::{Ingest, Report};
use crate::vocab::Limits;

use super::decode::{Decode, Decoded, Origin};

/// Blocks that wait for a worker, and outputs that wait for the writer, per worker.
const QUEUE: usize = 4;

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

/// Runs a stream to its end and returns what happened.
pub(super) fn run<R: Read>(
    stream: R,
    decode: &mut Decode,
    settings: Settings<'_>,
    sink: &mut (dyn Sink + Send),
) -> io::Result<Report> {
    if settings.threads <= 1 {
        inline(stream, decode, settings, sink)
    } else {
        threaded(stream, decode, settings, sink)
    }
}

/// One thread does everything.
fn inline<R: Read>(
    stream: R,
    decode: &mut Decode,
    settings: Settings<'_>,
    sink: &mut dyn Sink,
) -> io::Result<Report> {
    let pool = BlockPool::new(1);
    let mut source = Source::new(stream, decode, &pool, settings);
    let mut ingest = ingest(settings);
    let mut total = Report::default();
    let mut out = Vec::new();
    while let Some(mut work) = source.next()? {
        out.clear();
        work.tag(&mut ingest, &mut out);
        sink.take(&out, work.read, &work.report)?;
        total.merge(work.report);
        pool.give(work.block);
    }
    Ok(total)
}

fn ingest<'a>(settings: Settings<'a>) -> Ingest<'a> {
    Ingest::new(settings.engine, settings.floor, settings.per_event, settings.limits)
}

/// This thread reads and decodes, workers evaluate, one more thread writes.
fn threaded<R: Read>(
    stream: R,
    decode: &mut Decode,
    settings: Settings<'_>,
    sink: &mut (dyn Sink + Send),
) -> io::Result<Report> {
    let pool = BlockPool::new(settings.threads * (QUEUE + 2));
    let pool = &pool;
    thread::scope(|scope| {
        let mut inputs: Vec<SyncSender<Work>> = Vec::new();
        let mut outputs: Vec<Receiver<Done>> = Vec::new();
        for _ in 0..settings.threads {
            let (send_work, work) = sync_channel::<Work>(QUEUE);
            let (send_done, done) = sync_channel::<Done>(QUEUE);
            inputs.push(send_work);
            outputs.push(done);
            scope.spawn(move || {
                let mut ingest = ingest(settings);
                for mut work in work {
                    let mut out = Vec::new();
                    work.tag(&mut ingest, &mut out);
                    pool.give(work.block);
                    if send_done.send(Done { out, read: work.read, report: work.report }).is_err() {
                        break;
                    }
                }
            });
        }
        let writer = scope.spawn(move || collect(&outputs, sink));
        let mut source = Source::new(stream, decode, pool, settings);
        let fed = feed(&mut source, &inputs);
        drop(inputs);
        let written = writer.join().unwrap_or_else(|_| Err(io::Error::other("the writer stopped")));
        // What the writer met is the cause of what the reader met.
        let report = written?;
        fed.map(|()| report)
    })
}

/// Gives blocks to the workers in turn; stops early when they are gone.
fn feed<R: Read>(source: &mut Source<'_, R>, inputs: &[SyncSender<Work>]) -> io::Result<()> {
    for input in inputs.iter().cycle() {
        let Some(work) = source.next()? else { break };
        if input.send(work).is_err() {
            break;
        }
    }
    Ok(())
}

/// Takes outputs from the workers in the same turn.
fn collect(outputs: &[Receiver<Done>], sink: &mut (dyn Sink + Send)) -> io::Result<Report> {
    let mut total = Report::default();
    for output in outputs.iter().cycle() {
        let Ok(done) = output.recv() else { break };
        sink.take(&done.out, done.read, &done.report)?;
        total.merge(done.report);
    }
    Ok(total)
}

/// Reads blocks and brings them into the native format.
struct Source<'d, R> {
    reader: LineReader<R>,
    decode: &'d mut Decode,
    pool: &'d BlockPool,
    events: u64,
    per_event: bool,
    ended: bool,
}

impl<'d, R: Read> Source<'d, R> {
    fn new(stream: R, decode: &'d mut Decode, pool: &'d BlockPool, settings: Settings<'_>) -> Self {
        Self {
            reader: LineReader::new(stream, &decode.line_limits()),
            decode,
            pool,
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
        let mut report = Report::default();
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
        Ok(Some(Work { block, read, first, origin, report }))
    }
}
