// SPDX-License-Identifier: AGPL-3.0-or-later
//! Tags on standard output, problems on standard error.

use std::io::{self, Write as _};

use crate::cli::ui::{Out, Progress};
use crate::cli::{Ui, text};
use crate::tag::{PROBLEMS_MAX, Report};

use super::pipeline::Sink;

/// Prints what one input gives, as it comes.
pub(super) struct Printer<'u> {
    out: Out,
    ui: &'u Ui,
    name: String,
    problems: Shown,
    progress: Option<Progress>,
}

/// How many problems were spelt out.
#[derive(Clone, Copy)]
enum Shown {
    Some(usize),
    Enough,
}

impl<'u> Printer<'u> {
    /// A printer for an input of that name and size; 0 where nobody knows the size.
    pub(super) fn new(ui: &'u Ui, name: String, bytes: u64) -> Self {
        let progress = (bytes > 0).then(|| ui.progress(bytes, true));
        Self { out: ui.stdout(), ui, name: text::escape(&name), problems: Shown::Some(0), progress }
    }

    fn problems(&mut self, report: &Report) {
        let Shown::Some(shown) = self.problems else { return };
        for problem in report.problems.iter().take(PROBLEMS_MAX - shown) {
            let message = text::escape(&problem.message);
            self.ui.note(&format!("{}:{}: {message}", self.name, problem.line));
        }
        let all = report.reasons.values().sum::<u64>();
        let all = usize::try_from(all).unwrap_or(usize::MAX).saturating_add(shown);
        self.problems = if all > PROBLEMS_MAX {
            self.ui.note(&format!("{}: further problems are counted in the summary", self.name));
            Shown::Enough
        } else {
            Shown::Some(all)
        };
    }
}

impl Sink for Printer<'_> {
    fn take(&mut self, out: &[u8], read: u64, report: &Report) -> io::Result<()> {
        // Whoever reads a pipe or follows a log wants each block's tags now.
        self.out.write_all(out).and_then(|()| self.out.flush()).map_err(|error| {
            io::Error::new(error.kind(), format!("cannot write to standard output: {error}"))
        })?;
        self.problems(report);
        if let Some(progress) = &mut self.progress {
            progress.add(read);
        }
        Ok(())
    }
}
