"""A place as written becomes cities, regions and countries; what stays ambiguous stays null.

A country or region in the same line decides between cities of one name. Without one, a city counts only if no other
city of
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
from jobmatch_dagster.postings.place.names import LARGE, Hint, also_city, bare_name, city_of, country_of, in_region
from jobmatch_dagster.postings.place.remote import area_of, without_only, without_remote_words
from jobmatch_dagster.postings.place.timezones import without_zones

MAX_PLACES = 20
_NAMESAKE = 200_000  # inhabitants of a city that bears a country's name, below which the country is meant
_NO_PLACE = frozenset({"field", "work at", "work at home", "office", "at", "various"})
_SEPARATOR = re.compile(
    r"\s*(?:[;|•·\n、]|//|(?<=[a-zà-ÿ)])/(?=[A-ZÀ-Þ])|\s?/\s|(?<=[\u4e00-\u9fff])/(?=[\u4e00-\u9fff])|\s(?i:or|oder|ou|und/oder|und|and/or|and|et|lub|oraz|&)\s(?=[A-ZÀ-ÞŁŚŻ])|\s[ey]\s(?=[A-ZÀ-ÞŁŚŻ]))\s*"
)
_PARTS = re.compile(r"\s*[,，]\s*|\s+[-–—>]\s+|\s*[()\[\]]\s*")
_HAN = re.compile("[\u4e00-\u9fff]{2}")
_LATIN_WORD = re.compile("[A-Za-zÀ-ž]{4}")
_CODED = re.compile(r"^([A-Z]{2,3})[.-]([A-Z]{2})[.-](.+)$")
_CODE_FIRST = re.compile(r"^([A-Z]{2})-([A-Za-zÀ-ÿ].*)$")
_CITY_LIKE = re.compile(r"[^\W\d_][^\d_:;@/]{1,40}$")  # a name that is not in the gazetteer may be a small town's
_NOT_A_CITY = re.compile(
    r"\b(?:corporation|corp|inc|llc|gmbh|ltd|office|headquarters?|campus|internship|pharmacy|store|plant|warehouse"
    r"|hospital|location|update|department|region|all|any|multiple)\b",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^(?:in|im|from|aus|within|across|all of)\s+(?:the\s+)?(?=[A-ZÀ-Þ])")
_POSTAL = re.compile(
    r"\b\d{4} ?[A-Z]{2}\b(?=\s)|\b(?:[A-Z]{1,2}-)?\d{4,6}(?:-\d{3,4})?\b"
    r"|\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b|^[A-Z]{1,2}\d[A-Z\d]?(?= [A-Z][a-z])"
    r"|\b[A-Z]\d[A-Z] ?\d[A-Z]\d\b|\b\d{2}-\d{3}\b"
)
_STREET = re.compile(
    r"^\d+\w?\s+\w|^(?:suite|ste|floor|fl|building|bldg|unit|room|apt|etage|stock)\.?\s*\d", re.IGNORECASE
)
_UNIT_LEAD = re.compile(
    r"^(?:suite|ste|floor|fl|building|bldg|unit|room)\.?\s*[A-Z]?\d+[A-Z]?\s+(?=[A-Z])", re.IGNORECASE
)
_GERMAN_AREA = re.compile(r"^D[- ]?\d{1,5}$")  # "D7": German postal areas as freelance boards write them
_SELECT = re.compile(r"\s*:\s*(?:select|all|various|multiple|any)\b.*$", re.IGNORECASE)
_GERMAN_AREA_LEAD = re.compile(r"^D\d{1,2}\s+(?=Deutschland)")
_NOISE = re.compile(
    r"^\d+\s+(?:locations?|standorte|places?)$"
    r"|^(?:nationwide|field[ -]based|various|multiple|several|diverse|verschiedene|mehrere)\b.*",
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


def read_place(written: str, hint: str | Hint | None = None) -> Reading:
    """The places that a line names.

    Args:
        written: a place as a board shows it, one line.
        hint: ISO 3166-1 code of the country that the ad's currency or language speaks for, or what finds it out; it
            decides between cities of one name that are not too different in size. Most lines need none.
    """
    reading = _without_hint(written)
    if reading is None:
        reading = _with_hint(written, hint() if callable(hint) else hint)
    return reading


@lru_cache(maxsize=200_000)
def _without_hint(written: str) -> Reading | None:
    """The places of a line that needs no hint; None for one that does."""
    asked: list[bool] = []
    reading = _read(written, lambda: asked.append(True))
    return None if asked else reading


@lru_cache(maxsize=200_000)
def _with_hint(written: str, hint: str | None) -> Reading:
    return _read(written, lambda: hint)


def _read(written: str, hint: Hint) -> Reading:
    places: list[Place] = []
    notes: list[str] = []
    for segment in _SEPARATOR.split(without_zones(written))[: MAX_PLACES * 2]:
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


def _segment(segment: str, hint: Hint) -> list[tuple[Place | None, str | None]]:
    """The places of one part of a line, between separators."""
    if _HAN.search(segment) and not _LATIN_WORD.search(without_remote_words(segment)):
        return [place for half in re.split("[/，]", segment) for place in _in_chinese(half)]
    coded = _CODED.match(segment.strip())
    if coded:
        segment = f"{coded[3]}, {coded[2]}, {coded[1]}"
    elif code := _CODE_FIRST.match(segment.strip()):
        segment = f"{code[2]}, {code[1]}"
    parts = _parts_of(segment)
    if not parts:
        return []
    if len(parts) == 1 and "/" in parts[0]:
        return [pair for half in parts[0].split("/") if half.strip() for pair in _one([half.strip()], hint)]
    parts = _general_last(parts)
    several = _several(parts, hint)
    return several or _one(parts, hint)


def _in_chinese(segment: str) -> list[tuple[Place | None, str | None]]:
    """Chinese lines have no spaces: the first known large city, else the first country, anywhere in the line."""
    text = without_remote_words(segment)
    countries_found: list[str] = []
    for start in range(len(text)):
        for length in (4, 3, 2):
            name = text[start : start + length]
            if text[start - 1 : start] == "非":  # "not in"
                continue
            if len(name) < length or not _HAN.match(name):
                continue
            large = [city for city in gazetteer().cities(name) if city.population >= _NAMESAKE]
            if large:
                return [(_placed(large[0], None), None)]
            countries_found += [code for code in [countries().get(folded(name))] if code]
    return [(Place(country=countries_found[0]), None)] if countries_found else []


def _parts_of(segment: str) -> list[str]:
    """The parts between commas, without streets, postal codes and words about remote work."""
    bare = without_remote_words(segment)
    whole = " ".join(bare.split())
    if re.search(r"\w \(\w", whole) and gazetteer().cities(whole):  # "Frankfurt (Oder)" is not the other Frankfurt
        return [whole]
    raw = [part.strip(" .-–:") for part in _PARTS.split(without_only(bare))]
    raw = [_UNIT_LEAD.sub("", part) for part in raw if part]
    named = [part for part in raw if not _STREET.search(part)]
    if any(_GERMAN_AREA.match(part) for part in raw):
        named = [part for part in named if not _GERMAN_AREA.match(part)] + ["Germany"]
    named = [_GERMAN_AREA_LEAD.sub("", part) for part in named]
    parts = [" ".join(_POSTAL.sub(" ", part).split()).strip(" .-–:") for part in (named or raw)]
    parts = [_SELECT.sub("", _LEAD.sub("", part)) for part in parts if part and not _NOISE.match(part)]
    parts = [part for part in parts if area_of(part) is None]
    known = parts and (country_of(parts[-1]) or folded(parts[-1]) in regions() or gazetteer().cities(parts[-1]))
    if parts and not known:
        parts[-1:] = _in_one_breath(parts[-1])
    return [part for part in parts if part]


def _in_one_breath(part: str) -> list[str]:
    """ "München Deutschland", "CA United States", "Field-Florida": a country or a region without a comma before it."""
    words = re.split(r"\s+|(?<=[a-z])-(?=[A-Z])", part)
    for count in range(min(3, len(words) - 1), 0, -1):
        tail = " ".join(words[-count:])
        if len(tail) > 3 and (country_of(tail) or ("-" in part and folded(tail) in regions())):
            head = " ".join(words[:-count])
            return [tail] if head.lower() in _NO_PLACE else [head, tail]
    return [part]


def _general_last(parts: list[str]) -> list[str]:
    """ "Germany, Berlin", "US, CA, Santa Clara" and "GA - Marietta" begin with the larger unit: it goes to the end."""
    if len(parts) < 2:
        return parts
    first, second = parts[0], parts[1]
    country = country_of(first)
    if country and country_of(parts[-1]) in (None, country):
        cities = gazetteer().cities(bare_name(parts[-1]))
        namesake = max((city.population for city in gazetteer().cities(first)), default=0)
        fits = (len(first) > 2 and namesake < _NAMESAKE) or any(city.country == country for city in cities)
        if fits and (len(first) > 2 or not in_region(parts[-1], first)):
            return [*_general_last(parts[1:]), first]
    if len(parts) == 2 and len(first) == 2 and in_region(second, first) and also_city(second, [("US", "", "")]):
        return [second, first]
    if (len(first) > 2 or first.isupper()) and folded(parts[-1]) not in regions() and country_of(parts[-1]) is None:
        is_state = len(first) == 2 and len(parts) == 2 and any(e[0] == "US" for e in regions().get(folded(first), []))
        entries = regions().get(folded(first), []) if len(first) > 3 else []
        if in_region(second, first) or is_state or (entries and not also_city(first, entries)):
            return [*parts[1:], first]
    return parts


def _several(parts: list[str], hint: Hint) -> list[tuple[Place | None, str | None]]:
    """A list of cities, or of countries: each part is a large city and none is a region or a country of the one
    before."""
    codes = [country_of(part) for part in parts]
    if len(parts) > 1 and all(len(part) > 2 for part in parts) and all(codes):
        return [(Place(country=code), None) for code in codes]
    country, names = _take_country(parts)
    if len(names) > 2 and any(country in (None, entry[0]) for entry in regions().get(folded(names[-1]), [])):
        names = names[:-1]
    if len(names) < (2 if names == parts else 3) or any(in_region(names[0], n) or country_of(n) for n in names[1:]):
        return []
    if any(len(name) > 3 and (e := regions().get(folded(name))) and not also_city(name, e) for name in names):
        return []
    found = [city_of(name, country, None, hint)[0] for name in names]
    if any(city is None or city.population < 50_000 for city in found) or folded(names[0]) in map(folded, names[1:]):
        return []
    return [(_placed(city, None), None) for city in found if city]


def _one(parts: list[str], hint: Hint) -> list[tuple[Place | None, str | None]]:
    parts = [part for part in parts if part]
    if not parts:
        return []
    if len(parts) == 1 and len(parts[0]) > 2 and (state := _state_of_that_name(parts[0])):
        country = hint()
        if country not in (state[0], country_of(parts[0])):
            return [(None, f"{parts[0]} is a country and a region of {state[0]}")]
        return [(Place(region=state[2], country=country) if country == state[0] else Place(country=country), None)]
    country, rest = _take_country(parts)
    if not rest:
        return [(Place(country=country), None)]
    region_code, region, country, rest = _take_region(rest, country)
    if not rest:
        return [(Place(region=region, country=country), None)]
    city, note = None, None
    for name in dict.fromkeys((rest[0], *rest[:0:-1])):
        city, note = city_of(name, country, region_code, hint)
        if city:
            break
    if city is None and region_code and country != country_of(parts[-1]) and len(parts[-1]) == 2:
        # "Chennai, TN": no such city in Tennessee, so that the letters mean something else
        elsewhere, _ = city_of(rest[0], None, None, hint)
        if elsewhere and elsewhere.population >= LARGE and elsewhere.country != country:
            city, note = elsewhere, f"{parts[-1]} is not a region of {elsewhere.name}"
            region = None
    if city:
        return [(_placed(city, region), note)]
    if country is None and region is None and len(parts) == 1 and not note:
        return [(None, "the place is not in the gazetteer")]
    if not (country or region):
        return [(None, note)]
    town = rest[0] if _CITY_LIKE.match(rest[0]) and not _NOT_A_CITY.search(rest[0]) else None
    return [(Place(city=town, region=region, country=country), note)]


def _state_of_that_name(name: str) -> tuple[str, str, str] | None:
    """The region of another country that has a country's name: Georgia."""
    code = country_of(name)
    return next((entry for entry in regions().get(folded(name), []) if code and entry[0] != code), None)


def _placed(city: City, region: str | None) -> Place:
    return Place(
        city.name,
        region_names().get((city.country, city.admin1), region),
        city.country,
        city.lat,
        city.lon,
        city.timezone or None,
    )


def _take_country(parts: list[str]) -> tuple[str | None, list[str]]:
    """The country at the end of a line, unless those letters are rather a state of the city before them."""
    last = parts[-1]
    code = country_of(last)
    if code is None:
        return None, parts
    before = [part for part in parts[:-1] if country_of(part) != code or regions().get(folded(part))]
    entries = regions().get(folded(last), [])
    if not entries:
        return code, before
    if not before:
        # one word alone: "Georgia", "IN", "CA": a full name is the country, a code stays open
        return (code, []) if len(last) > 2 else (None, parts)
    if len(before) > 1 and any(entry[0] == code for entry in regions().get(folded(before[-1]), [])):
        return code, before
    as_country = max(
        (city.population for city in gazetteer().cities(bare_name(before[0])) if city.country == code), default=0
    )
    as_region = max(
        (
            city.population
            for city in gazetteer().cities(bare_name(before[0]))
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
        head, _, tail = last.rpartition(" ")  # "Austin TX", "Sydney NSW"
        named = len(tail) in (2, 3) and tail.isupper() and regions().get(folded(tail), [])
        if named and (in_region(head, tail) or (named[0][0] == "US" and not gazetteer().cities(head))):
            return _take_region([head, tail], country)
        if named and gazetteer().cities(head):
            return None, None, country, [head]  # "Milano MI": the letters are a province of their own country
    if not entries:
        if country and len(parts) > 1:
            return None, None if country_of(last) else last, country, parts[:-1]
        return None, None, country, parts
    if len(parts) == 1 and (abbreviation or also_city(last, entries)):
        if abbreviation and country is None:
            open_ = len(entries) > 1 or last in country_codes()
            return (None, None, None, parts) if open_ else (entries[0][1], entries[0][2], entries[0][0], [])
        return None, None, country, parts
    if len(parts) > 1:
        names = gazetteer().cities(bare_name(parts[0]))
        within = [entry for entry in entries if any((city.country, city.admin1) == entry[:2] for city in names)]
        entries = within or entries
    if len({entry[0] for entry in entries}) > 1:
        us = [entry for entry in entries if entry[0] == "US"]
        if not us:
            return None, last, country, parts[:-1]
        entries = us
    code_country, code, name = entries[0]
    return code, name, code_country, parts[:-1]
