// SPDX-License-Identifier: AGPL-3.0-or-later
//! The few tools whose output a line can hide in, on constants: no file, no clock, no network.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use crate::event::mail::base64_value;

use super::escapes::{Reader, decode};
use super::tools::{Role, Tool};

/// Bytes that one tool prints; past them it counts as unknown.
pub(super) const OUTPUT_MAX: usize = 64 << 10;

/// Bytes of a set of `tr`; further ones are left out.
const SET_MAX: usize = 1024;

/// What a tool prints; nothing if that can't be known.
pub(super) fn run<'a>(
    tool: &Tool,
    args: &[&str],
    input: Option<&'a [u8]>,
    fuel: &mut usize,
    arena: &'a Bump,
) -> Option<&'a [u8]> {
    let mut out = ArenaVec::new_in(arena);
    match tool.role {
        Role::Echo => echo(args, &mut out),
        Role::Printf => printf(args, arena, &mut out)?,
        Role::Cat => match args {
            [] | ["-"] => return input,
            _ => return None,
        },
        Role::Base64 => match args {
            ["-d" | "-D" | "-di" | "--decode", rest @ ..] if is_input(rest) => base64(input?, &mut out)?,
            _ => return None,
        },
        Role::Xxd => {
            let letters = |letter| args.iter().any(|arg| arg.starts_with('-') && arg.contains(letter));
            let is_plain = args.iter().all(|arg| arg.starts_with('-')) && letters('r') && letters('p');
            if !is_plain {
                return None;
            }
            hex(input?, &mut out);
        }
        Role::Rev if is_input(args) => rev(input?, &mut out)?,
        Role::Tr => tr(args, input?, arena, &mut out)?,
        _ => return None,
    }
    *fuel = fuel.checked_sub(out.len())?;
    (out.len() <= OUTPUT_MAX).then(|| out.into_bump_slice())
}

fn is_input(operands: &[&str]) -> bool {
    matches!(operands, [] | ["-"] | ["-i"])
}

fn echo(args: &[&str], out: &mut ArenaVec<'_, u8>) {
    let is_option = |arg: &&&str| {
        arg.strip_prefix('-')
            .is_some_and(|letters| !letters.is_empty() && letters.bytes().all(|byte| b"neE".contains(&byte)))
    };
    let options = args.iter().take_while(is_option).count();
    let (options, words) = args.split_at(options);
    let mut letters = options.iter().flat_map(|option| option.bytes());
    let escaped = letters.rfind(|byte| !matches!(byte, b'-' | b'n')) == Some(b'e');
    for (index, word) in words.iter().enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        if !escaped {
            out.extend_from_slice(word.as_bytes());
        } else if !decode(word, Reader::Echo, out) {
            return;
        }
    }
    if !options.iter().any(|option| option.contains('n')) {
        out.push(b'\n');
    }
}

fn printf(args: &[&str], arena: &Bump, out: &mut ArenaVec<'_, u8>) -> Option<()> {
    let args = args.strip_prefix(&["--"]).unwrap_or(args);
    let (format, mut values) = args.split_first()?;
    if format.starts_with('-') {
        return None;
    }
    loop {
        let before = values.len();
        let mut rest = *format;
        while let Some(at) = rest.find('%') {
            decode(rest.get(..at)?, Reader::Format, out);
            let spec = rest.get(at + 1..)?;
            let width = spec.len()
                - spec.trim_start_matches(|c: char| c.is_ascii_digit() || "-+ #.".contains(c)).len();
            let kind = spec.get(width..)?.chars().next()?;
            rest = spec.get(width + kind.len_utf8()..)?;
            if kind == '%' {
                out.push(b'%');
                continue;
            }
            let value = values.split_first().map_or("", |(value, after)| {
                values = after;
                value
            });
            if !convert(kind, value, arena, out)? || out.len() > OUTPUT_MAX {
                return Some(());
            }
        }
        decode(rest, Reader::Format, out);
        if values.is_empty() || values.len() == before || out.len() > OUTPUT_MAX {
            return Some(());
        }
    }
}

/// Prints one value of `printf`; whether the output goes on after it.
fn convert(kind: char, value: &str, arena: &Bump, out: &mut ArenaVec<'_, u8>) -> Option<bool> {
    let number = || if value.is_empty() { Some(0) } else { integer(value) };
    match kind {
        's' => out.extend_from_slice(value.as_bytes()),
        'b' => return Some(decode(value, Reader::Echo, out)),
        'c' => out.extend_from_slice(value.get(..value.chars().next().map_or(0, char::len_utf8))?.as_bytes()),
        'd' | 'i' | 'u' => out.extend_from_slice(bumpalo::format!(in arena, "{}", number()?).as_bytes()),
        'x' => out.extend_from_slice(bumpalo::format!(in arena, "{:x}", number()?).as_bytes()),
        'X' => out.extend_from_slice(bumpalo::format!(in arena, "{:X}", number()?).as_bytes()),
        'o' => out.extend_from_slice(bumpalo::format!(in arena, "{:o}", number()?).as_bytes()),
        _ => return None,
    }
    Some(true)
}

/// A number as the shell reads it: decimal, `0x…`, `0…` or `'c`.
fn integer(text: &str) -> Option<i64> {
    if let Some(c) = text.strip_prefix(['\'', '"']) {
        return c.chars().next().map(|c| i64::from(u32::from(c)));
    }
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None if text.starts_with('0') && text.len() > 1 => i64::from_str_radix(text, 8).ok(),
        None => text.parse().ok(),
    }
}

fn base64(input: &[u8], out: &mut ArenaVec<'_, u8>) -> Option<()> {
    let (mut bits, mut count) = (0_u32, 0);
    for byte in input {
        let value = match byte {
            b'=' => break,
            b'\n' | b'\r' | b' ' => continue,
            byte => base64_value(*byte)?,
        };
        bits = (bits << 6 | u32::from(value)) & 0xff_ffff;
        count += 1;
        if count % 4 != 1 {
            let shift = [0, 0, 4, 2].get(count % 4)?;
            out.push((bits >> shift) as u8);
        }
    }
    Some(())
}

fn hex(input: &[u8], out: &mut ArenaVec<'_, u8>) {
    let mut high = None;
    for byte in input {
        let Some(digit) = char::from(*byte).to_digit(16).map(|digit| digit as u8) else { continue };
        match high.take() {
            Some(first) => out.push(first << 4 | digit),
            None => high = Some(digit),
        }
    }
}

fn rev(input: &[u8], out: &mut ArenaVec<'_, u8>) -> Option<()> {
    let text = std::str::from_utf8(input).ok()?;
    for line in text.split_inclusive('\n') {
        let (line, end) = line.strip_suffix('\n').map_or((line, ""), |line| (line, "\n"));
        for c in line.chars().rev() {
            out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        out.extend_from_slice(end.as_bytes());
    }
    Some(())
}

fn tr(args: &[&str], input: &[u8], arena: &Bump, out: &mut ArenaVec<'_, u8>) -> Option<()> {
    // What each byte becomes; none if it goes.
    let mut map: [Option<u8>; 256] = std::array::from_fn(|byte| u8::try_from(byte).ok());
    match args {
        ["-d", set] => {
            for byte in bytes_of(set, arena) {
                *map.get_mut(usize::from(byte))? = None;
            }
        }
        [from, to] if !from.starts_with('-') => {
            let to = bytes_of(to, arena);
            for (index, byte) in bytes_of(from, arena).into_iter().enumerate() {
                *map.get_mut(usize::from(byte))? = Some(*to.get(index).or(to.last())?);
            }
        }
        _ => return None,
    }
    out.extend(input.iter().filter_map(|byte| map.get(usize::from(*byte)).copied().flatten()));
    Some(())
}

/// The bytes of a set of `tr`: escapes, ranges, classes.
fn bytes_of<'a>(set: &str, arena: &'a Bump) -> ArenaVec<'a, u8> {
    let set = match set {
        "[:lower:]" => "a-z",
        "[:upper:]" => "A-Z",
        "[:digit:]" => "0-9",
        "[:alpha:]" => "A-Za-z",
        "[:alnum:]" => "0-9A-Za-z",
        "[:space:]" => "\\t-\\r ",
        _ => set,
    };
    let mut text = ArenaVec::new_in(arena);
    decode(set, Reader::Format, &mut text);
    let mut bytes = ArenaVec::new_in(arena);
    let mut rest = text.as_slice();
    while let Some((first, after)) = rest.split_first() {
        match after {
            [b'-', last, tail @ ..] if last >= first => {
                bytes.extend(*first..=*last);
                rest = tail;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
        if bytes.len() > SET_MAX {
            break;
        }
    }
    bytes
}
