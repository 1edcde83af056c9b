"""Full time, part time, contract, temporary, internship or volunteer: from the board's field, the title, or set
phrases of the text."""

from __future__ import annotations

from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hit, Hits, find
from jobmatch_dagster.postings.words import load

TYPES = ("internship", "volunteer", "temporary", "contract", "part_time", "full_time", "other")


@lru_cache(maxsize=10_000)
def employment_on_board(value: str) -> str | None:
    """The type that a board's field says: a code of schema.org, or words in one of the languages."""
    key = value.strip().upper().replace("-", "_").replace(" ", "_")
    if key.lower() in TYPES:
        return key.lower()
    code: str | None = load("employment")["codes"].get(key)
    if code:
        return code
    found = employment_in_title(find([value])[0])
    return found.label if found else None


def employment_in_title(hits: Hits) -> Hit | None:
    """The type that a title names and where. "Full time or part time" is full time: the fuller offer stands."""
    if "type_in_title" not in hits:
        return None
    masks = hits.get("not_type", [])
    first = _first_of_each(
        [hit for hit in hits["type_in_title"] if not any(m.start <= hit.start < m.end for m in masks)]
    )
    return min(first.values(), key=lambda hit: TYPES.index(hit.label), default=None)


def employment_in_text(hits: Hits) -> Hit | None:
    """The type that a set phrase of the text names; None where phrases of different types stand in it."""
    if "type_in_text" not in hits:
        return None
    first = _first_of_each(hits["type_in_text"])
    return next(iter(first.values())) if len(first) == 1 else None


def _first_of_each(hits: list[Hit]) -> dict[str, Hit]:
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.label, hit)
    if "full_time" in first and "part_time" in first:
        first.pop("part_time")
    return first
