// SPDX-License-Identifier: AGPL-3.0-or-later
//! Fills blocks from a stream.

use std::io::{self, Read};

use super::block::Block;
use super::cut;
use crate::vocab::Limits;

/// Bytes of a block, unless the line bound is lower.
const BLOCK_BYTES: usize = 1 << 20;
/// Bytes read at once from a line that is already longer than a block.
const CHUNK_BYTES: usize = 64 << 10;
/// Of a line that is too long, this share of the bound is its head: three quarters.
const HEAD_SHARE: (usize, usize) = (3, 4);
/// UTF-8's byte-order mark.
const MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a stream into [`Block`]s of whole lines.
///
/// Takes `\n` and `\r\n`, a last line without an end, and a byte-order mark at the start.
/// Everything else, NUL and binary included, is passed on as it is.
#[derive(Debug)]
pub struct LineReader<R> {
    stream: R,
    /// What was read past the last whole line.
    carry: Vec<u8>,
    block_bytes: usize,
    line_bytes: usize,
    next_line: u64,
    at_start: bool,
    at_end: bool,
    /// An error that waits until the lines before it are given out.
    failed: Option<io::Error>,
}

impl<R: Read> LineReader<R> {
    /// A reader at the start of a stream; it needs no buffering of its own.
    pub fn new(stream: R, limits: &Limits) -> Self {
        let line_bytes = limits.line_bytes.max(1);
        Self {
            stream,
            carry: Vec::new(),
            block_bytes: BLOCK_BYTES.min(line_bytes),
            line_bytes,
            next_line: 1,
            at_start: true,
            at_end: false,
            failed: None,
        }
    }

    /// Fills `block` with the next whole lines; `false` at the end of the stream.
    ///
    /// Whatever `block` held is gone. A stream that gives little at a time (a pipe, a terminal)
    /// gives its lines as soon as they are whole.
    ///
    /// # Cost
    ///
    /// One search for line ends; bytes are copied only where a block's last line is unfinished.
    /// A block's memory is allocated on its first use. No more than a block and a line's bound
    /// are held at once, however long the line.
    ///
    /// # Errors
    ///
    /// What the stream reports, once the whole lines before it are given out; interruptions are
    /// tried again.
    pub fn read(&mut self, block: &mut Block) -> io::Result<bool> {
        if let Some(error) = self.failed.take() {
            return Err(error);
        }
        block.start = 0;
        block.end = self.carry.len();
        block.original_bytes = None;
        if block.buffer.len() < self.block_bytes {
            block.buffer.resize(self.block_bytes, 0);
        }
        copy(&mut block.buffer, &self.carry);
        // A carry has a line end only after a long line. Its lines are given out at once: the next
        // read may wait.
        let mut whole = memchr::memrchr(b'\n', &self.carry).map_or(0, |at| at + 1);
        self.carry.clear();
        let waiting = whole > 0;
        while !waiting && !self.at_end && block.end < self.block_bytes {
            let room = block.buffer.get_mut(block.end..self.block_bytes).unwrap_or_default();
            let wanted = room.len();
            let got = match read_some(&mut self.stream, room) {
                Err(error) if whole > 0 => {
                    self.failed = Some(error);
                    break;
                }
                other => other?,
            };
            self.at_end = got == 0;
            let fresh = room.get(..got).unwrap_or_default();
            if let Some(at) = memchr::memrchr(b'\n', fresh) {
                whole = block.end + at + 1;
            }
            block.end += got;
            if whole > 0 && got < wanted {
                break;
            }
        }
        if self.at_end {
            whole = block.end;
        } else if whole == 0 {
            self.read_long(block)?;
            whole = block.end;
        }
        self.carry.extend_from_slice(block.buffer.get(whole..block.end).unwrap_or_default());
        block.end = whole;
        if self.at_start && block.bytes().starts_with(MARK) {
            block.start = MARK.len();
        }
        self.at_start = false;
        block.first_line = self.next_line;
        self.next_line += block.count();
        Ok(block.end > 0)
    }

    /// Goes on with a line that fills `block` and has not ended: keeps it whole if it stays
    /// within the bound, else its head and tail.
    fn read_long(&mut self, block: &mut Block) -> io::Result<()> {
        let head_bytes = self.line_bytes / HEAD_SHARE.1 * HEAD_SHARE.0;
        // One byte more than the bound is kept, in case it is a carriage return.
        let tail_bytes = self.line_bytes - head_bytes + 1;
        block.buffer.truncate(block.end);
        let mut chunk = vec![0; CHUNK_BYTES.min(self.block_bytes)];
        let mut total = block.end as u64;
        // Whether the first byte after the head is escaped, of those that are kept.
        let mut escaped = cut::escapes_next(block.buffer.get(..head_bytes).unwrap_or_default(), false);
        let mut ended = false;
        while !ended && !self.at_end {
            let got = read_some(&mut self.stream, &mut chunk)?;
            self.at_end = got == 0;
            let fresh = chunk.get(..got).unwrap_or_default();
            let line = memchr::memchr(b'\n', fresh).map_or(got, |end| {
                ended = true;
                self.carry.extend_from_slice(fresh.get(end + 1..).unwrap_or_default());
                end
            });
            block.buffer.extend_from_slice(fresh.get(..line).unwrap_or_default());
            total += line as u64;
            // Bytes between head and tail go once they are as many as the tail: linear in all.
            if block.buffer.len() > head_bytes + 2 * tail_bytes + chunk.len() {
                let gap = head_bytes..block.buffer.len() - tail_bytes;
                escaped = cut::escapes_next(block.buffer.get(gap.clone()).unwrap_or_default(), escaped);
                block.buffer.drain(gap);
            }
        }
        let mut end = b"\n".as_slice();
        if block.buffer.last() == Some(&b'\r') {
            block.buffer.pop();
            total -= 1;
            end = b"\r\n";
        }
        if total > self.line_bytes as u64 {
            let tail_at = block.buffer.len() - (self.line_bytes - head_bytes);
            let gap = block.buffer.get(head_bytes..tail_at).unwrap_or_default();
            let tail = cut::tail_start(&block.buffer, tail_at, cut::escapes_next(gap, escaped));
            let head = cut::head_end(block.buffer.get(..head_bytes).unwrap_or_default());
            block.buffer.drain(head..tail);
            block.original_bytes = Some(total);
        }
        block.buffer.extend_from_slice(end);
        block.end = block.buffer.len();
        Ok(())
    }
}

/// Copies `from` to the start of `to`, which is at least as long.
fn copy(to: &mut [u8], from: &[u8]) {
    if let Some(start) = to.get_mut(..from.len()) {
        start.copy_from_slice(from);
    }
}

fn read_some(stream: &mut impl Read, room: &mut [u8]) -> io::Result<usize> {
    loop {
        match stream.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            // A stream that claims more than it was given room for is not believed.
            other => return other.map(|got| got.min(room.len())),
        }
    }
}
