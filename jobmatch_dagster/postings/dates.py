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
        "again": re.compile(whole(words["again"]), re.IGNORECASE),
        "active": re.compile(whole(words["active"]), re.IGNORECASE),
        "closed": re.compile(whole(words["closed"]), re.IGNORECASE),
        "one_ago": re.compile(
            rf"(?<!\w)(?P<unit>{units_latin})\s+(?:{any_of(words['ago'])})(?!\w)", re.IGNORECASE
        ),  # "tydzień temu"
        "short_day_month": re.compile(
            rf"(?<![\d.,])(\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s+(?:de\s+)?({months})(?!\w)", re.IGNORECASE
        ),
        "short_month_day": re.compile(
            rf"(?<!\w)({months})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?(?![\w.,:]*\d)", re.IGNORECASE
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
    found = _absolute_at(text, month_first=month_first)
    return found[0] if found else None


def _absolute_at(text: str, *, month_first: bool = False) -> tuple[date, int] | None:
    """The first full date of a text, and where it ends."""
    for pattern, order in ((_ISO, "ymd"), (_patterns()["day_month"], "dmy"), (_patterns()["month_day"], "mdy")):
        match = pattern.search(text)
        if match:
            parts = dict(zip(order, match.groups(), strict=True))
            month = _months().get(parts["m"].lower()) if order != "ymd" else int(parts["m"])
            day = _date(int(parts["y"]), month or 0, int(parts["d"]))
            return (day, match.end()) if day else None
    match = _NUMERIC.search(text)
    if not match:
        return None
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    year += 2000 if year < 100 else 0
    if second > 12 or (month_first and first <= 12 and match[2] == "/"):
        first, second = second, first
    day = _date(year, second, first)
    return (day, match.end()) if day else None


def _without_year(text: str, fetched: date) -> date | None:
    """ "Nov 5" is the last fifth of November before the page was fetched."""
    for name, order in (("short_day_month", "dm"), ("short_month_day", "md")):
        match = _patterns()[name].search(text)
        if match:
            parts = dict(zip(order, match.groups(), strict=True))
            month, number = _months()[parts["m"].lower()], int(parts["d"])
            days = (_date(fetched.year - back, month, number) for back in (0, 1))
            return next((day for day in days if day and day <= fetched + timedelta(days=1)), None)
    return None


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
    text = text.replace("’", "'")
    patterns = _patterns()
    if patterns["closed"].search(text):
        return None, "the board says that the ad is closed"
    if patterns["active"].search(text):
        return None, "the board says when the employer was seen, not when the ad was posted"
    again = "posted again on this day" if patterns["again"].search(text) else None
    day = absolute(text, month_first=month_first)
    if day:
        return day, again
    ago = _ago(text)
    if ago is None:
        day = _without_year(text, fetched_at.date()) if fetched_at else None
        return (day, again) if day else (None, "the posting date could not be read" if text.strip() else None)
    if fetched_at is None:
        return None, "the posting date is relative and the time of fetching is not known"
    days, bound = ago
    return (fetched_at - timedelta(days=days)).date(), "posted on this day or before" if bound else again


def _ago(text: str) -> tuple[float, bool] | None:
    """How many days ago a relative date is, and whether that is only a bound; None where a text says none."""
    patterns = _patterns()
    amount = patterns["amount"].search(text)
    # "2d", "5h" and "3w" are how some boards write it; a number of days without "ago" in a longer text is something
    # else
    if amount and (patterns["ago"].search(text) or len(text) <= 12 or amount[2]):
        count = int(amount[1]) if amount[1].isdigit() else 1
        unit = _units()[re.sub(r"^[\d\s+]*(?:plus\s)?", "", amount[0][len(amount[1]) :].lower()).strip()]
        return count * _DAYS[unit], bool(amount[2])
    one = patterns["one_ago"].search(text)
    if one:
        return _DAYS[_units()[one["unit"].lower()]], False
    for name, days in (("before_yesterday", 2.0), ("yesterday", 1.0), ("today", 0.0)):
        if patterns[name].search(text):
            return days, False
    return None


def deadline(description: str, hits: Hits) -> tuple[date, int, int] | None:
    """The last day to apply that a text states, and where: a date within a few words behind "apply by" and the like."""
    labels = load("dates")["deadline_labels"]
    for hit in hits.get("deadline", []):
        behind = description[hit.end : hit.end + 45].partition("\n")[0]
        if description[hit.start : hit.end].lower() in labels and not behind.lstrip().startswith(":"):
            continue
        found = _absolute_at(behind)
        if found:
            return found[0], hit.start, hit.end + found[1]
    return None
