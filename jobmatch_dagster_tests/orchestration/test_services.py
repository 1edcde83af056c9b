"""A night and a repair on real services: `jobmatch serve` as processes, five boards on loopback, a sink for alerts.

The tests tell one story and stand in its order: what takes a while of its own stands between a trouble and what waits
for the look at incidents, which is once a minute.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from jobmatch_dagster.supabase import database as db
from jobmatch_dagster.supabase import embedded
from jobmatch_dagster_tests.orchestration import clicks
from jobmatch_dagster_tests.orchestration.services import (
    BACKFILL,
    BACKFILL_STATUS,
    MATERIALISED,
    Services,
    served,
    wait_until,
)
from jobmatch_dagster_tests.orchestration.sink import Sink, webhook

pytestmark = [pytest.mark.services, pytest.mark.timeout(1800)]
BLOCKED = "indeed"
STOPPED = "The check title_and_company_are_there of"


@pytest.fixture(scope="module")
def sink() -> Iterator[Sink]:
    with webhook() as running:
        yield running


@pytest.fixture(scope="module")
def services(sink: Sink) -> Iterator[Services]:
    """The daemon and the UI with one search a board; one board answers its search with a challenge page."""
    from jobmatch_dagster.demo.site import serve
    from jobmatch_dagster.demo.site.questions import CHALLENGED, searches

    with serve(day=datetime.now(UTC).date()) as site:
        urls = {f"JOBMATCH_{board.upper()}_URL": url for board, url in site.base_urls.items()}
        with served(
            **urls,
            JOBMATCH_BOARDS=",".join(site.base_urls),
            JOBMATCH_DAILY_CRON="* * * * *",
            JOBMATCH_CRAWL_DELAY="0",
            JOBMATCH_CRAWL_RETRIES="1",
            JOBMATCH_CRAWL_BACKOFF="0.01",
            JOBMATCH_ALERT_WEBHOOK=f"http://127.0.0.1:{sink.port}/hooks/team",
        ) as running:
            with db.connect(running.settings) as conn:
                for board, questions in searches().items():
                    asked = CHALLENGED if board == BLOCKED else questions[0]
                    conn.execute(
                        "insert into private.searches (board, keywords, place, max_pages) values (%s, %s, %s, 1)",
                        (board, asked["keywords"], asked["place"]),
                    )
            running.start("daemon", "ui")
            wait_until(running.answers, "the UI")
            yield running


@pytest.fixture(scope="module")
def today(services: Services) -> date:
    """The day that the schedule's first tick asked for: it is another one once midnight has passed."""
    wait_until(lambda: len(services.runs(pipelineName="scrape_board")) >= 5, "a run for each board")
    services.turn_off("daily_boards")  # whose next tick is a minute away here, not a day
    first = services.runs(pipelineName="scrape_board")[-1]
    return date.fromisoformat(first["tags"]["dagster/partition"].rpartition("|")[2])


def rows(services: Services, query: str) -> list[tuple[Any, ...]]:
    with db.connect(services.settings) as conn:
        return conn.execute(query).fetchall()  # type: ignore[call-overload, no-any-return]


def days_runs(services: Services) -> list[dict[str, Any]]:
    """The day's runs that went well; on a busy machine one may fail to start, and Dagster tries it again."""
    return services.runs(pipelineName="day", statuses=["SUCCESS"])


def boards_ended(services: Services) -> dict[str, str]:
    """How the last run of each board ended."""
    ended = services.runs(pipelineName="scrape_board", statuses=["SUCCESS", "FAILURE"])
    return {run["tags"]["board"]: run["status"] for run in reversed(ended)}


def failed(today: date) -> str:
    """What is told of the board that answers with a challenge."""
    return f"The job scrape_board failed for {BLOCKED}|{today}."


def told(sink: Sink, words: str) -> list[str]:
    """The messages with these words."""
    return [text for _, text in sink.got if words in text]


def test_a_tick_of_the_schedule_asks_five_boards_and_the_day_runs_without_the_one_that_fails(
    services: Services, today: date
) -> None:
    wait_until(lambda: len(boards_ended(services)) == 5, "the end of each board's run")
    wait_until(lambda: days_runs(services), "the day's run")
    boards = boards_ended(services)
    assert len(boards) == 5
    assert {board for board, status in boards.items() if status != "SUCCESS"} == {BLOCKED}
    seen = {board for (board,) in rows(services, "select distinct board from public.jobs")}
    assert seen == set(boards) - {BLOCKED}
    status, *_ = rows(services, f"select status from marts.board_health where board = '{BLOCKED}'")  # noqa: S608
    assert status == ("failed",)
    assert rows(services, "select 1 from storage.objects where bucket_id = 'reports'")


def test_five_hundred_uploads_become_rows_in_a_few_runs(services: Services) -> None:
    from jobmatch_dagster.supabase.accounts import ensure_user
    from jobmatch_dagster.supabase.storage import file_store

    user = ensure_user(services.settings, "many@example.org")
    store = file_store(services.settings)
    for number in range(500):
        text = f"Ada Quill {number}\nElectrician\n\nExperience\n2015 - 2020 Electrician, Fennimark Services, Berlin\n"
        store.put("resumes", f"{user}/{number}.txt", text.encode(), content_type="text/plain", owner=user)
    wait_until(lambda: rows(services, "select count(*) from public.resumes")[0][0] == 500, "500 rows")
    wait_until(
        lambda: (
            not any(r["status"] in ("QUEUED", "STARTED", "STARTING") for r in services.runs(pipelineName="uploads"))
        ),
        "the end of the uploads",
    )
    runs = services.runs(pipelineName="uploads")
    assert {run["status"] for run in runs} == {"SUCCESS"}
    assert len(runs) <= 5
    assert rows(services, "select count(*) from private.rejected where stage = 'parsed_resumes'") == [(0,)]


def test_a_board_that_lands_late_has_the_day_run_again(services: Services, today: date, sink: Sink) -> None:
    wait_until(lambda: told(sink, failed(today)), "the message that sends somebody to mend the board")
    before = len(days_runs(services))
    with db.connect(services.settings) as conn:
        conn.execute("update private.searches set keywords = 'jobs', place = 'Germany' where board = %s", (BLOCKED,))
    run = services.launch("scrape_board", f"{BLOCKED}|{today}", {"ops": {"raw_postings": {"config": {"fresh": True}}}})
    assert services.ended(run) == "SUCCESS"
    wait_until(lambda: len(days_runs(services)) > before, "the day's second run")
    assert rows(services, f"select 1 from public.jobs where board = '{BLOCKED}'")  # noqa: S608


def test_two_clicks_in_the_ui_repair_a_day_with_the_values_of_the_job(services: Services, today: date) -> None:
    """As docs/day.md has it: the pages read again without asking the board, then all pairs scored again."""
    board = next(iter(services.settings.boards))
    asked = rows(services, "select coalesce(sum(pages), 0) from private.scrape_runs")
    with db.connect(services.settings) as conn:
        conn.execute("delete from raw.postings where board = %s and scraped_on = %s", (board, today))
        spoil = "update matching.lists set scores = array_fill(1.0::float8, array[cardinality(scores)])"
        conn.execute(f"{spoil} where matched_on = %s", (today,))  # type: ignore[arg-type]
    for job, value, where in (("replay_from_archive", "from_archive: true", board), ("score_again", "again: true", "")):
        clicks.repair(services.settings, job, str(today), where)
        wait_until(lambda job=job: services.runs(pipelineName=job), f"the run of {job}")  # type: ignore[misc]
        run = services.runs(pipelineName=job)[0]
        assert services.ended(run["runId"]) == "SUCCESS"
        assert value in run["runConfigYaml"]
    assert rows(services, f"select 1 from raw.postings where board = '{board}' and scraped_on = '{today}'")  # noqa: S608
    assert rows(services, "select coalesce(sum(pages), 0) from private.scrape_runs") == asked


def test_a_restart_of_the_database_under_the_services_is_overcome(services: Services, today: date) -> None:
    embedded.down(services.settings)
    embedded.up(services.settings)
    wait_until(services.answers, "the UI")
    before = rows(services, "select count(*) from public.jobs")
    run = services.launch("clean_again", str(today))
    assert services.ended(run) == "SUCCESS"
    assert rows(services, "select count(*) from public.jobs") == before


def test_a_blocking_check_stops_the_day_before_anybody_is_shown_the_rows(services: Services, today: date) -> None:
    with db.connect(services.settings) as conn:
        conn.execute(
            """insert into public.jobs (id, board, external_id, title, company, first_seen_on, last_seen_on,
                                        content_hash)
               values (gen_random_uuid(), 'linkedin', 'broken', ' ', 'Somebody', %s, %s, 'x')""",
            (today - timedelta(days=30), today),
        )
    run = services.launch("day", str(today))
    assert services.ended(run) == "FAILURE"
    made = {m["assetKey"]["path"][0] for m in services.runs(runIds=[run])[0]["assetMaterializations"]}
    assert "cleaned_jobs" in made
    assert made.isdisjoint({"job_skills", "match_scores", "board_health", "day_report"})


def test_a_backfill_of_a_fortnight_of_five_boards_is_five_runs_and_every_partition(
    services: Services, today: date
) -> None:
    from jobmatch_dagster.supabase.storage import file_store

    store = file_store(services.settings)
    boards = services.settings.boards
    days = [today - timedelta(days=n) for n in range(1, 15)]
    for board in boards:
        pages = store.get("raw-pages", f"{today}/{board}.parquet")
        for day in days:
            store.put("raw-pages", f"{day}/{board}.parquet", pages, content_type="application/vnd.apache.parquet")
    started = services.ask(
        BACKFILL,
        p={
            "assetSelection": [{"path": ["raw_postings"]}],
            "partitionNames": [f"{board}|{day}" for board in boards for day in days],
            "runConfigData": {"ops": {"raw_postings": {"config": {"from_archive": True}}}},
        },
    )
    identity = started["backfillId"]

    def status() -> str:
        return str(services.ask(BACKFILL_STATUS, id=identity)["status"])

    wait_until(lambda: status() not in ("REQUESTED", "IN_PROGRESS"), "the backfill")
    assert status() == "COMPLETED_SUCCESS"
    runs = [run for run in services.runs() if run["tags"].get("dagster/backfill") == identity]
    assert len(runs) == 5
    found = rows(services, f"select distinct board, scraped_on from raw.postings where scraped_on < '{today}'")  # noqa: S608
    assert set(found) == {(board, day) for board in boards for day in days}
    stats = services.ask(MATERIALISED, path=["raw_postings"])["definition"]["partitionStats"]
    assert stats["numMaterialized"] == 75


def test_each_trouble_of_the_story_was_told_exactly_once(services: Services, today: date, sink: Sink) -> None:
    wait_until(
        lambda: rows(services, "select 1 from private.incidents where kind = 'check_failed' and times > 1"),
        "a second look at the failed check",
    )
    for words in (failed(today), STOPPED):
        assert len(told(sink, words)) == 1, (words, sink.got)
    closed = rows(services, "select closed_at is not null from private.incidents where kind = 'run_failed'")
    assert closed == [(True,)], "the board came back, so its incident is over"


def test_the_doctor_sees_the_services_and_they_end_when_they_are_told_to(services: Services) -> None:
    def doctor() -> str:
        command = [sys.executable, "-m", "jobmatch_dagster.cli", "doctor"]
        return subprocess.run(command, env=services.environment, capture_output=True, text=True, check=False).stdout

    told = doctor()
    assert "Dagster's daemon is alive" in told
    assert f"http://127.0.0.1:{services.settings.ui_port} (Dagster" in told
    assert "stopped the day" in told, "open incidents are named"
    codes = services.stop()
    assert set(codes) == {"daemon", "ui"}
    assert f"port {services.settings.ui_port} is free" in doctor()
