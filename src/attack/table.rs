// SPDX-License-Identifier: AGPL-3.0-or-later
//! The catalogue as text, and how it is read back. Every rule that a table must keep is checked
//! here, so [`pack`](super::pack) writes one and then reads it.

use std::sync::Arc;

use uuid::Uuid;

use super::catalogue::{Catalogue, Group, Indexed, Status, Tactic, Technique};
use super::ids;

/// The table in the binary.
pub(super) const EMBEDDED: &str = include_str!("data/enterprise-19.0.tsv");

/// The first line: what this is, and the version of the format.
pub(super) const FORMAT: &str = "decnet-attack\t1";

/// A column with nothing in it.
pub(super) const EMPTY: &str = "-";

/// No record is shorter: an id and a UUID.
const RECORD_BYTES_MIN: usize = 5 + 32;

/// Why a table did not load: the line, and what is wrong with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableError {
    line: usize,
    kind: Problem,
}

impl TableError {
    /// The line, counted from 1; one past the last where the table ends too early.
    pub fn line(self) -> usize {
        self.line
    }

    /// What is wrong, without the line.
    pub(super) fn problem(self) -> &'static str {
        self.kind.as_str()
    }
}

impl std::fmt::Display for TableError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}: {}", self.line, self.problem())
    }
}

impl std::error::Error for TableError {}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Problem {
    Format,
    Release,
    Notice,
    Records,
    Count,
    Columns,
    Id,
    Order,
    Uuid,
    Url,
    Name,
    Shortname,
    Status,
    Successor,
    Parent,
    UnknownTactic,
    NoTactic,
    Alias,
    UnknownTechnique,
    List,
}

impl Problem {
    fn as_str(self) -> &'static str {
        match self {
            Self::Format => "not an ATT&CK table of a format this version reads",
            Self::Release => "the release is not like `enterprise-v19.0`",
            Self::Notice => "MITRE's copyright notice is missing",
            Self::Records => "the numbers of tactics, techniques and groups are missing",
            Self::Count => "not as many records as the head says",
            Self::Columns => "too few or too many columns",
            Self::Id => "not the id of a tactic, technique or group",
            Self::Order => "out of order or twice: tactics, techniques, groups, each by ascending id",
            Self::Uuid => "the STIX id is not a UUID",
            Self::Url => "the URL is neither `-` nor an https one",
            Self::Name => "no name",
            Self::Shortname => "no short name",
            Self::Status => "the status is neither `live`, `deprecated`, `revoked` nor `revoked:ID`",
            Self::Successor => "revoked by a technique that is not in the table",
            Self::Parent => "a sub-technique without its technique",
            Self::UnknownTactic => "a tactic that is not in the table",
            Self::NoTactic => "a live technique without a tactic",
            Self::Alias => "an empty alias",
            Self::UnknownTechnique => "a technique that is not in the table",
            Self::List => "a list that is not sorted or names something twice",
        }
    }
}

/// The kinds of record, in the order in which they come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Tactic,
    Technique,
    Group,
}

/// Reads a whole table.
pub(super) fn parse(text: &str) -> Result<Catalogue, TableError> {
    let mut lines = (1..).zip(text.lines());
    let mut reader = Reader::default();
    let counts = reader.head(&mut lines)?;
    reader.reserve(counts, text.len() / RECORD_BYTES_MIN);

    let mut last: Option<(Kind, &str)> = None;
    let mut end = 1;
    for (line, record) in lines {
        let at = |kind| TableError { line, kind };
        let (kind, id) = identify(record).ok_or(at(Problem::Id))?;
        if last.is_some_and(|last| (kind, id) <= last) {
            return Err(at(Problem::Order));
        }
        last = Some((kind, id));
        match kind {
            Kind::Tactic => reader.tactic(record).map_err(at)?,
            Kind::Technique => reader.technique(line, record).map_err(at)?,
            Kind::Group => reader.group(record).map_err(at)?,
        }
        end = line;
    }

    let table = &reader.table;
    if counts != [table.tactics.items.len(), table.techniques.items.len(), table.groups.items.len()] {
        return Err(TableError { line: end + 1, kind: Problem::Count });
    }
    reader.finish()
}

/// What a record is about, from its first column.
fn identify(record: &str) -> Option<(Kind, &str)> {
    let id = record.split('\t').next()?;
    let kind = match id {
        _ if ids::is_tactic_id(id) => Kind::Tactic,
        _ if ids::is_technique_id(id) => Kind::Technique,
        _ if ids::is_group_id(id) => Kind::Group,
        _ => return None,
    };
    Some((kind, id))
}

/// The table as far as it is read.
#[derive(Default)]
struct Reader<'a> {
    table: Catalogue,
    /// Revoked techniques whose successor may still come: the line, the place, the successor's id.
    revoked: Vec<(usize, usize, &'a str)>,
}

impl<'a> Reader<'a> {
    /// Reads the head; returns how many tactics, techniques and groups it promises.
    fn head(&mut self, lines: &mut impl Iterator<Item = (usize, &'a str)>) -> Result<[usize; 3], TableError> {
        let mut next =
            |line: usize, kind: Problem| lines.next().map(|(_, text)| text).ok_or(TableError { line, kind });
        let at = |line, kind| TableError { line, kind };

        if next(1, Problem::Format)? != FORMAT {
            return Err(at(1, Problem::Format));
        }
        let release = next(2, Problem::Release)?.strip_prefix("release\t");
        let release = release.filter(|release| is_release(release)).ok_or(at(2, Problem::Release))?;
        self.table.release = release.into();

        let notice = next(3, Problem::Notice)?.strip_prefix("notice\t");
        let notice = notice.filter(|notice| notice.contains("MITRE")).ok_or(at(3, Problem::Notice))?;
        self.table.notice = notice.into();

        let counts = next(4, Problem::Records)?.strip_prefix("records\t").and_then(counts);
        counts.ok_or(at(4, Problem::Records))
    }

    /// Makes room for what the head promises, though never for more than the text can hold.
    fn reserve(&mut self, counts: [usize; 3], most: usize) {
        let [tactics, techniques, groups] = counts.map(|count| count.min(most));
        self.table.tactics.reserve(tactics);
        self.table.techniques.reserve(techniques);
        self.table.groups.reserve(groups);
    }

    fn tactic(&mut self, record: &str) -> Result<(), Problem> {
        let [id, stix, url, name, shortname] = columns(record)?;
        let id: Arc<str> = id.into();
        let tactic = Tactic {
            id: Arc::clone(&id),
            name: text(name, Problem::Name)?,
            shortname: text(shortname, Problem::Shortname)?,
            stix: uuid(stix)?,
            url: address(&id, url)?,
        };
        self.table.tactics.push(id, tactic);
        Ok(())
    }

    fn technique(&mut self, line: usize, record: &'a str) -> Result<(), Problem> {
        let [id, stix, url, name, status, tactics] = columns(record)?;
        let status = match status.split_once(':') {
            None if status == "live" => Status::Live,
            None if status == "deprecated" => Status::Deprecated,
            None if status == "revoked" => Status::Revoked { by: None },
            Some(("revoked", by)) => {
                self.revoked.push((line, self.table.techniques.items.len(), by));
                Status::Revoked { by: None }
            }
            _ => return Err(Problem::Status),
        };
        let tactics = shared_ids(&self.table.tactics, tactics, Problem::UnknownTactic, |_| {})?;
        if tactics.is_empty() && status == Status::Live {
            return Err(Problem::NoTactic);
        }
        let parent = match ids::parent_id(id) {
            Some(parent) => Some(self.table.techniques.get(parent).ok_or(Problem::Parent)?),
            None => None,
        };
        let technique = Technique {
            id: id.into(),
            name: text(name, Problem::Name)?,
            tactics,
            parent: parent.map(|parent| Arc::clone(&parent.id)),
            status,
            stix: uuid(stix)?,
            full_name: parent.map(|parent| [&*parent.name, ": ", name].concat().into()),
            url: address(id, url)?,
            groups: Vec::new(),
        };
        self.table.techniques.push(Arc::clone(&technique.id), technique);
        Ok(())
    }

    fn group(&mut self, record: &str) -> Result<(), Problem> {
        let [id, stix, url, name, aliases, uses] = columns(record)?;
        let id: Arc<str> = id.into();
        let aliases = items(aliases, '|').map(|alias| text(alias, Problem::Alias));
        let mut places = Vec::new();
        let uses =
            shared_ids(&self.table.techniques, uses, Problem::UnknownTechnique, |place| places.push(place))?;
        let group = Group {
            id: Arc::clone(&id),
            name: text(name, Problem::Name)?,
            aliases: aliases.collect::<Result<_, _>>()?,
            uses,
            stix: uuid(stix)?,
            url: address(&id, url)?,
        };
        let group_place = self.table.groups.items.len();
        for place in places {
            if let Some(technique) = self.table.techniques.items.get_mut(place) {
                technique.groups.push(group_place);
            }
        }
        self.table.groups.push(id, group);
        Ok(())
    }

    /// Names the successors, all of which are known now.
    fn finish(mut self) -> Result<Catalogue, TableError> {
        for (line, place, by) in self.revoked {
            let by = self.table.techniques.find(by).map(|(by, _)| Arc::clone(by));
            let by = by.ok_or(TableError { line, kind: Problem::Successor })?;
            if let Some(technique) = self.table.techniques.items.get_mut(place) {
                technique.status = Status::Revoked { by: Some(by) };
            }
        }
        Ok(self.table)
    }
}

/// Whether a release has the form that tags carry.
fn is_release(release: &str) -> bool {
    release
        .strip_prefix("enterprise-v")
        .and_then(|version| version.split_once('.'))
        .is_some_and(|(major, minor)| is_number(major) && is_number(minor))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn counts(text: &str) -> Option<[usize; 3]> {
    let [tactics, techniques, groups] = columns(text).ok()?;
    Some([tactics.parse().ok()?, techniques.parse().ok()?, groups.parse().ok()?])
}

/// Exactly `N` columns.
fn columns<const N: usize>(record: &str) -> Result<[&str; N], Problem> {
    let mut columns = [""; N];
    let mut found = record.split('\t');
    for column in &mut columns {
        *column = found.next().ok_or(Problem::Columns)?;
    }
    if found.next().is_some() { Err(Problem::Columns) } else { Ok(columns) }
}

fn text(column: &str, problem: Problem) -> Result<Box<str>, Problem> {
    if column.is_empty() || column == EMPTY { Err(problem) } else { Ok(column.into()) }
}

fn uuid(column: &str) -> Result<Uuid, Problem> {
    Uuid::parse_str(column).map_err(|_| Problem::Uuid)
}

fn address(id: &str, column: &str) -> Result<Box<str>, Problem> {
    match column {
        EMPTY => Ok(ids::canonical_url(id).into()),
        url if url.starts_with("https://") => Ok(url.into()),
        _ => Err(Problem::Url),
    }
}

/// The items of a list column, none for an empty one.
fn items(column: &str, separator: char) -> impl Iterator<Item = &str> {
    column.split(separator).take(if column == EMPTY { 0 } else { usize::MAX })
}

/// A sorted list of ids that are all known; `found` gets the place of each.
fn shared_ids<T>(
    known: &Indexed<T>,
    column: &str,
    unknown: Problem,
    mut found: impl FnMut(usize),
) -> Result<Box<[Arc<str>]>, Problem> {
    let list: Vec<Arc<str>> = items(column, ',')
        .map(|id| {
            let (id, place) = known.find(id).ok_or(unknown)?;
            found(place);
            Ok(Arc::clone(id))
        })
        .collect::<Result<_, _>>()?;
    if list.is_sorted_by(|a, b| a < b) { Ok(list.into()) } else { Err(Problem::List) }
}
