"""The least number of years of experience that an ad asks for."""

from __future__ import annotations

import re
from functools import lru_cache

from jobmatch_dagster.postings.words import any_of, load, whole

MOST = 30
_NEAR = 70


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    words = load("experience")
    numbers = any_of(words["number_words"])
    latin = any_of(word for word in [*words["years"], *words["months"]] if ord(word[0]) < 0x3000)
    asian = any_of(word for word in [*words["years"], *words["months"]] if ord(word[0]) >= 0x3000)
    one = rf"(?P<low>\d{{1,2}}(?:[.,]5)?|(?<!\w)(?:{numbers}))\s?\)?"
    high = rf"(?:\s?\+)?(?:\s?(?:-|–|—|to|bis|à|a|y|o|or|oder|tot|do|至|到|~|～)\s?(?:\d{{1,2}}|{numbers}))?"
    return {
        "span": re.compile(
            rf"(?<![\d.,$€£/])(?:{one})(?:{high})\s?(?:\(\d{{1,2}}\)\s?)?(?:\+|plus|or more|oder mehr|ou plus|o más|ou mais|o più|of meer)?(?:\s(?:full|solid|good|letnie|-))?[\s-]*(?:(?P<unit>{latin})(?!\w)|年?左?右?(?P<asian>{asian}))",
            re.IGNORECASE,
        ),
        "experience": re.compile(rf"(?<!\w)(?:{any_of(words['experience'])})", re.IGNORECASE),
        "not_asked": re.compile(whole(words["not_asked"]), re.IGNORECASE),
        "trigger": re.compile(rf"(?<!\w)(?:{latin})(?!\w)|年", re.IGNORECASE),
    }


@lru_cache(maxsize=1)
def _months() -> frozenset[str]:
    return frozenset(load("experience")["months"])


def min_years(text: str) -> tuple[float, int, int] | None:
    """The years of experience that a text asks for first, with where it says so.

    Args:
        text: plain text of the ad.

    Returns:
        (years, start, end); of a range the lower end. None where no sentence asks for years of experience.
    """
    patterns = _patterns()
    reached = 0
    for trigger in patterns["trigger"].finditer(text):
        if trigger.start() < reached:
            continue
        window = max(reached, trigger.start() - 40)
        for match in patterns["span"].finditer(text, window, min(len(text), trigger.end() + 8)):
            if match.end() < trigger.end():
                continue
            reached = match.end()
            years = _asked(text, match, patterns)
            if years is not None:
                return years, match.start(), match.end()
            break
    return None


def _asked(text: str, match: re.Match[str], patterns: dict[str, re.Pattern[str]]) -> float | None:
    before = text[max(0, match.start() - _NEAR) : match.start()].rpartition("\n")[2].rpartition(". ")[2]
    after = text[match.end() : match.end() + _NEAR].partition("\n")[0].partition(". ")[0]
    if not (patterns["experience"].search(after) or patterns["experience"].search(before[-40:])):
        return None
    if patterns["not_asked"].search(before[-30:]):
        return None
    word = match["low"].lower()
    value = load("experience")["number_words"].get(word)
    years = float(value) if value is not None else float(word.replace(",", "."))
    if (match["unit"] or match["asian"] or "").lower() in _months():
        years = round(years / 12, 2)
    return years if years <= MOST else None
