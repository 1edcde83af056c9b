"""Ordered facts of a career: seniority from titles, years of work from dates, degrees, names of languages.

Belongs here: reading those facts from short strings with the word lists of ``data/levels.toml``, and the tables that
say how well a résumé's level fits the level that a job asks for. Which field is asked for what is the profile's.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PATH = Path(__file__).with_name("data") / "levels.toml"
_WORD = re.compile(r"[^\W_]+(?:['.\-][^\W_]+)*")
_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?")
_KEPT = 1 << 14  # readings of short strings that are remembered: the same titles, degrees and months come again
# Years of experience asked for, as classes; a class ends before the next bound.
YEAR_BOUNDS = (0.5, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15)
MAX_YEARS = 60
# Years of work that stand for a level where no title says one.
JUNIOR_YEARS, SENIOR_YEARS = 2.0, 7.0


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


@lru_cache(maxsize=8)
def _words(section: str) -> dict[str, str]:
    return {word: level for level, words in _data()[section].items() for word in words.split()}


@lru_cache(maxsize=1)
def seniorities() -> tuple[str, ...]:
    """Seniority levels from lowest to highest."""
    return tuple(_data()["seniority_order"]["order"])


@lru_cache(maxsize=1)
def educations() -> tuple[str, ...]:
    """Degrees from lowest to highest."""
    return tuple(_data()["education_order"]["order"])


def level_words() -> list[str]:
    """Every word that says a seniority."""
    return list(_words("seniority"))


@lru_cache(maxsize=_KEPT)
def _strongest(text: str, section: str) -> str | None:
    order = seniorities() if section == "seniority" else educations()
    return max(_levels_in(text, section), key=order.index, default=None)


def _levels_in(text: str, section: str) -> list[str]:
    words = _words(section)
    return [words[word] for word in map(str.casefold, _WORD.findall(text)) if word in words]


def of_title(title: str | None) -> str | None:
    """The seniority that a title says, or null."""
    return _strongest(title, "seniority") if title else None


def of_titles(titles: Iterable[str]) -> str | None:
    """The seniority that the first title that says one says; null if none does."""
    return next((level for title in titles if (level := of_title(title))), None)


def of_years(years: float | None) -> str | None:
    """The seniority that years of work suggest where no title says one; null where they are not known."""
    if years is None:
        return None
    return "junior" if years < JUNIOR_YEARS else "mid" if years < SENIOR_YEARS else "senior"


def highest_education(degrees: Iterable[str]) -> str | None:
    """The highest degree among names of degrees, or null."""
    found = [level for degree in degrees if (level := _strongest(degree, "education"))]
    return max(found, key=educations().index, default=None)


@lru_cache(maxsize=_KEPT)
def language_code(name: str) -> str | None:
    """ISO 639-1 of a language's name in one of a few languages, or null."""
    return next(iter(_levels_in(name, "languages")), None)


@lru_cache(maxsize=_KEPT)
def _month(text: str) -> int | None:
    found = _DATE.match(text)
    return int(found[1]) * 12 + min(12, max(1, int(found[2] or 1))) - 1 if found else None


def years_of_work(work: Sequence[Mapping[str, Any]], today: date) -> float | None:
    """Years of work, overlaps counted once; null if no position has a start.

    Args:
        work: JSON Resume's ``work`` entries.
        today: the day that a position without an end lasts until.
    """
    now = today.year * 12 + today.month - 1
    spans = []
    for row in work:
        first, last = row.get("startDate"), row.get("endDate")
        start = _month(first) if isinstance(first, str) else None
        if start is not None:
            spans.append((start, min(now, (_month(last) if isinstance(last, str) else None) or now)))
    if not spans:
        return None
    months, reached = 0, -1
    for start, end in sorted(spans):
        months += max(0, end - max(start, reached))
        reached = max(reached, end)
    return min(MAX_YEARS, months / 12)


def year_class(years: NDArray[np.float64]) -> NDArray[np.int64]:
    """Class of each number of years; -1 where it is not a number."""
    return np.where(np.isnan(years), -1, np.searchsorted(YEAR_BOUNDS, np.nan_to_num(years), side="right"))


def seniority_fit() -> NDArray[np.float64]:
    """How well a person of one level (row) suits a job of another (column), 0 to 1.

    A step up is easier to take than several; a step down is possible, several are unlikely.
    """
    up, down = (1.0, 0.6, 0.2, 0.05), (1.0, 0.7, 0.35, 0.15)
    n = len(seniorities())
    table = np.zeros((n, n))
    for person in range(n):
        for job in range(n):
            steps = job - person
            falloff = up if steps > 0 else down
            table[person, job] = falloff[abs(steps)] if abs(steps) < len(falloff) else 0.0
    return table


def experience_fit() -> NDArray[np.float64]:
    """How well years of work (row, class) meet the years asked for (column, class), 0 to 1.

    Met, or falling in proportion to what is short: to 0 where a year and a quarter of what is asked are short.
    """
    lower = np.array([0.25, *YEAR_BOUNDS])
    short = np.maximum(0, lower[None, :] - lower[:, None])
    return np.maximum(0.0, 1 - short / (1 + lower[None, :] / 4))


def education_fit() -> NDArray[np.float64]:
    """How well a degree (row) meets the least degree asked for (column), 0 to 1: met, one below, further below."""
    n = len(educations())
    below = np.arange(n)[None, :] - np.arange(n)[:, None]
    return np.select([below <= 0, below == 1], [1.0, 0.4], 0.1)
