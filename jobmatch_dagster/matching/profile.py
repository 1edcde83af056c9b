"""A résumé as matching reads it: titles held, text without personal facts, years, education, languages, home.

Belongs here: choosing and weighing fields of a JSON Resume profile. Fields that say who the person is (name, image,
e-mail, birth date, dates of education) are read by nothing here, except the name, and that only to take it out of the
text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from pydantic_core import from_json

from jobmatch_dagster import jsonl
from jobmatch_dagster.matching import levels, personal

# A title counts less the longer ago it was held; the label is what the person says of themselves today.
POSITION_SHARES = (1.0, 0.7, 0.5, 0.35, 0.25, 0.2)
LABEL_SHARE = 1.2
# A label of more words than that is a sentence about the person; it counts like a title of long ago.
MOST_LABEL_WORDS, SENTENCE_SHARE = 8, 0.2
MAX_TEXT = 60_000  # characters that are read of one résumé
_COUNTRY = re.compile(r"[A-Za-z]{2}")
# What makes up the text: per section, fields that hold one string, and fields whose strings are read at any depth.
_READ: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("work", ("position", "summary"), ("highlights",)),
    ("projects", ("name", "description"), ("highlights", "keywords")),
    ("skills", ("name",), ("keywords",)),
    ("education", ("area",), ("courses",)),
    ("certificates", ("name", "position", "summary"), ()),
    ("publications", ("name", "position", "summary"), ()),
    ("volunteer", ("name", "position", "summary"), ()),
)


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


@dataclass
class _Draft:
    """A résumé's fields as they stand in its content, before personal facts are taken out."""

    name: personal.Name | None
    label: str
    positions: list[str]
    text: str
    years: float | None
    rest: dict[str, Any]


def read_all(
    contents: Sequence[str | None],
    years: Sequence[float | None],
    seniorities: Sequence[str | None],
    days: Sequence[date],
) -> list[Profile]:
    """Read stored JSON Resume profiles; anything in them can be missing or of the wrong type.

    Args:
        contents: the profiles as JSON; one that is null or broken is empty.
        years: years of work where the parser found them, else they are counted from ``work``.
        seniorities: seniority where known, else the title of the latest position says it, else the years suggest it.
        days: per profile, the day that an open-ended position lasts until.
    """
    rows = zip(contents, years, days, strict=True)
    drafts = [_draft(parse(content), worked, today) for content, worked, today in rows]
    suspect = personal.may_state_facts([draft.text for draft in drafts])
    return [_profile(*each) for each in zip(drafts, seniorities, suspect, strict=True)]


def _draft(content: dict[str, Any], years: float | None, today: date) -> _Draft:
    basics, work = _object(content.get("basics")), _work(content)
    preferences = _object(content.get("preferences"))
    country = _string(_object(basics.get("location")).get("countryCode")).upper()
    degrees = (_string(row.get("studyType")) or _string(row.get("area")) for row in _rows(content, "education"))
    spoken = (levels.language_code(_string(row.get("language"))) for row in _rows(content, "languages"))
    rest = {
        "education": levels.highest_education(degrees),
        "languages": frozenset(filter(None, spoken)),
        "country": country if _COUNTRY.fullmatch(country) else None,
        "relocates": preferences.get("relocate") is True,
        "salary_floor": _salary_floor(preferences.get("salary_floor")),
    }
    return _Draft(
        personal.name_pattern(_string(basics.get("name"))),
        _string(basics.get("label")),
        [_string(row.get("position")) for row in work],
        _text(content, basics, work),
        years if years is not None else levels.years_of_work(work, today),
        rest,
    )


def _profile(draft: _Draft, seniority: str | None, suspect: bool) -> Profile:
    """The profile without personal facts; label and positions are lines of the text, and have none where it has
    none."""
    label, positions, text, name = draft.label, draft.positions, draft.text, draft.name
    if suspect or (name is not None and name.may_stand_in(text.lower())):
        text = personal.without_personal(text, name)
        if text != draft.text:
            label = personal.without_personal(label, name)
            positions = [personal.without_personal(position, name) for position in positions]
    titles = [(position, share) for position, share in zip(positions, _shares(len(positions)), strict=True) if position]
    if label:
        titles.insert(0, (label, LABEL_SHARE if len(label.split()) <= MOST_LABEL_WORDS else SENTENCE_SHARE))
    seniority = seniority or levels.of_titles([title for title, _ in titles]) or levels.of_years(draft.years)
    return Profile(titles, text[:MAX_TEXT], draft.years, seniority, **draft.rest)


@lru_cache(maxsize=64)
def _shares(positions: int) -> tuple[float, ...]:
    return (*POSITION_SHARES, *[POSITION_SHARES[-1]] * (positions - len(POSITION_SHARES)))[:positions]


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _rows(content: Mapping[str, Any], section: str) -> list[dict[str, Any]]:
    rows = content.get(section)
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def _work(content: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Positions, the latest start first."""
    return sorted(_rows(content, "work"), key=lambda row: _string(row.get("startDate"))[:7], reverse=True)


def text_of(content: Mapping[str, Any]) -> str:
    """The text that tells what the person can do; employers, schools, places and dates are left out."""
    return _text(content, _object(content.get("basics")), _work(content))


def _text(content: Mapping[str, Any], basics: dict[str, Any], work: list[dict[str, Any]]) -> str:
    parts = [_string(basics.get("label")), _string(basics.get("summary"))]
    for section, strings, lists in _READ:
        for row in work if section == "work" else _rows(content, section):
            for name in strings:
                value = row.get(name)
                if isinstance(value, str):
                    parts.append(value.strip())
            for name in lists:
                if value := row.get(name):
                    _gather(value, parts)
    return "\n".join(filter(None, parts))


def _gather(value: Any, parts: list[str]) -> None:
    """Append every string in a value, lists and objects gone through in order."""
    if isinstance(value, str):
        parts.append(value)
    elif isinstance(value, dict):
        _gather(list(value.values()), parts)
    elif isinstance(value, (list, tuple)):
        for item in value:
            if isinstance(item, str):
                parts.append(item)
            else:
                _gather(item, parts)


def _salary_floor(value: Any) -> tuple[float, str] | None:
    """``{"amount", "currency"}`` per year, where both are usable."""
    if not isinstance(value, Mapping):
        return None
    amount, currency = value.get("amount"), _string(value.get("currency")).upper()
    if isinstance(amount, bool) or not isinstance(amount, int | float) or amount <= 0 or len(currency) != 3:
        return None
    return float(amount), currency


def parse(content: str | None) -> dict[str, Any]:
    """A stored profile as an object; one that is null or broken is empty, half a surrogate pair becomes U+FFFD."""
    if not content:
        return {}
    try:
        value = from_json(content)
    except ValueError:  # of the few that this quick reader does not read, the standard one reads some
        try:
            value = jsonl.whole(json.loads(content))
        except (ValueError, RecursionError):
            return {}
    return _object(value)
