#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes and proves the evasion corpus; see README.md.

    tests/evasion/generate.py              writes bases.jsonl, variants.jsonl and negatives.jsonl
    tests/evasion/generate.py --check N    proves N variants of variants.jsonl again, at random
"""
import argparse
import collections
import hashlib
import json
import pathlib
import random
import sys

import computed  # noqa: F401  registers its rewritings, as the two below
import lexical  # noqa: F401
import state  # noqa: F401
from bases import bases
from draft import LAYERS, REWRITINGS, rewrite
from negatives import negatives
from sandbox import Sandbox

HERE = pathlib.Path(__file__).resolve().parent
SEED = 20261124
# Of the pairs (base, rewriting), how many are tried; each gives one variant at most.
SHARE = {"lexical": 0.4, "state": 0.45, "computed": 0.45}
# Only some bases have what these take.
RARE = (
    "path_noise path_climb path_by_proc home slash_from_environment changed_directory changed_directory_and"
    " glob_question glob_star glob_class array array_slice read_list function_shifted brace_list by_xargs"
    " arguments_piped"
).split()
TRIES = 4
LINE_MAX = 1500


def held_out(names):
    """Half of the combinations, whichever bases they are applied to; nothing is tuned against them."""
    return hashlib.sha256("+".join(sorted(names)).encode()).digest()[0] % 2 == 1


def combination(main, rng):
    """The rewriting with none to two others of its layer or the ones before."""
    layer = LAYERS.index(main.layer)
    others = [r.name for r in REWRITINGS.values() if LAYERS.index(r.layer) <= layer and r.name != main.name]
    return sorted([main.name, *rng.sample(others, rng.choice((0, 0, 1, 1, 2)))])


class Prover:
    def __init__(self):
        self.sandbox = Sandbox()
        self.truth = {}
        for base in bases():
            truths = [self.sandbox.run(base.line(), shell) for shell in ("bash", "dash")]
            if truths[0] is None or truths[0] != truths[1] or truths[0] == [[], {}]:
                raise SystemExit(f"{base.name}: the base itself does not run: {truths}")
            self.truth[base.name] = truths[0]

    def proves(self, base, line, shell):
        """Whether the line runs what the base runs, by bash, and by dash where it says `sh`."""
        shells = ("bash", "dash") if shell == "sh" else (shell,)
        return all(self.sandbox.run(line, one) == self.truth[base] for one in shells)

    def refutes(self, negative):
        """The line, if running it runs a base that has one of the techniques it must not have."""
        line = negative["line"]
        shell = "bash-readline" if any(key in line for key in "\x15\x17\x7f\x08") else "bash"
        ran, files = self.sandbox.run(line, shell) or ([], {})
        for base in bases():
            argvs, written = self.truth[base.name]
            same = all(argv in ran for argv in argvs) if argvs else written.items() <= files.items()
            if same and set(base.expect) & set(negative["silent"]):
                return line
        return None


def variants(prover):
    seen, refused = set(), collections.Counter()
    for base in bases():
        seen.add(base.line())
        for main in REWRITINGS.values():
            rng = random.Random(f"{SEED} {base.name} {main.name}")
            if main.name not in RARE and rng.random() >= SHARE[main.layer]:
                continue
            for _ in range(TRIES):
                names = combination(main, rng)
                draft = rewrite(base, names, rng)
                if draft is None or draft.text() in seen or len(draft.text()) > LINE_MAX:
                    continue
                line = draft.text()
                shell = draft.shell if draft.shell != "bash" else "sh" if draft.posix else "bash"
                if not prover.proves(base.name, line, shell):
                    refused.update(names)
                    continue
                seen.add(line)
                yield {
                    "line": line, "base": base.name, "layer": main.layer, "rewritings": names,
                    "shell": shell, "expect": base.expect, "held_out": held_out(names),
                }
                break
    print("not proven, by rewriting:", dict(refused.most_common(20)), file=sys.stderr)


def write(name, rows):
    with open(HERE / name, "w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, ensure_ascii=True) + "\n")


def generate():
    prover = Prover()
    rows = list(variants(prover))
    refuted = [line for line in map(prover.refutes, negatives()) if line]
    prover.sandbox.close()
    if refuted:
        raise SystemExit("these do run what must stay silent:\n" + "\n".join(refuted))
    write("bases.jsonl", [{"line": base.line(), "base": base.name, "expect": base.expect} for base in bases()])
    write("variants.jsonl", rows)
    write("negatives.jsonl", negatives())
    counts = collections.Counter((row["layer"], row["held_out"]) for row in rows)
    print(len(rows), "variants of", len({row["base"] for row in rows}), "bases;", len(negatives()), "negatives")
    for (layer, held), count in sorted(counts.items()):
        print(f"  {layer}, {'held out' if held else 'open'}: {count}")


def check(count):
    rows = [json.loads(line) for line in open(HERE / "variants.jsonl", encoding="utf-8")]
    seed = random.randrange(1 << 32)
    prover = Prover()
    chosen = random.Random(seed).sample(rows, min(count, len(rows)))
    failed = [row for row in chosen if not prover.proves(row["base"], row["line"], row["shell"])]
    prover.sandbox.close()
    print(f"{len(chosen) - len(failed)} of {len(chosen)} variants proven again, seed {seed}")
    for row in failed:
        print("not proven:", json.dumps(row), file=sys.stderr)
    return 1 if failed else 0


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", type=int, metavar="N")
    arguments = parser.parse_args()
    if arguments.check is not None:
        return check(arguments.check)
    generate()
    return 0


if __name__ == "__main__":
    sys.exit(main())
