"""The labelled postings that cleaning is measured with: where they are, and how a row of each shared file becomes a
posting.

The gold files beside this module hold row numbers and labels only; the texts stay where they are. ``none`` says that
the posting
states no such value, an empty cell that this part of it is not stated, ``*`` that this part is not judged.
"""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

GOLD = Path(__file__).parent / "gold"
SHARED = Path(os.environ.get("JOBMATCH_SHARED", Path(__file__).resolve().parents[2].parent / "shared")) / "data"


def gold(name: str) -> list[dict[str, str]]:
    """The rows of a gold file, cells as text."""
    with (GOLD / f"{name}.tsv").open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines, delimiter="\t"))


@lru_cache(maxsize=8)
def shared_rows(name: str) -> tuple[dict[str, Any], ...]:
    """All rows of a shared file as postings, in its order."""
    path = next(iter(sorted((SHARED / "jobs").glob(f"{name}.*"))))
    if path.suffix == ".csv":
        with path.open(encoding="utf-8") as lines:
            raw: list[dict[str, Any]] = list(csv.DictReader(lines))
    elif path.suffix == ".jsonl":
        raw = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    else:
        raw = json.loads(path.read_text(encoding="utf-8"))
    return tuple(_posting(name, number, row) for number, row in enumerate(raw))


def _posting(name: str, number: int, row: dict[str, Any]) -> dict[str, Any]:
    posting: dict[str, Any] = {"board": name, "external_id": str(number), "title": row.get("title") or "-"}
    posting["company"] = row.get("company") or "-"
    posting["location"] = row.get("location") or "; ".join(row.get("locations") or []) or None
    posting["description"] = row.get("description")
    if name == "polish_1k":
        posting |= {"title": row["desc"][:60], "location": "Polska", "description": row["desc"]}
    elif name == "rebase_zh_300":
        posting["description"] = "\n".join(filter(None, (row["responsibilities"], row["requirements"])))
        posting["salary_text"] = row["salary"]
    return posting


def cleaned(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The job of each posting, in order."""
    from datetime import date

    from jobmatch_dagster.postings.clean import clean
    from jobmatch_dagster.postings.intake import postings

    table, errors = postings(rows, "gold")
    assert not errors, errors[:3]
    return clean(table, day=date(2026, 11, 20)).jobs.to_pylist()


def interval(right: int, count: int) -> str:
    """A share with its 95 % interval after Wilson (1927)."""
    if not count:
        return "–"
    z, share = 1.96, right / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return f"{share:.3f} ({middle - half:.3f}–{middle + half:.3f})"


def missed(name: str) -> Iterator[str]:
    """Why the shared data cannot be read, if so."""
    if not (SHARED / "jobs").is_dir():
        yield f"{name}: the shared job data is not there (set JOBMATCH_SHARED)"
