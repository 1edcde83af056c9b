"""A range of days runs only where something arrived."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from jobmatch_dagster.orchestration.day import busy_stretches
from jobmatch_dagster.orchestration.funnel import show_seconds

if TYPE_CHECKING:
    import psycopg


def test_days_with_postings_or_files_are_joined_where_they_touch(connection: psycopg.Connection[Any]) -> None:
    for day in ("2026-02-06", "2026-02-07", "2026-02-09", "2026-05-01"):
        connection.execute(
            """insert into raw.postings (board, external_id, scraped_on, payload, payload_hash)
               values ('x', '1', %s, '{}', 'h')""",
            (day,),
        )
    connection.execute(
        """insert into storage.objects (bucket_id, name, created_at, updated_at)
           values ('resumes', 'somebody/cv.pdf', '2026-02-08 12:00+00', '2026-02-08 12:00+00')"""
    )
    assert busy_stretches(connection, date(2026, 2, 1), date(2026, 3, 1)) == [(date(2026, 2, 6), date(2026, 2, 9))]
    assert busy_stretches(connection, date(2026, 2, 9), date(2026, 6, 1)) == [
        (date(2026, 2, 9), date(2026, 2, 9)),
        (date(2026, 5, 1), date(2026, 5, 1)),
    ]


def test_seconds_of_one_stage_in_several_runs_are_added_up() -> None:
    assert [line.split() for line in show_seconds([("clean", 1.0), ("match", 2.0), ("clean", 0.5)])] == [
        ["clean", "1.5", "s"],
        ["match", "2.0", "s"],
    ]
