"""The level of a job: from its title first, then from the board's own field. The ad's running text is not asked: it
names others' levels."""

from __future__ import annotations

from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hit, Hits
from jobmatch_dagster.postings.words import load

LEVELS = ("intern", "junior", "mid", "senior", "lead", "manager", "director", "executive")
# Where a title names several: an intern stays one whatever follows, a director of managers is a director.
_STRONGEST = ("intern", "executive", "director", "manager", "lead", "senior", "junior", "mid")


def seniority_in_title(hits: Hits) -> Hit | None:
    """The level that a title names and where; None where it names none (that is not the same as ``mid``).

    Args:
        hits: phrases found in the title.
    """
    masks = hits.get("not_level", [])
    named = hits.get("level", [])
    levels = [
        hit
        for hit in named
        if not any(mask.start <= hit.start and hit.end <= mask.end for mask in masks)
        and not any(o.start <= hit.start and hit.end <= o.end and o.end - o.start > hit.end - hit.start for o in named)
    ]
    return min(levels, key=lambda hit: (_STRONGEST.index(hit.label), hit.start), default=None)


@lru_cache(maxsize=1)
def _board_words() -> dict[str, str]:
    return {word: level for level, words in load("seniority")["board_words"].items() for word in words}


def seniority_on_board(value: str) -> str | None:
    """The level that a board's own field says ("Mid-Senior level", "Berufseinstieg"), or None for one we do not
    know."""
    key = " ".join(value.casefold().split())
    return key if key in LEVELS else _board_words().get(key)
