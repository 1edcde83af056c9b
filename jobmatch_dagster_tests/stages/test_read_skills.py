"""A job's text is read once per version of taxonomy and extractor, and again when either has changed."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

from jobmatch_dagster.stages import read_skills

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.settings import Settings

LONG_AGO = date(2020, 3, 2)
"""A day of this file alone."""


@pytest.fixture
def job(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute(
        """insert into public.jobs (id, board, external_id, title, company, description, language, content_hash,
                                    first_seen_on, last_seen_on)
           values (gen_random_uuid(), 'greenhouse', gen_random_uuid()::text, 'Engineer', 'Made Up', %s, 'en', 'h1',
                   %s, %s)
           returning id::text""",
        ("You must have Python and SQL; Docker is a plus.", LONG_AGO, LONG_AGO),
    ).fetchone()
    assert row is not None
    return str(row[0])


def skills(connection: psycopg.Connection[Any], job: str) -> dict[str, str]:
    rows = connection.execute("select surface, requirement from public.job_skills where job_id = %s", (job,))
    return {str(surface): str(requirement) for surface, requirement in rows}


def test_a_job_is_read_once_and_again_when_its_text_or_the_version_changes(
    database: Settings, connection: psycopg.Connection[Any], job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_skills.read_day(database, LONG_AGO).counts["read now"] >= 1
    assert skills(connection, job) == {"Python": "required", "SQL": "required", "Docker": "preferred"}
    assert read_skills.read_day(database, LONG_AGO).counts["read now"] == 0
    connection.execute(
        "update public.jobs set description = 'You must have Kotlin.', content_hash = 'h2' where id = %s", (job,)
    )
    assert read_skills.read_day(database, LONG_AGO).counts["read now"] == 1
    assert skills(connection, job) == {"Kotlin": "required"}
    monkeypatch.setattr(read_skills, "version", lambda: "next")
    assert read_skills.read_day(database, LONG_AGO).counts["read now"] >= 1


def test_a_new_version_reads_the_jobs_of_all_days_and_tells_how_far_it_is(
    database: Settings, connection: psycopg.Connection[Any], job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_skills.read_outdated(database)
    monkeypatch.setattr(read_skills, "BLOCK", 1)
    monkeypatch.setattr(read_skills, "version", lambda: "a later one")
    connection.execute("update public.jobs set closed_on = last_seen_on where id <> %s", (job,))
    said: list[tuple[int, int]] = []
    assert read_skills.read_outdated(database, lambda *far: said.append(far)).counts["read now"] == 1
    assert said == [(1, 1)]
    assert "Python" in skills(connection, job)
    assert read_skills.read_outdated(database).counts["read now"] == 0
