"""The least number of years of experience that an ad asks for."""

from __future__ import annotations

import re
from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hit, Hits
from jobmatch_dagster.postings.words import any_of, load

MOST = 30
_MOST_UNITS = 100  # words for years that are looked at in one text
_BEFORE, _AFTER, _NEAR = 40, 80, 45
_SENTENCE_END = re.compile(r"\n|[.!?;。；]\s")


@lru_cache(maxsize=1)
def _number() -> re.Pattern[str]:
    """A number, or a range of numbers, right before a word for years."""
    words = any_of(load("experience")["number_words"])
    one = rf"(?:\d{{1,2}}(?:[.,]5)?|(?<!\w)(?:{words}))"
    return re.compile(
        rf"(?<![\d.,$€£/])(?P<low>{one})\s?(?:\(\s?\d{{1,2}}\s?\))?\s?(?:\+|plus|or more|oder mehr)?"
        rf"(?:\s?(?:-|–|—|~|～|to|bis|à|a|y|o|or|oder|tot|do|至|到)\s?{one}(?:\s?\(\s?\d{{1,2}}\s?\))?)?"
        r"\s?(?:\+|plus|or more|oder mehr|ou plus|o más|ou mais|o più|of meer|多)?"
        r"(?:\s(?:full|solid|good|consecutive|volle|pełne))?[\s-]*$",
        re.IGNORECASE,
    )


def min_years(text: str, hits: Hits) -> tuple[float, int, int] | None:
    """The years of experience that a text asks for first, with where it says so.

    Args:
        text: plain text of the ad.
        hits: phrases found in it.

    Returns:
        (years, start, end); of a range the lower end. None where no sentence asks for years of experience.
    """
    for unit in hits.get("years", [])[:_MOST_UNITS]:
        head = text[max(0, unit.start - _BEFORE) : unit.start]
        number = _number().search(head)
        if not number:
            continue
        start = unit.start - len(head) + number.start()
        if not _about_the_candidate(text, start, unit, hits):
            continue
        years = _years(number["low"], unit.label)
        if years <= MOST:
            return years, start, unit.end
    return None


def _about_the_candidate(text: str, start: int, unit: Hit, hits: Hits) -> bool:
    """True if the years stand in a sentence on experience, and not in one on the company's age or a contract's
    length."""
    ending = _SENTENCE_END.search(text, unit.end, unit.end + _AFTER)
    until = ending.start() if ending else unit.end + _AFTER
    near = [hit for hit in hits.get("experience", []) if start - _NEAR <= hit.start < until]
    open_ended = "+" in text[start : unit.start]  # "8+ years of software engineering" is a demand as it stands
    if not open_ended and not any(
        hit.start >= unit.end or not _SENTENCE_END.search(text, hit.end, start) for hit in near
    ):
        return False
    return not any(
        start - 25 <= hit.start < start and "\n" not in text[hit.end : start] for hit in hits.get("not_asked", [])
    )


def _years(written: str, unit: str) -> float:
    value = load("experience")["number_words"].get(written.lower())
    number = float(value) if value is not None else float(written.replace(",", "."))
    return round(number / 12, 2) if unit == "month" else number
