// SPDX-License-Identifier: AGPL-3.0-or-later
//! Figures as Markdown tables and as JSON.

use std::fmt::{self, Display};

use serde::Serialize;

use crate::alone::Figures;
use crate::host::Host;
use crate::measure::{Row, Section};

/// Everything that one command measured.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Report {
    /// Where and with what.
    pub(crate) host: Host,
    /// Sides that took no part, and why.
    pub(crate) skipped: Vec<(String, String)>,
    /// Rules that a side could not load.
    pub(crate) problems: Vec<String>,
    /// A table per lane, variant and stage.
    pub(crate) sections: Vec<Section>,
    /// Load time and memory, by lane.
    pub(crate) alone: Vec<(String, Vec<Figures>)>,
}

impl Report {
    /// How many differing pairs no reason is known for.
    pub(crate) fn unexplained(&self) -> usize {
        self.sections.iter().flat_map(|section| &section.rows).map(|row| row.difference.unexplained).sum()
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = &self.host;
        writeln!(f, "`{}`\n", host.command)?;
        let versions: Vec<String> =
            host.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        writeln!(
            f,
            "{}, {} cores, Linux {}, {}, commit {}; {}",
            host.cpu,
            host.cores,
            host.kernel,
            host.rustc,
            host.commit,
            versions.join(", ")
        )?;
        for (name, reason) in &self.skipped {
            writeln!(f, "\nSkipped: {name}, because {reason}")?;
        }
        for section in &self.sections {
            table(f, section)?;
        }
        for (lane, figures) in &self.alone {
            memory(f, lane, figures)?;
        }
        Ok(())
    }
}

fn table(f: &mut fmt::Formatter<'_>, section: &Section) -> fmt::Result {
    let events = section.rows.iter().map(|row| row.events).max().unwrap_or(0);
    writeln!(f, "\n### {}, {}, {} events\n", section.lane, section.stage, thousands(events))?;
    writeln!(f, "| side | µs/event | events/CPU s | × the first (min–max) | results | match set |")?;
    writeln!(f, "| --- | ---: | ---: | ---: | ---: | --- |")?;
    for row in &section.rows {
        let ratio = row.ratio.map_or_else(
            || "1".to_owned(),
            |ratio| format!("{:.2} ({:.2}–{:.2})", ratio.median, ratio.min, ratio.max),
        );
        let few = if row.events < events { format!(" of {}", thousands(row.events)) } else { String::new() };
        writeln!(
            f,
            "| {} | {:.3} | {} | {} | {}{} | {} |",
            row.side,
            row.us_per_event,
            thousands(row.events_per_s as usize),
            ratio,
            thousands(row.results),
            few,
            differing(row)
        )?;
    }
    for row in section.rows.iter().filter(|row| !row.difference.examples.is_empty()) {
        writeln!(f, "\n{}: {}", row.side, row.difference.examples.join("; "))?;
    }
    Ok(())
}

fn differing(row: &Row) -> String {
    let difference = &row.difference;
    if row.ratio.is_none() {
        return "reference".to_owned();
    }
    if difference.extra + difference.missing == 0 {
        return "same".to_owned();
    }
    let mut text = format!("{} extra, {} missing", difference.extra, difference.missing);
    for reason in &difference.reasons {
        text = format!("{text}: {reason}");
    }
    if difference.unexplained > 0 {
        text = format!("**{text}; {} unexplained**", difference.unexplained);
    }
    text
}

fn memory(f: &mut fmt::Formatter<'_>, lane: &str, figures: &[Figures]) -> fmt::Result {
    writeln!(f, "\n### {lane}, loading and memory, each side alone\n")?;
    writeln!(
        f,
        "| side | rules | not loaded | load, CPU s | and first MB, CPU s | before, MB | loaded, MB | peak, MB |"
    )?;
    writeln!(f, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
    for side in figures {
        writeln!(
            f,
            "| {} | {} | {} | {:.4} | {} | {:.1} | {:.1} | {:.1} |",
            side.side,
            thousands(side.rules),
            side.problems,
            side.load_cpu_s,
            seconds(side.first_cpu_s),
            megabytes(side.before_bytes),
            megabytes(side.loaded_bytes),
            megabytes(side.peak_bytes)
        )?;
    }
    Ok(())
}

/// Seconds; a dash where they were not measured.
fn seconds(seconds: f64) -> String {
    if seconds.is_finite() { format!("{seconds:.4}") } else { "–".to_owned() }
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// The number with commas.
fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_have_commas() {
        for (number, text) in [(7, "7"), (1000, "1,000"), (123_456, "123,456"), (1_234_567, "1,234,567")] {
            assert_eq!(super::thousands(number), text);
        }
    }
}
