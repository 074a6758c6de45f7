// SPDX-License-Identifier: AGPL-3.0-or-later
//! Stored messages, opened so that nothing but a stored message is ever read.
//!
//! The names come from events, the tree may be written by whoever broke into a decoy. So names are
//! checked by form; the kernel resolves them beneath the root without following any link
//! (`openat2`), or each folder is opened by itself without following links where the kernel has no
//! such call; and what was opened must be a regular file of one name and bounded size. A FIFO or
//! a device is never opened for reading, and an open never waits.

use std::fmt;
use std::fs::File;
use std::io::{self, Read as _};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

use rustix::fs::{FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use crate::vocab::Limits;

/// The folder of messages in a decoy's folder.
const FOLDER: &str = "smtp";
/// How often a resolution is tried again that a rename elsewhere on the machine disturbed.
const TRIES: usize = 64;

/// The root that stored messages are under: `<root>/<decoy>/smtp/<name>`.
///
/// # Example
///
/// ```
/// use decnet_ttp::event::mail::Artifacts;
/// use decnet_ttp::vocab::Limits;
///
/// let artifacts = Artifacts::open("/var/lib/decnet/artifacts".as_ref(), &Limits::default());
/// let error = artifacts.read("mx-01", "../../../../etc/shadow").unwrap_err();
/// assert!(error.is_name());
/// ```
#[derive(Clone, Debug)]
pub struct Artifacts {
    root: PathBuf,
    most: usize,
    by_hand: bool,
}

impl Artifacts {
    /// The messages under `root`. It is looked for on each read, so it may come later; links that
    /// lead to it are followed.
    pub fn open(root: &Path, limits: &Limits) -> Self {
        Self { root: root.to_owned(), most: limits.mail_bytes, by_hand: false }
    }

    /// Does without `openat2`, as where the kernel or a sandbox does not have it.
    #[must_use]
    pub const fn without_openat2(mut self) -> Self {
        self.by_hand = true;
        self
    }

    /// The bytes of a stored message.
    ///
    /// # Cost
    /// Some system calls and one read of the file; no more than [`Limits::mail_bytes`] are held.
    ///
    /// # Errors
    /// Names that are not of the right form, no such file, something that is not a plain file
    /// beneath the root, a file past the bound, reading that fails.
    pub fn read(&self, decky_id: &str, stored_as: &str) -> Result<Vec<u8>, ArtifactError> {
        if !is_decoy(decky_id) || !is_stored_name(stored_as) {
            return Err(ArtifactError::new(Reason::Name));
        }
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let root = rustix::fs::open(&self.root, flags, Mode::empty())?;
        // First without opening it for reading, which may wait or set off a device.
        self.check(self.open_beneath(&root, decky_id, stored_as, OFlags::PATH)?.as_fd())?;
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY;
        let file = self.open_beneath(&root, decky_id, stored_as, flags)?;
        // It may be another one by now.
        let bytes = self.check(file.as_fd())?;
        let mut content = Vec::with_capacity(bytes);
        let room = u64::try_from(self.most).unwrap_or(u64::MAX).saturating_add(1);
        File::from(file).take(room).read_to_end(&mut content)?;
        if content.len() > self.most { Err(ArtifactError::new(Reason::TooLarge)) } else { Ok(content) }
    }

    /// The size of a regular file of one name; anything else is refused.
    fn check(&self, file: BorrowedFd<'_>) -> Result<usize, ArtifactError> {
        let stat = rustix::fs::fstat(file)?;
        if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
            return Err(ArtifactError::new(Reason::NotAFile));
        }
        // A second name may be one outside the root.
        if stat.st_nlink != 1 {
            return Err(ArtifactError::new(Reason::Linked));
        }
        let size = usize::try_from(stat.st_size).ok().filter(|size| *size <= self.most);
        size.ok_or_else(|| ArtifactError::new(Reason::TooLarge))
    }

    fn open_beneath(
        &self,
        root: &OwnedFd,
        decky_id: &str,
        stored_as: &str,
        flags: OFlags,
    ) -> Result<OwnedFd, ArtifactError> {
        let flags = flags | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        if !self.by_hand
            && let Some(opened) = resolve(root, &format!("{decky_id}/{FOLDER}/{stored_as}"), flags)
        {
            return opened;
        }
        step_by_step(root, decky_id, stored_as, flags)
    }
}

/// Lets the kernel resolve a path beneath the root; `None` if it has no such call.
fn resolve(root: &OwnedFd, path: &str, flags: OFlags) -> Option<Result<OwnedFd, ArtifactError>> {
    let how = ResolveFlags::BENEATH
        | ResolveFlags::NO_SYMLINKS
        | ResolveFlags::NO_MAGICLINKS
        | ResolveFlags::NO_XDEV;
    let mut tries = TRIES;
    loop {
        match rustix::fs::openat2(root, path, flags, Mode::empty(), how) {
            Err(Errno::AGAIN | Errno::INTR) if tries > 0 => tries -= 1,
            // Sandboxes answer `EPERM` to calls that they don't know.
            Err(Errno::NOSYS | Errno::PERM) => return None,
            opened => return Some(opened.map_err(ArtifactError::from)),
        }
    }
}

/// Opens folder by folder, none through a link or on another file system.
fn step_by_step(
    root: &OwnedFd,
    decky_id: &str,
    stored_as: &str,
    flags: OFlags,
) -> Result<OwnedFd, ArtifactError> {
    let device = rustix::fs::fstat(root)?.st_dev;
    let step = |folder: &OwnedFd, name: &str, flags: OFlags| {
        let opened = rustix::fs::openat(folder, name, flags, Mode::empty())?;
        let is_same = rustix::fs::fstat(&opened)?.st_dev == device;
        if is_same { Ok(opened) } else { Err(ArtifactError::new(Reason::Escapes)) }
    };
    let folder = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let decoy = step(root, decky_id, folder)?;
    let messages = step(&decoy, FOLDER, folder)?;
    step(&messages, stored_as, flags)
}

/// `[a-z0-9][a-z0-9-]{0,62}`
fn is_decoy(name: &str) -> bool {
    let is_inner = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (1..=63).contains(&name.len()) && !name.starts_with('-') && name.as_bytes().iter().all(is_inner)
}

/// `YYYY-MM-DDTHH:MM:SSZ_<12 hex>_<1–255 of A-Z a-z 0-9 . _ ->`
fn is_stored_name(name: &str) -> bool {
    const FORM: &[u8] = b"0000-00-00T00:00:00Z_xxxxxxxxxxxx_";
    let Some((head, tail)) = name.as_bytes().split_at_checked(FORM.len()) else { return false };
    let fits = |(byte, form): (&u8, &u8)| match form {
        b'0' => byte.is_ascii_digit(),
        b'x' => byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'),
        _ => byte == form,
    };
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    head.iter().zip(FORM).all(fits) && (1..=255).contains(&tail.len()) && tail.iter().all(is_inner)
}

/// Why a stored message cannot be read; says nothing of the path.
#[derive(Debug)]
pub struct ArtifactError {
    reason: Reason,
    source: Option<io::Error>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    Name,
    Missing,
    Escapes,
    NotAFile,
    Linked,
    TooLarge,
    Io,
}

impl ArtifactError {
    const fn new(reason: Reason) -> Self {
        Self { reason, source: None }
    }

    /// A stable word for counting: `name`, `missing`, `escapes`, `not_a_file`, `linked`,
    /// `too_large` or `io`.
    pub const fn reason(&self) -> &'static str {
        match self.reason {
            Reason::Name => "name",
            Reason::Missing => "missing",
            Reason::Escapes => "escapes",
            Reason::NotAFile => "not_a_file",
            Reason::Linked => "linked",
            Reason::TooLarge => "too_large",
            Reason::Io => "io",
        }
    }

    /// Whether a name is not of the form that decoys give.
    pub const fn is_name(&self) -> bool {
        matches!(self.reason, Reason::Name)
    }

    /// Whether nothing has that name.
    pub const fn is_missing(&self) -> bool {
        matches!(self.reason, Reason::Missing)
    }

    /// Whether what has the name is refused: a link, a way out of the root, a folder, a FIFO, a
    /// device, a file with a second name.
    pub const fn is_hostile(&self) -> bool {
        matches!(self.reason, Reason::Escapes | Reason::NotAFile | Reason::Linked)
    }

    /// Whether the message is past the bound.
    pub const fn is_too_large(&self) -> bool {
        matches!(self.reason, Reason::TooLarge)
    }
}

impl From<Errno> for ArtifactError {
    fn from(errno: Errno) -> Self {
        let reason = match errno {
            Errno::NOENT => Reason::Missing,
            Errno::LOOP | Errno::XDEV | Errno::NOTDIR | Errno::AGAIN => Reason::Escapes,
            Errno::ISDIR | Errno::NXIO | Errno::NODEV => Reason::NotAFile,
            // A name that no file system takes is the name of nothing.
            Errno::NAMETOOLONG => Reason::Missing,
            _ => Reason::Io,
        };
        Self { reason, source: Some(errno.into()) }
    }
}

impl From<io::Error> for ArtifactError {
    fn from(error: io::Error) -> Self {
        Self { reason: Reason::Io, source: Some(error) }
    }
}

impl fmt::Display for ArtifactError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.reason {
            Reason::Name => "not a name that decoys give",
            Reason::Missing => "no such stored message",
            Reason::Escapes => "the name leads through a link or out of the root",
            Reason::NotAFile => "not a regular file",
            Reason::Linked => "the file has another name, too",
            Reason::TooLarge => "the stored message is too large",
            Reason::Io => "the stored message cannot be read",
        })
    }
}

impl std::error::Error for ArtifactError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_ref().map(|error| error as &(dyn std::error::Error + 'static))
    }
}
