// SPDX-License-Identifier: AGPL-3.0-or-later
//! How commands print: results on standard output, everything else on standard error.

use std::ffi::OsStr;
use std::io::{self, BufWriter, IsTerminal as _, Stdout, Write as _};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use super::text;

/// Bytes that are gathered before they are written.
const BUFFER_BYTES: usize = 64 << 10;

/// How long work takes before a progress bar shows.
const PATIENCE: Duration = Duration::from_millis(700);

/// Standard output, buffered. Whoever writes to it flushes it and looks at the result.
pub(super) type Out = BufWriter<Stdout>;

/// What the user's terminal and flags allow.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ui {
    quiet: bool,
    stdout: Stream,
    stderr: Stream,
}

#[derive(Clone, Copy, Debug)]
struct Stream {
    terminal: bool,
    color: bool,
}

/// What a piece of text says, shown by colour where there is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// As it should be.
    Good,
    /// Not as it should be.
    Bad,
    /// Beside the point.
    Dim,
    /// A heading.
    Bold,
}

impl Ui {
    /// Looks at the terminal and at `NO_COLOR`.
    pub(super) fn new(quiet: bool) -> Self {
        let no_color = std::env::var_os("NO_COLOR");
        let term = std::env::var_os("TERM");
        let stream = |terminal| Stream {
            terminal,
            color: takes_color(terminal, no_color.as_deref(), term.as_deref()),
        };
        Self { quiet, stdout: stream(io::stdout().is_terminal()), stderr: stream(io::stderr().is_terminal()) }
    }

    /// Whether only results and errors are wanted.
    pub(super) const fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether standard output takes colours.
    pub(super) const fn stdout_color(&self) -> bool {
        self.stdout.color
    }

    /// Whether standard error takes colours.
    pub(super) const fn stderr_color(&self) -> bool {
        self.stderr.color
    }

    /// A writer to standard output.
    pub(super) fn stdout(&self) -> Out {
        BufWriter::with_capacity(BUFFER_BYTES, io::stdout())
    }

    /// Prints a whole text.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub(super) fn print(&self, text: &str) -> io::Result<()> {
        let mut out = self.stdout();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        written.map_err(unwritten)
    }

    /// Prints one JSON value on one line.
    ///
    /// # Errors
    /// Standard output is closed or full.
    pub(super) fn print_json(&self, value: &impl Serialize) -> io::Result<()> {
        let mut line = text::json(value)?;
        line.push('\n');
        self.print(&line)
    }

    /// A table for standard output.
    pub(super) fn table(&self, heading: &[&str], rows: Vec<Vec<String>>) -> String {
        text::table(heading, rows, self.stdout.terminal)
    }

    /// The text in its tone, for standard output.
    pub(super) fn paint(&self, tone: Tone, text: &str) -> String {
        paint(self.stdout.color, tone, text)
    }

    /// Says something beside the result, unless the user wants quiet. The text must be safe to show.
    pub(super) fn note(&self, text: &str) {
        if !self.quiet {
            self.complain(text);
        }
    }

    /// Says something on standard error whatever the user wants. The text must be safe to show.
    pub(super) fn complain(&self, text: &str) {
        // There is nobody left to tell when this fails.
        let _ = writeln!(io::stderr().lock(), "{}", text.trim_end_matches('\n'));
    }

    /// Says why a command failed.
    pub(super) fn error(&self, text: &str) {
        self.complain(&format!("{} {text}", paint(self.stderr.color, Tone::Bad, "error:")));
    }

    /// Progress over `total` steps (bytes, events), shown on a terminal once the work takes long.
    pub(super) fn progress(&self, total: u64, bytes: bool) -> Progress {
        let shown = self.stderr.terminal && !self.quiet;
        Progress { start: shown.then(Instant::now), bar: None, total, bytes, done: 0 }
    }
}

/// Progress of one piece of work; the bar goes when this is dropped.
#[derive(Debug)]
pub(super) struct Progress {
    /// `None` where no bar is to be shown.
    start: Option<Instant>,
    bar: Option<ProgressBar>,
    total: u64,
    bytes: bool,
    done: u64,
}

impl Progress {
    /// Some more is done.
    pub(super) fn add(&mut self, steps: u64) {
        self.done += steps;
        let Some(start) = self.start else { return };
        if self.bar.is_none() && start.elapsed() >= PATIENCE {
            self.bar = Some(bar(self.total, self.bytes));
        }
        if let Some(bar) = &self.bar {
            bar.set_position(self.done);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

/// Says that it was standard output that failed.
pub(super) fn unwritten(error: io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("cannot write to standard output: {error}"))
}

/// Whether whoever read standard output has gone, which ends a command quietly. Errors about files
/// carry their own exit code and so are not meant.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

fn bar(total: u64, bytes: bool) -> ProgressBar {
    let template = if bytes { "{bar:40} {bytes}/{total_bytes} {eta}" } else { "{bar:40} {pos}/{len} {eta}" };
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// Colours only on a terminal that can show them, and only where `NO_COLOR` is unset or empty.
fn takes_color(terminal: bool, no_color: Option<&OsStr>, term: Option<&OsStr>) -> bool {
    terminal && no_color.is_none_or(OsStr::is_empty) && term != Some(OsStr::new("dumb"))
}

fn paint(color: bool, tone: Tone, text: &str) -> String {
    if !color {
        return text.to_owned();
    }
    let code = match tone {
        Tone::Good => "32",
        Tone::Bad => "1;31",
        Tone::Dim => "2",
        Tone::Bold => "1",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_need_a_terminal_and_leave() {
        let set = |text: &'static str| Some(OsStr::new(text));
        assert!(takes_color(true, None, set("xterm")));
        assert!(takes_color(true, set(""), None), "an empty NO_COLOR does not count");
        assert!(!takes_color(true, set("1"), set("xterm")));
        assert!(!takes_color(true, None, set("dumb")));
        assert!(!takes_color(false, None, set("xterm")));
        assert_eq!(paint(false, Tone::Bad, "x"), "x");
        assert_eq!(paint(true, Tone::Bad, "x"), "\u{1b}[1;31mx\u{1b}[0m");
    }
}
