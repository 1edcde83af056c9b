"""A small taxonomy, and résumés and jobs made from a few words, for the tests of matching."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from jobmatch_dagster import tables
from jobmatch_dagster.matching import skill_graph, weights
from jobmatch_dagster.skills.taxonomy import Graph

DAY = date(2026, 3, 2)
# label, kind, number of the broader skill
SKILLS = [
    ("databases", "knowledge", None),
    ("SQL", "tool", 0),
    ("PostgreSQL", "tool", 0),
    ("Python", "tool", None),
    ("Kafka", "tool", None),
    ("wound care", "skill", None),
    ("nursing", "skill", None),
    ("nursing licence", "licence", None),
    ("German", "language", None),
    ("English", "language", None),
    ("welding", "skill", None),
    ("driving licence", "licence", None),
]
NUMBER = {label: number for number, (label, _, _) in enumerate(SKILLS)}


_SIBLINGS = {"SQL": [NUMBER["PostgreSQL"]], "PostgreSQL": [NUMBER["SQL"]]}


@dataclass
class SmallTaxonomy:
    """What matching asks of a taxonomy, over ``SKILLS``."""

    version: str = "small"
    skills: pa.Table = field(
        default_factory=lambda: pa.table({"label": [s[0] for s in SKILLS], "kind": [s[1] for s in SKILLS]})
    )

    def __len__(self) -> int:
        return len(SKILLS)

    def index(self, skill_id: str) -> int:
        return NUMBER[skill_id.removeprefix("t:")]

    @property
    def idf(self) -> np.ndarray:
        return np.linspace(2, 4, len(SKILLS)).astype(np.float32)

    @property
    def broader(self) -> Graph:
        parents = [[] if parent is None else [parent] for _, _, parent in SKILLS]
        return Graph(np.cumsum([0, *map(len, parents)]), np.array([p for own in parents for p in own], np.int32))

    @property
    def related(self) -> Graph:
        siblings = [_SIBLINGS.get(label, []) for label, _, _ in SKILLS]
        return Graph(np.cumsum([0, *map(len, siblings)]), np.array([s for own in siblings for s in own], np.int32))


@pytest.fixture(autouse=True)
def small_taxonomy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Matching reads the small taxonomy."""
    graph = skill_graph.SkillGraph(SmallTaxonomy(), weights.load())  # type: ignore[arg-type]
    monkeypatch.setattr(skill_graph, "load", lambda: graph)


def table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table; a required text that a row lacks is empty."""
    blank = {f.name: "" for f in schema if not f.nullable and pa.types.is_string(f.type)}
    return pa.Table.from_pylist([{**blank, **row} for row in rows], schema=schema)


def job(identity: str, title: str, description: str = "", **more: Any) -> dict[str, Any]:
    return {
        "id": identity, "title": title, "description": description, "first_seen_on": DAY, "last_seen_on": DAY,
        "content_hash": f"{title}|{description}", **more,
    }  # fmt: skip


def resume(identity: str, content: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": identity, "user_id": f"u-{identity}", "content": json.dumps(content), "uploaded_on": DAY,
        "content_hash": json.dumps(content), **more,
    }  # fmt: skip


def asks(identity: str, **requirements: str | tuple[str, float]) -> list[dict[str, Any]]:
    """Rows of job skills: label (spaces as _) = requirement, or (requirement, years)."""
    out = []
    for label, asked in requirements.items():
        kind, years = (asked, None) if isinstance(asked, str) else asked
        weight = {"required": 1.0, "preferred": 0.5, "mentioned": 0.3, "excluded": 0.0}[kind]
        name = label.replace("_", " ")
        out.append(
            {"job_id": identity, "skill_id": f"t:{name}", "requirement": kind, "years": years, "surface": name,
             "evidence": [0, len(name)], "weight": weight}
        )  # fmt: skip
    return out


def has(identity: str, *labels: str, years: float | None = None, last_used: date | None = None) -> list[dict[str, Any]]:
    return [
        {"resume_id": identity, "user_id": f"u-{identity}", "skill_id": f"t:{label}", "surface": label,
         "evidence": [3, 3 + len(label)], "years": years, "last_used": last_used}
        for label in labels
    ]  # fmt: skip


WORDS = re.findall(
    r"\w+",
    """data pipeline warehouse nurse ward patient welding steel engineer analyst senior junior backend cloud report
    budget sales customer clinic shift robot python kafka database night teacher school lesson""",
)


@dataclass
class World:
    """Random résumés and jobs that look a little like real ones."""

    seed: int

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)

    def words(self, count: int) -> str:
        return " ".join(self.dice.choice(WORDS) for _ in range(count))

    def job(self, identity: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        dice = self.dice
        more = {
            "seniority": dice.choice([None, "junior", "senior", "lead"]),
            "min_years_experience": dice.choice([None, 1.0, 3.0, 8.0]),
            "education": dice.choice([None, "bachelor", "master"]),
            "country": dice.choice([None, "DE", "US"]),
            "remote": dice.choice([None, "remote", "onsite"]),
        }
        row = job(identity, self.words(dice.randint(1, 3)), self.words(dice.choice([0, 3, 40])), **more)
        kinds = ("required", "preferred", "mentioned")
        chosen = dice.sample([s[0] for s in SKILLS], dice.randint(0, 5))
        return row, asks(identity, **{label.replace(" ", "_"): dice.choice(kinds) for label in chosen})

    def resume(self, identity: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        dice = self.dice
        content = {
            "basics": {
                "name": "Kim Doe",
                "label": self.words(2),
                "location": {"countryCode": dice.choice(["DE", "US"])},
            },
            "work": [{"position": self.words(2), "startDate": "2018-01", "summary": self.words(dice.choice([0, 30]))}],
        }
        chosen = dice.sample([s[0] for s in SKILLS], dice.randint(0, 6))
        return resume(identity, content), has(identity, *chosen, years=dice.choice([None, 2.0, 6.0]))

    def tables(self, resumes: int, jobs: int) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
        people = [self.resume(f"r{number:03d}") for number in range(resumes)]
        ads = [self.job(f"j{number:03d}") for number in range(jobs)]
        return as_tables(people, ads)


Rows = list[tuple[dict[str, Any], list[dict[str, Any]]]]


def as_tables(people: Rows, ads: Rows) -> tuple[pa.Table, pa.Table, pa.Table, pa.Table]:
    """Résumés, their skills, jobs, their skills: the arguments of ``match``."""
    return (
        table([row for row, _ in people], tables.RESUMES),
        table([skill for _, skills in people for skill in skills], tables.RESUME_SKILLS),
        table([row for row, _ in ads], tables.JOBS),
        table([skill for _, skills in ads for skill in skills], tables.JOB_SKILLS),
    )
