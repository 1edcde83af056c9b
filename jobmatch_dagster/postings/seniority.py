"""The level of a job: from its title first, then from the board's own field. The ad's running text is not asked: it
names others' levels."""

from __future__ import annotations

import re
from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hit, Hits
from jobmatch_dagster.postings.words import load, whole

LEVELS = ("intern", "junior", "mid", "senior", "lead", "manager", "director", "executive")
# Where a title names several: an intern stays one whatever follows, a director of managers is a director.
_STRONGEST = ("intern", "executive", "director", "manager", "lead", "senior", "junior", "mid")

_OF_ANOTHER = frozenset({"executive", "director", "manager"})  # "Assistant to the Director" is none


def seniority_in_title(hits: Hits) -> Hit | None:
    """The level that a title names and where; None where it names none (that is not the same as ``mid``).

    Args:
        hits: phrases found in the title.
    """
    named, masks = hits.get("level", []), hits.get("not_level", [])
    if not named:
        return None
    helper = min((hit.end for hit in hits.get("aide", [])), default=None)
    levels = [
        hit
        for hit in named
        if not any(mask.start <= hit.start and hit.end <= mask.end for mask in masks)
        and not (helper is not None and hit.start >= helper - 1 and hit.label in _OF_ANOTHER)
        and not any(o.start <= hit.start and hit.end <= o.end and o.end - o.start > hit.end - hit.start for o in named)
    ]
    return min(levels, key=lambda hit: (_STRONGEST.index(hit.label), hit.start), default=None)


def is_grade_of_a_bank(words: str, company: str) -> bool:
    """True for a vice president at a bank: there it is a grade of the middle, and many hold it."""
    if words.casefold() not in ("vp", "vice president"):
        return False
    return _banks().search(company) is not None


@lru_cache(maxsize=1)
def _banks() -> re.Pattern[str]:
    return re.compile(whole(load("seniority")["banks"]), re.IGNORECASE)


@lru_cache(maxsize=1)
def _board_words() -> dict[str, str]:
    return {word: level for level, words in load("seniority")["board_words"].items() for word in words}


def seniority_on_board(value: str) -> str | None:
    """The level that a board's own field says ("Mid-Senior level", "Berufseinstieg"), or None for one we do not
    know."""
    key = " ".join(value.casefold().split())
    return key if key in LEVELS else _board_words().get(key)
