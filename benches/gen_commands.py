# SPDX-License-Identifier: AGPL-3.0-or-later
"""Writes native command events to standard output, the same ones for the same arguments.

    python3 benches/gen_commands.py [COUNT] [--distinct] [--match-percent N] > events.ndjson

The command lines are those of rules/corpus/command.jsonl: by default 97 of 100 are benign ones, as
on a host that is not under attack. With --distinct every command line is one that was not there
before, which a cache or a warm automaton cannot flatter.
"""

import argparse
import json
import random
from pathlib import Path

parser = argparse.ArgumentParser()
parser.add_argument("count", nargs="?", type=int, default=100_000)
parser.add_argument("--distinct", action="store_true")
parser.add_argument("--match-percent", type=int, default=3)
args = parser.parse_args()

corpus = Path(__file__).parent.parent / "rules" / "corpus" / "command.jsonl"
lines = [json.loads(line) for line in corpus.read_text().splitlines() if line.startswith("{")]
benign = [line["payload"]["command_text"] for line in lines if not line["expect"]]
tagged = [line["payload"]["command_text"] for line in lines if line["expect"]]

rng = random.Random(20260502)
for n in range(args.count):
    command = rng.choice(tagged if rng.randrange(100) < args.match_percent else benign)
    if args.distinct:
        command = f"{command} # {rng.getrandbits(48):x}"
    session = f"{rng.getrandbits(48):012x}"
    event = {
        "source_kind": "command",
        "source_id": f"{session}#{n % 64}",
        "attacker_uuid": f"{rng.getrandbits(32):08x}-0000-5000-8000-{rng.getrandbits(48):012x}",
        "session_id": session,
        "decky_id": f"web{n % 7:02}",
        "ts": f"2026-05-02T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}Z",
        "payload": {"command_text": command, "uid": "0", "user": "root", "src": "203.0.113.7", "pwd": "/root"},
    }
    print(json.dumps(event, separators=(",", ":"), ensure_ascii=False))
