// SPDX-License-Identifier: AGPL-3.0-or-later
//! Lines from streams: the same however the stream is cut, and bounded whatever comes.

use std::io::{self, Read};

use decnet_ttp::event::{Block, BlockPool, Event, LineReader, text};
use decnet_ttp::vocab::Limits;
use proptest::prelude::*;

/// A stream that gives its bytes in pieces of the given sizes, over and over, with interruptions.
struct Chopped<'a> {
    bytes: &'a [u8],
    sizes: Vec<usize>,
    turn: usize,
}

impl Read for Chopped<'_> {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        if self.turn.is_multiple_of(3) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let size = self.sizes[self.turn % self.sizes.len()].min(room.len()).min(self.bytes.len());
        let (now, later) = self.bytes.split_at(size);
        room[..size].copy_from_slice(now);
        self.bytes = later;
        Ok(size)
    }
}

/// Number, text and, if cut, original length.
type Read3 = (u64, Vec<u8>, Option<u64>);

fn read_all(stream: impl Read, limits: &Limits) -> Vec<Read3> {
    let mut reader = LineReader::new(stream, limits);
    let pool = BlockPool::new(2);
    let mut lines = Vec::new();
    loop {
        let mut block = pool.take();
        if !reader.read(&mut block).unwrap() {
            return lines;
        }
        lines.extend(block.lines().map(|line| (line.number, line.bytes.to_vec(), line.original_bytes)));
        pool.give(block);
    }
}

fn limits(line_bytes: usize) -> Limits {
    Limits { line_bytes, ..Limits::default() }
}

/// What the reader should give, said as plainly as possible.
fn expected(input: &[u8], line_bytes: usize) -> Vec<(u64, Option<Vec<u8>>, Option<u64>)> {
    let body = input.strip_prefix(b"\xef\xbb\xbf").unwrap_or(input);
    let mark = input.len() - body.len();
    let mut lines = Vec::new();
    for (index, line) in body.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let mark = if index == 0 { mark } else { 0 };
        let number = index as u64 + 1;
        if line.len() + mark > line_bytes {
            lines.push((number, None, Some((line.len() + mark) as u64)));
        } else if !line.iter().all(|byte| b" \t\r".contains(byte)) {
            lines.push((number, Some(line.to_vec()), None));
        }
    }
    lines
}

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        &b"\n"[..],
        b"\r\n",
        b"\r",
        b"a",
        b"{\"b\":1}",
        b" ",
        b"\0",
        b"\xff",
        b"\\",
        b"\"",
        "é".as_bytes(),
        b"\xef\xbb\xbf",
        b"\\u00e9",
        b"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_chunking_gives_the_same_lines(
        input in bytes(),
        sizes in prop::collection::vec(1_usize..40, 1..5),
        line_bytes in 1_usize..80,
    ) {
        let limits = limits(line_bytes);
        let chopped = read_all(Chopped { bytes: &input, sizes, turn: 0 }, &limits);
        prop_assert_eq!(&chopped, &read_all(&input[..], &limits));
        // A cut line may be blank by then; the others are as they were.
        let expected = expected(&input, line_bytes);
        let whole = expected.iter().filter_map(|(n, line, _)| Some((*n, line.clone()?, None)));
        let read_whole = chopped.iter().filter(|line| line.2.is_none()).cloned();
        prop_assert_eq!(read_whole.collect::<Vec<_>>(), whole.collect::<Vec<_>>());
        for line in chopped.iter().filter(|line| line.2.is_some()) {
            prop_assert!(line.1.len() <= line_bytes);
            prop_assert!(expected.contains(&(line.0, None, line.2)), "{:?}", line);
        }
    }
}

#[test]
fn ends_of_every_kind_and_a_mark_at_the_start() {
    let input = b"\xef\xbb\xbfone\r\ntwo\n\n \t\r\nfive\0\xff\nsix";
    let lines = read_all(&input[..], &Limits::default());
    let expected: [(u64, &[u8]); 4] = [(1, b"one"), (2, b"two"), (5, b"five\0\xff"), (6, b"six")];
    assert_eq!(lines, expected.map(|(number, line)| (number, line.to_vec(), None)));
    for empty in [&b""[..], b"\n", b"\r\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"] {
        assert_eq!(read_all(empty, &Limits::default()), []);
    }
}

#[test]
fn lines_over_several_blocks_keep_their_numbers() {
    let input: String = (1..200_000).map(|n| format!("{{\"line\":{n}}}\n")).collect();
    let lines = read_all(input.as_bytes(), &Limits::default());
    assert_eq!(lines.len(), 199_999);
    for (number, line, _) in lines {
        assert_eq!(line, format!("{{\"line\":{number}}}").as_bytes());
    }
}

/// A stream of one endless line of `length` bytes between two short ones.
fn long_line(length: usize) -> impl Read {
    let text = io::repeat(b'x').take(length as u64);
    (&b"first\n"[..]).chain(&b"HEAD"[..]).chain(text).chain(&b"TAIL\nlast\n"[..])
}

#[test]
fn a_long_line_is_its_head_and_tail() {
    let limits = Limits::default();
    for length in [Limits::LINE_BYTES - 8, Limits::LINE_BYTES - 7, 3 << 20, 64 << 20] {
        let lines = read_all(long_line(length), &limits);
        let [first, long, last] = lines.as_slice() else { panic!("{} lines", lines.len()) };
        assert_eq!((first.0, last.0, last.1.as_slice()), (1, 3, &b"last"[..]));
        assert_eq!(long.0, 2);
        assert_eq!(long.1.len(), Limits::LINE_BYTES);
        assert!(long.1.starts_with(b"HEADx") && long.1.ends_with(b"xTAIL"));
        let whole = length + 8 == Limits::LINE_BYTES;
        assert_eq!(long.2, if whole { None } else { Some(length as u64 + 8) });
    }
}

#[test]
fn a_block_never_grows_with_its_line() {
    let limits = Limits::default();
    let mut reader = LineReader::new(long_line(64 << 20), &limits);
    let mut block = Block::default();
    while reader.read(&mut block).unwrap() {
        assert!(block.bytes().len() <= Limits::LINE_BYTES + 1, "{}", block.bytes().len());
    }
}

#[test]
fn a_huge_string_stays_an_event_with_its_attack_at_either_end() {
    let limits = Limits::default();
    for filler in ["x", "é", "\u{1f600}", r"\n", r"\\", r"\u00e9", r#"\""#, r"x\ud83d\ude00"] {
        for shift in 0..12 {
            let body = filler.repeat((3 << 20) / filler.len());
            let line = format!(
                r#"{{"source_kind":"command","source_id":"1","payload":{{"command_text":"head {}{body} tail"}}}}"#,
                "y".repeat(shift)
            );
            let lines = read_all(line.as_bytes(), &limits);
            let (decoded, lossy) = text(&lines[0].1);
            assert!(!lossy, "{filler} {shift}");
            assert_eq!(lines[0].2, Some(line.len() as u64));
            let event =
                Event::parse(&decoded, &limits).unwrap_or_else(|error| panic!("{filler} {shift}: {error}"));
            let payload = event.payload.as_str();
            assert!(payload.starts_with(r#"{"command_text":"head "#) && payload.ends_with(r#" tail"}"#));
            assert!(lines[0].1.len() + 16 > Limits::LINE_BYTES && lines[0].1.len() <= Limits::LINE_BYTES);
        }
    }
}

#[test]
fn a_slow_stream_gives_lines_as_they_come() {
    struct Slow(Vec<&'static [u8]>);
    impl Read for Slow {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Ok(0);
            }
            let piece = self.0.remove(0);
            room[..piece.len()].copy_from_slice(piece);
            Ok(piece.len())
        }
    }
    let mut reader = LineReader::new(Slow(vec![b"a\nb", b"\n", b"c"]), &Limits::default());
    let mut block = Block::default();
    let mut blocks = Vec::new();
    while reader.read(&mut block).unwrap() {
        blocks.push((block.first_line(), String::from_utf8(block.bytes().to_vec()).unwrap()));
    }
    assert_eq!(blocks, [(1, "a\n".to_owned()), (2, "b\n".to_owned()), (3, "c".to_owned())]);
}

#[test]
fn lines_before_an_error_are_given_out_first() {
    struct Failing(&'static [u8]);
    impl Read for Failing {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            self.0.read(room.get_mut(..5).unwrap())
        }
    }
    let mut reader = LineReader::new(Failing(b"abcd\nefgh\nij"), &Limits::default());
    let mut block = Block::default();
    let mut lines = Vec::new();
    let error = loop {
        match reader.read(&mut block) {
            Ok(more) => assert!(more),
            Err(error) => break error,
        }
        lines.extend(block.lines().map(|line| line.bytes.to_vec()));
    };
    assert_eq!(error.kind(), io::ErrorKind::BrokenPipe);
    assert_eq!(lines, [b"abcd", b"efgh"]);
}
