"""A new day is compared with the open jobs by their signatures; a text is read again only where it may matter."""

from __future__ import annotations

from datetime import date, timedelta

import psycopg
import pyarrow as pa
import pytest

from jobmatch_dagster import tables
from jobmatch_dagster.boards.raw import to_raw
from jobmatch_dagster.settings import Settings
from jobmatch_dagster.stages import clean as stage
from jobmatch_dagster.stages.clean import clean_day
from jobmatch_dagster.supabase import database as db
from jobmatch_dagster_tests.orchestration.shown import as_postings

FIRST = date(2026, 3, 2)
SECOND = FIRST + timedelta(days=1)


@pytest.fixture(scope="module", autouse=True)
def two_days(database: Settings) -> None:
    """The demo's postings of two days; on the second some are posted again on another board."""
    with db.connect(database) as connection:
        for day in (FIRST, SECOND):
            rows = to_raw(as_postings(day, most=150), day)
            db.merge(connection, "raw.postings", rows, key=["board", "external_id", "scraped_on"])
        connection.execute(
            "insert into raw.postings select (jsonb_populate_record(r, jsonb_build_object("
            "'scraped_on', %s::date, 'board', 'greenhouse', 'external_id', 'again-' || r.external_id))).*"
            " from raw.postings r where scraped_on = %s and board <> 'greenhouse'"
            " and not exists (select from raw.postings s where s.scraped_on = %s and s.board = r.board"
            " and s.external_id = r.external_id) limit 10",
            [SECOND, FIRST, SECOND],
        )
    clean_day(database, FIRST)


def duplicates(connection: psycopg.Connection) -> list[tuple[str, str]]:
    return connection.execute(
        "select id::text, duplicate_of::text from public.jobs where duplicate_of is not null order by id"
    ).fetchall()


def test_each_job_has_its_signature_and_every_open_text_stays_unread(
    connection: psycopg.Connection,
) -> None:
    without = "select count(*) from public.jobs j left join private.job_signatures s on s.job_id = j.id where s is null"
    assert connection.execute(without).fetchone() == (0,)
    known = stage._known(connection, SECOND)
    assert known.num_rows > 50
    assert known["description"].null_count == known.num_rows
    assert {len(mark) for mark in known["signature"].to_pylist()} == {256}


def test_the_same_duplicates_are_found_with_signatures_as_with_texts(
    database: Settings, connection: psycopg.Connection
) -> None:
    clean_day(database, SECOND)
    found = duplicates(connection)
    assert len(found) >= 10
    connection.execute("truncate private.job_signatures")
    assert clean_day(database, SECOND).changed == 0
    assert duplicates(connection) == found


def test_a_day_cleaned_again_leaves_closed_what_was_closed_after_it(
    database: Settings, connection: psycopg.Connection
) -> None:
    """Where something else of the row changes: a row that stays as it is would not show it."""
    after = SECOND + timedelta(days=7)
    gone = connection.execute(
        """update public.jobs set closed_on = %s, company = 'Spoilt', content_hash = 'spoilt'
            where id in (select id from public.jobs where first_seen_on = %s and last_seen_on = %s limit 3)
        returning id""",
        (after, SECOND, SECOND),
    ).fetchall()
    assert clean_day(database, SECOND).changed >= len(gone) == 3
    rows = connection.execute("select company, closed_on from public.jobs where id = any(%s)", ([i for (i,) in gone],))
    found = rows.fetchall()
    assert {day for _, day in found} == {after}
    assert "Spoilt" not in {company for company, _ in found}


def test_a_late_board_may_bring_the_ad_that_stands_for_one_cleaned_before(
    database: Settings, connection: psycopg.Connection
) -> None:
    """Of two rows of one ad the longer text stands, also if it comes when the shorter one is a row already."""
    day = SECOND + timedelta(days=30)
    text = "We look for a baker who bakes the bread of our shop each morning, and who likes to rise early. " * 8
    said = {"title": "Baker", "company": "Breadworks", "location": "Berlin"}
    boards = [("indeed", text), ("linkedin", f"{text} The oven is new.")]
    for number, (board, description) in enumerate(boards):
        row = {"board": board, "external_id": "baker", "description_html": description, **said}
        rows = to_raw(pa.Table.from_pylist([row], schema=tables.POSTING), day)
        db.merge(connection, "raw.postings", rows, key=["board", "external_id", "scraped_on"])
        assert clean_day(database, day).counts["duplicates"] == number
    stands = connection.execute(
        """select j.board, o.board from public.jobs j left join public.jobs o on o.id = j.duplicate_of
            where j.first_seen_on = %s order by j.board""",
        (day,),
    ).fetchall()
    assert stands == [("indeed", "linkedin"), ("linkedin", None)]
