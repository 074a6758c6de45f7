// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files that patterns and relative paths are tried against: those whose names an attacker would hide.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::{glob, paths};

/// Folders of programs.
const FOLDERS: [&str; 7] =
    ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/", "/opt/bin/"];

/// Programs, in `/bin` and `/usr/bin` alike.
const PROGRAMS: [&str; 42] = [
    "base64", "bash", "busybox", "cat", "chattr", "chmod", "chpasswd", "cp", "crontab", "curl", "dash", "dd",
    "find", "ftpget", "head", "id", "ip", "kill", "ls", "nc", "netstat", "passwd", "perl", "pkill", "ps",
    "python", "python3", "rm", "scp", "sh", "ssh", "sudo", "tail", "tar", "tee", "tftp", "uname", "useradd",
    "wget", "whoami", "xxd", "ncat",
];

/// Files that say much of a system, or change it.
const FILES: [&str; 34] = [
    "/etc/passwd",
    "/etc/shadow",
    "/etc/gshadow",
    "/etc/group",
    "/etc/sudoers",
    "/etc/crontab",
    "/etc/hosts",
    "/etc/hostname",
    "/etc/issue",
    "/etc/os-release",
    "/etc/resolv.conf",
    "/etc/ld.so.preload",
    "/etc/rc.local",
    "/etc/profile",
    "/etc/bash.bashrc",
    "/etc/ssh/sshd_config",
    "/etc/security/opasswd",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/version",
    "/proc/mounts",
    "/root/.ssh/authorized_keys",
    "/root/.ssh/id_rsa",
    "/root/.bash_history",
    "/root/.bashrc",
    "~/.ssh/authorized_keys",
    "~/.ssh/id_rsa",
    "~/.bash_history",
    "~/.bashrc",
    "~/.profile",
    "/var/log/auth.log",
    "/var/log/wtmp",
    "/var/log/lastlog",
    "/var/spool/cron/crontabs/root",
];

/// Files that one pattern may stand for.
const FOUND_MAX: usize = 4;

/// Whether a path is one of those.
pub(super) fn is_known(path: &str) -> bool {
    FILES.contains(&path)
}

/// Whether one of those has that name, or ends in it.
pub(super) fn is_known_name(name: &str) -> bool {
    let name = name.as_bytes();
    let ends = |file: &&str| {
        let file = file.as_bytes();
        // Last bytes differ sooner than whole names.
        file.last() == name.last() && file.ends_with(name)
    };
    name.len() > 2 && FILES.iter().any(ends)
}

/// A program's word without the folder, if that is one of the system's.
pub(super) fn without_folder(program: &str) -> &str {
    let name = FOLDERS.iter().find_map(|folder| program.strip_prefix(folder)).unwrap_or(program);
    if name.is_empty() || name.contains('/') { program } else { name }
}

/// The known files that a pattern fits, if it names them closely: its last part has a letter.
pub(super) fn expand<'a>(
    pattern: &'a str,
    folder: Option<&str>,
    is_program: bool,
    fuel: &mut usize,
    arena: &'a Bump,
) -> ArenaVec<'a, &'a str> {
    let mut found = ArenaVec::new_in(arena);
    let last = pattern.rsplit('/').next().unwrap_or(pattern);
    if !last.contains(|c: char| c.is_ascii_alphanumeric()) || pattern.contains([' ', '\n', '=']) {
        return found;
    }
    let rooted = pattern.starts_with(['/', '~']);
    let whole = match folder.filter(|_| !rooted) {
        Some(folder) => paths::join(folder, pattern, arena),
        None => pattern,
    };
    if is_program {
        program(whole, fuel, arena, &mut found);
    }
    if found.is_empty() && whole.starts_with(['/', '~']) {
        for file in FILES.iter().filter(|file| file.starts_with('/') == whole.starts_with('/')) {
            if found.len() < FOUND_MAX && glob::fits(whole, file, true, fuel) {
                found.push(*file);
            }
        }
    }
    found
}

/// The program that a pattern fits; a bare name only if each wildcard is a set, like `[c]at`.
fn program<'a>(pattern: &str, fuel: &mut usize, arena: &'a Bump, found: &mut ArenaVec<'a, &'a str>) {
    if !pattern.contains('/') {
        if !pattern.contains(['*', '?']) {
            found.extend(PROGRAMS.iter().find(|name| glob::fits(pattern, name, true, fuel)));
        }
        return;
    }
    for folder in ["/bin", "/usr/bin"] {
        for name in PROGRAMS {
            if pattern.matches('/').count() == folder.matches('/').count() + 1 {
                let path = paths::join(folder, name, arena);
                if glob::fits(pattern, path, true, fuel) {
                    return found.push(path);
                }
            }
        }
    }
}
