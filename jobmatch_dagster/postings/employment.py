"""Full time, part time, contract, temporary, internship or volunteer: from the board's field, the title, or set phrases of the text."""

from __future__ import annotations

import re
from functools import lru_cache

from jobmatch_dagster.postings.words import load, whole

_EDGE = r"\w-"
TYPES = ("internship", "volunteer", "temporary", "contract", "part_time", "full_time", "other")


@lru_cache(maxsize=1)
def _in_title() -> dict[str, re.Pattern[str]]:
    return {
        kind: re.compile(whole(names, edge=_EDGE), re.IGNORECASE)
        for kind, names in load("employment")["in_title"].items()
    }


@lru_cache(maxsize=1)
def _in_text() -> re.Pattern[str]:
    kinds = load("employment")["in_text"]
    return re.compile(
        "|".join(f"(?P<{kind}>{whole(names, edge=_EDGE)})" for kind, names in kinds.items()), re.IGNORECASE
    )


@lru_cache(maxsize=10_000)
def employment_on_board(value: str) -> str | None:
    """The type that a board's field says: a code of schema.org, or words. Full and part time together are full time."""
    key = value.strip().upper().replace("-", "_").replace(" ", "_")
    if key.lower() in TYPES:
        return key.lower()
    code: str | None = load("employment")["codes"].get(key)
    if code:
        return code
    found = employment_in_title(value)
    return found[0] if found else None


@lru_cache(maxsize=100_000)
def employment_in_title(title: str) -> tuple[str, int, int] | None:
    """The type that a title names and where. "Full time or part time" is full time: the fuller offer stands."""
    kinds = {kind: match for kind, pattern in _in_title().items() if (match := pattern.search(title))}
    if "full_time" in kinds and "part_time" in kinds and len(kinds) == 2:
        kinds.pop("part_time")
    for kind, match in kinds.items():
        return kind, match.start(), match.end()
    return None


def employment_in_text(description: str) -> tuple[str, int, int] | None:
    """The type that a set phrase of the text names; None where phrases of different types stand in it."""
    found: dict[str, re.Match[str]] = {}
    for match in _in_text().finditer(description):
        if match.lastgroup:
            found.setdefault(match.lastgroup, match)
    if "full_time" in found and "part_time" in found and len(found) == 2:
        found.pop("part_time")
    if len(found) != 1:
        return None
    ((kind, match),) = found.items()
    return kind, match.start(), match.end()
