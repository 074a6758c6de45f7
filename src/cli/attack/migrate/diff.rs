// SPDX-License-Identifier: AGPL-3.0-or-later
//! Edits as a unified diff.

use std::fmt::Write as _;
use std::ops::Range;

use super::super::super::text::escape;
use super::edit::{Edit, apply_within};

/// Lines shown before and after a change.
const CONTEXT: usize = 3;

/// Lines that change, and what they become.
struct Change {
    lines: Range<usize>,
    after: String,
}

/// The diff that makes those edits, which are in order, to the file at `path`.
pub(super) fn unified(path: &str, before: &str, edits: &[Edit]) -> String {
    let lines: Vec<&str> = before.split_inclusive('\n').collect();
    let mut changes = changes(before, &lines, edits).into_iter().peekable();
    let path = escape(path.trim_start_matches('/'));
    let mut out = format!("--- a/{path}\n+++ b/{path}\n");
    // How many lines the new text is ahead of the old one.
    let mut ahead = 0;
    while let Some(first) = changes.next() {
        let start = first.lines.start.saturating_sub(CONTEXT);
        let mut body = String::new();
        let (mut at, mut added, mut removed) = (start, 0, 0);
        let mut change = first;
        loop {
            push(&mut body, ' ', lines.get(at..change.lines.start).unwrap_or_default());
            push(&mut body, '-', lines.get(change.lines.clone()).unwrap_or_default());
            let after: Vec<&str> = change.after.split_inclusive('\n').collect();
            push(&mut body, '+', &after);
            (at, added, removed) = (change.lines.end, added + after.len(), removed + change.lines.len());
            match changes.next_if(|next| next.lines.start <= at + 2 * CONTEXT) {
                Some(next) => change = next,
                None => break,
            }
        }
        let end = lines.len().min(at + CONTEXT);
        push(&mut body, ' ', lines.get(at..end).unwrap_or_default());
        let count = end - start;
        let (old, new) = (start + 1, start + 1 + ahead);
        // Writing to a string cannot fail.
        let _ = writeln!(out, "@@ -{old},{count} +{new},{} @@", count + added - removed);
        out.push_str(&body);
        // Edits replace or add lines, and never take one away.
        ahead += added - removed;
    }
    out
}

/// The edits by the lines they touch.
fn changes(before: &str, lines: &[&str], edits: &[Edit]) -> Vec<Change> {
    let mut starts = Vec::with_capacity(lines.len());
    let mut start = 0;
    for line in lines {
        starts.push(start);
        start += line.len();
    }
    let line_of = |byte: usize| starts.partition_point(|start| *start <= byte).saturating_sub(1);
    let byte_of = |line: usize| starts.get(line).copied().unwrap_or(before.len());

    let mut changes = Vec::new();
    let mut rest = edits;
    while let Some(first) = rest.first() {
        let touched = line_of(first.range.start)..line_of(first.range.end) + 1;
        let same = rest.iter().take_while(|edit| line_of(edit.range.start) < touched.end).count();
        let (these, others) = rest.split_at(same);
        let last = these.last().map_or(touched.end, |edit| line_of(edit.range.end) + 1);
        let touched = touched.start..last.max(touched.end);
        let bytes = byte_of(touched.start)..byte_of(touched.end);
        changes.push(Change { after: apply_within(before, bytes, these), lines: touched });
        rest = others;
    }
    changes
}

fn push(body: &mut String, sign: char, lines: &[&str]) {
    for line in lines {
        body.push(sign);
        body.push_str(line);
        if !line.ends_with('\n') {
            body.push_str("\n\\ No newline at end of file\n");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_changes_share_a_hunk_and_far_ones_do_not() {
        let text: String = (1..=20).map(|line| format!("{line}\n")).collect();
        let at = |line: &str| text.find(&format!("\n{line}\n")).map_or(0, |at| at + 1);
        let edit = |range, text: &str| Edit { range, text: text.to_owned() };
        let edits = [
            edit(0..1, "one"),
            edit(at("5") + 1..at("5") + 1, "\nnew"),
            edit(at("20")..at("20") + 3, "twenty"),
        ];
        let hunks = "@@ -1,8 +1,9 @@\n-1\n+one\n 2\n 3\n 4\n-5\n+5\n+new\n 6\n 7\n 8\n\
                     @@ -17,4 +18,4 @@\n 17\n 18\n 19\n-20\n+twenty\n";
        assert_eq!(
            unified("/x/R1.yaml", &text, &edits),
            format!(
                "--- a/x/R1.yaml\n+++ b/x/R1.yaml\n{hunks}\
            \\ No newline at end of file\n"
            )
        );
    }
}
