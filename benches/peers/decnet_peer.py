# SPDX-License-Identifier: AGPL-3.0-or-later
"""Evaluates command events with the Python package `decnet`, or with `re` alone.

    python3 decnet_peer.py VENV MODE ROOT LANE

VENV is a virtual environment, made and filled where it is missing. MODE is `re`, `engine` or
`tagger`, with `-values` (events are read before the clock starts) or `-lines`. ROOT is a folder
with `rules/ttp/*.yaml`, where the package looks for rules, and LANE a file of native events.

The script answers on standard output, one JSON object a line. The first says what was loaded.
Then each line `run` on standard input is one evaluation of the lane, answered with CPU seconds and
the number of results, and `matches` is answered with the pairs of event and rule.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

PACKAGE = "decnet==1.0.0"
PAGES = "https://attack.mitre.org/techniques/"


def enter(venv: Path) -> None:
    """Goes on in the virtual environment."""
    python = venv / "bin" / "python"
    done = venv / "peers-installed"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True, stdout=sys.stderr)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", PACKAGE], check=True, stdout=sys.stderr)
        done.write_text(PACKAGE)
    if Path(sys.prefix).resolve() != venv.resolve():
        os.execv(str(python), [str(python), *sys.argv])


def peak_bytes() -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    return 0


def load_re(root: Path):
    import yaml

    files = [yaml.safe_load(path.read_text()) for path in sorted(root.glob("rules/ttp/*.yaml"))]
    patterns = [(rule["rule_id"], re.compile(rule["match"]["pattern"]).search) for rule in files]

    def run(events, found):
        for number, event in enumerate(events):
            text = event["payload"]["command_text"]
            for rule_id, search in patterns:
                if search(text) is not None:
                    found.append((number, rule_id))

    return len(patterns), lambda event: event, run


def load_decnet(root: Path, whole: bool):
    from decnet.ttp.base import TaggerEvent
    from decnet.ttp.factory import get_tagger
    from decnet.ttp.impl import rule_engine
    from decnet.ttp.store.factory import get_rule_store

    def event_of(event):
        return TaggerEvent(
            source_kind=event["source_kind"],
            source_id=event["source_id"],
            attacker_uuid=event.get("attacker_uuid"),
            identity_uuid=event.get("identity_uuid"),
            session_id=event.get("session_id"),
            decky_id=event.get("decky_id"),
            payload=event["payload"],
        )

    # A first hit downloads 50 MB of ATT&CK for the address of a page; here it is put together
    # instead, which can only favour the package.
    rule_engine.mitre_url_for = lambda technique: PAGES + technique.replace(".", "/")
    os.chdir(root)
    if whole:
        tagger = get_tagger()
        watchers, evaluate = list(tagger.iter_watchables()), tagger.tag
    else:
        engine = rule_engine.RuleEngine(get_rule_store())
        watchers, evaluate = [engine], engine.evaluate

    # As the package's worker does: a task per watcher, which loads the rules and waits for changes.
    loop = asyncio.new_event_loop()
    tasks = [loop.create_task(watcher.watch_store()) for watcher in watchers]
    engine = getattr(watchers[0], "_engine", watchers[0])
    for _ in range(100):
        loop.run_until_complete(asyncio.sleep(0.05))
        if engine._by_rule or any(task.done() for task in tasks):
            break

    async def evaluate_all(events, found):
        for number, event in enumerate(events):
            for tag in await evaluate(event):
                found.append((number, tag.rule_id))

    return len(engine._by_rule), event_of, lambda events, found: loop.run_until_complete(evaluate_all(events, found))


def main() -> None:
    venv, mode, root, lane = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]).resolve()
    enter(venv)
    start = time.process_time()
    which, form = mode.rsplit("-", 1)
    if which == "re":
        count, event_of, run = load_re(root)
    else:
        count, event_of, run = load_decnet(root, whole=which == "tagger")
    loaded = time.process_time() - start
    lines = lane.read_bytes().splitlines()
    ready = [event_of(json.loads(line)) for line in lines] if form == "values" else None
    answers = os.fdopen(os.dup(1), "w")

    def answer(**values):
        print(json.dumps(values), file=answers, flush=True)

    answer(rules=count, load_cpu_s=loaded, peak_bytes=peak_bytes(), python=sys.version.split()[0])
    for word in sys.stdin:
        found = []
        start = time.process_time()
        events = ready if ready is not None else (event_of(json.loads(line)) for line in lines)
        run(events, found)
        cpu = time.process_time() - start
        if word.strip() == "matches":
            answer(pairs=found)
        else:
            answer(cpu_s=cpu, results=len(found), peak_bytes=peak_bytes())
    # The package's watchers never end by themselves.
    os._exit(0)


main()
