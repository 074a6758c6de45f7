# SPDX-License-Identifier: AGPL-3.0-or-later
# shellcheck shell=bash
#
# Records samples/cowrie.json: runs Cowrie on loopback, attacks it with attack_cowrie.py,
# copies the log it wrote, unchanged. Run as root on Debian 12, after apt-get update:
#
#     bash samples/record_cowrie.sh [OUTPUT] [FOLDER]
#
# Cowrie and its attackers live in a network namespace with a loopback interface and nothing
# else, so nothing leaves the machine. Cowrie fetches only from addresses it holds for public;
# 192.0.0.9 (reserved by the IETF for a protocol, no host's address) is one, so the namespace
# has it on loopback too, for the web server that the bots download from.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
output=$(realpath "${1:-$here/cowrie.json}")
home=${2:-/opt/cowrie}
venv=$home/venv
pot=$home/pot
files=$home/files

# Becomes Cowrie's user in the folder $1 to run the rest: exec'd, so that $! is its own id.
as_cowrie_in() {
  cd "$1"
  shift
  exec setpriv --reuid cowrie --regid cowrie --init-groups \
    env HOME="$home" PATH="$venv/bin:/usr/bin:/bin" "$@"
}

install_tools() {
  apt-get install -y --no-install-recommends \
    curl iproute2 openssh-client python3-venv sshpass telnet >/dev/null
  id cowrie >/dev/null 2>&1 || useradd --system --no-create-home --shell /bin/bash cowrie
  mkdir -p "$home"
  if [ ! -x "$venv/bin/cowrie" ]; then
    /usr/bin/python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet cowrie==3.1.4 paramiko==5.1.0 pexpect==4.9.0
  fi
}

configure() {
  rm -rf "$pot" "$files"
  mkdir -p "$pot" "$files/bins"
  chown cowrie: "$pot"
  (as_cowrie_in "$pot" cowrie init >/dev/null)
  cat >"$pot/etc/cowrie.cfg" <<'CFG'
[honeypot]
sensor_name = honeypot-01
hostname = web-03

[ssh]
listen_endpoints = tcp:2222:interface=127.0.0.1

[telnet]
enabled = true
listen_endpoints = tcp:2223:interface=127.0.0.1
CFG
  # The first match decides; what no line grants is refused.
  cat >"$pot/etc/userdb.txt" <<'USERS'
root:x:!123456
root:x:admin
root:x:1qaz2wsx
root:x:Passw0rd
root:x:xc3511
admin:x:admin
ubuntu:x:ubuntu
deploy:x:Sommer2024
USERS
  # What the bots fetch: plain text, and nothing that does harm where it runs.
  for name in bins/x86_64 bins/arm7 bins.sh miner linpeas.sh; do
    echo "# placeholder for $name: a harmless text file" >"$files/$name"
  done
  printf '#!/bin/sh\nuname -a\nid\n' >"$files/setup.sh"
}

attack() {
  ip link set lo up
  ip address add 192.0.0.9/32 dev lo
  sysctl -q -w net.ipv4.ip_unprivileged_port_start=0
  printf '127.0.0.1 localhost\n192.0.0.9 cdn.example update.example\n' >"$home/hosts"
  mount --bind "$home/hosts" /etc/hosts

  as_cowrie_in "$files" /usr/bin/python3 -m http.server --bind 192.0.0.9 80 \
    >"$home/http.log" 2>&1 &
  web=$!
  # A child, not a daemon, so that its id is known.
  COWRIE_STDOUT=yes as_cowrie_in "$pot" cowrie start >"$home/cowrie.log" 2>&1 &
  cowrie=$!
  trap 'kill "$cowrie" "$web"; wait "$cowrie" "$web" || true' EXIT
  for _ in $(seq 60); do
    ss -Hltn 'sport = :2222 or sport = :2223' | grep -c . | grep -qx 2 && break
    sleep 0.5
  done
  LANG=en_US.UTF-8 PYTHONCOERCECLOCALE=0 PYTHONUTF8=1 "$venv/bin/python" "$here/attack_cowrie.py"
}

if [ "${RECORD_COWRIE_INSIDE:-}" = 1 ]; then
  attack
else
  install_tools
  configure
  RECORD_COWRIE_INSIDE=1 unshare --net --mount bash "${BASH_SOURCE[0]}" "$output" "$home"
  install -m 644 "$pot/var/log/cowrie/cowrie.json" "$output"
fi
