"""A backfill says how much it is, joins days into runs, and goes on where it was ended."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jobmatch_dagster.errors import JobmatchError
from jobmatch_dagster.orchestration import backfill
from jobmatch_dagster.orchestration.backfill import Request
from jobmatch_dagster.orchestration.launch import Finished
from jobmatch_dagster.settings import Settings

if TYPE_CHECKING:
    import psycopg

FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
FORTNIGHT = [FIRST + timedelta(days=n) for n in (0, 1, 2, 3, 4, 5, 6, 7, 25)]
CLEAN = Request("cleaned_jobs", FIRST, LAST)


@pytest.fixture(scope="module")
def postings(database: Settings) -> Settings:
    """Two postings on each of eight days in a row, and on one much later."""
    from jobmatch_dagster.supabase.database import connect

    with connect(database) as conn:
        conn.execute(
            """insert into raw.postings (board, external_id, scraped_on, payload, payload_hash)
               select 'indeed', n::text, d, '{}', 'h' from unnest(%s::date[]) d, generate_series(1, 2) n""",
            (FORTNIGHT,),
        )
        conn.execute(
            """insert into private.stage_runs (stage, day, status, changed, counts, seconds)
               values ('cleaned_jobs', %s, 'succeeded', 0, '{"postings": 100}', 50)""",
            (FIRST,),
        )
    return database


@pytest.fixture
def settings(postings: Settings, tmp_path: Path) -> Settings:
    """The same, with a home whose progress is nobody else's."""
    return postings.model_copy(update={"home": tmp_path})


class Runs:
    """Stands in for Dagster: remembers what was run, and fails or dies where it is told to."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str | None]] = []
        self.fails_on: str | None = None
        self.dies_on: str | None = None

    def __call__(self, instance: Any, job: str, partition: str, *, through: str | None, tags: Any) -> Finished:
        if partition == self.dies_on:
            raise KeyboardInterrupt
        self.done.append((partition, through))
        failed = partition == self.fails_on
        return Finished("r", not failed, "x" if failed else None, "it broke" if failed else None, {})


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> Runs:
    standing_in = Runs()
    monkeypatch.setattr(backfill, "execute", standing_in)
    return standing_in


@pytest.fixture
def planned(connection: psycopg.Connection[Any], settings: Settings) -> Callable[..., backfill.Plan]:
    return lambda request=CLEAN, **options: backfill.plan(connection, settings, request, **options)


def quietly(settings: Settings, plan: backfill.Plan) -> backfill.Done:
    return backfill.run(None, settings, plan, say=lambda _: None)  # type: ignore[arg-type]


def test_it_says_how_much_it_is_and_leaves_out_what_is_empty(planned: Callable[..., backfill.Plan]) -> None:
    plan = planned()
    assert [(run[0], len(run)) for run in plan.runs] == [("2026-03-01", 7), ("2026-03-08", 1), ("2026-03-26", 1)]
    said = "\n".join(plan.lines())
    assert "9 partitions in 3 runs" in said
    assert "18 postings, about 10 s" in said, "half a second a posting as lately, and half a second a run"
    assert "22 partitions hold nothing" in said


def test_days_of_one_run_are_a_range_and_a_run_holds_a_week_at_most(
    planned: Callable[..., backfill.Plan], settings: Settings, runs: Runs
) -> None:
    assert quietly(settings, planned()).partitions == 9
    assert runs.done == [("2026-03-01", "2026-03-07"), ("2026-03-08", None), ("2026-03-26", None)]


def test_after_an_interruption_the_same_words_go_on_and_then_begin_anew(
    planned: Callable[..., backfill.Plan], settings: Settings, runs: Runs
) -> None:
    runs.dies_on = "2026-03-08"
    with pytest.raises(KeyboardInterrupt):
        quietly(settings, planned())
    runs.dies_on = None
    assert "7 were done before it was interrupted" in "\n".join(planned().lines())
    assert planned(Request("cleaned_jobs", FIRST, LAST - timedelta(days=1))).done_before == 0, "other words"
    assert planned(from_start=True).partitions == 9
    assert quietly(settings, planned()).partitions == 2
    assert [first for first, _ in runs.done] == ["2026-03-01", "2026-03-08", "2026-03-26"]
    assert planned().done_before == 0, "what is done can be done again"


def test_a_run_that_fails_holds_nothing_back_and_is_the_only_one_tried_again(
    planned: Callable[..., backfill.Plan], settings: Settings, runs: Runs
) -> None:
    runs.fails_on = "2026-03-08"
    done = quietly(settings, planned())
    assert (done.partitions, done.failed) == (8, [("2026-03-08", "it broke")])
    runs.fails_on = None
    assert planned().runs == [["2026-03-08"]]


def test_a_line_that_a_kill_cut_off_counts_as_not_done(
    planned: Callable[..., backfill.Plan], settings: Settings, runs: Runs
) -> None:
    kept = settings.home / "backfills" / f"cleaned_jobs-{CLEAN.key}.jsonl"
    kept.parent.mkdir()
    kept.write_text('{"partitions": ["2026-03-26"], "run": "r"}\n{"partitions": ["2026-03-08"], "ru')
    assert planned().done_before == 1


def test_one_backfill_is_done_by_one_process(
    planned: Callable[..., backfill.Plan], settings: Settings, runs: Runs
) -> None:
    lock = settings.home / "backfills" / f"cleaned_jobs-{CLEAN.key}.lock"
    lock.parent.mkdir()
    hold = "import fasteners as f, sys; x = f.InterProcessLock(sys.argv[1]); x.acquire(); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(JobmatchError, match="under way in another process"):
            quietly(settings, planned())
        other.communicate(b"\n")
    assert runs.done == []


def test_boards_are_partitions_of_their_own_and_only_archived_days_are_replayed(
    planned: Callable[..., backfill.Plan], connection: psycopg.Connection[Any]
) -> None:
    connection.execute(
        "insert into storage.objects (bucket_id, name) values ('raw-pages', '2026-03-02/indeed.parquet') "
        "on conflict do nothing"
    )
    plan = planned(Request("raw_postings", FIRST, LAST, ("indeed", "lever"), from_archive=True))
    assert plan.runs == [["indeed|2026-03-02"]]
    asking = planned(Request("raw_postings", FIRST, FIRST, ("indeed", "lever")))
    assert asking.runs == [["indeed|2026-03-01"], ["lever|2026-03-01"]]


def test_every_stage_has_a_size_and_a_job(planned: Callable[..., backfill.Plan]) -> None:
    from jobmatch_dagster.definitions import defs
    from jobmatch_dagster.orchestration.commands import STAGES

    jobs = {job.name for job in defs.jobs or []}
    for stage in STAGES:
        request = Request(stage, FIRST, LAST, ("indeed",) if stage == "raw_postings" else ())
        assert request.job in jobs
        assert planned(request).unit
