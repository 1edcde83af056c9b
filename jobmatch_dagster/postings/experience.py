"""The least number of years of experience that an ad asks for."""

from __future__ import annotations

import re
from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hit, Hits
from jobmatch_dagster.postings.words import any_of, load, whole

MOST = 30
_MOST_UNITS = 100  # words for years that are looked at in one text
_BEFORE, _AFTER, _NEAR = 40, 80, 45
_SENTENCE_END = re.compile(
    r"\n|[!?;。；]\s|(?<!\bmin)(?<!\bmind)(?<!\bmax)(?<!\bca)(?<!\bok)(?<!\bapprox)\.\s", re.IGNORECASE
)
_LABEL = re.compile(
    r"\s(?:of\s)?(?:(?:work|professional|relevant)\s)?experience\s?:\s?(?P<low>\d{1,2})(?!\d)", re.IGNORECASE
)


@lru_cache(maxsize=1)
def _something_else() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = load("experience")
    return (
        re.compile(rf"[\s-]*(?:{any_of(words['not_behind'])})(?!\w)", re.IGNORECASE),
        re.compile(whole(words["company_behind"]), re.IGNORECASE),
    )


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
        years, start, end = _amount(text, unit)
        if years is not None and years <= MOST and _about_the_candidate(text, start, unit, hits):
            return years, start, end
    return None


def _amount(text: str, unit: Hit) -> tuple[float | None, int, int]:
    """(years, start, end) of the number before a word for years, inside it ("dwuletnie"), or behind "years of
    experience:"."""
    if unit.label.startswith("="):
        return float(unit.label[1:]), unit.start, unit.end
    head = text[max(0, unit.start - _BEFORE) : unit.start]
    number = _number().search(head)
    if number:
        return _years(number["low"], unit.label), unit.start - len(head) + number.start(), unit.end
    behind = _LABEL.match(text, unit.end)
    if behind:
        return _years(behind["low"], unit.label), behind.start("low"), behind.end("low")
    return None, unit.start, unit.end


def _about_the_candidate(text: str, start: int, unit: Hit, hits: Hits) -> bool:
    """True if the years stand in a sentence on experience, and not in one on the company's age or a contract's
    length."""
    ending = _SENTENCE_END.search(text, unit.end, unit.end + _AFTER)
    until = ending.start() if ending else unit.end + _AFTER
    near = [hit for hit in hits.get("experience", []) if start - _NEAR <= hit.start < until]
    measure, employer = _something_else()
    open_ended = "+" in text[start : unit.start]  # "8+ years of software engineering" is a demand as it stands
    if measure.match(text, unit.end) or (not open_ended and employer.search(text, unit.end, until)):
        return False
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
