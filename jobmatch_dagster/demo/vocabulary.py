"""The demo's words, read from ``data/``: occupations, skills, languages, places, ways to write pay, names of employers.

What a posting or a person says is decided elsewhere; this file only reads, checks and hands out. All of it is made up.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

DATA = Path(__file__).parent / "data"
NOT_USED = "-"  # in skills.csv: this skill is not asked for in ads of that language

Words = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Skill:
    """One skill with the ways to write it, per language (ISO 639-1)."""

    id: str
    label: str
    kind: str
    surfaces: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Occupation:
    """One occupation: what it is called, what is done, what is asked for, per language.

    ``pay`` is the usual range in US dollars a year; ``core`` skills are what nearly every ad requires, ``extra`` ones
    come up now and then; ``trade`` says which words mark seniority in its titles.
    """

    id: str
    field: str
    trade: bool
    remote: bool
    education: str | None
    pay: tuple[int, int]
    core: tuple[str, ...]
    extra: tuple[str, ...]
    search: tuple[str, ...]
    titles: dict[str, tuple[str, ...]]
    duties: dict[str, tuple[str, ...]]
    done: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class City:
    """A city with its region and postcode as ads of its country write them."""

    name: str
    region: str
    postcode: str


@dataclass(frozen=True, slots=True)
class Country:
    """A country of the demo: how often, in which languages, on which boards, in which money."""

    code: str
    name: str
    share: float
    languages: dict[str, float]
    currency: str
    pay: float
    boards: dict[str, float]
    suffixes: tuple[str, ...]
    cities: tuple[City, ...]


def read_yaml(path: Path) -> Any:
    """The content of a YAML file of ``data/``, with the fast reader where PyYAML was built with it."""
    with path.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@lru_cache(maxsize=1)
def languages() -> dict[str, Words]:
    """Headings, sentence frames and labels, per language."""
    return {path.stem: read_yaml(path) for path in sorted((DATA / "languages").glob("*.yaml"))}


@lru_cache(maxsize=1)
def skills() -> dict[str, Skill]:
    """All skills by id. An empty cell of skills.csv means: written as in English."""
    result = {}
    with (DATA / "skills.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cells = {lang: row[lang] or row["en"] for lang in languages()}
            surfaces = {lang: tuple(cell.split("|")) for lang, cell in cells.items() if cell != NOT_USED}
            result[row["id"]] = Skill(row["id"], row["label"], row["kind"], surfaces)
    return result


@lru_cache(maxsize=1)
def occupations() -> dict[str, Occupation]:
    """All occupations by id, in alphabetical order."""
    result = {}
    for path in sorted((DATA / "occupations").glob("*.yaml")):
        raw: Words = read_yaml(path)
        for name in ("titles", "duties", "done"):
            raw[name] = {lang: tuple(words) for lang, words in raw[name].items()}
        for name in ("core", "extra", "search", "pay"):
            raw[name] = tuple(raw[name])
        result[path.stem] = Occupation(id=path.stem, **raw)
    return result


@lru_cache(maxsize=1)
def countries() -> dict[str, Country]:
    """All countries by ISO 3166-1 code."""
    result = {}
    for code, raw in read_yaml(DATA / "places.yaml").items():
        cities = tuple(City(*map(str, city)) for city in raw.pop("cities"))
        result[code] = Country(code=code, cities=cities, suffixes=tuple(raw.pop("suffixes")), **raw)
    return result


@lru_cache(maxsize=1)
def country_shares() -> dict[str, float]:
    """How often each country comes up."""
    return {code: country.share for code, country in countries().items()}


@lru_cache(maxsize=1)
def pay_formats() -> Words:
    """How pay is written: ``numbers`` and ``formats`` by country or country-language."""
    words: Words = read_yaml(DATA / "salaries.yaml")
    return words


@lru_cache(maxsize=1)
def company_names() -> Words:
    """First and second parts of made-up employers' names."""
    words: Words = read_yaml(DATA / "companies.yaml")
    return words


@lru_cache(maxsize=256)
def skills_in(occupation: str, language: str, group: str) -> tuple[Skill, ...]:
    """The ``core`` or ``extra`` skills of an occupation that have words in a language."""
    ids: tuple[str, ...] = getattr(occupations()[occupation], group)
    return tuple(skills()[name] for name in ids if language in skills()[name].surfaces)


@lru_cache(maxsize=64)
def occupations_in(language: str) -> tuple[str, ...]:
    """The occupations that have titles in a language."""
    return tuple(name for name, occupation in occupations().items() if language in occupation.titles)
