"""Vetoes: facts that rule a pair out whatever its score, each with a sentence that says why.

Belongs here: the four kinds (place, language, licence, salary) and their rules. A veto needs both sides to say the
fact; what one side leaves open is not held against it. Languages alone may be presumed, and then the sentence says so:
whoever applies reads the ad, and whoever lists no languages has the one of the résumé, of its home, and English. Jobs
and résumés fall into few classes of such facts, so the verdict is looked up per pair of classes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PATH = Path(__file__).with_name("data") / "vetoes.toml"
Veto = dict[str, str]


@dataclass(frozen=True)
class Asked:
    """What a job rules out: languages and licences it requires, the language its ad is written in, where one must live,
    the most it pays."""

    languages: frozenset[str] = frozenset()
    written: str | None = None
    licences: frozenset[str] = frozenset()
    country: str | None = None
    remote: str | None = None
    scope: str | None = None
    pays: tuple[float, str] | None = None


@dataclass(frozen=True)
class Offered:
    """What a résumé says of the same facts; empty or null is not said.

    ``languages`` are those it lists together with those it can be presumed to have (``languages_of``); ``licences`` are
    null where the résumé is titles alone, which would not show any.
    """

    languages: frozenset[str] = frozenset()
    lists_languages: bool = False
    licences: frozenset[str] | None = frozenset()
    country: str | None = None
    relocates: bool = False
    floor: tuple[float, str] | None = None


@lru_cache(maxsize=1)
def _data() -> dict[str, Any]:
    return tomllib.loads(PATH.read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def countries_of(scope: str) -> frozenset[str] | None:
    """Country codes that a remote scope allows; null where the scope is not understood."""
    regions = _data()["regions"]
    allowed: set[str] = set()
    for part in scope.replace(";", ",").replace("/", ",").replace("|", ",").split(","):
        name = part.strip().casefold()
        if name in regions:
            allowed |= set(regions[name].split())
        elif len(name) == 2 and name.isalpha():
            allowed.add(name.upper())
        elif name:
            return None
    return frozenset(allowed) if allowed and "*" not in allowed else None


def binding_licence(label: str) -> bool:
    """Whether a licence rules a person out who lacks it, rather than being one more requirement (data/vetoes.toml)."""
    name = label.casefold()
    return not any(word in name for word in _data()["licences"]["learned_on_the_job"])


@lru_cache(maxsize=4096)
def languages_of(listed: frozenset[str], written: str | None, country: str | None) -> frozenset[str]:
    """Languages that a person has: listed ones, the one the résumé is written in, and those of its home.

    A résumé that lists none has English, too; where not even its own language is known, nothing is presumed.

    Args:
        listed: ISO 639-1 codes that the résumé names.
        written: code of its text, null where not known.
        country: ISO 3166-1 code of its home.
    """
    if not listed and not written:
        return frozenset()
    home = frozenset(_data()["spoken"].get(country or "", "").split())
    return listed | home | {code for code in (written, None if listed else "en") if code}


def judge(job: Asked, resume: Offered) -> list[Veto]:
    """The vetoes of a pair, ``[{"kind", "sentence"}]`` in a fixed order; empty if there is none."""
    found: list[Veto] = []
    place = _place(job, resume)
    if place:
        found.append({"kind": "place", "sentence": place})
    language = _language(job, resume)
    if language:
        found.append({"kind": "language", "sentence": language})
    unlicensed = [] if resume.licences is None else sorted(job.licences - resume.licences)
    if unlicensed:
        found.append(
            {
                "kind": "licence",
                "sentence": f"The job requires {' and '.join(unlicensed)}, which the résumé does not show.",
            }
        )
    if job.pays and resume.floor and job.pays[1] == resume.floor[1] and job.pays[0] < resume.floor[0]:
        found.append(
            {
                "kind": "salary",
                "sentence": f"The job pays at most {job.pays[0]:,.0f} {job.pays[1]} a year; "
                f"the person asks for {resume.floor[0]:,.0f}.",
            }
        )
    return found


def _language(job: Asked, resume: Offered) -> str | None:
    if not resume.languages:
        return None
    lacking = job.languages - resume.languages
    unread = frozenset(filter(None, [job.written])) - resume.languages
    if not lacking and not unread:
        return None
    wish = f"The job requires {_names(lacking)}" if lacking else f"The ad is written in {_names(unread)}"
    if resume.lists_languages:
        return f"{wish}, which the résumé does not list."
    return f"{wish}; the résumé lists no languages, so {_names(resume.languages)} is presumed."


def _names(codes: Iterable[str]) -> str:
    return " and ".join(_data()["languages"].get(code, code) for code in sorted(codes))


def _place(job: Asked, resume: Offered) -> str | None:
    home = resume.country
    if home is None:
        return None
    if job.remote == "remote":
        allowed = countries_of(job.scope) if job.scope else None
        if allowed is not None and home not in allowed:
            return f"The job is remote within {job.scope} only; the résumé's home is {home}."
        return None
    if job.country and job.country != home and not resume.relocates:
        return (
            f"The job is in {job.country}; the résumé's home is {home} and it does not say that the person would move."
        )
    return None


# Which facts of the two sides each kind of veto looks at.
_FACTS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("country", "remote", "scope"), ("country", "relocates")),
    (("languages", "written"), ("languages", "lists_languages")),
    (("licences",), ("licences",)),
    (("pays",), ("floor",)),
)


Facts = list[tuple[list[tuple], NDArray[np.int64]]]


def facts_of(jobs: list[Asked]) -> Facts:
    """Per kind of veto, the different facts that it looks at, and which of them each job class has."""
    return [_different([tuple(getattr(job, name) for name in of_jobs) for job in jobs]) for of_jobs, _ in _FACTS]


def verdicts(jobs: Facts, resumes: list[Offered]) -> NDArray[np.bool_]:
    """Whether each résumé class (row) is ruled out by each job class (column).

    Each kind is judged once per pair of different facts, so the work does not grow with the product of all classes.

    Args:
        jobs: from ``facts_of`` the job classes.
        resumes: the résumé classes.
    """
    out = np.zeros((len(resumes), len(jobs[0][1])), bool)
    for (asked, column), (of_jobs, of_resumes) in zip(jobs, _FACTS, strict=True):
        offered, row = _different([tuple(getattr(resume, name) for name in of_resumes) for resume in resumes])
        sides = (
            [Asked(**dict(zip(of_jobs, fact, strict=True))) for fact in asked],
            [Offered(**dict(zip(of_resumes, fact, strict=True))) for fact in offered],
        )
        if asked and offered:
            ruled_out = np.array([[bool(judge(job, resume)) for job in sides[0]] for resume in sides[1]])
            out |= ruled_out[np.ix_(row, column)]
    return out


def _different(facts: list[tuple]) -> tuple[list[tuple], NDArray[np.int64]]:
    """Different facts in the order of their first appearance, and which one each row has."""
    number = {fact: place for place, fact in enumerate(dict.fromkeys(facts))}
    return list(number), np.array([number[fact] for fact in facts], np.int64)
