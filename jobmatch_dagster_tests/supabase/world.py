"""Made-up rows for the tests of this room: two people with a résumé each, and jobs that both match."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from typing import Any

import psycopg
import pyarrow as pa

from jobmatch_dagster import tables
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.supabase import database
from jobmatch_dagster.supabase.accounts import ensure_user
from jobmatch_dagster_tests import matches

DAY = dt.date(2026, 3, 2)


def job(number: int, **changes: Any) -> dict[str, Any]:
    """A job row."""
    row = {
        "id": tables.job_id("greenhouse", str(number)),
        "board": "greenhouse",
        "external_id": str(number),
        "title": f"Lift mechanic {number}",
        "company": "Nordhub Lifts",
        "description": f"You keep the lifts of district {number} going.",
        "language": "en",
        "first_seen_on": DAY,
        "last_seen_on": DAY,
    } | changes
    row.setdefault("content_hash", hashlib.sha256(repr(sorted(row.items(), key=str)).encode()).hexdigest()[:16])
    return row


def jobs(*rows: dict[str, Any]) -> pa.Table:
    """Job rows as an Arrow table."""
    return pa.Table.from_pylist(list(rows), schema=tables.JOBS)


def resume(user_id: str, content: str = "one") -> dict[str, Any]:
    """A résumé row."""
    digest = hashlib.sha256(content.encode()).hexdigest()
    return {
        "id": tables.resume_id(user_id, digest),
        "user_id": user_id,
        "file_path": f"{user_id}/{content}.pdf",
        "sha256": digest,
        "status": "parsed",
        "content": '{"basics": {"name": "Made Up"}}',
        "body": "Lift mechanic since 2011",
        "content_hash": digest[:16],
        "parser_version": "1",
        "uploaded_on": DAY,
    }


@dataclass(frozen=True)
class World:
    """Ids of what `build` wrote."""

    ada: str
    bob: str
    job: str
    other_job: str


def build(settings: Settings, connection: psycopg.Connection[Any]) -> World:
    """Write two people, two jobs, a skill, and everything that ties them together."""
    ada = ensure_user(settings, "ada@example.org", name="Ada Made-Up")
    bob = ensure_user(settings, "bob@example.org", name="Bob Made-Up")
    first, second = job(1), job(2)
    resumes = [resume(ada), resume(bob)]
    skill = {"id": "jm:lifts", "label": "lifts", "kind": "knowledge", "taxonomy_version": "1"}
    asked = {"job_id": first["id"], "skill_id": skill["id"], "requirement": "required", "surface": "lifts"}
    asked |= {"evidence": [4, 9], "weight": 1.0}
    shown = [
        {"resume_id": r["id"], "user_id": r["user_id"], "skill_id": skill["id"], "surface": "Lift", "evidence": [0, 4]}
        for r in resumes
    ]
    named = {"job_id": first["id"], "occupation": None, "likeness": 0.5, "content_hash": "1", "version": "1"}
    for table, key, rows in (
        ("public.jobs", ["id"], [first, second]),
        ("public.skills", ["id"], [skill]),
        ("public.job_skills", ["job_id", "skill_id"], [asked]),
        ("public.resumes", ["id"], resumes),
        ("public.resume_skills", ["resume_id", "skill_id"], shown),
        ("private.job_occupations", ["job_id"], [named]),
    ):
        database.merge(connection, table, pa.Table.from_pylist(rows, schema=tables.TABLES[table]), key=key)
    matches.file(connection, [matches.match(r, first, matched_on=DAY) for r in resumes])
    for person in (ada, bob):
        connection.execute(
            "insert into public.match_feedback (user_id, job_id, kind) values (%s, %s, 'saved') on conflict do nothing",
            [person, first["id"]],
        )
    return World(ada, bob, first["id"], second["id"])
