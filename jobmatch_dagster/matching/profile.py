"""A résumé as matching reads it: titles held, text without personal facts, years, education, languages, home.

Belongs here: choosing and weighing fields of a JSON Resume profile. Fields that say who the person is (name, image,
e-mail, birth date, dates of education) are read by nothing here, except the name, and that only to take it out of the
text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jobmatch_dagster.matching import levels, personal

# A title counts less the longer ago it was held; the label is what the person says of themselves today.
POSITION_SHARES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.2)
LABEL_SHARE = 1.2
# A label of more words than that is a sentence about the person; it counts like a title of long ago.
MOST_LABEL_WORDS, SENTENCE_SHARE = 8, 0.2
MAX_TEXT = 60_000  # characters that are read of one résumé
_COUNTRY = re.compile(r"[A-Za-z]{2}")


@dataclass
class Profile:
    """What matching knows of a person."""

    titles: list[tuple[str, float]] = field(default_factory=list)
    text: str = ""
    years: float | None = None
    seniority: str | None = None
    education: str | None = None
    languages: frozenset[str] = frozenset()
    country: str | None = None
    relocates: bool = False
    salary_floor: tuple[float, str] | None = None

    @property
    def has_text(self) -> bool:
        """Whether the text says more than the titles."""
        return len(self.text) > sum(len(title) + 1 for title, _ in self.titles)

    @property
    def is_titles_alone(self) -> bool:
        """Whether nothing is known but titles: what else the person has done, and for how long, is left open."""
        return not self.has_text and self.years is None


def _texts(value: Any) -> list[str]:
    """Every string in a value, lists and objects gone through in order."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list | tuple):
        return [text for item in value for text in _texts(item)]
    return []


def _rows(content: Mapping[str, Any], section: str) -> list[Mapping[str, Any]]:
    rows = content.get(section)
    return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def read(content: Mapping[str, Any], *, years: float | None, seniority: str | None, today: date) -> Profile:
    """Read a JSON Resume profile.

    Args:
        content: the profile; anything in it can be missing or of the wrong type.
        years: years of work where the parser found them, else they are counted from ``work``.
        seniority: seniority where known, else the title of the latest position says it, else the years suggest it.
        today: the day that an open-ended position lasts until.
    """
    basics, work = _basics(content), _work(content)
    name = personal.name_pattern(_string(basics.get("name")))

    def clean(text: str) -> str:
        return personal.without_personal(text, name)

    label = clean(_string(basics.get("label")))
    titles = [(label, LABEL_SHARE if len(label.split()) <= MOST_LABEL_WORDS else SENTENCE_SHARE)]
    positions = [clean(_string(row.get("position"))) for row in work]
    titles += [(p, POSITION_SHARES[min(i, len(POSITION_SHARES) - 1)]) for i, p in enumerate(positions)]
    titles = [(title, share) for title, share in titles if title]
    education = _rows(content, "education")
    location = basics.get("location")
    country = _string(location.get("countryCode")).upper() if isinstance(location, Mapping) else ""
    preferences = content.get("preferences")
    preferences = preferences if isinstance(preferences, Mapping) else {}
    years = years if years is not None else levels.years_of_work(_work(content), today)
    return Profile(
        titles=titles,
        text=clean(text_of(content))[:MAX_TEXT],
        years=years,
        seniority=seniority or levels.of_titles([title for title, _ in titles]) or levels.of_years(years),
        education=levels.highest_education([_string(r.get("studyType")) or _string(r.get("area")) for r in education]),
        languages=frozenset(
            filter(None, (levels.language_code(_string(r.get("language"))) for r in _rows(content, "languages")))
        ),
        country=country if _COUNTRY.fullmatch(country) else None,
        relocates=preferences.get("relocate") is True,
        salary_floor=_salary_floor(preferences.get("salary_floor")),
    )


def _basics(content: Mapping[str, Any]) -> Mapping[str, Any]:
    basics = content.get("basics")
    return basics if isinstance(basics, Mapping) else {}


def _work(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Positions, the latest start first."""
    return sorted(_rows(content, "work"), key=lambda row: _string(row.get("startDate"))[:7], reverse=True)


def text_of(content: Mapping[str, Any]) -> str:
    """The text that tells what the person can do; employers, schools, places and dates are left out."""
    basics = _basics(content)
    parts = [_string(basics.get("label")), _string(basics.get("summary"))]
    for row in _work(content):
        parts += [_string(row.get("position")), _string(row.get("summary")), *_texts(row.get("highlights"))]
    for row in _rows(content, "projects"):
        parts += [_string(row.get("name")), _string(row.get("description")), *_texts(row.get("highlights"))]
        parts += _texts(row.get("keywords"))
    for row in _rows(content, "skills"):
        parts += [_string(row.get("name")), *_texts(row.get("keywords"))]
    for row in _rows(content, "education"):
        parts += [_string(row.get("area")), *_texts(row.get("courses"))]
    for section in ("certificates", "publications", "volunteer"):
        for row in _rows(content, section):
            parts += [_string(row.get("name")), _string(row.get("position")), _string(row.get("summary"))]
    return "\n".join(part for part in parts if part)


def _salary_floor(value: Any) -> tuple[float, str] | None:
    """``{"amount", "currency"}`` per year, where both are usable."""
    if not isinstance(value, Mapping):
        return None
    amount, currency = value.get("amount"), _string(value.get("currency")).upper()
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount <= 0 or len(currency) != 3:
        return None
    return float(amount), currency


def parse(content: str | None) -> Mapping[str, Any]:
    """A stored profile as an object; one that is null or broken is empty."""
    if not content:
        return {}
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, Mapping) else {}
