"""A place as written becomes cities, regions and countries; what stays ambiguous stays null.

A country or region in the same line decides between cities of one name. Without one, a city counts only if no other city of
its name comes near it in size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from jobmatch_dagster.postings.place.gazetteer import (
    City,
    countries,
    country_codes,
    folded,
    gazetteer,
    region_names,
    regions,
)
from jobmatch_dagster.postings.place.remote import area_of, without_remote_words

MAX_PLACES = 20
_DOMINANT = 4  # a city counts without context if it is so many times larger than its namesakes in other countries
_LARGE = 15_000  # inhabitants that a city without any context must have
_SEPARATOR = re.compile(r"\s*(?:[;|•·\n、]|\s/\s|\s(?:or|oder|ou|und|and|et|e|y|of|lub|oraz|&)\s(?=[A-ZÀ-ÞŁŚŻ]))\s*")
_PARTS = re.compile(r"\s*[,，]\s*|\s+[-–—>]\s+|\s*[()\[\]]\s*")
_CODED = re.compile(r"^([A-Z]{2,3})-([A-Z]{2})-(.+)$")
_POSTAL = re.compile(
    r"\b(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})?\b|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b|\b\d{2}-\d{3}\b"
)
_AROUND = re.compile(
    r"^(?:greater|metro|metropolitan|downtown|city of|großraum|raum|region|metropolregion|stadt|kreis|landkreis|grand|gran|área metropolitana de|area di|regio|okolice|near|nähe|bei)\s+"
    r"|\s+(?:metropolitan region|metropolitan area|metro area|metropolitan|metroplex|metro|bay area|area|region|county|district|city area|und umgebung|und umkreis|et périphérie|y alrededores|e dintorni|en omgeving|i okolice|"
    r"\+\d+ (?:more|weitere).*|and surrounding.*)$",
    re.IGNORECASE,
)
_NOISE = re.compile(
    r"^\d+\s+(?:locations?|standorte|places?)$|^(?:various|multiple|several|diverse|verschiedene|mehrere)\b.*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Place:
    """One place of a job; each field is None where it is not known. ``timezone`` is an IANA name."""

    city: str | None = None
    region: str | None = None
    country: str | None = None
    lat: float | None = None
    lon: float | None = None
    timezone: str | None = None


@dataclass(frozen=True)
class Reading:
    """All places of one line, and what could not be decided."""

    places: tuple[Place, ...] = ()
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=200_000)
def read_place(written: str, hint: str | None = None) -> Reading:
    """The places that a line names.

    Args:
        written: a place as a board shows it, one line.
        hint: ISO 3166-1 code of the country whose board or language it is; only breaks ties that size leaves open.
    """
    places: list[Place] = []
    notes: list[str] = []
    for segment in _SEPARATOR.split(written)[: MAX_PLACES * 2]:
        for place, note in _segment(segment, hint):
            if place and place not in places:
                places.append(place)
            if note:
                notes.append(note)
    return Reading(tuple(_shared_country(places)[:MAX_PLACES]), tuple(dict.fromkeys(notes)))


def _shared_country(places: list[Place]) -> list[Place]:
    """ "Berlin, Hamburg, Germany": a country at the end is that of the cities before it, not a place of its own."""
    if len(places) > 1 and places[-1].country and not places[-1].city and not places[-1].region:
        country = places[-1].country
        rest = places[:-1]
        if all(place.country in (None, country) for place in rest):
            return rest
    return places


def _segment(segment: str, hint: str | None) -> list[tuple[Place | None, str | None]]:
    """The places of one part of a line, between separators."""
    coded = _CODED.match(segment.strip())
    if coded:
        segment = f"{coded[3]}, {coded[2]}, {coded[1]}"
    parts = [_POSTAL.sub(" ", part).strip(" .-–:") for part in _PARTS.split(without_remote_words(segment))]
    parts = [" ".join(part.split()) for part in parts if part.strip(" .-–:")]
    parts = [part for part in parts if not _NOISE.match(part) and area_of(part) is None]
    if not parts:
        return []
    if len(parts) == 1 and "/" in parts[0]:
        return [pair for half in parts[0].split("/") for pair in _one([half.strip()], hint)]
    first = parts[0]
    if len(parts) > 1 and _country(first) and not gazetteer().cities(first):
        parts = [*parts[1:], first]  # "Germany, Berlin"
    several = _several(parts, hint)
    return several or _one(parts, hint)


def _several(parts: list[str], hint: str | None) -> list[tuple[Place | None, str | None]]:
    """A list of cities: each part is a large city and none is a region or a country of the one before."""
    last = _country(parts[-1]) if len(parts) > 2 else None
    names = parts[:-1] if last else parts
    if len(names) < 2 or any(folded(name) in regions() or _country(name) for name in names[1:]):
        return []
    found = [_city(name, last, None, hint)[0] for name in names]
    if any(city is None or city.population < 50_000 for city in found):
        return []
    first = found[0]
    if any(folded(name) == folded(names[0]) for name in names[1:]) or first is None:
        return []
    return [(_placed(city, None), None) for city in found if city]


def _one(parts: list[str], hint: str | None) -> list[tuple[Place | None, str | None]]:
    parts = [part for part in parts if part]
    if not parts:
        return []
    country, rest = _take_country(parts)
    if not rest:
        return [(Place(country=country), None)]
    region_code, region, country, rest = _take_region(rest, country)
    if not rest:
        return [(Place(region=region, country=country), None)]
    city, note = None, None
    for name in dict.fromkeys((rest[0], *rest[1:2])):
        city, note = _city(name, country, region_code, hint)
        if city:
            break
    if city:
        return [(_placed(city, region), note)]
    if country is None and region is None and len(parts) == 1 and not note:
        return [(None, "the place is not in the gazetteer")]
    return [(Place(city=rest[0] if (country or region) else None, region=region, country=country), note)]


def _placed(city: City, region: str | None) -> Place:
    return Place(
        city.name,
        region_names().get((city.country, city.admin1), region),
        city.country,
        city.lat,
        city.lon,
        city.timezone or None,
    )


def _country(part: str) -> str | None:
    """Country of a name in any of the languages, or of a code that is written in capitals."""
    if len(part) == 2:
        code = {"UK": "GB"}.get(part, part)
        return code if code in country_codes() else None
    return countries().get(folded(part))


def _take_country(parts: list[str]) -> tuple[str | None, list[str]]:
    """The country at the end of a line, unless those letters are rather a state of the city before them."""
    last = parts[-1]
    code = _country(last)
    if code is None:
        return None, parts
    before = parts[:-1]
    entries = regions().get(folded(last), [])
    if not entries:
        return code, before
    if not before:
        # one word alone: "Georgia", "IN", "CA": a full name is the country, a code stays open
        return (code, []) if len(last) > 2 else (None, parts)
    if len(before) > 1 and any(entry[0] == code for entry in regions().get(folded(before[-1]), [])):
        return code, before
    as_country = max(
        (city.population for city in gazetteer().cities(_bare(before[0])) if city.country == code), default=0
    )
    as_region = max(
        (
            city.population
            for city in gazetteer().cities(_bare(before[0]))
            for country, admin1, _ in entries
            if city.country == country and city.admin1 == admin1
        ),
        default=0,
    )
    return (code, before) if as_country > as_region else (None, parts)


def _take_region(parts: list[str], country: str | None) -> tuple[str | None, str | None, str | None, list[str]]:
    """(admin1 code, name, country, remaining parts): the region at the end of what is left."""
    last = parts[-1]
    entries = [entry for entry in regions().get(folded(last), []) if country in (None, entry[0])]
    abbreviation = len(last) <= 3
    if abbreviation and not last.isupper():
        entries = []
    if not entries and " " in last and len(parts) == 1:
        head, _, tail = last.rpartition(" ")  # "Austin TX"
        if len(tail) == 2 and tail.isupper() and any(entry[0] == "US" for entry in regions().get(folded(tail), [])):
            return _take_region([head, tail], country)
    if not entries:
        if country and len(parts) > 1:
            return None, last, country, parts[:-1]
        return None, None, country, parts
    if len(parts) == 1 and (abbreviation or _also_city(last, entries)):
        if abbreviation and country is None:
            return (None, None, None, parts) if len(entries) > 1 else (entries[0][1], entries[0][2], entries[0][0], [])
        return None, None, country, parts
    if len(parts) > 1:
        names = gazetteer().cities(_bare(parts[0]))
        within = [entry for entry in entries if any((city.country, city.admin1) == entry[:2] for city in names)]
        entries = within or entries
    if len({entry[0] for entry in entries}) > 1:
        us = [entry for entry in entries if entry[0] == "US"]
        if not us:
            return None, last, country, parts[:-1]
        entries = us
    code_country, code, name = entries[0]
    return code, name, code_country, parts[:-1]


def _also_city(name: str, entries: list[tuple[str, str, str]]) -> bool:
    """A region whose name is that of its large city, too: Berlin, New York, Utrecht."""
    return any(
        city.population > 100_000 and any(city.country == entry[0] for entry in entries)
        for city in gazetteer().cities(name)[:3]
    )


def _bare(name: str) -> str:
    """A city's name without "Greater … Area" and the like."""
    bare = name
    for _ in range(2):
        bare = _AROUND.sub("", bare).strip()
    return bare or name


def _city(name: str, country: str | None, region: str | None, hint: str | None) -> tuple[City | None, str | None]:
    """The city of a name in a context, and why there is none."""
    found = gazetteer().cities(name) or gazetteer().cities(_bare(name))
    if not found and "-" in name:
        found = gazetteer().cities(name.split("-")[0])
    if country:
        inside = [city for city in found if city.country == country]
        exact = [city for city in inside if region is None or city.admin1 == region]
        return (exact[0], None) if exact else ((inside[0], None) if inside and region is None else (None, None))
    large = [city for city in found if city.population >= _LARGE]
    if not large:
        return None, "the place is not in the gazetteer" if not found else f"{name} could be in several countries"
    best = large[0]
    rivals = [city for city in large[1:] if city.country != best.country]
    if rivals and best.population < _DOMINANT * rivals[0].population:
        hinted = [city for city in large if city.country == hint]
        if hinted and hinted[0].population * 3 >= best.population:
            return hinted[0], None
        return None, f"{name} could be in several countries"
    return best, None
