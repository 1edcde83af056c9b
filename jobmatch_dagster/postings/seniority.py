"""The level of a job: from its title first, then from the board's own field. The ad's running text is not asked: it names others' levels."""

from __future__ import annotations

import re
from functools import lru_cache

from jobmatch_dagster.postings.words import load, whole

_EDGE = r"\w&"
LEVELS = ("intern", "junior", "mid", "senior", "lead", "manager", "director", "executive")


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], list[tuple[str, re.Pattern[str]]]]:
    words = load("seniority")

    return (
        re.compile(whole(words["not_levels"], edge=_EDGE), re.IGNORECASE),
        [(level, re.compile(whole(names, edge=_EDGE), re.IGNORECASE)) for level, names in words["levels"].items()],
    )


@lru_cache(maxsize=100_000)
def seniority_in_title(title: str) -> tuple[str, int, int] | None:
    """The level that a title names and where; None where it names none (that is not the same as ``mid``)."""
    mask, levels = _patterns()
    readable = mask.sub(lambda match: "\x00" * len(match[0]), title)
    for level, pattern in levels:
        match = pattern.search(readable)
        if match:
            return level, match.start(), match.end()
    return None


@lru_cache(maxsize=1)
def _board_words() -> dict[str, str]:
    return {word: level for level, words in load("seniority")["board_words"].items() for word in words}


def seniority_on_board(value: str) -> str | None:
    """The level that a board's own field says ("Mid-Senior level", "Berufseinstieg"), or None for one we do not know."""
    key = " ".join(value.casefold().split())
    return key if key in LEVELS else _board_words().get(key)
