"""How right the occupations of titles are: O*NET's thousand titles, each of a known major group.

A title counts as right when the occupation that it is given belongs to its major group. O*NET's titles are rarer than
those of ads («Boilermakers», «Prosthodontists»), so this is a lower bound; the list was not written from them.
"""

from __future__ import annotations

import csv
import os
from pathlib import Path
from typing import Any

from jobmatch_dagster.settings import PROJECT_ROOT

SHARED = Path(os.environ.get("JOBMATCH_SHARED", PROJECT_ROOT.parent / "shared"))
TITLES = SHARED / "data" / "matching" / "onet_occupations.tsv"
BARS = (0.4, 0.5, 0.55, 0.6, 0.7)


def run() -> dict[str, Any]:
    """The share of titles that are given an occupation, and of those the share that is right, by bar."""
    name = "Occupations"
    if not TITLES.exists():
        return {"name": name, "tables": [], "skipped": f"{TITLES.name} is not there"}
    from jobmatch_dagster.occupations import catalogue, classify

    with TITLES.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    group = {occupation.code: occupation.group for occupation in catalogue.load()}
    likest, likeness = classify.likest([row["title"] for row in rows])
    right = [group[code] == row["code"][:2] for code, row in zip(likest, rows, strict=True)]
    table = []
    for bar in BARS:
        named = [good for good, value in zip(right, likeness, strict=True) if value >= bar]
        in_use = " (in use)" if bar == classify.LIKE_ENOUGH else ""
        table.append([f"{bar}{in_use}", round(len(named) / len(rows), 3), round(sum(named) / max(len(named), 1), 3)])
    columns = ["bar", "share that is named", "share of the named that is right"]
    return {"name": name, "tables": [{"title": "O*NET titles", "columns": columns, "rows": table}], "skipped": None}
