"""Hour, day, week, month, year: how a period is written, and how amounts become amounts per year."""

from __future__ import annotations

import re
from functools import lru_cache

from jobmatch_dagster.postings.words import any_of, load

PERIODS = ("hour", "day", "week", "month", "year")
# A full-time year: 52 weeks of 40 hours, 260 working days. A convention for comparing, never shown as the ad's own
# figure.
PER_YEAR = {"hour": 2080.0, "day": 260.0, "week": 52.0, "month": 12.0, "year": 1.0}


@lru_cache(maxsize=1)
def _words() -> dict[str, str]:
    return {word: period for period, words in load("salary")["periods"].items() for word in words}


@lru_cache(maxsize=1)
def pattern() -> re.Pattern[str]:
    """An amount's period right behind it: ``/hr``, ``per year``, ``brutto / mies.``, ``月``."""
    per = any_of(load("salary")["per"])
    latin = any_of(word for word in _words() if word[0].isascii() or (word[0].isalpha() and ord(word[0]) < 0x3000))
    asian = any_of(word for word in _words() if ord(word[0]) >= 0x3000)
    return re.compile(
        rf"(?:(?:{per})\s*)?(?<![^\W_])(?P<latin>{latin})(?![^\W_])|(?:/|每)?\s?(?P<asian>{asian})", re.IGNORECASE
    )


def period_of(word: str) -> str | None:
    """The period that a word means."""
    return _words().get(" ".join(word.lower().split()))


def annual(amount: float | None, period: str | None, months: float = 12.0) -> float | None:
    """An amount per year, or None where amount or period is unknown.

    Args:
        amount: per ``period``.
        period: one of ``PERIODS``.
        months: salaries a year where it is paid by the month (13 or 14 in some countries).
    """
    if amount is None or period is None:
        return None
    return round(amount * (months if period == "month" else PER_YEAR[period]), 2)


def guess(low: float, high: float, plausible: tuple[float, float]) -> str | None:
    """The only period for which an amount is a plausible income, or None.

    Args:
        low, high: the amounts.
        plausible: least and most of a year's pay in the currency. Only two cases are certain enough: an amount that
            would
            be absurd for a month is a year's, one that would be absurd for a day is an hour's.
    """
    least, most = plausible
    if low >= least * 1.9 and high <= most:
        return "year"
    if low >= least / 2080 and high <= least / 80 and high * 2080 <= most:
        return "hour"
    return None
