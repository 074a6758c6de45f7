#!/usr/bin/env python3
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes the seed corpus of each fuzz target from the repository's own data.

    tests/fuzz/seeds.py FOLDER     writes FOLDER/TARGET/NAME

What fuzzing found beside it is in corpus/TARGET.tar.xz, unpacked into the same folders.
"""
import hashlib
import json
import pathlib
import re
import sys
import tarfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SEED_BYTES_MAX = 16 << 10


def texts(*patterns):
    for pattern in patterns:
        for path in sorted(ROOT.glob(pattern)):
            yield path.read_bytes()


def lines(*patterns):
    for text in texts(*patterns):
        yield from (line for line in text.splitlines() if line.strip())


def expressions():
    """What stands after `match:`, plain, quoted or in a block."""
    for text in texts("rules/ttp/*.yaml", "tests/golden/*.yaml", "tests/broken/expr_*.yaml"):
        text = text.decode("utf-8", "replace")
        block = re.search(r"^match: *[|>]-?\n((?:[ ]+.*\n|\n)+)", text, re.M)
        plain = re.search(r"^(?:match|expr|when|scale): *([^|>{\n].*)$", text, re.M)
        for found in (block, plain):
            if found:
                yield re.sub(r"(?m)^  ", "", found.group(1)).strip().encode()


def events():
    for line in lines("rules/corpus/*.jsonl"):
        case = json.loads(line)
        event = {"source_kind": case["source_kind"], "source_id": "s", "payload": case["payload"]}
        yield json.dumps(event, ensure_ascii=False).encode()
    yield from lines("tests/data/json/*.ndjson")
    for line in lines("tests/data/json/*.ndjson"):
        yield b'{"source_kind":"command","source_id":"s","payload":' + line + b"}"


def differentials():
    payload = {
        "a": "cat /etc/shadow", "b": "CAT", "n": 3, "m": -1.5, "f": True, "t": "2026-05-02T06:22:48Z",
        "i": "10.0.0.1", "l": ["a", "b"], "q": [1, 2], "h": {"host": "x"},
    }
    conditions = [
        'a contains "cat" and not b == "x"', 'a matches "(?i)sha[d-f]ow\\\\b"', 'a like "*shadow" nocase',
        'b in ["CAT", "x"] nocase', "n + m * 2 > 0 or n >= 3", 'any(l, it starts_with "a")',
        "all(q, it >= 1)", 'l has_all ["a", "b"]', "i in cidr(\"10.0.0.0/8\")", "exists(h.host) and f",
        't < "2026-05-03T00:00:00Z"', "len(a) > 4 and entropy(a) > 1", "a == b or lower(a) ends_with \"ow\"",
        'h.host != "y" and max(n, m) == 3', 'a matches "^(?:[a-c]{1,3} ?)+/"',
    ]
    for plan, condition in enumerate(conditions):
        text = f"{condition}\n---\n{json.dumps(payload)}"
        yield bytes([plan * 9 % 128]) + text.encode()


def commands():
    for line in lines("tests/evasion/variants.jsonl", "tests/evasion/negatives.jsonl"):
        yield json.loads(line)["line"].encode()


def intel():
    payloads = [
        {"abuseipdb_score": 100, "abuseipdb_categories": [18, 22, 14, 4, 21]},
        {"abuseipdb_score": -5, "abuseipdb_categories": [True, "22", 1e300]},
        {"greynoise_classification": "malicious", "greynoise_tags": ["ssh_bruteforcer", "web_crawler"]},
        {"greynoise_classification": "scanner", "aggregate_verdict": "suspicious", "verdict": "malicious"},
        {"feodo_listed": True, "feodo_malware_family": "Emotet"},
        {"threatfox_threat_types": ["botnet_cc", "payload"], "threatfox_confidence": 75,
         "threatfox_malware_families": ["win.cobalt_strike"], "threatfox_ioc_types": ["ip:port"]},
        {"abuseipdb_score": None, "feodo_listed": "yes", "threatfox_confidence": 250},
    ]
    for payload in payloads:
        yield json.dumps(payload).encode()
    for line in lines("rules/corpus/intel.jsonl"):
        yield json.dumps(json.loads(line)["payload"]).encode()


def records():
    for line in lines("samples/cowrie.json", "samples/decoy.log", "tests/data/cowrie/*", "tests/data/syslog/*"):
        yield line
    yield from texts("tests/data/cowrie/*", "tests/data/syslog/*")


def mails():
    yield from texts("samples/*.eml")
    head = b"From: a@b.example\r\nTo: c@d.example\r\nSubject: =?utf-8?B?w6k=?=\r\n"
    parts = [
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nhttp://a.example/=3Fx=\r\ny",
        b"Content-Type: text/html; charset=iso-8859-1\r\n\r\n<a href='https://xn--x.example/'>\xe9</a><script>new Blob([atob('QUJD')])</script>",
        b"Content-Type: application/octet-stream; name*=utf-8''a%2Eiso\r\nContent-Transfer-Encoding: base64\r\n\r\nUEsDBAoACQAAAA==",
        b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nbody",
    ]
    boundary = b"Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n"
    for part in parts:
        yield head + part
    whole = head + boundary + b"".join(b"--b\r\n" + part + b"\r\n" for part in parts) + b"--b--\r\n"
    yield whole
    yield b"From x Thu Jan  1 00:00:00 2026\n" + whole + b"\n\nFrom y Thu Jan  1 00:00:00 2026\n" + whole


def artefacts():
    """A decoy's name, a line end, a message's; some stand in the tree that the target makes."""
    stamp = "2026-05-02T06:22:48Z_0123456789ab_"
    for name in ("message.eml", "link.eml", "folder", "absent", "..", "hard.eml"):
        yield f"mx-01\n{stamp}{name}".encode()
    for text in ("mx-01\n../../outside", "..\nsecret", "mx-01/smtp\nx", f"link\n{stamp}message.eml", "\n", "MX\n\0"):
        yield text.encode()


TARGETS = {
    "expression": expressions,
    "rule_yaml": lambda: texts("rules/ttp/*.yaml", "tests/golden/*.yaml", "tests/broken/*.yaml"),
    "event_json": events,
    "differential": differentials,
    "shell_view": commands,
    "intel_payload": intel,
    "formats": records,
    "mail": mails,
    "artefact_name": artefacts,
}


def main():
    out = pathlib.Path(sys.argv[1])
    for target, seeds in TARGETS.items():
        folder = out / target
        folder.mkdir(parents=True, exist_ok=True)
        for seed in seeds():
            if len(seed) <= SEED_BYTES_MAX:
                (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
        packed = HERE / "corpus" / f"{target}.tar.xz"
        if packed.exists():
            with tarfile.open(packed) as tar:
                tar.extractall(folder, filter="data")
        print(target, sum(1 for _ in folder.iterdir()))


if __name__ == "__main__":
    main()
