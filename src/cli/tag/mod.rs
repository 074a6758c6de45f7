// SPDX-License-Identifier: AGPL-3.0-or-later
//! `tag`: events in, technique tags out. The main job.

mod decode;
mod follow;
mod input;
mod pipeline;
mod printer;
mod run;
mod summary;

use std::path::PathBuf;

use crate::event::formats::Format;
use crate::tag::CONFIDENCE_FLOOR;

use super::{ArtifactsArg, RulesArg};

pub(super) use input::Input;
pub(super) use run::run;

/// Tags events with ATT&CK techniques: events in, one JSON tag a line out, a summary at the end
///
/// Events come from files or from standard input, one JSON object a line. A line that cannot be
/// read is reported with its number; the lines around it are tagged.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    rules: RulesArg,

    #[command(flatten)]
    artifacts: ArtifactsArg,

    /// What the input is: native events, a sensor's log, or whichever its first records show
    #[arg(long, value_enum, default_value_t = FormatArg::Auto)]
    format: FormatArg,

    /// Threads that evaluate; the output is the same for any number
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=256))]
    threads: u16,

    /// Prints one line per event, tags or none, instead of one per tag
    #[arg(long)]
    per_event: bool,

    /// Leaves out tags of lower confidence; 0 prints everything
    #[arg(long, default_value_t = CONFIDENCE_FLOOR, value_parser = confidence)]
    floor: f64,

    /// Waits for more at the end of the file, as `tail -F` does
    #[arg(long, requires = "files")]
    follow: bool,

    /// How the summary on standard error looks
    #[arg(long, value_enum, default_value_t = SummaryForm::Text)]
    summary: SummaryForm,

    /// Files to read; `-` or none reads standard input
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

const EXAMPLES: &str = "\
Examples:
  decnet-ttp tag samples/cowrie.json
  decnet-ttp tag --threads 4 events.ndjson > tags.ndjson
  tail -n 1000 cowrie.json | decnet-ttp tag --per-event
  decnet-ttp tag --follow --rules my-rules/ /var/log/cowrie/cowrie.json";

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum FormatArg {
    /// By the first records
    Auto,
    /// Native events
    Decnet,
    /// Cowrie's JSON log
    Cowrie,
    /// DECNET's RFC 5424 stream
    Syslog,
    /// A raw message (RFC 5322) or a mailbox of them
    #[cfg(feature = "mail")]
    Eml,
}

impl FormatArg {
    const fn format(self) -> Option<Format> {
        match self {
            Self::Auto => None,
            Self::Decnet => Some(Format::Decnet),
            Self::Cowrie => Some(Format::Cowrie),
            Self::Syslog => Some(Format::Syslog),
            #[cfg(feature = "mail")]
            Self::Eml => Some(Format::Eml),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum SummaryForm {
    /// For people
    Text,
    /// One JSON object
    Json,
    /// None
    None,
}

fn confidence(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(number) if (0.0..=1.0).contains(&number) => Ok(number),
        _ => Err("a number from 0 to 1 is expected".to_owned()),
    }
}
