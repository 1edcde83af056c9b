"""The occupations that titles are counted under: ``data/occupations.tsv``, written for this project.

About sixty, as fine as the titles of ads allow. ``group`` is the major group of the Standard Occupational
Classification of the USA (2018) that the occupation belongs to; 00 where it belongs to all.
"""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).parent / "data" / "occupations.tsv"


@dataclass(frozen=True)
class Occupation:
    """One occupation.

    Attributes:
        code: its name in data.
        label: its name for people.
        group: two digits of the major group.
        titles: ways to write it, in several languages.
    """

    code: str
    label: str
    group: str
    titles: tuple[str, ...]


@lru_cache(maxsize=1)
def load() -> tuple[Occupation, ...]:
    """All occupations, in the file's order."""
    with FILE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t")
        return tuple(Occupation(r["code"], r["label"], r["group"], tuple(r["titles"].split("|"))) for r in rows)


@lru_cache(maxsize=1)
def version() -> str:
    """Changes with the list."""
    return hashlib.sha256(FILE.read_bytes()).hexdigest()[:8]
