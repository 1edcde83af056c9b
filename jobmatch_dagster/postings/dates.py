"""Dates as boards show them, absolute or relative. A relative one counts from when the page was fetched, never from
now."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from jobmatch_dagster.postings.phrases import Hits
from jobmatch_dagster.postings.words import any_of, load, whole

_DAYS = {"minute": 0.0, "hour": 1 / 24, "day": 1.0, "week": 7.0, "month": 30.0, "year": 365.0}
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")


@lru_cache(maxsize=1)
def _units() -> dict[str, str]:
    return {word: unit for unit, words in load("dates")["units"].items() for word in words}


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    return {word: int(number) for number, words in load("dates")["months"].items() for word in words}


@lru_cache(maxsize=1)
def _patterns() -> dict[str, re.Pattern[str]]:
    words = load("dates")
    months = any_of(_months())
    units_latin = any_of(word for word in _units() if ord(word[0]) < 0x3000)
    units_asian = any_of(word for word in _units() if ord(word[0]) >= 0x3000)
    return {
        "amount": re.compile(
            rf"(?<!\w)(\d{{1,3}}|{any_of(words['one'])})\s?(\+|plus)?\s?(?:(?:{units_latin})(?!\w)|(?:{units_asian}))",
            re.IGNORECASE,
        ),
        "ago": re.compile(whole(words["ago"]), re.IGNORECASE),
        "today": re.compile(whole(words["today"]), re.IGNORECASE),
        "yesterday": re.compile(whole(words["yesterday"]), re.IGNORECASE),
        "before_yesterday": re.compile(whole(words["before_yesterday"]), re.IGNORECASE),
        "day_month": re.compile(
            rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|º|\.)?\s+(?:de\s+)?({months})\.?,?\s+(?:de\s+)?(\d{{4}})",
            re.IGNORECASE,
        ),
        "month_day": re.compile(rf"(?<!\w)({months})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})", re.IGNORECASE),
    }


def absolute(text: str, *, month_first: bool = False) -> date | None:
    """The first full date of a text. ``03/04/2026`` is day first unless ``month_first`` or the numbers allow one
    reading only."""
    for pattern, order in ((_ISO, "ymd"), (_patterns()["day_month"], "dmy"), (_patterns()["month_day"], "mdy")):
        match = pattern.search(text)
        if match:
            parts = dict(zip(order, match.groups(), strict=True))
            month = _months().get(parts["m"].lower()) if order != "ymd" else int(parts["m"])
            return _date(int(parts["y"]), month or 0, int(parts["d"]))
    match = _NUMERIC.search(text)
    if not match:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    year += 2000 if year < 100 else 0
    if second > 12 or (month_first and first <= 12 and match[2] == "/"):
        first, second = second, first
    return _date(year, second, first)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if 1990 <= year <= 2100 else None
    except ValueError:
        return None


def posted(text: str, fetched_at: datetime | None, *, month_first: bool = False) -> tuple[date | None, str | None]:
    """The day on which an ad was posted.

    Args:
        text: what the board shows: "3 days ago", "vor 2 Wochen", "Just posted", "6 Feb 2026".
        fetched_at: when the page was fetched.
        month_first: the board writes month before day.

    Returns:
        The day or None, and a note where the day is only a bound ("30+ days ago") or cannot be known.
    """
    day = absolute(text, month_first=month_first)
    if day:
        return day, None
    patterns = _patterns()
    amount = patterns["amount"].search(text)
    # "2d", "5h" and "3w" are how some boards write it; a number of days without "ago" in a longer text is something
    # else
    relative = amount and (patterns["ago"].search(text) or len(text) <= 12 or amount[2])
    known = relative or any(patterns[name].search(text) for name in ("today", "yesterday", "before_yesterday"))
    if not known:
        return None, "the posting date could not be read" if text.strip() else None
    if fetched_at is None:
        return None, "the posting date is relative and the time of fetching is not known"
    if relative and amount:
        count = int(amount[1]) if amount[1].isdigit() else 1
        unit = _units()[re.sub(r"^[\d\s+]*(?:plus\s)?", "", amount[0][len(amount[1]) :].lower()).strip()]
        when = fetched_at - timedelta(days=count * _DAYS[unit])
        return when.date(), "posted on this day or before" if amount[2] else None
    back = 2 if patterns["before_yesterday"].search(text) else (1 if patterns["yesterday"].search(text) else 0)
    return (fetched_at - timedelta(days=back)).date(), None


def deadline(description: str, hits: Hits) -> tuple[date, int, int] | None:
    """The last day to apply that a text states, and where: a date within a few words behind "apply by" and the like."""
    for hit in hits.get("deadline", []):
        behind = description[hit.end : hit.end + 45].partition("\n")[0]
        found = absolute(behind)
        if found:
            return found, hit.start, hit.end
    return None
