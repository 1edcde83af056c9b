"""Which city, region or country one name means, alone or beside a country; lines are taken apart in ``read``."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from jobmatch_dagster.postings.place.gazetteer import City, countries, country_codes, folded, gazetteer, regions
from jobmatch_dagster.postings.words import any_of, load

# The country that an ad's currency or language speaks for, read only where a name means cities of several countries.
Hint = Callable[[], str | None]

_DOMINANT = 3  # a city counts without context if it is so many times larger than its namesakes in other countries
LARGE = 15_000  # inhabitants that a city without any context must have
_MARKET_FACTOR = 3  # how much more a city counts in a country whose jobs the boards carry
_OWN_NAME = 4  # how much more a city counts for its own name than for one of its other names, many of them historical
_FAMOUS = 500_000  # inhabitants of a city from which its name is never meant as another city's other name
_DISTRICT_NUMBER = re.compile(r"\s+\d{1,2}$")  # "Bratislava 1", "Dublin 2"


def country_of(part: str) -> str | None:
    """Country of a name in any of the languages, or of a code that is written in capitals."""
    if len(part) == 2:
        code = {"UK": "GB"}.get(part, part)
        return code if code in country_codes() else None
    return countries().get(folded(part))


def in_region(city: str, region: str) -> bool:
    """True if some city of this name lies in a region of that name or abbreviation."""
    inside = {entry[:2] for entry in regions().get(folded(region), [])}
    return bool(inside) and any(
        (found.country, found.admin1) in inside for found in gazetteer().cities(bare_name(city))
    )


def also_city(name: str, entries: list[tuple[str, str, str]]) -> bool:
    """A region whose name is that of its large city, too: Berlin, New York, Utrecht."""
    return any(
        city.population > 100_000 and any(city.country == entry[0] for entry in entries)
        for city in gazetteer().cities(name)[:3]
    )


@lru_cache(maxsize=1)
def _around() -> re.Pattern[str]:
    words = load("places")["around"]
    before, behind = any_of(words["before"]), any_of(words["behind"])
    return re.compile(rf"^(?:{before})\s+|\s+(?:{behind}|\+\d+ (?:more|weitere).*|and surrounding.*)$", re.IGNORECASE)


def bare_name(name: str) -> str:
    """A city's name without "Greater … Area" and the like."""
    bare = name
    for _ in range(2):
        bare = _around().sub("", bare).strip()
    return bare or name


def city_of(name: str, country: str | None, region: str | None, hint: Hint) -> tuple[City | None, str | None]:
    """The city of a name in a context, and why there is none."""
    if len(name) == 2 and name.isupper():
        return None, None
    for form in dict.fromkeys((name, bare_name(name), _DISTRICT_NUMBER.sub("", name), name.split("-")[0])):
        found = gazetteer().cities(form)
        if country:
            found = [city for city in found if city.country == country]
            found = [city for city in found if city.admin1 == region] if region else found
            if found:
                # a city of this very name before a larger one that only goes by it, too
                return next((city for city in found if folded(city.name) == folded(form)), found[0]), None
        elif found:
            return _without_context(name, found, hint)
    return None, None if country else "the place is not in the gazetteer"


def _without_context(name: str, found: list[City], hint: Hint) -> tuple[City | None, str | None]:
    """The city that a name alone means: the one that is so much larger than its namesakes abroad."""
    if len({city.country for city in found}) == 1 and len(name) > 4:
        return found[0], None
    own = folded(name)
    if any(folded(city.name) == own and city.population >= _FAMOUS for city in found):
        found = [city for city in found if folded(city.name) == own]
    weight = {city: _weight(city) * (_OWN_NAME if folded(city.name) == own else 1) for city in found}
    ranked = sorted(found, key=lambda city: -weight[city])
    best = ranked[0]
    rivals = [city for city in ranked if city.country != best.country]
    alone = best.population >= LARGE and (not rivals or weight[best] >= _DOMINANT * weight[rivals[0]])
    if alone and (not rivals or weight[best] > _DOMINANT * weight[rivals[0]]):
        return best, None  # whatever the hint
    country = hint()
    hinted = [city for city in ranked if city.country == country and city.population >= LARGE]
    if hinted and weight[hinted[0]] * _DOMINANT >= weight[best]:
        return hinted[0], None
    if alone:
        return best, None
    return None, f"{name} could be in several countries"


def _weight(city: City) -> int:
    return city.population * (_MARKET_FACTOR if city.country in load("places")["markets"] else 1)
