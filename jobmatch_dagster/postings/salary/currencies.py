"""Currencies as they are written, from ``data/currencies.yaml``. A sign that several countries share needs the job's
country."""

from __future__ import annotations

import re
from functools import lru_cache

from jobmatch_dagster.postings.words import load


@lru_cache(maxsize=1)
def _written() -> dict[str, str]:
    """Lower-case written form → ISO 4217 code, for forms that mean one currency only."""
    return {
        form.lower(): code
        for code, entry in load("currencies")["codes"].items()
        for form in [code, *entry["signs"], *entry["words"]]
    }


@lru_cache(maxsize=1)
def pattern() -> str:
    """A pattern for any written currency, longest first; letters must not run on."""
    forms = {*_written(), *(sign.lower() for sign in load("currencies")["shared"])}
    # alternatives by their first character: one look at it rules out all of them
    rests: dict[str, list[str]] = {}
    for form in sorted(forms, key=lambda form: (-len(form), form)):
        after = r"(?![A-Za-zÀ-ɏ])" if form[-1].isalpha() and form[-1].isascii() else ""
        rests.setdefault(form[0], []).append(f"{re.escape(form[1:])}{after}")
    parts = {first: f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in rests.items()}
    words = "|".join(part for first, part in parts.items() if first.isalpha())
    signs = [part for first, part in parts.items() if not first.isalpha()]
    return "|".join([*signs, rf"(?<![A-Za-zÀ-ɏ])(?:{words})"])


def code_of(form: str, country: str | None) -> str | None:
    """ISO 4217 code of a written currency.

    Args:
        form: as matched by ``pattern``.
        country: ISO 3166-1 code of the job's place; decides between the dollars, the crowns, yuan and yen.

    Returns:
        The code, or None where the sign is shared and the country does not tell.
    """
    known = _written().get(form.lower())
    if known:
        return known
    return load("currencies")["shared"].get(form.lower(), {}).get(country or "")


def scale_of(form: str | None) -> float:
    """1000 for a sign that says thousands of a currency ("T€", "TEUR"), else 1."""
    return 1_000.0 if form and form.lower() in load("currencies")["in_thousands"] else 1.0


def plausible_year(code: str | None) -> tuple[float, float]:
    """Least and most that a full-time year pays in a currency; a wide range where the currency is not known."""
    low, high = load("currencies")["codes"].get(code or "", {"year": [8_000, 100_000_000]})["year"]
    return float(low), float(high)
