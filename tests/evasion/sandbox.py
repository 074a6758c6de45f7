# SPDX-License-Identifier: AGPL-3.0-or-later
"""Runs command lines by real shells where every tool is a stub that logs its arguments.

The root is a small tree of its own in memory (`unshare -rmn`, then chroot): `cat`, `wget` and the
rest are one script, whichever path they are called by. Only shells, wrappers (env, nohup, ...) and
the pure text tools that computed lines need (base64, rev, tr, xxd, printf) are real. There is no
network, and a line has five seconds.
"""
import json
import os
import pathlib
import pty
import select
import shutil
import signal
import subprocess
import sys
import time

SECONDS_MAX = 5.0
ROOT = "/tmp"  # of the namespace: a tmpfs is mounted over it
HIDDEN = "/.real"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
REAL = (
    "base64 rev tr xxd printf env nohup timeout nice setsid xargs echo stdbuf ionice true false bash dash"
).split()
WRAPPERS = "sudo doas busybox".split()
MUTABLE = ("/root", "/tmp", "/etc", "/var", "/dev", "/home")

STUB = r"""#!/.real/dash
name=${0##*/}
log=/.real/log/$$
printf '%s\0' "$name" "$(pwd -P)" "$@" >"$log"
case $name in
    crontab|chpasswd) while IFS= read -r line; do printf 'stdin:%s\0' "$line" >>"$log"; done ;;
    curl) echo __fetched__ ;;
esac
exit 0
"""
# Runs the command that is left when its own options are gone; logs itself where none is.
WRAPPER = r"""#!/.real/dash
name=${0##*/}
for argument; do
    case $argument in
        -l|-s|-i) printf '%s\0' "$name" "$(pwd -P)" "$@" >/.real/log/$$; exit 0 ;;
        -*) ;;
        *) break ;;
    esac
done
while :; do
    case ${1-} in
        -u|-g|-p) shift 2 ;;
        -*|*=*) shift ;;
        *) break ;;
    esac
done
exec "$@"
"""
RC = "enable -n history\n"
READLINE_RC = RC + "unset HISTFILE\nset +H\nbind 'set enable-bracketed-paste off'\nPS1='READY> '\nPS2=\n"

FILES = {
    "/root": ".bashrc .bash_history .profile .ssh/id_rsa .ssh/id_rsa.pub .ssh/known_hosts .ssh/authorized_keys"
    " .aws/credentials .aws/config notes.txt",
    "/etc": "passwd passwd- shadow shadow- group group- gshadow gshadow- hosts hostname hosts.allow hosts.deny"
    " fstab profile shells services protocols networks motd issue issue.net crontab sudoers login.defs"
    " ld.so.conf ld.so.cache nsswitch.conf resolv.conf timezone adduser.conf bash.bashrc environment"
    " host.conf inputrc machine-id mime.types mtab os-release rc.local securetty subuid subgid sysctl.conf"
    " ssh/sshd_config ssh/ssh_config ssl/openssl.cnf security/limits.conf skel/.profile"
    " init.d/ssh init.d/cron cron.d/e2scrub cron.daily/apt network/interfaces pam.d/common-auth",
    "/var": "log/auth.log log/syslog log/wtmp log/lastlog lib/dpkg/status spool/cron/crontabs/root"
    " backups/passwd.bak www/html/index.html",
    "/tmp": "x x.c x.so sh rk.ko",
    "/dev": "sda sda1 sdb",
    "/home": "admin/.profile",
}


def build(names):
    """Makes the tree below ROOT and enters it."""
    real = {name: shutil.which(name) for name in REAL}
    missing = [name for name, path in real.items() if path is None]
    if missing:
        raise SystemExit(f"the sandbox needs {' '.join(missing)} (apt-get install dash xxd bsdextrautils)")
    run("mount", "-t", "tmpfs", "tmpfs", ROOT)
    for folder in ("usr/bin", "usr/lib", "usr/lib64", "usr/local/bin", "proc", "dev/shm", HIDDEN[1:] + "/log", "run"):
        os.makedirs(f"{ROOT}/{folder}")
    for link in ("bin", "sbin", "usr/sbin", "usr/local/sbin"):
        os.symlink("/usr/bin", f"{ROOT}/{link}")
    for folder in ("lib", "lib64"):
        os.symlink(f"/usr/{folder}", f"{ROOT}/{folder}")
        if os.path.isdir(f"/usr/{folder}"):
            run("mount", "--rbind", f"/usr/{folder}", f"{ROOT}/usr/{folder}")
    run("mount", "--rbind", "/proc", f"{ROOT}/proc")
    for device in ("null", "zero", "urandom", "tty"):
        pathlib.Path(f"{ROOT}/dev/{device}").touch()
        run("mount", "--bind", f"/dev/{device}", f"{ROOT}/dev/{device}")
    os.makedirs(f"{ROOT}/dev/pts")
    run("mount", "-t", "devpts", "-o", "newinstance,ptmxmode=0666", "devpts", f"{ROOT}/dev/pts")
    os.symlink("pts/ptmx", f"{ROOT}/dev/ptmx")
    for name, target in (("fd", "fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")):
        os.symlink(f"/proc/self/{target}", f"{ROOT}/dev/{name}")
    for name, path in real.items():
        shutil.copy(path, f"{ROOT}{HIDDEN}/{name}")
    script("stub", STUB)
    script("wrapper", WRAPPER)
    pathlib.Path(f"{ROOT}{HIDDEN}/rc").write_text(RC)
    pathlib.Path(f"{ROOT}{HIDDEN}/readline.rc").write_text(READLINE_RC)
    for name in sorted(set(names) | set(REAL) | set(WRAPPERS) | {"sh", "__fetched__"}):
        kind = name if name in REAL else "wrapper" if name in WRAPPERS else "dash" if name == "sh" else "stub"
        # Copied, not linked: a shell names itself by the path it was called by.
        shutil.copy(f"{ROOT}{HIDDEN}/{kind}", f"{ROOT}/usr/bin/{name}")
    os.chroot(ROOT)
    os.chdir("/")


def script(name, text):
    path = pathlib.Path(f"{ROOT}{HIDDEN}/{name}")
    path.write_text(text)
    path.chmod(0o755)


def run(*argv):
    subprocess.run(argv, check=True)


def fresh():
    """Puts the files back as they were, and empties the log."""
    for folder in MUTABLE:
        known = {f"{folder}/{name}" for name in FILES.get(folder, "").split()}
        for path in changed_files(folder):
            if path not in known:
                os.unlink(path)
        for path in known:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if not os.path.isfile(path) or os.path.getsize(path) != 0:
                open(path, "w").close()
    for name in os.listdir(f"{HIDDEN}/log"):
        os.unlink(f"{HIDDEN}/log/{name}")


def changed_files(folder):
    for where, folders, files in os.walk(folder):
        if where in ("/dev/pts", "/dev/shm"):
            continue
        for name in files:
            path = f"{where}/{name}"
            if os.path.isfile(path) and not os.path.islink(path):
                yield path


def written():
    """What the line wrote: path and text of each file that is not empty any more."""
    found = {}
    for folder in MUTABLE:
        for path in changed_files(folder):
            with open(path, "rb") as file:
                text = file.read(4096).decode("utf-8", "replace")
            if text:
                found[path] = text
    return found


def resolved(argument, where):
    """An argument with its paths made absolute and clean."""
    head, sign, tail = argument.partition("=")
    if sign and tail.startswith("/"):
        return head + sign + os.path.realpath(tail)
    if argument.startswith("/"):
        return os.path.realpath(argument) + ("/" if argument.endswith("/") and len(argument) > 1 else "")
    near = os.path.join(where, argument)
    if argument and not argument.startswith("-") and "://" not in argument and os.path.exists(near):
        return os.path.realpath(near)
    return argument


def logged():
    found = []
    for name in os.listdir(f"{HIDDEN}/log"):
        with open(f"{HIDDEN}/log/{name}", "rb") as file:
            fields = file.read().decode("utf-8", "replace").split("\0")[:-1]
        found.append([fields[0]] + [resolved(field, fields[1]) for field in fields[2:]])
    return sorted(found)


ENV = {"PATH": PATH, "HOME": "/root", "USER": "root", "LOGNAME": "root", "LC_ALL": "C.UTF-8", "TERM": "dumb"}


def run_line(line, shell):
    """The argument vectors that were run and the files that were written, or None if time ran out."""
    fresh()
    read_end, write_end = os.pipe()  # held by everything that the line starts: its end is their end
    env = dict(ENV, BASH_ENV=f"{HIDDEN}/rc")
    argv = ["/bin/dash" if shell == "dash" else "/bin/bash"]
    feed = None
    if shell == "bash-stdin":
        feed = line.encode()
    elif shell == "bash-readline":
        return with_readline(line, read_end, write_end)
    else:
        argv += ["-c", line]
    child = subprocess.Popen(
        argv, env=env, cwd="/root", pass_fds=(write_end,), start_new_session=True,
        stdin=subprocess.PIPE if feed is not None else subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    os.close(write_end)
    if feed is not None:
        try:
            child.stdin.write(feed + b"\n")
            child.stdin.close()
        except BrokenPipeError:
            pass
    done = ended(read_end, time.monotonic() + SECONDS_MAX)
    if not done:
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    return (logged(), written()) if done else None


def ended(read_end, deadline):
    ready, _, _ = select.select([read_end], [], [], max(0.0, deadline - time.monotonic()))
    os.close(read_end)
    return bool(ready)


def with_readline(line, read_end, write_end):
    """Types the line at an interactive bash, so that its line editor sees the keys."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.set_inheritable(write_end, True)
        os.chdir("/root")
        os.execve("/bin/bash", ["bash", "--rcfile", f"{HIDDEN}/readline.rc", "-i"], ENV)
    os.close(write_end)
    deadline = time.monotonic() + SECONDS_MAX
    # The first prompt, then one after the line.
    for keys in (line.encode() + b"\n", b"exit\n"):
        if not prompted(terminal, deadline):
            break
        os.write(terminal, keys)
    while read_some(terminal, deadline):
        pass
    done = ended(read_end, deadline)
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    os.waitpid(pid, 0)
    os.close(terminal)
    return (logged(), written()) if done else None


def prompted(terminal, deadline):
    seen = b""
    while not seen.endswith(b"READY> "):
        some = read_some(terminal, deadline)
        if not some:
            return False
        seen += some
    return True


def read_some(terminal, deadline):
    ready, _, _ = select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))
    try:
        return os.read(terminal, 4096) if ready else b""
    except OSError:
        return b""


def serve(names):
    """One JSON request a line, one answer a line."""
    build(names)
    for request in sys.stdin:
        request = json.loads(request)
        print(json.dumps(run_line(request["line"], request["shell"])), flush=True)


class Sandbox:
    """The other side of `serve`."""

    def __init__(self):
        self.process = subprocess.Popen(
            ["unshare", "-rmn", sys.executable, os.path.abspath(__file__)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )

    def run(self, line, shell):
        self.process.stdin.write(json.dumps({"line": line, "shell": shell}) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline() or "null")

    def close(self):
        self.process.stdin.close()
        self.process.wait()


if __name__ == "__main__":
    here = pathlib.Path(__file__).resolve().parent
    serve((here / "tools.txt").read_text().split())
