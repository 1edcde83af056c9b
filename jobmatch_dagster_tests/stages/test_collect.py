"""Collecting into the raw table: a failure loses nothing, a removed search neither, and a replay repairs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobmatch_dagster.supabase import database as db

if TYPE_CHECKING:
    import psycopg

    from jobmatch_dagster.settings import Settings

DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def collected(database: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, Any]]:
    """The demo's ZipRecruiter, asked once; settings with a home, and so a workspace, of this module's own."""
    from jobmatch_dagster.demo.show import searches_enabled
    from jobmatch_dagster.demo.site import serve
    from jobmatch_dagster.stages.collect import collect

    with serve(day=DAY) as site, db.connect(database) as conn, searches_enabled(conn):
        ours = {"crawl_delay": 0.0, "ziprecruiter_url": site.base_urls["ziprecruiter"], "boards": ["ziprecruiter"]}
        settings = database.model_copy(update=ours)
        yield settings, collect(settings, "ziprecruiter", DAY, fresh=True)


def raw(conn: psycopg.Connection[Any]) -> list[str]:
    return [row[0] for row in conn.execute("select t::text from raw.postings t order by 1")]


def test_a_delivery_is_written_counted_and_archived(
    collected: tuple[Settings, Any], connection: psycopg.Connection[Any]
) -> None:
    _, outcome = collected
    assert outcome.status == "succeeded"
    assert outcome.counts["postings"] == len(raw(connection)) > 20
    run = connection.execute("select status, postings, ended_at is not null from private.scrape_runs").fetchone()
    assert run == ("succeeded", len(raw(connection)), True)
    archived = connection.execute("select name from storage.objects where bucket_id = 'raw-pages'").fetchall()
    assert archived == [(f"{DAY}/ziprecruiter.parquet",)]


def test_asking_again_fetches_nothing_and_changes_nothing(
    collected: tuple[Settings, Any], connection: psycopg.Connection[Any]
) -> None:
    from jobmatch_dagster.stages.collect import collect

    before = raw(connection)
    again = collect(collected[0], "ziprecruiter", DAY)
    assert again.changed == 0
    assert raw(connection) == before


def test_a_replay_gives_the_same_raw_rows(collected: tuple[Settings, Any], connection: psycopg.Connection[Any]) -> None:
    from jobmatch_dagster.stages.collect import replay

    before = raw(connection)
    connection.execute("delete from raw.postings where external_id in (select external_id from raw.postings limit 5)")
    connection.execute("update raw.postings set payload = '{}', payload_hash = 'spoilt'")
    replay(collected[0], "ziprecruiter", DAY)
    assert raw(connection) == before


def test_a_replay_has_its_turn_before_it_reads_and_leaves_no_file_when_it_fails(
    collected: tuple[Settings, Any], connection: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobmatch_dagster.crawling import run
    from jobmatch_dagster.stages.collect import replay
    from jobmatch_dagster.stages.outcome import under_way

    def breaks(board: str, archive: Path, _: date) -> None:
        assert under_way(connection, "raw_postings", f"{board}|{DAY}")
        raise ValueError(archive)

    monkeypatch.setattr(run, "replay", breaks)
    with pytest.raises(ValueError, match=r"pages\.parquet") as broken:
        replay(collected[0], "ziprecruiter", DAY)
    assert not broken.value.args[0].parent.exists()
    assert not under_way(connection, "raw_postings", f"ziprecruiter|{DAY}")


def test_postings_of_a_search_that_was_removed_stay_without_it(
    collected: tuple[Settings, Any], connection: psycopg.Connection[Any]
) -> None:
    from jobmatch_dagster.stages.collect import replay

    connection.execute("delete from private.searches where board = 'ziprecruiter'")
    connection.execute("delete from raw.postings")
    replay(collected[0], "ziprecruiter", DAY)
    row = connection.execute("select count(*), count(search_id) from raw.postings").fetchone()
    assert row is not None
    assert row[0] > 20
    assert row[1] == 0


def test_a_failed_run_keeps_the_earlier_rows_of_the_day(
    collected: tuple[Settings, Any], connection: psycopg.Connection[Any]
) -> None:
    from jobmatch_dagster.stages.collect import collect

    before = raw(connection)
    connection.execute("insert into private.searches (board, keywords) values ('ziprecruiter', 'jobs')")
    dead = collected[0].model_copy(
        update={"ziprecruiter_url": "http://127.0.0.1:9", "crawl_retries": 0, "crawl_backoff": 0.01}
    )
    outcome = collect(dead, "ziprecruiter", DAY, fresh=True)
    assert outcome.status == "failed"
    assert outcome.warnings
    assert raw(connection) == before


def test_a_day_without_archived_pages_cannot_be_replayed(collected: tuple[Settings, Any]) -> None:
    from jobmatch_dagster.errors import JobmatchError
    from jobmatch_dagster.stages.collect import replay

    with pytest.raises(JobmatchError, match="has no archived pages"):
        replay(collected[0], "linkedin", date(2020, 1, 1))


def test_retention_removes_pages_workspaces_and_resumes_that_are_too_old(
    collected: tuple[Settings, Any], connection: psycopg.Connection[Any]
) -> None:
    from jobmatch_dagster.stages.retention import keep_to_retention
    from jobmatch_dagster.supabase.accounts import ensure_user
    from jobmatch_dagster.supabase.storage import file_store

    settings = collected[0]
    user = ensure_user(settings, "old@example.org")
    for name in ("old.txt", "new.txt"):
        file_store(settings).put("resumes", f"{user}/{name}", b"Some text", content_type="text/plain", owner=user)
    connection.execute(
        "update storage.objects set created_at = '2020-01-01', updated_at = '2020-01-01' where name like '%%/old.txt'"
    )
    outcome = keep_to_retention(settings, date(2026, 12, 1))
    left = {row[0].rsplit("/", 1)[-1] for row in connection.execute("select name from storage.objects")}
    assert left == {"new.txt"}
    assert outcome.counts["archived days of a board"] == 1
    assert outcome.counts["crawl workspaces"] >= 1


def test_a_run_takes_up_what_waits_for_its_board_and_closes_what_died(
    collected: tuple[Settings, Any], connection: psycopg.Connection[Any]
) -> None:
    from jobmatch_dagster.stages.collect import collect
    from jobmatch_dagster.stages.scrape_runs import note_queued

    connection.execute("delete from private.scrape_runs")
    connection.execute(
        "insert into private.scrape_runs (board, day, status, pages) values ('ziprecruiter', %s, 'running', 7)", (DAY,)
    )
    waiting = note_queued(connection, "ziprecruiter", DAY, "first try")
    assert note_queued(connection, "ziprecruiter", DAY, "first try") == waiting, "one run, one row"
    collect(collected[0], "ziprecruiter", DAY, run_id="second try")
    runs = {
        row[0]: row[1:]
        for row in connection.execute("select id, status, dagster_run_id, pages, reason from private.scrape_runs")
    }
    taken = runs.pop(waiting)
    assert taken[1] == "second try"
    assert taken[0] != "queued"
    (dead,) = runs.values()
    assert (dead[0], dead[2]) == ("failed", 7)
    assert "ended without a word" in dead[3]


def test_a_run_that_was_cancelled_while_it_waited_asks_nothing(
    collected: tuple[Settings, Any], connection: psycopg.Connection[Any]
) -> None:
    from jobmatch_dagster.stages.collect import collect
    from jobmatch_dagster.stages.scrape_runs import note_queued

    connection.execute("insert into private.searches (board, keywords) values ('ziprecruiter', 'late') ")
    waiting = note_queued(connection, "ziprecruiter", date(2026, 3, 3), "late run")
    connection.execute(
        "update private.scrape_runs set status = 'cancelled', ended_at = now() where id = %s", (waiting,)
    )
    outcome = collect(collected[0], "ziprecruiter", date(2026, 3, 3), run_id="late run")
    assert outcome.status == "cancelled"
    assert outcome.counts["postings"] == 0
    found = connection.execute("select status from private.scrape_runs where day = '2026-03-03'").fetchall()
    assert found == [("cancelled",)]
