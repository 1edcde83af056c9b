"""Matches as the database puts them into words, beside the same matches as ``scorer.match`` says them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jobmatch_dagster import tables
from jobmatch_dagster.matching import scorer
from jobmatch_dagster.supabase import database as db

if TYPE_CHECKING:
    from datetime import date

    import psycopg
    import pyarrow as pa

    from jobmatch_dagster.settings import Settings

RESUMES = "select * from public.resumes where status = 'parsed' order by id"
RESUME_SKILLS = "select * from public.resume_skills order by resume_id, skill_id"
JOBS = "select * from public.jobs where closed_on is null and duplicate_of is null order by id"
JOB_SKILLS = "select * from public.job_skills order by job_id, skill_id"
MATCHES = """
select m.* from public.job_matches m join public.jobs j on j.id = m.job_id
 where j.closed_on is null and j.duplicate_of is null
"""
_JSON = [field.name for field in tables.JOB_MATCHES if tables.sql_type(field) == "jsonb"]
Rows = dict[tuple[str, str], dict[str, Any]]


def both(conn: psycopg.Connection[Any], settings: Settings, day: date) -> tuple[Rows, Rows]:
    """The open matches of all résumés by their pairs: from the view, and scored and explained anew without it.

    Args:
        conn: with all rights.
        settings: matches kept per résumé and the lowest score.
        day: stands in for the day of a side that has none.
    """
    again = scorer.match(
        *(db.read(conn, query) for query in (RESUMES, RESUME_SKILLS, JOBS, JOB_SKILLS)),
        top=settings.matches_per_resume, min_score=settings.min_score, threads=1, day=day,
    )  # fmt: skip
    return _by_pair(db.read(conn, MATCHES)), _by_pair(again.matches)


def _by_pair(matches: pa.Table) -> Rows:
    rows = matches.to_pylist()
    for row in rows:
        row |= {name: json.loads(row[name]) for name in _JSON}
    return {(row["resume_id"], row["job_id"]): row for row in rows}
