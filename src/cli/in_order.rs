// SPDX-License-Identifier: AGPL-3.0-or-later
//! Work through one or more threads, results in the order of the work.
//!
//! ```text
//! next ─▶ worker 0 ─┐
//!     └─▶ worker 1 ─┴▶ take
//! ```
//!
//! Work goes round the workers in turn and their results are collected in the same turn, so order needs no
//! buffer and every queue is bounded.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

/// Pieces of work that wait for a worker, and results that wait to be taken, per worker.
const QUEUE: usize = 4;

/// Pieces of work that are under way at most.
pub(super) const fn under_way(threads: usize) -> usize {
    threads * (QUEUE + 2)
}

/// Gives what `next` gives to workers, each made by `worker` in a thread of its own, and what they make of it
/// to `take`. With one thread, all happens in this one.
pub(super) fn run<W: Send, D: Send, F: FnMut(W) -> D>(
    threads: usize,
    mut next: impl FnMut() -> io::Result<Option<W>>,
    worker: impl Fn() -> F + Sync,
    mut take: impl FnMut(D) -> io::Result<()> + Send,
) -> io::Result<()> {
    if threads <= 1 {
        let mut work = worker();
        while let Some(piece) = next()? {
            take(work(piece))?;
        }
        return Ok(());
    }
    let worker = &worker;
    thread::scope(|scope| {
        let mut inputs: Vec<SyncSender<W>> = Vec::new();
        let mut outputs: Vec<Receiver<D>> = Vec::new();
        for _ in 0..threads {
            let (send_work, pieces) = sync_channel::<W>(QUEUE);
            let (send_done, done) = sync_channel::<D>(QUEUE);
            inputs.push(send_work);
            outputs.push(done);
            scope.spawn(move || {
                let mut work = worker();
                for piece in pieces {
                    if send_done.send(work(piece)).is_err() {
                        break;
                    }
                }
            });
        }
        let taker = scope.spawn(move || collect(&outputs, &mut take));
        let fed = feed(&mut next, &inputs);
        drop(inputs);
        let taken = taker.join().unwrap_or_else(|_| Err(io::Error::other("the writer stopped")));
        // What the taker met is the cause of what the feeder met.
        taken.and(fed)
    })
}

/// Gives work to the workers in turn; stops early when they are gone.
fn feed<W>(next: &mut impl FnMut() -> io::Result<Option<W>>, inputs: &[SyncSender<W>]) -> io::Result<()> {
    for input in inputs.iter().cycle() {
        let Some(piece) = next()? else { break };
        if input.send(piece).is_err() {
            break;
        }
    }
    Ok(())
}

/// Takes results from the workers in the same turn.
fn collect<D>(outputs: &[Receiver<D>], take: &mut impl FnMut(D) -> io::Result<()>) -> io::Result<()> {
    for output in outputs.iter().cycle() {
        let Ok(done) = output.recv() else { break };
        take(done)?;
    }
    Ok(())
}
