// SPDX-License-Identifier: AGPL-3.0-or-later
//! Sensor formats: one record in, zero or more events out.
//!
//! A format is one module here. It keeps bounded state, and what it cannot map it counts by kind:
//! no record is lost in silence.

mod attempts;
mod cowrie;
pub(super) mod decnet;
mod detect;
#[cfg(feature = "mail")]
mod eml;
mod kept;
mod lru;
mod native;
mod syslog;

pub use cowrie::CowrieDecoder;
#[cfg(feature = "mail")]
pub use eml::{EmlDecoder, EmlMessage};
pub use syslog::{SyslogDecoder, SyslogElement, SyslogMessage};

use super::lines::Lines;
use crate::vocab::Limits;

/// A format that events come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// One native event a line, see [`Event::parse`](super::Event::parse).
    Decnet,
    /// Cowrie's JSON log, see [`CowrieDecoder`].
    Cowrie,
    /// DECNET's RFC 5424 stream, see [`SyslogDecoder`].
    Syslog,
    /// A raw message or a mailbox of them, see [`EmlDecoder`].
    #[cfg(feature = "mail")]
    Eml,
}

impl Format {
    /// Every format.
    #[cfg(feature = "mail")]
    pub const ALL: [Self; 4] = [Self::Decnet, Self::Cowrie, Self::Syslog, Self::Eml];
    /// Every format.
    #[cfg(not(feature = "mail"))]
    pub const ALL: [Self; 3] = [Self::Decnet, Self::Cowrie, Self::Syslog];

    /// The format's name on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decnet => "decnet",
            Self::Cowrie => "cowrie",
            Self::Syslog => "syslog",
            #[cfg(feature = "mail")]
            Self::Eml => "eml",
        }
    }

    /// The format of that name, or `None`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }

    /// The format that a record shows, or `None` if it shows none. A message is no record: see
    /// [`Format::detect`].
    ///
    /// # Example
    ///
    /// ```
    /// use decnet_ttp::event::formats::Format;
    /// use decnet_ttp::vocab::Limits;
    ///
    /// let record = r#"{"eventid":"cowrie.session.connect","session":"c1"}"#;
    /// assert_eq!(Format::of_record(record, &Limits::default()), Some(Format::Cowrie));
    /// ```
    pub fn of_record(record: &str, limits: &Limits) -> Option<Self> {
        detect::of_record(record, limits)
    }

    /// The format of an input by its first lines; [`Format::Decnet`], whose errors are the
    /// clearest, if they show none.
    ///
    /// A log that was rotated in the middle of a record begins with a broken one, so a few are
    /// looked at.
    pub fn detect(lines: Lines<'_>, limits: &Limits) -> Self {
        #[cfg(feature = "mail")]
        if Self::is_mail(lines.clone()) {
            return Self::Eml;
        }
        detect::of_lines(lines, limits).unwrap_or(Self::Decnet)
    }

    /// Whether an input that starts with these lines is a raw message, or a mailbox of them.
    #[cfg(feature = "mail")]
    pub fn is_mail(lines: Lines<'_>) -> bool {
        detect::is_mail(lines)
    }
}
