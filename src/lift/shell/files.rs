// SPDX-License-Identifier: AGPL-3.0-or-later
//! Files that patterns and relative paths are tried against: those whose names an attacker would hide.

use bumpalo::Bump;
use bumpalo::collections::Vec as ArenaVec;

use super::{glob, paths};

/// Folders of programs.
const FOLDERS: [&str; 7] =
    ["/bin/", "/usr/bin/", "/sbin/", "/usr/sbin/", "/usr/local/bin/", "/usr/local/sbin/", "/opt/bin/"];

/// Programs, in `/bin` and `/usr/bin` alike; in the order of a shell, which runs the first that fits.
static PROGRAMS: [&str; 237] = split(concat!(
    "apt apt-get arp ash at awk base32 base64 bash blkid busybox bzip2 cat chage chattr chgrp chmod ",
    "chown chpasswd cp cpio cron crontab curl cut dash dd df dig dmesg docker du echo env ethtool expr ",
    "fdisk file find free ftp ftpget ftpput fuser gawk gcc gdb getcap getent git gpasswd gpg grep ",
    "groupadd groups gunzip gzip halt head history host hostname hping3 id ifconfig init insmod ip ",
    "iptables iwconfig journalctl kill killall kmod ksh kubectl last lastb lastlog ldapsearch less ln ",
    "locate login logname ls lsattr lsblk lscpu lshw lsmod lsof lspci lsusb lua make masscan md5sum ",
    "mkdir mkfifo mkfs mknod mktemp modprobe more mount mv mysql nano nc ncat net netcat netstat nft ",
    "nice nmap node nohup nproc nsenter nslookup ntpdate od openssl passwd perl pgrep php pidof ping pip ",
    "pkexec pkill poweroff printenv printf ps psql pwd python python2 python3 readlink reboot redis-cli ",
    "renice rev rm rmdir rmmod route rpm rsync ruby scp screen sed service sestatus setcap setenforce ",
    "setfacl setsid sftp sh sha256sum showmount shred shutdown smbclient smbmap socat sort split ss ssh ",
    "ssh-keygen sshpass stat strace strings stty su sudo swapoff sync sysctl systemctl systemd-run tac ",
    "tail tar taskset tcpdump tee telinit telnet tftp timeout tmux top touch tr traceroute truncate ufw ",
    "umount uname unlink unshare unzip update-rc.d uptime useradd userdel usermod vi vim vmstat w watch ",
    "wc wget whereis which who whoami wipefs xargs xxd xz yum zcat zip zmap zsh",
));

/// Files that say much of a system, or change it.
static FILES: [&str; 75] = split(concat!(
    "/etc/passwd /etc/shadow /etc/gshadow /etc/group /etc/sudoers ",
    "/etc/sudoers.d /etc/crontab /etc/anacrontab /etc/cron.d /etc/cron.daily /etc/cron.hourly /etc/fstab ",
    "/etc/hosts /etc/hosts.allow /etc/hosts.deny /etc/hostname /etc/inittab /etc/init.d /etc/issue ",
    "/etc/krb5.conf /etc/krb5.keytab /etc/kubernetes/admin.conf /etc/ld.so.preload /etc/ld.so.conf ",
    "/etc/login.defs /etc/machine-id /etc/modules /etc/motd /etc/os-release /etc/pam.d /etc/pam.d/sshd ",
    "/etc/profile /etc/profile.d /etc/bash.bashrc /etc/rc.d/rc.local /etc/rc.local /etc/resolv.conf ",
    "/etc/securetty /etc/security/opasswd /etc/selinux/config /etc/ssh /etc/ssh/sshd_config ",
    "/etc/systemd/system /etc/audit/auditd.conf /proc/cpuinfo /proc/meminfo /proc/mounts /proc/net/arp ",
    "/proc/net/tcp /proc/version /proc/sysrq-trigger /run/docker.sock /var/run/docker.sock ",
    "/var/run/secrets/kubernetes.io/serviceaccount/token /var/log/auth.log /var/log/btmp ",
    "/var/log/lastlog /var/log/messages /var/log/secure /var/log/syslog /var/log/wtmp /var/log/audit ",
    "/var/log/audit/audit.log /var/spool/cron /var/spool/cron/crontabs /var/spool/cron/crontabs/root ",
    "/var/spool/cron/root /dev/mem /dev/null /dev/sda /dev/sdb /dev/urandom /dev/vda /dev/zero ",
    "/dev/nvme0n1",
));

/// The same in a home folder.
static OWN: [&str; 30] = split(concat!(
    ".ssh/authorized_keys .ssh/authorized_keys2 .ssh/config .ssh/id_dsa .ssh/id_ecdsa .ssh/id_ed25519 ",
    ".ssh/id_rsa .ssh/known_hosts .aws/config .aws/credentials .azure/accessTokens.json .bash_history ",
    ".bash_profile .bashrc .config/gcloud/credentials.db .docker/config.json .git-credentials .gnupg ",
    ".kube/config .mysql_history .my.cnf .netrc .pgpass .profile .ssh .aws .viminfo .vnc/passwd ",
    ".zsh_history .zshrc",
));

/// Folders that most systems have, in the order of a shell.
static PLACES: [&str; 29] = split(concat!(
    "/bin /boot /dev /dev/shm /etc /home /lib /media /mnt /opt /proc /root /run /sbin /srv /sys /tmp ",
    "/usr /usr/bin /usr/lib /usr/local/bin /usr/sbin /var /var/lib /var/log /var/run /var/tmp /var/www ",
    "/var/www/html",
));

/// Files that one pattern may stand for.
const FOUND_MAX: usize = 4;

/// Bytes of a pattern that is tried.
const PATTERN_MAX: usize = 256;

/// Homes that paths are written with.
const HOMES: [&str; 2] = ["~/", "/root/"];

/// The names in a text, which has as many.
#[expect(clippy::indexing_slicing, reason = "constant evaluation would not build if it were out of bounds")]
const fn split<const N: usize>(text: &'static str) -> [&'static str; N] {
    let mut names = [""; N];
    let (mut rest, mut count, mut at) = (text, 0, 0);
    while at < rest.len() {
        if rest.as_bytes()[at] == b' ' {
            let (name, after) = rest.split_at(at);
            names[count] = name;
            (rest, count, at) = (after.split_at(1).1, count + 1, 0);
        } else {
            at += 1;
        }
    }
    assert!(count + 1 == N);
    names[count] = rest;
    names
}

/// Whether a path is one of those.
pub(super) fn is_known(path: &str) -> bool {
    FILES.contains(&path)
        || PLACES.contains(&path)
        || HOMES.iter().any(|home| path.strip_prefix(home).is_some_and(|path| OWN.contains(&path)))
}

/// Whether one of those has that name, or ends in it.
pub(super) fn is_known_name(name: &str) -> bool {
    let name = name.as_bytes();
    let ends = |file: &&str| {
        let file = file.as_bytes();
        // Last bytes differ sooner than whole names.
        file.last() == name.last() && file.ends_with(name)
    };
    name.len() > 2 && (FILES.iter().any(ends) || OWN.iter().any(ends) || PLACES.iter().any(ends))
}

/// A program's word without the folder, if that is one of the system's.
pub(super) fn without_folder(program: &str) -> &str {
    let name = FOLDERS.iter().find_map(|folder| program.strip_prefix(folder)).unwrap_or(program);
    if name.is_empty() || name.contains('/') { program } else { name }
}

/// Whether a pattern names a file closely enough to stand for few: its last part has a letter.
pub(super) fn is_named(pattern: &str) -> bool {
    pattern.bytes().rev().take_while(|byte| *byte != b'/').any(|byte| byte.is_ascii_alphanumeric())
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
    if !is_named(pattern) || pattern.len() > PATTERN_MAX || pattern.contains([' ', '\n', '=']) {
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
    if !found.is_empty() || !whole.starts_with(['/', '~']) {
        return found;
    }
    for file in FILES.iter().chain(&PLACES).filter(|file| file.starts_with('/') == whole.starts_with('/')) {
        if found.len() < FOUND_MAX && glob::fits(whole, file, true, fuel) {
            found.push(*file);
        }
    }
    own(whole, fuel, arena, &mut found);
    if found.is_empty() && whole.starts_with('/') {
        placed(whole, fuel, arena, &mut found);
    }
    if found.is_empty() && !is_program {
        program(whole, fuel, arena, &mut found);
    }
    found
}

/// The files of a home folder that a pattern fits.
fn own<'a>(pattern: &str, fuel: &mut usize, arena: &'a Bump, found: &mut ArenaVec<'a, &'a str>) {
    for home in HOMES {
        let depth = home.bytes().filter(|byte| *byte == b'/').count();
        let cut = pattern.match_indices('/').nth(depth - 1).map(|(at, _)| at + 1);
        let Some((head, rest)) = cut.and_then(|at| pattern.split_at_checked(at)) else { continue };
        if !glob::fits(head, home, true, fuel) {
            continue;
        }
        for file in OWN {
            if found.len() < FOUND_MAX && glob::fits(rest, file, true, fuel) {
                found.push(super::field::concat(&[home, file], arena));
            }
        }
    }
}

/// The file in the one known folder that a pattern fits, if only the folder is a pattern.
fn placed<'a>(pattern: &str, fuel: &mut usize, arena: &'a Bump, found: &mut ArenaVec<'a, &'a str>) {
    let Some((folder, name)) = pattern.rsplit_once('/').filter(|(_, name)| !is_pattern(name)) else { return };
    let mut fit = PLACES.iter().filter(|place| glob::fits(folder, place, true, fuel));
    if let (Some(place), None) = (fit.next(), fit.next()) {
        found.push(super::field::concat(&[place, "/", name], arena));
    }
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// The program that a pattern fits; a bare name only if each wildcard is a set, like `[c]at`.
fn program<'a>(pattern: &str, fuel: &mut usize, arena: &'a Bump, found: &mut ArenaVec<'a, &'a str>) {
    let Some((folder, name)) = pattern.rsplit_once('/') else {
        if !pattern.contains(['*', '?']) {
            found.extend(PROGRAMS.iter().find(|name| glob::fits(pattern, name, true, fuel)));
        }
        return;
    };
    for place in ["/bin", "/usr/bin"] {
        if glob::fits(folder, place, true, fuel)
            && let Some(program) = PROGRAMS.iter().find(|program| glob::fits(name, program, true, fuel))
        {
            return found.push(super::field::concat(&[place, "/", program], arena));
        }
    }
}
