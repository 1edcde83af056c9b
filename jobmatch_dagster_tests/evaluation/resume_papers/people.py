"""The made-up people and how their language writes dates."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "pl": "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",
}


@lru_cache(maxsize=1)
def people() -> list[dict[str, Any]]:
    """All people, as ``people.yaml`` has them."""
    found: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("people.yaml").read_text(encoding="utf-8"))
    return found


def day(person: dict[str, Any], value: object) -> str:
    """A date as the person writes it; None is the word for "until now"."""
    if value is None:
        return str(person["present"])
    year, _, month = str(value).partition("-")
    if not month:
        return year
    name = _MONTHS[person["language"]].split()[int(month) - 1]
    forms = {"MM/YYYY": f"{month}/{year}", "MM.YYYY": f"{month}.{year}", "YYYY": year, "Mon YYYY": f"{name[:3]} {year}"}
    between = " de " if " de " in person["style"] else " "
    return forms.get(person["style"], f"{name}{between}{year}")


def dates(person: dict[str, Any], entry: dict[str, Any]) -> str:
    """A job's or school's dates as one text."""
    return f"{day(person, entry['startDate'])} – {day(person, entry['endDate'])}"


def groups(person: dict[str, Any]) -> list[str]:
    """The skills as lines: "Group: a, b" or "a, b"."""
    return [(f"{g['name']}: " if g["name"] else "") + ", ".join(g["keywords"]) for g in person["skills"]]


def degree(school: dict[str, Any]) -> str:
    """Degree and field as one text."""
    return (
        f"{school['studyType']} {school['area']}" if school["area"] not in school["studyType"] else school["studyType"]
    )


def contact(person: dict[str, Any]) -> list[str]:
    """E-mail, phone, place and links."""
    basics = person["basics"]
    return [basics["email"], basics["phone"], basics["place"], *basics["links"]]
