"""A person's résumé as blocks of words in its own language: what every kind of file lays out in its own way."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from jobmatch_dagster.demo.people import Person, words
from jobmatch_dagster.demo.vocabulary import Words


@dataclass(frozen=True, slots=True)
class Entry:
    """One job, school or certificate: a title, where, when, and what was done."""

    title: str
    place: str
    dates: str
    bullets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Employer:
    """An employer with one role or several."""

    name: str
    place: str
    roles: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Content:
    """All words of a résumé. ``headings`` are by JSON Resume's names, ``links`` are (shown text, address)."""

    name: str
    label: str
    summary: str
    contact: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    headings: dict[str, str]
    employers: tuple[Employer, ...]
    schools: tuple[Entry, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...]
    certificates: tuple[str, ...] = field(default=())

    @property
    def entries(self) -> list[Entry]:
        """One entry a role, with the employer in its place."""
        return [
            Entry(role.title, f"{employer.name}, {employer.place}", role.dates, role.bullets)
            for employer in self.employers
            for role in employer.roles
        ]


def shown_date(value: str | None, own: Words) -> str:
    """A date of JSON Resume as the résumé's language writes it; None is the word for now."""
    if value is None:
        return str(own["present"])
    year, _, month = value.partition("-")
    if not month:
        return year
    return str(own["date"]).replace("{month}", own["months"][int(month) - 1]).replace("{year}", year)


def _span(item: dict[str, Any], own: Words) -> str:
    return f"{shown_date(item['startDate'], own)} – {shown_date(item['endDate'], own)}"


def _shown_phone(number: str) -> str:
    """An E.164 number in groups, as people write it."""
    if number.startswith("+1"):
        return f"({number[2:5]}) {number[5:8]}-{number[8:]}"
    return f"{number[:3]} {number[3:6]} {number[6:9]} {number[9:]}".strip()


def of(person: Person) -> Content:
    """The words of a person's résumé."""
    resume, own = person.resume, words()["words"][person.language]
    basics = resume["basics"]
    links = [(profile["network"], profile["url"]) for profile in basics["profiles"]]
    employers = []
    for (name, place), jobs in groupby(resume["work"], key=lambda job: (job["name"], job["location"])):
        roles = tuple(Entry(j["position"], "", _span(j, own), tuple(j["highlights"])) for j in jobs)
        employers.append(Employer(name, place, roles))
    return Content(
        name=basics["name"],
        label=basics["label"],
        summary=basics["summary"],
        contact=(basics["location"]["city"], _shown_phone(basics["phone"]), basics["email"]),
        links=(*links, ("Website", basics["url"])),
        headings=own["headings"],
        employers=tuple(employers),
        schools=tuple(
            Entry(f"{school['studyType']}, {school['area']}", school["institution"], _span(school, own))
            for school in resume["education"]
        ),
        skills=tuple(skill["name"] for skill in resume["skills"]),
        languages=tuple(f"{spoken['language']} ({spoken['fluency']})" for spoken in resume["languages"]),
        certificates=tuple(f"{paper['name']} ({paper['date']})" for paper in resume["certificates"]),
    )
