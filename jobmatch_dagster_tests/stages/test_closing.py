"""A job is closed on the word of the search that found it, and on no other."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from jobmatch_dagster.stages.clean import close_unseen

if TYPE_CHECKING:
    import psycopg

DAY = date(2026, 3, 20)
LAST_SEEN = DAY - timedelta(days=10)
WELDER, BAKER, REMOVED = ("00000000-0000-4000-8000-00000000000" + digit for digit in "123")
Walks = dict[str, str]


@pytest.fixture
def jobs(connection: psycopg.Connection[Any]) -> psycopg.Connection[Any]:
    """Three jobs, last seen ten days ago: by the welder's search, by the baker's, and by one that was removed since;
    and a fourth that was imported."""
    for table in ("public.jobs", "raw.postings", "private.scrape_runs", "private.searches"):
        connection.execute(f"delete from {table}")  # type: ignore[arg-type]  # noqa: S608
    for search, words in ((WELDER, "welder"), (BAKER, "baker")):
        connection.execute(
            "insert into private.searches (id, board, keywords) values (%s, 'indeed', %s)", (search, words)
        )
    found: tuple[tuple[str, str | None, str | None], ...]
    found = (("w", WELDER, "pages#0"), ("b", BAKER, "pages#1"), ("r", None, "pages#2"), ("i", None, None))
    for key, finder, page in found:
        connection.execute(
            """insert into raw.postings (board, external_id, scraped_on, search_id, page_ref, payload, payload_hash)
               values ('indeed', %s, %s, %s, %s, '{}', 'x')""",
            (key, LAST_SEEN, finder, page),
        )
        connection.execute(
            """insert into public.jobs
                 (id, board, external_id, title, company, first_seen_on, last_seen_on, content_hash)
               values (gen_random_uuid(), 'indeed', %s, 'Welder', 'Noord', %s, %s, %s)""",
            (key, LAST_SEEN, LAST_SEEN, key),
        )
    return connection


def scraped(conn: psycopg.Connection[Any], walks: Walks, status: str = "partial", day: date = DAY) -> None:
    told = [{"search": search, "ended": ended} for search, ended in walks.items()]
    conn.execute(
        "insert into private.scrape_runs (board, day, status, ended_at, searches) values ('indeed', %s, %s, now(), %s)",
        (day, status, json.dumps(told)),
    )


def closed(conn: psycopg.Connection[Any]) -> str:
    close_unseen(conn, DAY, 7)
    rows = conn.execute("select external_id from public.jobs where closed_on = %s order by 1", (DAY,))
    return "".join(row[0] for row in rows)


def test_a_search_that_came_to_its_end_closes_what_it_no_longer_shows_and_nothing_else(jobs: Any) -> None:
    scraped(jobs, {WELDER: "complete", BAKER: "broken"})
    assert closed(jobs) == "w"


@pytest.mark.parametrize("ended", ["capped", "stale", "short", "broken"])
def test_a_search_that_did_not_come_to_its_end_closes_nothing(jobs: Any, ended: str) -> None:
    scraped(jobs, {WELDER: ended, BAKER: ended}, status="succeeded")
    assert closed(jobs) == ""


def test_a_job_whose_search_was_removed_goes_when_the_whole_board_came_to_its_end(jobs: Any) -> None:
    scraped(jobs, {WELDER: "complete", BAKER: "complete"}, status="succeeded")
    assert closed(jobs) == "brw", "the imported one stays: nobody looks for it"


def test_two_attempts_of_a_day_count_together(jobs: Any) -> None:
    scraped(jobs, {WELDER: "complete", BAKER: "broken"})
    scraped(jobs, {BAKER: "complete"})
    assert closed(jobs) == "brw"


def test_a_delivery_of_another_day_and_an_import_prove_nothing(jobs: Any) -> None:
    scraped(jobs, {WELDER: "complete"}, day=DAY - timedelta(days=1))
    jobs.execute(
        "insert into private.scrape_runs (board, day, kind, status) values ('indeed', %s, 'import', 'succeeded')",
        (DAY,),
    )
    assert closed(jobs) == ""


def test_a_job_that_was_seen_lately_stays_open_and_one_that_comes_back_is_opened_again(jobs: Any) -> None:
    scraped(jobs, {WELDER: "complete", BAKER: "complete"})
    for key, days in (("w", 7), ("b", 8)):
        seen = (DAY - timedelta(days=days), key)
        jobs.execute("update public.jobs set last_seen_on = %s where external_id = %s", seen)
        jobs.execute("update raw.postings set scraped_on = %s where external_id = %s", seen)
    assert closed(jobs) == "br"
    jobs.execute("update public.jobs set last_seen_on = %s where external_id = 'b'", (DAY,))
    assert closed(jobs) == "r"
